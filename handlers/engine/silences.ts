// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a bit for each hour */

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;

/** Intervals in a row in which something had no row, in pieces of an hour, or of a day where an interval is one: the newest first. */
export interface Silence {
  /** Of each piece the hour of the day; of daily data the day of the week. */
  readonly parts: Uint8Array;
  /** A bit for each part that there is. */
  readonly partsMask: number;
  /** Of each piece the day of the week, how many intervals it has, and whether it lies in a day that is silent as a whole. */
  readonly weekdays: Uint8Array;
  readonly counts: Uint16Array;
  readonly isWholeDay: Uint8Array;
  /** Days of the week of the days that are silent as a whole. */
  readonly wholeDays: readonly number[];
  /** Start of the first interval on the wall clock, and its day of the week. */
  readonly start: number;
  readonly weekday: number;
}

/** Number of the day on the wall clock. */
export function dayOf(wallSeconds: number): number {
  return Math.floor(wallSeconds / DAY_SECONDS);
}

/** Day of the week, 0-6. */
export function weekdayOf(wallSeconds: number): number {
  return (dayOf(wallSeconds) % 7 + 7) % 7;
}

/** Finds out which intervals a silence consists of that ends with a certain interval. */
export class Silences {
  private newest = NaN;
  /** Day of what comes after it. */
  private nextDay = NaN;
  /** Starts of the newest intervals that count, newest first, as far as anyone asked. */
  private readonly starts: number[] = [];
  /** By their intervals. */
  private readonly known: (Silence | undefined)[] = [];
  private readonly isDaily: boolean;

  /** @param counts whether an interval counts: those in which nothing came at all say nothing of single combinations */
  public constructor(private readonly intervalSeconds: number, private readonly counts: (wallSeconds: number) => boolean) {
    this.isDaily = intervalSeconds >= DAY_SECONDS;
  }

  /**
   * @param newest start of the interval with which silences end
   * @param next start of the interval that comes after them
   */
  public endAt(newest: number, next: number): void {
    this.newest = newest;
    this.nextDay = dayOf(next);
    this.starts.length = 0;
    this.known.length = 0;
  }

  /** What an interval is to `ReportingHours`. */
  public partOf(wallSeconds: number): number {
    return this.isDaily ? weekdayOf(wallSeconds) : Math.floor((wallSeconds - dayOf(wallSeconds) * DAY_SECONDS) / HOUR_SECONDS);
  }

  /** The silence of so many intervals, at least one. */
  public of(intervals: number): Silence {
    return this.known[intervals] ??= this.make(intervals);
  }

  /** Start of the interval that counts and is so many before the newest one. */
  private startOf(back: number): number {
    const { intervalSeconds, starts } = this;
    if (starts.length === 0) starts.push(this.newest);
    while (starts.length <= back) {
      let start = starts.at(-1)! - intervalSeconds;
      // never more than a week without any, or there is no pattern
      for (let skipped = 0; !this.counts(start) && skipped < 7 * DAY_SECONDS / intervalSeconds; skipped++) start -= intervalSeconds;
      starts.push(start);
    }
    return starts[back]!;
  }

  private make(intervals: number): Silence {
    const pieces: { readonly part: number; readonly day: number; count: number }[] = [];
    for (let back = 0; back < intervals; back++) {
      const start = this.startOf(back);
      const [part, day] = [this.partOf(start), dayOf(start)];
      const last = pieces.at(-1);
      if (last?.day === day && last.part === part) last.count++;
      else pieces.push({ part, day, count: 1 });
    }
    const start = this.startOf(intervals - 1);
    const lastRow = dayOf(this.startOf(intervals));
    const isWhole = (day: number): boolean => day > lastRow && day < this.nextDay;
    const wholeDays = new Set(pieces.map(({ day }) => day).filter(isWhole));
    return {
      parts: Uint8Array.from(pieces, ({ part }) => part),
      partsMask: pieces.reduce((mask, { part }) => mask | 1 << part, 0),
      weekdays: Uint8Array.from(pieces, ({ day }) => (day % 7 + 7) % 7),
      counts: Uint16Array.from(pieces, ({ count }) => count),
      isWholeDay: Uint8Array.from(pieces, ({ day }) => Number(isWhole(day))),
      wholeDays: Array.from(wholeDays, day => (day % 7 + 7) % 7),
      start,
      weekday: weekdayOf(start),
    };
  }
}
