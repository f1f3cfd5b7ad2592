// SPDX-License-Identifier: Apache-2.0

import { LastWeek } from './last-week';
import { CLIP } from './seasonal-gains';
import type { Prediction, SeasonalMember } from './seasonal-member';
import { WeekDrift } from './week-drift';
import type { Calendar, SeasonPosition } from '../calendar/calendar';
import type { HolidayCalendar } from '../calendar/holidays';
import { REASON } from '../scores/explanation';
import type { IntervalScores } from '../scores/interval-scores';
import type { SeriesState } from '../state/series-state';
import { ANY_VALUES } from '../state/value-kinds';

const { abs, floor, max, min } = Math;

const DAY = 86400;
/** Usual errors from which on the holiday is told as the reason why a value is no anomaly. */
const LEAST_TOLD = 3;
/** Usual errors that weekday and weekend may be apart for a holiday to be a day like any other. */
const ALIKE = 3;

/**
 * Public holidays at intervals of less than a day: on one, a series may be anywhere between what its weekday, a Saturday and a Sunday have it expect at
 * that time of the day. Offices are closed as at the weekend, shops sell less or as much as on a Sunday, what people do at leisure is more, and a business
 * that is open as usual is as on its weekday. What lies between is taken out of the value before it is scored, so that what is beyond is scored as on any day.
 *
 * There are too few holidays, and they differ too much, for each time of the day to learn its own. Nothing is learned on them either: the values are not
 * those of the weekday. Only the level of what has no weekend is followed, as far as it is beyond one, since it may have wandered off until the next day.
 */
export class WeekendLikeHolidays {
  private readonly drift: WeekDrift;
  private readonly lastWeek: LastWeek;
  private readonly weekend: Prediction;
  /** Least and most that each series of the block may have; then how far that is below and above what its weekday has it expect. */
  private readonly below: Float64Array;
  private readonly above: Float64Array;
  /** Usual errors of the two. */
  private readonly scaleBelow: Float64Array;
  private readonly scaleAbove: Float64Array;
  private readonly taken: Float64Array;
  /** Usual errors of the weekday. */
  private readonly usual: Float64Array;
  /** What the level of each series learns. */
  private readonly followed: Float64Array;

  /** @param block most series that are predicted at once */
  public constructor(
    private readonly calendar: Calendar, private readonly state: SeriesState, private readonly seasonal: SeasonalMember,
    private readonly holidays: HolidayCalendar, block: number,
  ) {
    this.drift = new WeekDrift(calendar, state, block);
    this.lastWeek = new LastWeek(calendar, state);
    this.weekend = { expected: new Float64Array(block), scale: new Float64Array(block) };
    this.below = new Float64Array(block);
    this.above = new Float64Array(block);
    this.scaleBelow = new Float64Array(block);
    this.scaleAbove = new Float64Array(block);
    this.taken = new Float64Array(block);
    this.usual = new Float64Array(block);
    this.followed = new Float64Array(block);
  }

  /** Whether an interval lies on a holiday. */
  public has(wallSeconds: number): boolean {
    return this.holidays.identityOf(floor(wallSeconds / DAY)) !== undefined;
  }

  /** Finds what the weekend has the block's series expect. Call it before they are predicted for their own weekday, which is what the state then tells of. */
  public predict(interval: number, position: SeasonPosition, from: number, to: number): void {
    const { above, below, scaleAbove, scaleBelow, calendar, drift, holidays, lastWeek, seasonal, weekend } = this;
    const { expected, scale } = weekend;
    below.fill(Infinity);
    above.fill(-Infinity);
    drift.begin(from, to);
    for (const day of holidays.weekend) {
      const at = calendar.onWeekday(position, day);
      seasonal.predict(interval, at, from, to, weekend);
      drift.addMovesTo(day, position, from, to, expected);
      for (let index = 0; index < to - from; index++) {
        if (!(expected[index]! >= below[index]!)) {
          below[index] = expected[index]!;
          scaleBelow[index] = scale[index]!;
        }
        if (!(expected[index]! <= above[index]!)) {
          above[index] = expected[index]!;
          scaleAbove[index] = scale[index]!;
        }
        // a slot of an hour does not know where in it the weekend begins
        const newest = lastWeek.newest(at, from + index);
        if (newest < below[index]!) below[index] = newest;
        if (newest > above[index]!) above[index] = newest;
      }
    }
  }

  /**
   * Takes out of the block's values what the weekend may make of them.
   * @param prediction of the weekday: on the side of a weekend that is larger its usual error becomes larger too, as noise does
   */
  public takeOut(from: number, to: number, values: Float64Array, { expected, scale }: Prediction): void {
    const { above, below, followed, scaleAbove, scaleBelow, taken, usual, state: { kind } } = this;
    for (let s = from; s < to; s++) {
      const index = s - from;
      const lowest = kind[s] === ANY_VALUES ? -Infinity : 0;
      const center = max(lowest, expected[index]!);
      // NaN for a series that has no past
      const least = below[index] = min(0, max(lowest, below[index]!) - center) || 0;
      const most = above[index] = max(0, max(lowest, above[index]!) - center) || 0;
      const value = values[index]!;
      // what has no rows is as near to nothing as it may be
      const off = (value === value ? value : 0) - center;
      const width = usual[index] = scale[index]!;
      const bound = CLIP * width;
      if (off > 0 && most > 0) scale[index] = ofSize(width, scaleAbove[index]!, center, center + most);
      else if (off < 0 && least < 0) scale[index] = ofSize(width, scaleBelow[index]!, center, center + least);
      taken[index] = max(least, min(most, off)) || 0;
      followed[index] = value === value && most - least <= ALIKE * width ? max(-bound, min(bound, off - taken[index]!)) || 0 : 0;
      values[index] = taken[index] === off && value === value ? center : value - taken[index]!;
    }
  }

  /** Puts back what was taken out: what is told of the series is for the values that it had. */
  public putBack(from: number, to: number, { expected, lower, upper, reason }: IntervalScores): void {
    const { above, below, taken, usual, state: { kind } } = this;
    for (let s = from; s < to; s++) {
      const index = s - from;
      expected[s]! += taken[index]!;
      lower[s] = max(kind[s] === ANY_VALUES ? -Infinity : 0, lower[s]! + below[index]!);
      upper[s]! += above[index]!;
      if (reason[s] === REASON.expected && abs(taken[index]!) >= LEAST_TOLD * usual[index]!) reason[s] = REASON.holiday;
    }
  }

  /** Learns nothing of the block but that an interval of its weekday is over, and where the level of what has no weekend is. */
  public goOn(position: SeasonPosition, from: number, to: number, values: Float64Array): void {
    this.drift.goOn(position, from, to);
    this.drift.follow(from, to, this.followed);
    values.fill(NaN, 0, to - from);
  }
}

/** Usual error of a weekend: that of the weekday, or where the weekend is larger in proportion, up to what the weekend itself says. */
function ofSize(weekday: number, weekend: number, expected: number, expectedOfWeekend: number): number {
  return max(weekday, min(weekend, weekday * abs(expectedOfWeekend / expected)) || 0);
}
