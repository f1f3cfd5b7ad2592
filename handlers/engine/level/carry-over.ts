// SPDX-License-Identifier: Apache-2.0

import { hasWeekdayShares } from './weekday-shares';
import type { Calendar, SeasonPosition } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';

/** What becomes of a value that a series had, at another level or in another unit: `share * value + moved`. */
export interface Change {
  readonly share: number;
  readonly moved: number;
  /** What the level, and nothing else, has learned of it already. */
  readonly learned: number;
  /** The same of the usual error. */
  readonly noise: number;
}

/** The interval in which a series changes. */
export interface Moment {
  /** Its number since the model's beginning. */
  readonly interval: number;
  readonly position: SeasonPosition;
}

/**
 * Carries over what is known of a series to another level: all of its values, and with them what hours and days add, are so many times what they were,
 * or so much more. A price in cents that is one in euros from now on has a hundredth of its day, too.
 *
 * The range of the values is left as it was: that the series was there before is true all the same.
 * @param changed newest intervals, this one with them, whose values are already as they will be
 */
export function carryOver(calendar: Calendar, state: SeriesState, series: number, change: Change, moment: Moment, changed: number): void {
  const { share, moved, learned, noise } = change;
  const { level, mean, deviation, unforeseen, square, scale, cycleError, weekError, cycle, week, noise: ofHours, capacity } = state;
  // what weekdays add to daily data has followed with the level
  const ofCycle = calendar.weekSlots === 0 && hasWeekdayShares(state, series) ? share * (1 - learned / level[series]!) : share;
  level[series] = share * (level[series]! - learned) + moved;
  mean[series] = share * mean[series]! + moved;
  for (const column of [deviation, cycleError, weekError]) column[series]! *= share;
  if (square.length > 0) square[series]! *= share * share;
  unforeseen[series]! *= noise * noise;
  for (const column of [scale, state.regressionScale, state.regressionError, state.seasonalError]) column[series]! *= noise;
  if (share !== 1) {
    for (let place = series; place < cycle.length; place += capacity) cycle[place]! *= ofCycle;
    for (let place = series; place < week.length; place += capacity) week[place]! *= share;
  }
  if (noise !== 1) for (let place = series; place < ofHours.length; place += capacity) ofHours[place]! *= noise;
  carryValues(calendar, state, series, change, moment, changed);
}

/** Carries over the values that are kept as such. */
function carryValues(
  calendar: Calendar, state: SeriesState, series: number, { share, moved }: Change, { interval, position }: Moment, changed: number,
): void {
  const { past, origin, hourFirst, hourLast, lastWeekFirst, lastWeekLast, capacity } = state;
  // they are kept less the origin
  const rest = (share - 1) * origin[series]! + moved;
  const rows = past.length / capacity;
  for (let back = changed; back < rows; back++) {
    const place = (((interval - back) % rows + rows) % rows) * capacity + series;
    past[place] = share * past[place]! + rest;
  }
  if (lastWeekFirst.length === 0) return;
  for (const column of [lastWeekFirst, lastWeekLast]) column[series] = share * column[series]! + rest;
  const hours = calendar.weekSlots;
  for (let back = Math.ceil(changed / calendar.intervalsPerWeekSlot); back < hours; back++) {
    const place = (position.week - back + hours) % hours * capacity + series;
    hourFirst[place] = share * hourFirst[place]! + rest;
    hourLast[place] = share * hourLast[place]! + rest;
  }
}
