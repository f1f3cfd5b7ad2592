// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a bit for each hour */

import { type HolidayCalendar, NO_HOLIDAYS } from '../calendar/holidays';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const WEEK_SECONDS = 7 * DAY_SECONDS;

/** Intervals in pieces of an hour, or of a day where an interval is one: the newest first. */
interface Pieces {
  /** Of each piece the hour of the day; of daily data the day of the week. */
  readonly parts: number[];
  /** Number of the day, and what kind of day it is (see `kindOf`). */
  readonly days: number[];
  readonly kinds: number[];
  /** How many intervals it has. */
  readonly counts: number[];
  /** A bit for its hour (or day of the week of daily data), and the number of the first piece of the next hour, where there is one. */
  readonly bits: number[];
  readonly nextHour: number[];
  /** Number of the first piece that is on a public holiday; Infinity where none is. */
  firstHoliday: number;
}

/** Intervals in a row in which something had no row: the newest pieces, and full weeks before them, which are thought to be as the newest week. */
export interface Silence {
  readonly pieces: Pieces;
  /** How many of the pieces, and how many intervals of the last one of these. */
  readonly length: number;
  readonly last: number;
  readonly weeks: number;
  /** A bit for each hour, or day of the week of daily data, that there is. */
  readonly partsMask: number;
  /** Start of the first interval on the wall clock, and its day of the week. */
  readonly start: number;
  readonly weekday: number;
  /** Number of the day of the last row before, and of the next one: days in between are silent as a whole. */
  readonly dayBefore: number;
  readonly dayAfter: number;
}

/** Number of the day on the wall clock. */
export function dayOf(wallSeconds: number): number {
  return Math.floor(wallSeconds / DAY_SECONDS);
}

/** Day of the week, 0-6. */
export function weekdayOf(wallSeconds: number): number {
  return (dayOf(wallSeconds) % 7 + 7) % 7;
}

/** The holiday that a kind of day is: its identity; below 0 on other days. */
export function holidayOf(kind: number): number {
  return Math.floor(kind / 7) - 1;
}

/** Intervals of a piece of a silence, in the newest weeks and those before. */
export function intervalsOf({ pieces: { counts }, length, last, weeks }: Silence, piece: number): number {
  const newest = piece < length - 1 ? counts[piece]! : piece === length - 1 ? last : 0;
  return newest + weeks * counts[piece]!;
}

/** How many of its pieces a silence has: all of a week, or the newest ones. */
export function piecesOf({ pieces, length, weeks }: Silence): number {
  return weeks > 0 ? pieces.parts.length : length;
}

const noPieces = (): Pieces => ({ parts: [], days: [], kinds: [], counts: [], bits: [], nextHour: [], firstHoliday: Infinity });

/** Finds out which intervals a silence consists of that ends with a certain interval. */
export class Silences {
  private newest = NaN;
  private next = NaN;
  private pieces: Pieces = noPieces();
  /** Of the newest intervals that count, as far as anyone asked: start, number of the piece, intervals of the piece and parts so far. */
  private readonly starts: number[] = [];
  private readonly pieceOf: number[] = [];
  private readonly countIn: number[] = [];
  private readonly masks: number[] = [];
  /** By their intervals. */
  private readonly known: (Silence | undefined)[] = [];
  private readonly isDaily: boolean;

  /** @param counts whether an interval counts: those in which nothing came at all say nothing of single combinations */
  public constructor(
    private readonly intervalSeconds: number, private readonly counts: (wallSeconds: number) => boolean,
    private readonly holidays: HolidayCalendar = NO_HOLIDAYS,
  ) {
    this.isDaily = intervalSeconds >= DAY_SECONDS;
  }

  /**
   * @param newest start of the interval with which silences end
   * @param next start of the interval that comes after them, or of the newest one that is known
   */
  public endAt(newest: number, next: number): void {
    this.newest = newest;
    this.next = next;
    this.pieces = noPieces();
    this.starts.length = this.pieceOf.length = this.countIn.length = this.masks.length = this.known.length = 0;
  }

  /** What an interval is to `ReportingHours`. */
  public partOf(wallSeconds: number): number {
    return this.isDaily ? weekdayOf(wallSeconds) : Math.floor((wallSeconds - dayOf(wallSeconds) * DAY_SECONDS) / this.intervalSeconds);
  }

  /** Kind of a day: the day of the week, 0-6, and on a public holiday 7 more for each identity up to its own. */
  public kindOf(wallSeconds: number): number {
    const identity = this.holidays.identityOf(dayOf(wallSeconds));
    return weekdayOf(wallSeconds) + (identity === undefined ? 0 : 7 * (identity + 1));
  }

  /** The silence of so many intervals, at least one. */
  public of(intervals: number): Silence {
    return this.known[intervals] ??= this.make(intervals);
  }

  private make(intervals: number): Silence {
    const isInWeek = this.findStart(intervals - 1);
    const perWeek = this.starts.length;
    const weeks = isInWeek ? 0 : Math.floor(intervals / perWeek);
    const newest = intervals - weeks * perWeek;
    const start = newest > 0 ? this.starts[newest - 1]! - weeks * WEEK_SECONDS : this.starts[perWeek - 1]! - (weeks - 1) * WEEK_SECONDS;
    return {
      pieces: this.pieces,
      length: newest > 0 ? this.pieceOf[newest - 1]! + 1 : 0,
      last: newest > 0 ? this.countIn[newest - 1]! : 0,
      weeks,
      partsMask: this.masks[weeks > 0 ? perWeek - 1 : newest - 1]!,
      start,
      weekday: weekdayOf(start),
      dayBefore: isInWeek && this.findStart(intervals) ? dayOf(this.starts[intervals]!) : dayOf(this.next - WEEK_SECONDS),
      dayAfter: dayOf(this.next),
    };
  }

  /** Finds the interval that counts and is so many before the newest one. @returns whether it is one of the newest week */
  private findStart(back: number): boolean {
    const { intervalSeconds, starts } = this;
    // what is older is known no more
    const oldest = this.next - WEEK_SECONDS;
    if (starts.length === 0) this.add(this.newest);
    while (starts.length <= back) {
      let start = starts.at(-1)! - intervalSeconds;
      while (!this.counts(start) && start > oldest) start -= intervalSeconds;
      if (start <= oldest) return false;
      this.add(start);
    }
    return true;
  }

  private add(start: number): void {
    const { countIn, masks, pieceOf, pieces: { parts, days, kinds, counts, bits, nextHour }, starts } = this;
    const [part, day] = [this.partOf(start), dayOf(start)];
    const bit = 1 << (this.isDaily ? part : Math.floor(part * this.intervalSeconds / HOUR_SECONDS));
    if (days.at(-1) === day && parts.at(-1) === part) {
      counts[counts.length - 1]!++;
    } else {
      for (let piece = nextHour.length; piece < parts.length && bits.at(-1) !== bit; piece++) nextHour.push(parts.length);
      parts.push(part);
      days.push(day);
      kinds.push(days.at(-2) === day ? kinds.at(-1)! : this.kindOf(start));
      if (kinds.at(-1)! > 6) this.pieces.firstHoliday = Math.min(this.pieces.firstHoliday, kinds.length - 1);
      counts.push(1);
      bits.push(bit);
    }
    starts.push(start);
    pieceOf.push(parts.length - 1);
    countIn.push(counts.at(-1)!);
    masks.push((masks.at(-1) ?? 0) | bit);
  }
}
