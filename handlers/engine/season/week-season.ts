// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a bit for each hour of the week */

import { CLIP } from './seasonal-gains';
import type { Calendar, SeasonPosition } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';

const { abs, floor, max, min } = Math;

/** Level and short cycle learn what the week explains up to so many mean absolute errors without the week. */
const MOST_OF_WEEK = 6;
/** Hours of the week that share one number of a column that keeps a bit of each. */
export const HOURS_A_NUMBER = 8;
/** Lowest gain of a slot: the prototype's 0.1 needs a quarter of a year to follow a week that changes. */
const GAIN = 0.25;
/** Errors are compared over some two weeks of hours. */
const TRUST_HOURS = 336;
/** Errors enter the comparison up to this many times the limit at which learning clips them. */
const TRUST_CLIP = 3;
/** How much better the week must be than nothing to be believed: half at 0.83 of the error. */
const TRUST_PENALTY = 3;

/**
 * How far the week is believed, 0-1: nearly all where it makes the error much smaller, little where it does not (a series without a weekly
 * pattern, whose week slots are all noise).
 */
export function weekTrust(errorWithout: number, errorWith: number): number {
  if (errorWithout === 0) return 0;
  const ratio = errorWith / errorWithout;
  const square = ratio * ratio;
  return 1 / (1 + TRUST_PENALTY * square * square * square);
}

/**
 * How far the slot of one hour of the week is believed by itself, 0-1. A report every Monday makes the error of a whole week hardly smaller, and the
 * week is not believed for it; but a slot that has more in it than clipped learning puts there has learned whole what came twice.
 * @param limit error up to which values are learned
 */
export function slotTrust(weekly: number, limit: number): number {
  const size = abs(weekly);
  if (!(size > limit)) return 0;
  const share = limit / size;
  return 1 - share * share;
}

/**
 * How much level and short cycle learn at most of what the week explains: a peak that comes once a week would lift the level for a day. At intervals of an
 * hour, whose slots of the week learn faster, up to CLIP usual errors: with more of it the level followed each weekend down and each working week up, and
 * those errors of its own hid what is an anomaly.
 * @param limit error up to which values are learned
 */
export function mostOfWeek({ isHourly }: Calendar, { cycleError, scale }: SeriesState, series: number, limit: number): number {
  return isHourly ? CLIP * scale[series]! : max(limit, MOST_OF_WEEK * cycleError[series]!);
}

/**
 * Begins an hour of the week: what it was like when it was last seen is put aside.
 * @param isKept whether it stays for a week later too
 */
export function beginHourOfWeek({ weekMisses, missedBefore, count, capacity }: SeriesState, position: SeasonPosition, isKept = false): void {
  const { row, bit } = bitOfHour(position.week, capacity);
  for (let s = 0; s < count; s++) {
    const misses = weekMisses[row + s]!;
    missedBefore[s] = (misses & bit) === 0 ? 0 : 1;
    if (!isKept) weekMisses[row + s] = misses & ~bit;
  }
}

/** Notes that the present hour of the week is far off. */
export function noteMissed({ weekMisses, capacity }: SeriesState, position: SeasonPosition, series: number): void {
  const { row, bit } = bitOfHour(position.week, capacity);
  weekMisses[row + series]! |= bit;
}

/** Where an hour of the week has its bit in a column that keeps one of each: first entry of the row, and the bit's weight. */
export function bitOfHour(week: number, capacity: number): { readonly row: number; readonly bit: number } {
  return { row: floor(week / HOURS_A_NUMBER) * capacity, bit: 1 << week % HOURS_A_NUMBER };
}

/**
 * Learns the hour of the week of one series.
 * @param left what level and short cycle leave over of the observed value
 * @param cleaned the same of the value that is learned, which is not far from the expected one
 * @param limit how far that is
 * @param seen values before this one
 * @param trained errors before this one
 */
export function learnWeek(
  calendar: Calendar, state: SeriesState, series: number, position: SeasonPosition,
  left: number, cleaned: number, limit: number, seen: number, trained: number,
): void {
  const { week, cycleError, weekError, capacity } = state;
  // The first week only teaches the short cycle. Its own leftovers would be mostly what that had not learned yet.
  const visits = seen / calendar.intervalsPerWeek - 1;
  if (visits < 0) {
    if (abs(left) > limit) noteMissed(state, position, series);
    return;
  }
  const slot = position.week * capacity + series;
  const weekly = week[slot]!;
  if (weekly !== weekly) {
    // what is learned of an hour that was never off before is clipped: if it is off again, it is learned whole
    const isOff = abs(left) > limit;
    if (isOff) noteMissed(state, position, series);
    week[slot] = isOff && calendar.isHourly && state.missedBefore[series] === 1 ? left : cleaned;
    return;
  }

  const trustPoints = calendar.intervalsPerWeekSlot * TRUST_HOURS;
  const trustGain = 1 / min(trustPoints, trained + 1);
  const bound = TRUST_CLIP * limit;
  cycleError[series]! += trustGain * (min(bound, abs(left)) - cycleError[series]!);
  weekError[series]! += trustGain * (min(bound, abs(left - weekly)) - weekError[series]!);

  if (visits < 1) {
    // intervals of the same hour, in the first week that counts: their average
    week[slot] = weekly + (cleaned - weekly) / (1 + position.cycle % calendar.intervalsPerWeekSlot);
    return;
  }
  // An anomaly in the first week that counts sits in its slot, and clipped learning would take months to get rid of it. Off twice in
  // succession, a week apart, is not an anomaly but a wrong slot.
  if (abs(left - weekly) > limit) {
    noteMissed(state, position, series);
    if (state.missedBefore[series] === 1) {
      week[slot] = weekly + (left - weekly) / calendar.intervalsPerWeekSlot;
      return;
    }
  }
  const gain = visits + 1 < 1 / GAIN ? 1 / (visits + 1) : GAIN;
  week[slot] = weekly + gain / calendar.intervalsPerWeekSlot * (cleaned - weekly);
}
