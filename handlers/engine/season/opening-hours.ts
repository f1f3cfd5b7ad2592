// SPDX-License-Identifier: Apache-2.0

import type { Calendar, SeasonPosition } from '../calendar/calendar';
import { pastRows } from '../regression/regression-member';
import { DEVIATION_TO_SCALE } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';
import { COUNTS } from '../state/value-kinds';

const { abs, max, sqrt } = Math;

/**
 * A time is open where the value expected is this many usual errors of the hour away from the long-run mean, and this many root mean squares of the
 * series' unforeseen moves. The mean of a series that mostly stays what it is lies near what it stays at; of rare sales, whose hours may all have one, no
 * hour is expected that far away.
 */
const OPEN_ERRORS = 1.5;
const OPEN_MOVES = 3;
/**
 * And of the last two intervals, and two at this time yesterday, so many had another value than the one before. Open doors make each value another one, and
 * a whole number that goes from 1 to 9 in a day stays what it is for hours wherever it is.
 */
const LEAST_CHANGES = 2;
/** Part of the step from one interval of the day to the next that the scale never falls below: doors open a little earlier or later each day. */
const STEP_FLOOR = 0.2;

/** Root mean squares of its unforeseen moves that the spread of a series must have for its season to be what moves it: it is known when it is closed. */
const FORESEEN_MOVES = 3;
/** Weeks after which that is known. */
const KNOWN_WEEKS = 3;
/** A time is closed where the hour's usual error, the steps of the season and what the week adds are less than this part of the spread. */
const STILL = 0.05;
/** Part of the spread that is the usual error there: six times as much is an anomaly, a sale or two at night is none. */
const CLOSED_FLOOR = 0.06;
/** And of whole numbers at least this: the least of a day that goes from 1 to 9 is 1, or now and then 2. */
const LEAST_OF_COUNTS = 0.5;

/**
 * Usual error of a series that mostly stays what it is, at a time when its season has it move: that of the hour of the day. A shop is closed for
 * more than half of the week, and what it sells while it is open is as well known as what others sell at any time.
 * @param interval number of the interval since the model's beginning
 * @param expected what is expected of the value
 * @returns NaN where the series is idle at this time too, or not known for a week
 */
export function openWidth(
  calendar: Calendar, state: SeriesState, interval: number, position: SeasonPosition, series: number, expected: number,
): number {
  const { noise, mean, scale, unforeseen, points, capacity } = state;
  if (calendar.weekSlots === 0 || points[series]! < calendar.intervalsPerWeek) return NaN;
  const atHour = noise[position.noise * capacity + series]!;
  // closed hours have errors too, smaller ones
  if (!(atHour > 0 && atHour >= scale[series]!)) return NaN;
  if (!(abs(expected - mean[series]!) >= max(OPEN_ERRORS * atHour, OPEN_MOVES * sqrt(unforeseen[series]!)))) return NaN;
  if (changesLately(calendar, state, interval, series) < LEAST_CHANGES) return NaN;
  const step = largestStep(calendar, state, position, series);
  return step > 0 ? max(atHour, STEP_FLOOR * step) : atHour;
}

/**
 * Usual error of a series that mostly stays what it is and whose moves its season foresees, at a time when it never moves: orders at four in the
 * morning are news to a shop that is closed at night, and none to one that sells a piece now and then at any hour.
 * @param ofWeek how far the hour of the week is from the same hour on other days
 * @returns NaN where the series may move at this time, or is not known for some weeks
 */
export function closedWidth(calendar: Calendar, state: SeriesState, position: SeasonPosition, series: number, ofWeek: number): number {
  const { noise, deviation, unforeseen, points, kind, capacity } = state;
  if (calendar.weekSlots === 0 || points[series]! < KNOWN_WEEKS * calendar.intervalsPerWeek) return NaN;
  const spread = DEVIATION_TO_SCALE * deviation[series]!;
  const still = STILL * spread;
  if (!(spread > FORESEEN_MOVES * sqrt(unforeseen[series]!) && noise[position.noise * capacity + series]! < still && ofWeek < still)) return NaN;
  if (!(largestStep(calendar, state, position, series) < still)) return NaN;
  return max(CLOSED_FLOOR * spread, kind[series] === COUNTS ? LEAST_OF_COUNTS : 0);
}

/** How many of the last two intervals, and of two at this time a short cycle ago, had another value than the one before them. */
function changesLately(calendar: Calendar, { past, capacity }: SeriesState, interval: number, series: number): number {
  const rows = pastRows(calendar);
  const valueOf = (back: number): number => past[((interval - back) % rows + rows) % rows * capacity + series]!;
  let changes = 0;
  for (const back of [1, 2, calendar.cycleSlots - 1, calendar.cycleSlots]) {
    // NaN, where a value is missing, is no change
    if (abs(valueOf(back) - valueOf(back + 1)) > 0) changes++;
  }
  return changes;
}

/** How far the interval of the day is from those before and after it; NaN where one of them never had a value. */
function largestStep({ cycleSlots }: Calendar, { cycle, capacity }: SeriesState, position: SeasonPosition, series: number): number {
  const slot = cycle[position.cycle * capacity + series]!;
  const before = cycle[(position.cycle + cycleSlots - 1) % cycleSlots * capacity + series]!;
  const after = cycle[(position.cycle + 1) % cycleSlots * capacity + series]!;
  return max(abs(slot - before), abs(slot - after));
}
