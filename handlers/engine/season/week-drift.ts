// SPDX-License-Identifier: Apache-2.0

import { CLIP, type Gains, gainsOf } from './seasonal-gains';
import { mostOfWeek, weekTrust } from './week-season';
import type { Calendar, SeasonPosition } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';
import { within } from '../state/within';

const { floor } = Math;

const DAYS_A_WEEK = 7;
const HOURS_A_DAY = 24;

/**
 * How the level and the slots of the day move with the week. They learn what the week explains as if there were none: at intervals of five minutes the level
 * is at that of the weekend within hours, and the slots of the week hold what is left. So a weekday's level and a Sunday's slot of the week do not make a
 * Sunday; but what the week has the level learn from one day to the other is known from its slots.
 */
export class WeekDrift {
  private readonly gains: Gains;
  /** Of each series of the block: how far its week is believed, and how much of an error and of the week is learned. */
  private readonly trust: Float64Array;
  private readonly limit: Float64Array;
  private readonly most: Float64Array;
  /** What an hour of the week has each series of the block learn. */
  private readonly learned: Float64Array;

  /** @param block most series that are asked for at once */
  public constructor(private readonly calendar: Calendar, private readonly state: SeriesState, block: number) {
    this.gains = gainsOf(calendar);
    this.trust = new Float64Array(block);
    this.limit = new Float64Array(block);
    this.most = new Float64Array(block);
    this.learned = new Float64Array(block);
  }

  /** Takes up the series from `from` up to but not including `to`, of which is asked from here on. */
  public begin(from: number, to: number): void {
    const { cycleError, scale, weekError } = this.state;
    for (let s = from; s < to; s++) {
      const limit = CLIP * scale[s]!;
      this.trust[s - from] = weekTrust(cycleError[s]!, weekError[s]!);
      this.limit[s - from] = limit;
      this.most[s - from] = mostOfWeek(this.calendar, this.state, s, limit);
    }
  }

  /**
   * Adds to each series by how much its level and its slot of the day differ at the same time of the nearest such day of the week, before or after.
   * @param day of the week, 0 is Sunday
   */
  public addMovesTo(day: number, position: SeasonPosition, from: number, to: number, expected: Float64Array): void {
    const { calendar, gains, learned } = this;
    const today = floor(position.week / HOURS_A_DAY);
    const hour = position.week % HOURS_A_DAY;
    const ahead = (day - today + DAYS_A_WEEK) % DAYS_A_WEEK;
    const isAhead = ahead <= DAYS_A_WEEK / 2;
    const days = isAhead ? ahead : DAYS_A_WEEK - ahead;
    const first = HOURS_A_DAY * (isAhead ? today : day) + hour;
    for (let after = 0; after < days * HOURS_A_DAY; after++) {
      this.learnedAt((first + after) % calendar.weekSlots, from, to);
      const ofSlot = after % HOURS_A_DAY === 0 ? gains.cycle : 0;
      const gain = (isAhead ? 1 : -1) * (gains.level * calendar.intervalsPerWeekSlot + ofSlot);
      for (let index = 0; index < to - from; index++) expected[index]! += gain * learned[index]!;
    }
  }

  /** Has level and slot of the day go on as the week has them, by an interval whose values are not learned. */
  public goOn(position: SeasonPosition, from: number, to: number): void {
    const { gains, learned, state: { cycle, level, capacity } } = this;
    this.learnedAt(position.week, from, to);
    for (let s = from; s < to; s++) {
      level[s]! += gains.level * learned[s - from]!;
      cycle[position.cycle * capacity + s]! += gains.cycle * learned[s - from]!;
    }
  }

  /** Has the level follow errors, as it does on any day. */
  public follow(from: number, to: number, errors: Float64Array): void {
    for (let s = from; s < to; s++) this.state.level[s]! += this.gains.level * errors[s - from]!;
  }

  /** Works out what level and slot of the day learn of what an hour of the week explains: as `SeasonalMember` learns it. */
  private learnedAt(week: number, from: number, to: number): void {
    const { learned, limit, most, trust } = this;
    const row = week * this.state.capacity;
    for (let s = from; s < to; s++) {
      const index = s - from;
      const weekly = this.state.week[row + s]!;
      const believed = trust[index]! * weekly;
      // what the week is not believed to explain is an error that comes every week; NaN where nothing is known of the hour
      learned[index] = within(most[index]!, believed) + within(limit[index]!, weekly - believed) || 0;
    }
  }
}
