// SPDX-License-Identifier: Apache-2.0

/** How long one interval of the model is. */
export interface ModelSettings {
  /** Seconds: 5 minutes, 10 minutes, one hour or one day. */
  readonly intervalSeconds: 300 | 600 | 3600 | 86400;
}

const DAY = 86400;
const HOUR = 3600;
const HOURS_A_DAY = 24;
/** 1970-01-01 was a Thursday: weekday 4, with Sunday as 0. */
const FIRST_WEEKDAY = 4;

/** Where an interval stands in the seasons: indexes of rows in the state. */
export interface SeasonPosition {
  /** Slot of the short cycle: the interval of the day, or for daily data the day of the week. */
  readonly cycle: number;
  /** Hour of the week; 0 for daily data, which has no second season. */
  readonly week: number;
  /** Slot of the noise level: hour of the day, or for daily data the day of the week. */
  readonly noise: number;
}

/**
 * Seasons that follow from the length of an interval and nothing else. Periods guessed from data are wrong too early and cost false
 * alerts; hour of day and day of week are what business series have.
 */
export class Calendar {
  /** Slots of the short cycle: intervals in a day, or 7 for daily data. */
  public readonly cycleSlots: number;
  /** Slots of the week: 168 hours; 0 for daily data, where the short cycle is the week. */
  public readonly weekSlots: number;
  public readonly noiseSlots: number;
  /** Intervals that share one week slot (12 for 5 minutes). */
  public readonly intervalsPerWeekSlot: number;
  /** Intervals that share one noise slot. */
  public readonly intervalsPerNoiseSlot: number;
  public readonly intervalsPerWeek: number;
  /** Whether intervals are shorter than the hours that a week is kept by. */
  public readonly isWithinHour: boolean;
  /** Whether an interval is an hour: one slot of the week. */
  public readonly isHourly: boolean;

  public constructor(public readonly intervalSeconds: number) {
    const daily = intervalSeconds === DAY;
    this.cycleSlots = daily ? 7 : DAY / intervalSeconds;
    this.weekSlots = daily ? 0 : 168;
    this.noiseSlots = daily ? 7 : HOURS_A_DAY;
    this.intervalsPerWeekSlot = daily ? 1 : HOUR / intervalSeconds;
    this.intervalsPerNoiseSlot = this.intervalsPerWeekSlot;
    this.intervalsPerWeek = 7 * DAY / intervalSeconds;
    this.isWithinHour = intervalSeconds < HOUR;
    this.isHourly = intervalSeconds === HOUR;
  }

  /** `wallSeconds` is the interval's start on the local wall clock, in seconds since 1970-01-01 of that clock. */
  public position(wallSeconds: number): SeasonPosition {
    const day = Math.floor(wallSeconds / DAY);
    const second = wallSeconds - day * DAY;
    const weekday = (((day + FIRST_WEEKDAY) % 7) + 7) % 7;
    if (this.weekSlots === 0) return { cycle: weekday, week: 0, noise: weekday };
    const hour = Math.floor(second / HOUR);
    return { cycle: Math.floor(second / this.intervalSeconds), week: weekday * HOURS_A_DAY + hour, noise: hour };
  }

  /** The same time of the day on another day of the week (0 is Sunday); only where the week is a second season. */
  public onWeekday({ cycle, week, noise }: SeasonPosition, weekday: number): SeasonPosition {
    return { cycle, week: weekday * HOURS_A_DAY + week % HOURS_A_DAY, noise };
  }
}
