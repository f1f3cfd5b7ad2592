// SPDX-License-Identifier: Apache-2.0

import type { ScoredTotals, TotalDeviation } from './group-totals';

const { abs, sign } = Math;

/** Share of its deviation that the total of a measure must owe to what its parts did not foresee. */
const LEAST_UNFORESEEN = 0.5;

/**
 * Whether the totals of the values of a dimension, or of pairs of them, which together are all of a measure, expect most of what the total of all does not, as
 * some of them are young. The total of a new version of an app has learned what that does from nothing, in a day; the total of all versions knows how they were
 * for weeks, and learns it later. It is no news by then. Where none is young, parts foresee by chance only what the whole does not.
 * @param series numbers of the measure's series that have a value or are expected to have one
 */
export function isForeseen({ total, deviation }: TotalDeviation, series: Int32Array, totals: ScoredTotals): boolean {
  if (totals.isYoung(total)) return false;
  for (let place = 1; place < totals.places; place++) {
    const news = totals.values[total]! - expectedAt(place, series, totals);
    if (news * sign(deviation) < LEAST_UNFORESEEN * abs(deviation)) return true;
  }
  return false;
}

/** What the totals at a place expect together; NaN where they are not all of the series, none is young, or some are too new to expect something. */
function expectedAt(place: number, series: Int32Array, { totalOf, scores, values, isYoung }: ScoredTotals): number {
  const found = new Set<number>();
  let sum = 0;
  let young = 0;
  for (const number of series) {
    const total = totalOf(number, place);
    if (total < 0) return NaN;
    if (found.has(total)) continue;
    found.add(total);
    const expected = scores.expected[total]!;
    if (expected === expected) {
      sum += expected;
      if (isYoung(total)) young++;
    } else if (values[total]! !== 0) {
      return NaN;
    }
  }
  return young > 0 ? sum : NaN;
}
