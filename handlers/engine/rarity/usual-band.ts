// SPDX-License-Identifier: Apache-2.0

import type { Raise, Rarity } from './rarity';
import type { IntervalScores } from '../scores/interval-scores';
import { ANOMALOUS_SCORE } from '../scores/severity';

const { max, min } = Math;

/** A value that was scored. */
export interface ScoredValue {
  readonly value: number;
  readonly expected: number;
  /** The least that the series can be. */
  readonly lowest: number;
  /** Score as it counts for the severity, without sign. */
  readonly judged: number;
}

/**
 * Fills the band of the values that are no anomalies, so that it holds this one unless it is one.
 * @param raiseOn how many times as much a value counts; side 0 below what is expected, 1 above
 * @param valueAt value at a distance on a side, in usual errors
 */
export function fillBand(
  scores: IntervalScores, series: number, { value, expected, lowest, judged }: ScoredValue, rarity: Rarity, raiseOn: (side: number) => Raise,
  valueAt: (direction: 1 | -1, distance: number) => number,
): void {
  const below = (distance: number): number => max(lowest, valueAt(-1, distance));
  const above = (distance: number): number => valueAt(1, distance);
  let lower = below(rarity.anomalousDistance(series, 0, expected, below, raiseOn(0)));
  let upper = above(rarity.anomalousDistance(series, 1, expected, above, raiseOn(1)));
  // the bounds are found to 1 %, and close to one the value decides on which side of it it is
  const isAnomaly = judged >= ANOMALOUS_SCORE;
  if (value < expected) lower = isAnomaly ? max(lower, value) : min(lower, value);
  else upper = isAnomaly ? min(upper, value) : max(upper, value);
  scores.lower[series] = lower;
  // numbers of 1e15 are rounded one by one
  scores.upper[series] = max(lower, upper);
}
