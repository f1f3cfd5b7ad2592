// SPDX-License-Identifier: Apache-2.0

import { COUNTS } from './value-kinds';
import type { Calendar } from '../calendar/calendar';
import { EFFECT_SLOTS, MONTH_COUNTS, YEAR_SLOTS } from '../day-effects/day-effects-calendar';
import { FIRST_LASTING_SCALE, lastingRows } from '../events/lasting-error';
import { recurrenceRows } from '../events/weekly-recurrence';
import { formerLevelRows } from '../level/former-level';
import { EXCEEDANCE_ROWS } from '../rarity/exceedances';
import { endRows } from '../rarity/value-ends';
import { COVARIANCE_ROWS, firstCovariance, firstWeight, pastRows, REGRESSION_TERMS } from '../regression/regression-member';
import { lastWeekRows, REPEATED_INTERVALS } from '../season/last-week';
import { edgeRows } from '../season/moving-edges';

/** One kind of number that is kept of every series. */
export interface Column {
  readonly name: ColumnName;
  readonly type: 'float64' | 'float32' | 'uint32' | 'uint16' | 'uint8';
  /** Numbers for each series. */
  readonly rows: number;
  /** What a series has that was never seen. */
  readonly initial: number;
  /** The same where it differs from row to row. */
  readonly initialByRow?: (row: number) => number;
}

/** Name of a column: the property of SeriesState that says what it is. */
export type ColumnName =
  'level' | 'mean' | 'scale' | 'deviation' | 'unforeseen' | 'square' | 'idle' | 'newest' | 'cycleError' | 'weekError' | 'surprise' |
  'runMean' | 'runSpread' | 'runExpected' | 'runLevel' | 'runShareSpread' | 'runUsual' |
  'effect' | 'effectError' | 'plainError' | 'year' | 'yearError' | 'yearMiss' | 'countMiss' |
  'effectsRelative' | 'origin' | 'past' | 'regressionWeights' | 'regressionCovariance' | 'regressionScale' | 'regressionError' | 'seasonalError' |
  'regressionErrors' | 'rangeHigh' | 'rangeLow' | 'rangeMean' | 'rangeSquare' | 'rangeUnit' | 'exceedances' | 'exceededLevels' | 'exceededAt' | 'weeksOff' | 'farOff' | 'recurring' |
  'hourFirst' | 'hourLast' | 'lastWeekFirst' | 'lastWeekLast' | 'keptLines' | 'keptLine' | 'offLine' | 'repeated' | 'edgeDays' | 'atEnd' | 'endLength' | 'event' |
  'lastingError' | 'lastingScale' | 'lastingFollowed' | 'lastingWeeks' | 'lastingKnown' | 'cycle' | 'week' | 'noise' | 'points' | 'errors' | 'firstSeen' | 'weekMisses' | 'missedBefore' | 'astray' | 'runLength' | 'inRun' | 'equalValues' | 'mostEqual' |
  'formerLevel' | 'formerShare' | 'formerNoise' | 'formerMoved' | 'formerAt' | 'eventLength' | 'kind';

