// SPDX-License-Identifier: Apache-2.0

/**
 * Keeps the onsets of anomalies: a score stays where it is higher than all before it, which count half as much each `halfLife` values;
 * the rest becomes 0. NAB counts each reported row outside of windows, so that a detector which stays high during an anomaly needs it.
 * @param scores not negative; NaN counts as 0
 * @param halfLife values after which an earlier maximum counts half as much
 */
export function onsets(scores: Float64Array, halfLife: number): Float64Array {
  const decay = 2 ** (-1 / halfLife);
  let highest = 0;
  return scores.map(score => {
    highest *= decay;
    if (!(score > highest)) return 0;
    highest = score;
    return score;
  });
}

/** Half-life of the filter as a share of a file's length, as NAB figures of detectors are usually made. */
export const ONSET_HALF_LIFE = 0.05;
