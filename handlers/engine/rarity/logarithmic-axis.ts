// SPDX-License-Identifier: Apache-2.0

import { usualMove } from './intermittent-moves';
import type { Calendar } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';
import { ANY_VALUES } from '../state/value-kinds';

const { log1p, max, min, sqrt } = Math;

/**
 * Exponent with which the part counts in the score itself; in the severity all of it does. Measured on the NAB corpus: a score with all of it is better to
 * compare with one threshold for all series, and loses three points of NAB's own figure.
 */
const PART_IN_SCORE = 0.33;

/**
 * Root mean square of the moves that the season did not foresee, in usual errors, from which on the tails of a series count as heavy, and how much more makes
 * them so in full. Normal noise has 1, Laplace noise 1.13, sums of a few orders of log-normal size 1.5 to 2.
 */
const HEAVY_TAIL = 0.9;
const MUCH_HEAVIER = 0.3;

/**
 * The part of a distance above what is expected that is left on a logarithmic axis, for series of heavy tails that are never negative.
 *
 * What has no upper limit and cannot fall below 0 is skewed, the more the noisier it is: sums of orders of different sizes, of which there are few in an interval,
 * response times, counts of words that people share. Their noise is many usual errors above the middle now and then and never as far below it
 * (Limpert, Stahel and Abbt 2001, Log-normal distributions across the sciences). So an error e counts as log(1 + e / t) t, where t is the size of a
 * typical value: what is expected, the usual error, the long-run mean or a usual move of a series that mostly stays what it is, whichever is largest. Small
 * errors stay as they are, one of t counts for 0.7 of its distance and one of nine times t for 0.26.
 *
 * Daily data keep the axis that they have: a day adds up what is skewed, and the few weeks that are known of it say little of tails (docs/detection.md).
 * @param value observed
 * @param usual error in the unit of the series
 * @returns 1 below what is expected, where the series may be negative, and where there is neither noise nor a level to compare with: whatever comes is news
 */
export function shareAbove(
  { weekSlots }: Calendar, state: SeriesState, series: number, value: number, expected: number, usual: number,
): number {
  const { kind, mean, scale, unforeseen } = state;
  if (weekSlots === 0 || kind[series] === ANY_VALUES || !(value > expected)) return 1;
  const times = (value - expected) / max(expected, usual, mean[series]!, usualMove(state, series));
  if (!(times < Infinity)) return 1;
  const tail = (sqrt(unforeseen[series]!) / scale[series]! - HEAVY_TAIL) / MUCH_HEAVIER;
  // NaN where nothing was ever unforeseen
  return tail > 0 ? (log1p(times) / times) ** min(1, tail) : 1;
}

/**
 * What of that part counts in the score itself. The rest counts in the severity only.
 * @param part 0-1
 */
export function partInScore(part: number): number {
  return part === 1 ? 1 : part ** PART_IN_SCORE;
}
