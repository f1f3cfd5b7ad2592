// SPDX-License-Identifier: Apache-2.0

import { carryOver, type Moment } from './carry-over';
import type { FormerLevel } from './former-level';
import { type AnomalousValue, beginRun, changeOfRun, expectedBefore, learnRun, Word, wordOf } from './level-share';
import type { Calendar } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';

const { min } = Math;

/** Hours of the first week after which such a run is one: more than a weekend has. */
const FIRST_SHIFT_HOURS = 60;
/** Successive anomalous intervals after which a self-consistent run is taken for a new level: half a day, or four days of daily data. */
export function shiftLength(calendar: Calendar): number {
  return calendar.weekSlots === 0 ? 4 : calendar.cycleSlots / 2;
}

/**
 * The same for a series of which not all of a week is known. At intervals of an hour it is longer than a weekend: a first one is no new level, and that of a
 * working day after it none either.
 */
export function firstShiftLength(calendar: Calendar): number {
  return calendar.isHourly ? FIRST_SHIFT_HOURS : shiftLength(calendar);
}

/** At intervals of less than an hour a value that speaks against a run takes so much of an hour off its length: one value of a noisy series does not tell. */
const LOSS = 0.5;

/** Ends the run of a series, if there is one. */
export function endRun({ runLength, inRun }: SeriesState, series: number): void {
  runLength[series] = inRun[series] = 0;
}

function shorten({ isWithinHour, intervalsPerWeekSlot }: Calendar, state: SeriesState, series: number): void {
  const left = isWithinHour ? state.runLength[series]! - LOSS * intervalsPerWeekSlot : 0;
  if (left > 0) state.runLength[series] = left;
  else endRun(state, series);
}

/**
 * Takes in an interval of a series in which it is far off, or has been lately. When the run has become a new level, carries what is known of the series over
 * to it and returns true.
 * @param anomalous whether it is far off
 * @param length of a run that is a new level
 */
export function continueRun(
  calendar: Calendar, state: SeriesState, former: FormerLevel, series: number, value: AnomalousValue, anomalous: boolean, length: number,
  moment: Moment,
): boolean {
  const { runLength, runMean, inRun } = state;
  inRun[series] = anomalous ? 1 : 0;
  if (!anomalous) {
    const word = wordOf(calendar, state, series, value);
    if (word === Word.over) endRun(state, series);
    else if (word === Word.against) shorten(calendar, state, series);
    if (word !== Word.part) return false;
  }
  if (runLength[series] === 0 || value.value > expectedBefore(state, series, value.expected) !== runMean[series]! > 0) {
    beginRun(state, series, value);
    return false;
  }
  const count = min(runLength[series]! + 1, 65535);
  runLength[series] = count;
  learnRun(state, series, value, count);
  const change = count < length ? undefined : changeOfRun(calendar, state, series);
  if (change === undefined) return false;
  carryOver(calendar, state, series, change, moment, count);
  former.carryOver(series, change);
  endRun(state, series);
  return true;
}
