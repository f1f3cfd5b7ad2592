// SPDX-License-Identifier: Apache-2.0

/**
 * Score from which a series counts as anomalous: the distance from what is expected in usual errors, times how rare it is. Chosen on made
 * series and the NAB corpus (docs/detection.md): the best F1 over events lies between 3 and 6, and heavy-tailed noise at one hour asks for 5.
 */
export const ANOMALOUS_SCORE = 5;

/** Severity (0-100) from which a time series counts as anomalous and can join a group; the default threshold of an alert. */
export const ANOMALOUS_SEVERITY = 70;

/**
 * How many times as much a score counts for its severity at intervals of less than an hour where both members find the value far off: an
 * anomaly begins at 3.7 there. They have many times the values to know their noise by, and the best F1 over events lies lower. What the seasonal
 * state says alone, because the regression errs more on the series, counts once (docs/detection.md).
 */
export const SHORT_INTERVAL_FACTOR = 1.35;

/** Scores are cut here: a series without any noise would otherwise have an infinite one. */
export const HIGHEST_SCORE = 1000;

/** Squared score at which the severity is 50, so that the curve passes through (ANOMALOUS_SCORE, ANOMALOUS_SEVERITY). */
const HALF_SQUARED = ANOMALOUS_SCORE * ANOMALOUS_SCORE * (100 - ANOMALOUS_SEVERITY) / ANOMALOUS_SEVERITY;

/**
 * Severity 0-100 of a robust z. The same curve for every series of every detector; its sign does not matter. A curve fitted to each
 * series was tried and lowered the quality of detection (docs/detection.md, what was tried).
 */
export function severityOf(score: number): number {
  // in this form rounding cannot turn the order of two scores
  return 100 - 100 * HALF_SQUARED / (score * score + HALF_SQUARED);
}

/**
 * The score that the severity is looked up by: up to ANOMALOUS_SCORE the raised score itself, beyond it as many times as much to the power of
 * `steepness`. So what is an anomaly stays one, and a series that is often far off has less severe ones.
 * @param raised score times its raise, without sign
 * @param steepness 0-1 (see Rarity)
 */
export function judgedScore(raised: number, steepness: number): number {
  return raised > ANOMALOUS_SCORE ? ANOMALOUS_SCORE * (raised / ANOMALOUS_SCORE) ** steepness : raised;
}

/**
 * As much of a score as counts for the severity of an interval by itself: less where its raise takes away from it, and not more while an event lasts, which is
 * in the severity of the event (eventSeverity).
 * @param score without sign
 */
export function scoreOfInterval(score: number, raise: number): number {
  return score * Math.min(1, raise);
}

/** Score from which on it is told with the steepness, and part of the steepness that counts in it: measured (docs/detection.md). */
const HIGH_SCORE = 25;
const COMPARED_STEEPNESS = 1 / 3;

/**
 * A score as it is told, to be compared with those of other series: what is high rises more slowly in a series that is often far off, by a third
 * of what its severity does. Few series that spike again and again would else have most of the highest scores. Rises with the score; its sign is kept.
 * @param score distance times rarity, with or without sign
 * @param steepness 0-1 (see Rarity)
 */
export function comparableScore(score: number, steepness: number): number {
  const size = Math.abs(score);
  if (!(size > HIGH_SCORE)) return score;
  // rounding must not make more of it
  return Math.sign(score) * Math.min(size, HIGH_SCORE * (size / HIGH_SCORE) ** (1 / (1 + COMPARED_STEEPNESS * (1 / steepness - 1))));
}
