// SPDX-License-Identifier: Apache-2.0

import { IDLE_SHARE } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';
import { ANY_VALUES } from '../state/value-kinds';

/** Weekdays. */
const DAYS = 7;
/** Part of the mean above which a level is one that shares can be taken of. */
const LEAST_LEVEL = 0.25;
/** Mean deviation, as a part of the mean, up to which it is. Weekdays only come to 0.57; what is mostly nothing and now and then something to more than 1. */
const MOST_DEVIATION = 0.75;

/** Whether what the weekdays of a series add is a share of its level, as far as its values say. */
export function hasWeekdayShares({ mean, deviation, idle, kind }: SeriesState, series: number): boolean {
  return kind[series] !== ANY_VALUES && idle[series]! <= IDLE_SHARE && deviation[series]! <= MOST_DEVIATION * mean[series]!;
}

/**
 * Lets what the weekdays add to the level grow and shrink with it, of daily data that is never negative: a business that has 30 % less at weekends has
 * 30 % less of whatever it has. The slots of the weekdays learn a seventh as often as the level, and were weeks behind it while a business grew or went
 * through its year.
 * @param before levels before an interval was learned, of the series from `from` on
 */
export function keepWeekdayShares(state: SeriesState, from: number, before: Float64Array): void {
  const { level, mean, cycle, capacity } = state;
  for (let index = 0; index < before.length; index++) {
    const s = from + index;
    const [old, now] = [before[index]!, level[s]!];
    const least = LEAST_LEVEL * mean[s]!;
    if (!hasWeekdayShares(state, s) || !(old > least && now > least)) continue;
    for (let day = 0, slot = s; day < DAYS; day++, slot += capacity) cycle[slot]! *= now / old;
  }
}
