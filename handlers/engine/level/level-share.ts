// SPDX-License-Identifier: Apache-2.0

import type { Change } from './carry-over';
import { hasWeekdayShares } from './weekday-shares';
import type { Calendar } from '../calendar/calendar';
import { deviationsFromMiddle } from '../rarity/value-range';
import { DEVIATION_TO_SCALE, IDLE_SHARE } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';
import { ANY_VALUES } from '../state/value-kinds';

const { abs, max, min } = Math;

/** Deviation from the run's mean error, or from what its share would be, as part of that mean, up to which the run is one new level and not just unrest. */
const SELF_CONSISTENT = 0.5;
/** A level falls to no less than such a share: what is left of an outage says nothing of its season. It rises by any number of times. */
const LEAST_SHARE = 0.0005;
/** Usual errors that there must be between what was expected and the same at a new level: a value that is nearer to either tells which it is. */
const TELLING = 2;
/** How much larger the usual error is than a run says, which is half a day and mostly of one mind; of daily data it is four values. */
const MARGIN = 1.25;
const MARGIN_OF_DAYS = 2;

/**
 * At intervals of less than an hour the level follows what is so much more by itself. So a run is a new level there only where it is so many times what was expected: a share leaves over no
 * more than such a part of what is left over by a difference.
 */
const PLAIN = 0.6;
/** Half a day tells that where its values are mostly so many standard deviations from the middle of where the series is at any hour, as those of no night are. */
const UNUSUAL = 1.5;
/** Else a whole day does, with its nights, and no more than so many times as much or as little: what closes has no share. */
const LARGEST_USUAL_CHANGE = 5;
/** A value that is nearer to what there was in the same hour a week ago than such a part of the run's move belongs to a weekend or a day off, however little the slots of the week know of it. */
const FROM_LAST_WEEK = 0.3;
/** Days of such a run after which what was expected before it is too old to tell anything, and weeks before which nothing is known of a week ago. */
const LONGEST_DAYS = 2;
const KNOWN_WEEKS = 2;

/** One anomalous interval of a run. */
export interface AnomalousValue {
  readonly value: number;
  /** What is expected at the present level: that of the run's beginning, and what was learned since. */
  readonly expected: number;
  /** Usual error. */
  readonly usual: number;
}

/** Begins a run of anomalous intervals on one side. */
export function beginRun(state: SeriesState, series: number, { value, expected, usual }: AnomalousValue): void {
  const { runLength, runMean, runSpread, runExpected, runShareSpread, runUsual, runLevel, level, origin } = state;
  runLength[series] = 1;
  runMean[series] = value - expected;
  runExpected[series] = expected;
  runUsual[series] = usual;
  runLevel[series] = level[series]! - origin[series]!;
  runSpread[series] = runShareSpread[series] = 0;
}

/** Takes in an interval of a run, the `count`th. */
export function learnRun(state: SeriesState, series: number, { value, expected, usual }: AnomalousValue, count: number): void {
  const { runMean, runSpread, runExpected, runShareSpread, runUsual } = state;
  const part = 1 / count;
  const before = expectedBefore(state, series, expected);
  const error = value - before;
  runMean[series]! += part * (error - runMean[series]!);
  runExpected[series]! += part * (before - runExpected[series]!);
  runUsual[series]! += part * (usual - runUsual[series]!);
  const moved = runMean[series]!;
  runSpread[series]! += part * (abs(error - moved) - runSpread[series]!);
  runShareSpread[series]! += part * (abs(error - moved * before / runExpected[series]!) - runShareSpread[series]!);
}

/** What the level has learned of the run. */
export function followed({ level, origin, runLevel }: SeriesState, series: number): number {
  const learned = level[series]! - origin[series]! - runLevel[series]!;
  return learned === learned ? learned : 0;
}

/** What was expected of an interval before the level had learned anything of the run. What weekdays add to daily data has followed with it. */
export function expectedBefore(state: SeriesState, series: number, expected: number): number {
  const learned = followed(state, series);
  return state.week.length === 0 && hasWeekdayShares(state, series) ? expected * (1 - learned / state.level[series]!) : expected - learned;
}

