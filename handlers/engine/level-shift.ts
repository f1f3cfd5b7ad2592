// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from './calendar';
import type { SeriesState } from './series-state';

const { abs, min } = Math;

/** Deviation from the run's mean error, as part of that mean, up to which the run is one new level and not just unrest. */
const SELF_CONSISTENT = 0.5;
/** Hours of the first week after which such a run is one: more than a weekend has. */
const FIRST_SHIFT_HOURS = 60;
/** Days from the beginning of an event on for which the level before it is remembered, and the same of daily data. */
const REMEMBERED_DAYS = 4;
const REMEMBERED_DAYS_OF_DAILY_DATA = 18;
/** Usual errors up to which a value is where the level before the event would have it. */
const NEAR = 3;

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

/** Rows of the state: at intervals of an hour and more. At shorter ones it costs more events than it saves alerts (docs/detection.md). */
export function formerRows(calendar: Calendar): number {
  return calendar.isWithinHour ? 0 : 1;
}

/** Values for which the level before an event is remembered: one that lasted no longer was an event, and its end is none. */
export function rememberedPoints(calendar: Calendar): number {
  if (formerRows(calendar) === 0) return 0;
  return calendar.weekSlots === 0 ? REMEMBERED_DAYS_OF_DAILY_DATA : REMEMBERED_DAYS * calendar.intervalsPerWeek / 7;
}

/**
 * Whether the level of a series has moved away since an event began lately: it may go back, and its slots learn nothing whole meanwhile.
 * @param usual size of the errors from what is expected
 * @param seen values before this one
 * @param remembered values for which the level before is remembered
 */
export function isAway(state: SeriesState, series: number, usual: number, seen: number, remembered: number): boolean {
  // the level before is NaN where none is remembered
  return remembered > 0 && seen - state.formerAt[series]! <= remembered && abs(movedBy(state, series)) > 2 * NEAR * usual;
}

/**
 * Whether a series is back where it was before the event: the shop is open again after two days.
 * @param error distance of the value from what is expected at the present level, with sign
 */
export function isBack(state: SeriesState, series: number, error: number, usual: number, seen: number, remembered: number): boolean {
  return isAway(state, series, usual, seen, remembered) && abs(error + movedBy(state, series)) <= NEAR * usual;
}

/** Moves the level of a series back to where it was. */
export function goBack(state: SeriesState, series: number): void {
  const moved = movedBy(state, series);
  state.level[series]! -= moved;
  state.mean[series]! -= moved;
  state.formerLevel[series] = NaN;
  state.runLength[series] = 0;
}

function isRemembered({ points, formerLevel, formerAt }: SeriesState, series: number, remembered: number): boolean {
  const former = formerLevel[series]!;
  return former === former && points[series]! - formerAt[series]! <= remembered;
}

function movedBy({ level, origin, formerLevel }: SeriesState, series: number): number {
  return level[series]! - origin[series]! - formerLevel[series]!;
}

/** Ends the run of a series: an interval was as expected. */
export function endRun(state: SeriesState, series: number): void {
  state.runLength[series] = 0;
}

/**
 * Counts an anomalous interval of a series with the given error. When the run has become a new level, moves the level (and the long-run
 * mean) there and returns true; the noise is left as it was.
 * @param length of a run that is a new level
 * @param remembered values for which the level before is remembered
 */
export function continueRun(state: SeriesState, series: number, error: number, length: number, remembered: number): boolean {
  const { runLength, runMean, runSpread } = state;
  if (remembered > 0 && runLength[series] === 0 && !isRemembered(state, series, remembered)) {
    state.formerLevel[series] = state.level[series]! - state.origin[series]!;
    state.formerAt[series] = state.points[series]!;
  }
  const mean = runMean[series]!;
  if (runLength[series] === 0 || error > 0 !== mean > 0) {
    runLength[series] = 1;
    runMean[series] = error;
    runSpread[series] = 0;
    return false;
  }
  const count = min(runLength[series]! + 1, 65535);
  runLength[series] = count;
  const moved = mean + (error - mean) / count;
  runMean[series] = moved;
  runSpread[series]! += (abs(error - moved) - runSpread[series]!) / count;
  if (count < length || runSpread[series]! > SELF_CONSISTENT * abs(moved)) return false;
  state.level[series]! += moved;
  state.mean[series]! += moved;
  runLength[series] = 0;
  return true;
}
