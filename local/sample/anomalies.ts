// SPDX-License-Identifier: Apache-2.0

import { Random, between, seededRandom, wholeBetween } from './random';

/** One change planned for a series: added to `length` intervals from `first` on. */
export interface PlannedAnomaly {
  readonly first: number;
  readonly length: number;
  /** Negative for a drop. */
  readonly change: number;
}

/** Least and most change of views, and intervals that an anomaly lasts: as in the sample generator of Lookout for Metrics. */
export const ANOMALY_CHANGE = { least: 100, most: 600 };
export const ANOMALY_LENGTH = { least: 1, most: 5 };

/**
 * Anomalies of a series: in every interval one begins with `probability`, unless one goes on or has just ended. One quiet interval between
 * two of them keeps them apart as events.
 * @param scale of the change, for measures other than views
 */
export function planAnomalies(seed: number, intervals: number, probability: number, scale = 1): PlannedAnomaly[] {
  const random: Random = seededRandom(seed);
  const planned: PlannedAnomaly[] = [];
  let index = 0;
  while (index < intervals) {
    if (random() >= probability) {
      index++;
      continue;
    }
    const length = wholeBetween(random, ANOMALY_LENGTH.least, ANOMALY_LENGTH.most);
    const size = between(random, ANOMALY_CHANGE.least, ANOMALY_CHANGE.most) * scale;
    planned.push({ first: index, length: Math.min(length, intervals - index), change: random() < 0.5 ? size : -size });
    index += length + 1;
  }
  return planned;
}

/** The change in every interval. */
export function changes(planned: readonly PlannedAnomaly[], intervals: number): Float64Array {
  const changed = new Float64Array(intervals);
  for (const { first, length, change } of planned) changed.fill(change, first, first + length);
  return changed;
}
