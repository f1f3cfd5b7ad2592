// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from './calendar';
import { carryOver, type Moment } from './carry-over';
import { type AnomalousValue, beginRun, changeOfRun, expectedBefore as expectedBeforeRun, learnRun, Word, wordOf } from './level-share';
import type { SeriesState } from './series-state';

const { abs, min } = Math;

/** Hours of the first week after which such a run is one: more than a weekend has. */
const FIRST_SHIFT_HOURS = 60;
/** Days from the beginning of an event on for which the level before it is remembered; at intervals of less than an hour, whose level follows a weekend; of daily data. */
const REMEMBERED_DAYS = 4;
const REMEMBERED_DAYS_OF_SHORT_INTERVALS = 1.5;
const REMEMBERED_DAYS_OF_DAILY_DATA = 18;
/** At intervals of less than an hour it is remembered of an event that lasts so long: shorter ones have moved nothing that could go back. */
const REMEMBERED_FROM_SECONDS = 3600;
/** Usual errors up to which a value is where the level before the event would have it, and how much nearer it must be to that than to the present one. */
const NEAR = 3;
const NEARER = 0.5;
/** Usual errors of both levels that there must be between them, for a value to tell at which it is. */
const APART = 2.2;

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

/** Values for which the level before an event is remembered: one that lasted no longer was an event, and its end is none. */
export function rememberedPoints(calendar: Calendar): number {
  if (calendar.weekSlots === 0) return REMEMBERED_DAYS_OF_DAILY_DATA;
  return (calendar.isWithinHour ? REMEMBERED_DAYS_OF_SHORT_INTERVALS : REMEMBERED_DAYS) * calendar.intervalsPerWeek / 7;
}

/**
 * Whether a series has moved so far away since an event began lately that its values tell where it is: it may go back, and its slots learn nothing whole
 * meanwhile.
 * @param expected of the value at the present level
 * @param usual size of the errors from that
 * @param seen values before this one
 * @param remembered values for which the level before is remembered
 */
export function isAway(state: SeriesState, series: number, expected: number, usual: number, seen: number, remembered: number): boolean {
  // the level before is NaN where none is remembered
  return seen - state.formerAt[series]! <= remembered
    && abs(expectedBefore(state, series, expected) - expected) > APART * (usual + usual / state.formerNoise[series]!);
}

/**
 * Whether a series is back where it was before the event: the shop is open again after two days.
 * @param expected of the value at the present level
 */
export function isBack(
  state: SeriesState, series: number, value: number, expected: number, usual: number, seen: number, remembered: number,
): boolean {
  if (!isAway(state, series, expected, usual, seen, remembered)) return false;
  return abs(value - expectedBefore(state, series, expected)) <= min(NEAR * usual / state.formerNoise[series]!, NEARER * abs(value - expected));
}

/** Moves the level of a series back to where it was, and what was carried over with it. At intervals of less than an hour mostly the level alone has followed. */
export function goBack(calendar: Calendar, state: SeriesState, series: number, moment: Moment): void {
  const { level, origin, formerLevel, formerShare, formerNoise } = state;
  const before = origin[series]! + formerLevel[series]!;
  const share = 1 / formerShare[series]!;
  if (calendar.isWithinHour && share === 1) level[series] = before;
  else carryOver(calendar, state, series, { share, moved: before - share * level[series]!, learned: 0, noise: 1 / formerNoise[series]! }, moment, 1);
  formerLevel[series] = NaN;
  endRun(state, series);
}

/** Remembers a level (less the origin) as that before an event, unless an event has begun lately of which it is remembered. */
function remember(state: SeriesState, series: number, level: number, remembered: number): void {
  if (isRemembered(state, series, remembered)) return;
  state.formerLevel[series] = level;
  state.formerAt[series] = state.points[series]!;
  state.formerShare[series] = state.formerNoise[series] = 1;
}

function isRemembered({ points, formerLevel, formerAt }: SeriesState, series: number, remembered: number): boolean {
  const former = formerLevel[series]!;
  return former === former && points[series]! - formerAt[series]! <= remembered;
}

/** What was expected before the event where now this is; NaN where no level before is remembered. */
function expectedBefore({ level, origin, formerLevel, formerShare }: SeriesState, series: number, expected: number): number {
  return origin[series]! + formerLevel[series]! + (expected - level[series]!) / formerShare[series]!;
}

function endRun({ runLength, inRun }: SeriesState, series: number): void {
  runLength[series] = inRun[series] = 0;
}

/**
 * Takes in an interval of a series in which it is far off, or has been lately. When the run has become a new level, carries what is known of the series over
 * to it and returns true.
 * @param anomalous whether it is far off
 * @param length of a run that is a new level
 * @param remembered values for which the level before is remembered
 */
export function continueRun(
  calendar: Calendar, state: SeriesState, series: number, value: AnomalousValue, anomalous: boolean, length: number, remembered: number,
  moment: Moment,
): boolean {
  const { runLength, runMean, inRun, formerShare, formerNoise } = state;
  inRun[series] = anomalous ? 1 : 0;
  if (!anomalous) {
    const word = wordOf(calendar, state, series, value);
    if (word === Word.over) endRun(state, series);
    if (word !== Word.part) return false;
  }
  if (!calendar.isWithinHour && runLength[series] === 0) remember(state, series, state.level[series]! - state.origin[series]!, remembered);
  if (runLength[series] === 0 || value.value > expectedBeforeRun(state, series, value.expected) !== runMean[series]! > 0) {
    beginRun(state, series, value);
    return false;
  }
  const count = min(runLength[series]! + 1, 65535);
  runLength[series] = count;
  learnRun(state, series, value, count);
  const isLong = calendar.isWithinHour && count === REMEMBERED_FROM_SECONDS / calendar.intervalSeconds;
  if (isLong) remember(state, series, state.runLevel[series]!, remembered);
  const change = count < length ? undefined : changeOfRun(calendar, state, series);
  if (change === undefined) return false;
  carryOver(calendar, state, series, change, moment, count);
  // what is more by so much is a level that values move to and not back from at intervals of less than an hour
  if (calendar.isWithinHour && change.share === 1) state.formerLevel[series] = NaN;
  formerShare[series]! *= change.share;
  formerNoise[series]! *= change.noise;
  endRun(state, series);
  return true;
}
