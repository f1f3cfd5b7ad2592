// SPDX-License-Identifier: Apache-2.0

import { type HolidayCalendar, NO_HOLIDAYS } from '../calendar/holidays';

const DAY_MILLISECONDS = 86_400_000;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;
const SUNDAY = 0;
const SATURDAY = 6;

/** Days counted back from the end of the month, and working days counted from either end, that have slots of their own. */
const LAST_DAYS = 5;
const WORKING_DAYS = 3;
/** Holidays that are told apart; of further ones only what all holidays have in common is learned. */
export const HOLIDAYS = 20;

/** First slot of each family; every family has at most one slot for a day. */
const DAY_OF_MONTH = 0;
const FROM_MONTH_END = DAY_OF_MONTH + 31;
const FIRST_WORKING_DAYS = FROM_MONTH_END + LAST_DAYS;
const LAST_WORKING_DAYS = FIRST_WORKING_DAYS + WORKING_DAYS;
const BEFORE_WORKING_DAYS = LAST_WORKING_DAYS + WORKING_DAYS;
const AFTER_WORKING_DAYS = BEFORE_WORKING_DAYS + 1;
const QUARTER = AFTER_WORKING_DAYS + 1;
const QUARTER_DAYS = 4;
const ANY_HOLIDAY = QUARTER + QUARTER_DAYS;
const BEFORE_HOLIDAY = ANY_HOLIDAY + 1;
const AFTER_HOLIDAY = ANY_HOLIDAY + 2;
const ONE_HOLIDAY = ANY_HOLIDAY + 3;
/** Slots of day effects of a series. */
export const EFFECT_SLOTS = ONE_HOLIDAY + HOLIDAYS;
/** Slots of the year: its weeks counted from 1 January. */
export const YEAR_SLOTS = 53;

/** Ways to count the days of a month: from its start in days (in each half of the month) and working days, from its end in both. */
export const MONTH_COUNTS = 5;
const BY_DAY = 0;
const BY_WORKING_DAY = 1;
const BY_DAY_LATE = 2;
const BY_DAY_FROM_END = 3;
const BY_WORKING_DAY_FROM_END = 4;
/** Days in the first half of a month. */
const FIRST_HALF = 15;

/** A slot of month or quarter, and the way of counting that it belongs to. */
export interface MonthSlot {
  readonly slot: number;
  readonly count: number;
}

/** What a day is, beside a day of the week: indexes of slots. */
export interface DayPosition {
  /** Slots of the month: a day of the month is also some day from its end, and may be its first or last working day. */
  readonly month: readonly MonthSlot[];
  /** Slots of the quarter: filled on the first and last days and working days of a quarter. */
  readonly quarter: readonly MonthSlot[];
  /** Both. */
  readonly monthAndQuarter: readonly MonthSlot[];
  /** The slot of this very holiday and the one of all holidays; of the day before or after one; empty on other days. */
  readonly holiday: readonly number[];
  /** Whether the day itself is a holiday. */
  readonly isHoliday: boolean;
  /** Week of the year, 0-52. */
  readonly week: number;
}

/**
 * Says what a day is to a business: where it stands in month, quarter and year, counted in days and in working days, and whether it is a
 * holiday or next to one. Saturdays, Sundays and holidays are not working days.
 */
export class DayEffectsCalendar {
  private day = NaN;
  private position?: DayPosition;

  public constructor(private readonly holidays: HolidayCalendar = NO_HOLIDAYS) {}

  /** @param day days since 1970-01-01 on the local wall clock */
  public positionOf(day: number): DayPosition {
    if (this.position === undefined || this.day !== day) {
      this.position = this.find(day);
      this.day = day;
    }
    return this.position;
  }

  private find(day: number): DayPosition {
    const date = new Date(day * DAY_MILLISECONDS);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    const first = Date.UTC(year, month, 1) / DAY_MILLISECONDS;
    const last = Date.UTC(year, month + 1, 0) / DAY_MILLISECONDS;
    const workingBefore = this.workingDays(first, day);
    const workingAfter = this.workingDays(day + 1, last + 1);
    const isWorking = this.isWorkingDay(day);

    const slots: MonthSlot[] = [{ slot: DAY_OF_MONTH + day - first, count: day - first < FIRST_HALF ? BY_DAY : BY_DAY_LATE }];
    if (last - day < LAST_DAYS) slots.push({ slot: FROM_MONTH_END + last - day, count: BY_DAY_FROM_END });
    if (isWorking) {
      if (workingBefore < WORKING_DAYS) slots.push({ slot: FIRST_WORKING_DAYS + workingBefore, count: BY_WORKING_DAY });
      if (workingAfter < WORKING_DAYS) slots.push({ slot: LAST_WORKING_DAYS + workingAfter, count: BY_WORKING_DAY_FROM_END });
    } else {
      if (workingBefore === 0) slots.push({ slot: BEFORE_WORKING_DAYS, count: BY_WORKING_DAY });
      if (workingAfter === 0) slots.push({ slot: AFTER_WORKING_DAYS, count: BY_WORKING_DAY_FROM_END });
    }

    const quarter: MonthSlot[] = [];
    if (month % 3 === 0) {
      if (day === first) quarter.push({ slot: QUARTER, count: BY_DAY });
      if (isWorking && workingBefore === 0) quarter.push({ slot: QUARTER + 1, count: BY_WORKING_DAY });
    } else if (month % 3 === 2) {
      if (day === last) quarter.push({ slot: QUARTER + 2, count: BY_DAY_FROM_END });
      if (isWorking && workingAfter === 0) quarter.push({ slot: QUARTER + 3, count: BY_WORKING_DAY_FROM_END });
    }

    const identity = this.holidays.identityOf(day);
    return {
      month: slots,
      quarter,
      monthAndQuarter: [...quarter, ...slots],
      holiday: this.holidaySlots(day, identity),
      isHoliday: identity !== undefined,
      week: Math.floor((day - Date.UTC(year, 0, 1) / DAY_MILLISECONDS) / 7),
    };
  }

  private holidaySlots(day: number, identity: number | undefined): number[] {
    if (identity !== undefined) return identity < HOLIDAYS ? [ONE_HOLIDAY + identity, ANY_HOLIDAY] : [ANY_HOLIDAY];
    if (this.holidays.identityOf(day + 1) !== undefined) return [BEFORE_HOLIDAY];
    return this.holidays.identityOf(day - 1) !== undefined ? [AFTER_HOLIDAY] : [];
  }

  /** Working days from `from` up to but not including `to`. */
  private workingDays(from: number, to: number): number {
    let count = 0;
    for (let day = from; day < to; day++) if (this.isWorkingDay(day)) count++;
    return count;
  }

  private isWorkingDay(day: number): boolean {
    const weekday = (((day + FIRST_WEEKDAY) % 7) + 7) % 7;
    return weekday !== SUNDAY && weekday !== SATURDAY && this.holidays.identityOf(day) === undefined;
  }
}
