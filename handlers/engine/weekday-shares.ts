// SPDX-License-Identifier: Apache-2.0

import { IDLE_SHARE } from './scale-floor';
import type { SeriesState } from './series-state';
import { ANY_VALUES } from './value-kinds';

/** Weekdays. */
const DAYS = 7;
/** Part of the mean above which a level is one that shares can be taken of. */
const LEAST_LEVEL = 0.25;
/** Mean deviation, as a part of the mean, up to which it is. Weekdays only come to 0.57; what is mostly nothing and now and then something to more than 1. */
const MOST_DEVIATION = 0.75;

/**
 * Lets what the weekdays add to the level grow and shrink with it, of daily data that is never negative: a business that has 30 % less at weekends has
 * 30 % less of whatever it has. The slots of the weekdays learn a seventh as often as the level, and were weeks behind it while a business grew or went
 * through its year.
 * @param before levels before an interval was learned, of the series from `from` on
 */
export function keepWeekdayShares({ level, mean, deviation, idle, kind, cycle, capacity }: SeriesState, from: number, before: Float64Array): void {
  for (let index = 0; index < before.length; index++) {
    const s = from + index;
    const [old, now] = [before[index]!, level[s]!];
    const least = LEAST_LEVEL * mean[s]!;
    if (kind[s] === ANY_VALUES || idle[s]! > IDLE_SHARE || deviation[s]! > MOST_DEVIATION * mean[s]! || !(old > least && now > least)) continue;
    for (let day = 0, slot = s; day < DAYS; day++, slot += capacity) cycle[slot]! *= now / old;
  }
}