/** What an interval says of a run. */
export enum Word {
  /** It is a part of it. */
  part,
  /** It tells nothing: at night a business has little to lose. */
  nothing,
  /** It speaks against it. */
  against,
  /** The run has ended. */
  over,
}

/**
 * Says whether a run goes on through an interval that is not far off, as the level follows an event: it does where the value is nearer to what the run has left
 * of what was expected before it than to that itself, and does not do what it did a week ago. Not in daily data: four days have no nights.
 */
export function wordOf(calendar: Calendar, state: SeriesState, series: number, { value, expected, usual }: AnomalousValue): Word {
  const { runMean, runExpected } = state;
  if (calendar.weekSlots === 0 || !canHaveShare(state, series) || calendar.isWithinHour && !mayGoOn(calendar, state, series)) return Word.over;
  const before = expected - followed(state, series);
  const ofRun = runMean[series]! / runExpected[series]! * before;
  const error = value - before;
  if (abs(ofRun) < TELLING * usual) return Word.nothing;
  if (fromLastWeek(state, series, value) < FROM_LAST_WEEK * abs(ofRun)) return Word.against;
  return abs(error - ofRun) < abs(error) ? Word.part : Word.against;
}

function mayGoOn({ cycleSlots, intervalsPerWeek }: Calendar, { points, runLength }: SeriesState, series: number): boolean {
  return runLength[series]! <= LONGEST_DAYS * cycleSlots && points[series]! >= KNOWN_WEEKS * intervalsPerWeek;
}

/** How far a value is from what the series was from the beginning to the end of the same hour a week ago; NaN: not known. Kept at intervals of less than an hour. */
function fromLastWeek({ lastWeekFirst, lastWeekLast, origin }: SeriesState, series: number, value: number): number {
  const first = lastWeekFirst[series]!;
  const last = lastWeekLast[series]!;
  const kept = value - origin[series]!;
  return max(0, min(first, last) - kept, kept - max(first, last));
}

/**
 * What has become of the level of a series in a run that is long enough to be a new one; undefined: nothing of one kind.
 *
 * Its values are so many times what was expected, or they are so much more: whichever leaves less over. A business has less of everything, at night by less
 * than by day. What is left over is also the usual error at the new level, as far as that is between what it was and the same share of it.
 */
export function changeOfRun(calendar: Calendar, state: SeriesState, series: number): Change | undefined {
  const { runMean, runSpread, runExpected, runShareSpread, runUsual } = state;
  const moved = runMean[series]!;
  const most = SELF_CONSISTENT * abs(moved);
  const added = runSpread[series]!;
  const shared = runShareSpread[series]!;
  const share = 1 + moved / runExpected[series]!;
  const learned = followed(state, series);
  if (calendar.isWithinHour && !(shared <= PLAIN * added && isPlain(calendar, state, series, share))) return undefined;
  if (!canHaveShare(state, series) || !(share >= LEAST_SHARE)) {
    return added <= most ? { share: 1, moved, learned, noise: 1 } : undefined;
  }
  const isShared = shared <= added || calendar.weekSlots === 0 && hasWeekdayShares(state, series);
  const left = isShared ? shared : added;
  if (!(left <= most)) return undefined;
  const margin = calendar.weekSlots === 0 ? MARGIN_OF_DAYS : MARGIN;
  const noise = max(min(1, share), min(max(1, share), margin * DEVIATION_TO_SCALE * left / runUsual[series]!));
  return isShared ? { share, moved: 0, learned, noise } : { share: 1, moved, learned, noise };
}

/** Whether a run at intervals of less than an hour is at a share that tells: a level that wanders would have a new one twice a day. */
function isPlain({ cycleSlots }: Calendar, state: SeriesState, series: number, share: number): boolean {
  const { runExpected, runLength } = state;
  return deviationsFromMiddle(state, series, share * runExpected[series]!) > UNUSUAL
    || runLength[series]! >= cycleSlots && share <= LARGEST_USUAL_CHANGE && share >= 1 / LARGEST_USUAL_CHANGE;
}

function canHaveShare({ kind, idle, runExpected }: SeriesState, series: number): boolean {
  // NaN in a run that had begun before this was kept
  return kind[series] !== ANY_VALUES && idle[series]! <= IDLE_SHARE && runExpected[series]! > 0;
}