/** Columns of the state in the order in which they are serialised: wide types first, so that every column is aligned. */
export function columnsOf(calendar: Calendar): Column[] {
  const daily = calendar.weekSlots === 0 ? 1 : 0;
  const lastWeek = lastWeekRows(calendar);
  const lasting = lastingRows(calendar);
  const ends = endRows(calendar);
  return [
    { name: 'level', type: 'float64', rows: 1, initial: 0 },
    { name: 'mean', type: 'float64', rows: 1, initial: 0 },
    { name: 'origin', type: 'float64', rows: 1, initial: 0 },
    { name: 'unforeseen', type: 'float64', rows: 1, initial: NaN },
    { name: 'square', type: 'float64', rows: daily, initial: 0 },
    { name: 'scale', type: 'float32', rows: 1, initial: 0 },
    { name: 'deviation', type: 'float32', rows: 1, initial: 0 },
    { name: 'idle', type: 'float32', rows: 1, initial: 0 },
    { name: 'newest', type: 'float32', rows: 1, initial: NaN },
    { name: 'cycleError', type: 'float32', rows: 1, initial: 0 },
    { name: 'weekError', type: 'float32', rows: 1, initial: 0 },
    { name: 'surprise', type: 'float32', rows: 1, initial: 0 },
    { name: 'runMean', type: 'float32', rows: 1, initial: 0 },
    { name: 'runSpread', type: 'float32', rows: 1, initial: 0 },
    { name: 'runExpected', type: 'float32', rows: 1, initial: NaN },
    { name: 'runLevel', type: 'float32', rows: 1, initial: NaN },
    { name: 'runShareSpread', type: 'float32', rows: 1, initial: 0 },
    { name: 'runUsual', type: 'float32', rows: 1, initial: 0 },
    { name: 'formerShare', type: 'float32', rows: 1, initial: 1 },
    { name: 'formerNoise', type: 'float32', rows: 1, initial: 1 },
    { name: 'formerLevel', type: 'float32', rows: 1, initial: NaN },
    { name: 'formerMoved', type: 'float32', rows: 1 - formerLevelRows(calendar), initial: 0 },
    { name: 'cycle', type: 'float32', rows: calendar.cycleSlots, initial: NaN },
    { name: 'week', type: 'float32', rows: calendar.weekSlots, initial: NaN },
    { name: 'noise', type: 'float32', rows: calendar.noiseSlots, initial: NaN },
    { name: 'past', type: 'float32', rows: pastRows(calendar), initial: NaN },
    { name: 'regressionWeights', type: 'float32', rows: REGRESSION_TERMS, initial: 0, initialByRow: firstWeight },
    { name: 'regressionCovariance', type: 'float32', rows: COVARIANCE_ROWS, initial: 0, initialByRow: firstCovariance },
    { name: 'regressionScale', type: 'float32', rows: 1, initial: 0 },
    { name: 'regressionError', type: 'float32', rows: 1, initial: 0 },
    { name: 'seasonalError', type: 'float32', rows: 1, initial: 0 },
    { name: 'rangeHigh', type: 'float32', rows: 1, initial: NaN },
    { name: 'rangeLow', type: 'float32', rows: 1, initial: NaN },
    { name: 'rangeMean', type: 'float32', rows: 1, initial: 0 },
    { name: 'rangeSquare', type: 'float32', rows: 1, initial: 0 },
    { name: 'rangeUnit', type: 'float32', rows: 1, initial: 0 },
    { name: 'lastingError', type: 'float32', rows: lasting.present, initial: 0 },
    { name: 'lastingScale', type: 'float32', rows: lasting.present, initial: FIRST_LASTING_SCALE },
    { name: 'lastingFollowed', type: 'float32', rows: lasting.followed, initial: 0 },
    { name: 'hourFirst', type: 'float32', rows: lastWeek.hours, initial: NaN },
    { name: 'hourLast', type: 'float32', rows: lastWeek.hours, initial: NaN },
    { name: 'lastWeekFirst', type: 'float32', rows: lastWeek.present, initial: NaN },
    { name: 'lastWeekLast', type: 'float32', rows: lastWeek.present, initial: NaN },
    { name: 'effect', type: 'float32', rows: daily * EFFECT_SLOTS, initial: NaN },
    { name: 'effectError', type: 'float32', rows: daily * EFFECT_SLOTS, initial: NaN },
    { name: 'plainError', type: 'float32', rows: daily * EFFECT_SLOTS, initial: NaN },
    { name: 'year', type: 'float32', rows: daily * YEAR_SLOTS, initial: NaN },
    { name: 'yearError', type: 'float32', rows: daily, initial: 0 },
    { name: 'yearMiss', type: 'float32', rows: daily, initial: 0 },
    { name: 'countMiss', type: 'float32', rows: daily * MONTH_COUNTS, initial: 0 },
    { name: 'points', type: 'uint32', rows: 1, initial: 0 },
    { name: 'firstSeen', type: 'uint32', rows: 1, initial: 0 },
    { name: 'formerAt', type: 'uint32', rows: 1, initial: 0 },
    { name: 'exceededAt', type: 'uint32', rows: 2, initial: 0 },
    { name: 'exceedances', type: 'uint16', rows: EXCEEDANCE_ROWS, initial: 0 },
    { name: 'atEnd', type: 'uint16', rows: ends.ends, initial: 0 },
    { name: 'errors', type: 'uint16', rows: 1, initial: 0 },
    { name: 'regressionErrors', type: 'uint16', rows: 1, initial: 0 },
    { name: 'astray', type: 'uint16', rows: 1, initial: 0 },
    { name: 'runLength', type: 'uint16', rows: 1, initial: 0 },
    { name: 'exceededLevels', type: 'uint8', rows: 2, initial: 0 },
    { name: 'effectsRelative', type: 'uint8', rows: daily, initial: 0 },
    { name: 'weeksOff', type: 'uint8', rows: daily * calendar.cycleSlots, initial: 0 },
    { name: 'farOff', type: 'uint8', rows: recurrenceRows(calendar), initial: 0 },
    { name: 'recurring', type: 'uint8', rows: Math.min(1, recurrenceRows(calendar)), initial: 0 },
    { name: 'weekMisses', type: 'uint8', rows: calendar.weekSlots / 8, initial: 0 },
    { name: 'missedBefore', type: 'uint8', rows: Math.min(1, calendar.weekSlots), initial: 0 },
    { name: 'keptLines', type: 'uint8', rows: lastWeek.bits, initial: 0 },
    { name: 'keptLine', type: 'uint8', rows: lastWeek.present, initial: 0 },
    { name: 'offLine', type: 'uint8', rows: lastWeek.present, initial: 0 },
    { name: 'repeated', type: 'uint8', rows: lastWeek.present, initial: REPEATED_INTERVALS },
    { name: 'edgeDays', type: 'uint8', rows: edgeRows(calendar), initial: 0 },
    { name: 'lastingWeeks', type: 'uint8', rows: lasting.hours, initial: 0 },
    { name: 'lastingKnown', type: 'uint8', rows: lasting.followed, initial: 0 },
    { name: 'endLength', type: 'uint8', rows: ends.present, initial: 0 },
    { name: 'event', type: 'uint8', rows: 1, initial: 0 },
    { name: 'equalValues', type: 'uint8', rows: 1, initial: 0 },
    { name: 'mostEqual', type: 'uint8', rows: 1, initial: 0 },
    { name: 'inRun', type: 'uint8', rows: 1, initial: 0 },
    { name: 'eventLength', type: 'uint8', rows: formerLevelRows(calendar), initial: 0 },
    { name: 'kind', type: 'uint8', rows: 1, initial: COUNTS },
  ];
}
