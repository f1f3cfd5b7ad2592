// SPDX-License-Identifier: Apache-2.0

import { ExpectedRows } from './expected-rows';
import { OpenHolidays } from './open-holidays';
import { ReportingHours } from './reporting-hours';
import { dayOf, holidayOf, Silences } from './silences';
import { WeeklyPauses } from './weekly-pauses';
import type { HolidayCalendar } from '../calendar/holidays';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
/** Expected intervals without any row from which they are missing: one at an hour that never fails, or so good as. */
const LEAST_EXPECTED = 0.75;
/** A silence that has less than this chance is none, by the hour. */
const LEAST_CHANCE = 1e-4;
const LIKELY = Math.log(0.01);
/** The chance of a row from which a pause on a day that was open for long is an exception, until it is seen for the second time. */
const STEADY = 0.95;
/** Days after which what never failed needs no more proof. */
const STEADY_DAYS = 3;
/** What is left of a usual pause a day later. */
const LEFT_A_DAY = 0.9;
/** Intervals of a pause that are learned when it has ended: what is longer than four weeks teaches nothing more. */
const LEARNED_DAYS = 28;
/** Numbers of the state, in the order in which they are written, and their bytes. */
const NUMBERS = ['silence', 'seen', 'lastRows', 'first', 'usual', 'newest', 'news', 'repeated', 'chance'] as const;
const BYTES = 8 * NUMBERS.length;

/**
 * Intervals in which nothing came at all. Rows are missing when that is no chance at these hours, when it lasts for more than twice the
 * usual pauses (each counted in intervals in which rows are expected), and as far as no pause of a week ago excuses it.
 */
export class OverallSilence {
  /** Intervals in a row without any row. */
  public silence = 0;
  /** Intervals with rows. */
  public seen = 0;
  /** Start of the newest interval with rows, and of the first one from which days are known. */
  public lastRows = NaN;
  public first = NaN;
  /** Longest usual pause, and the newest one, in intervals in which rows were expected. */
  public usual = 0;
  public newest = 0;
  /** Of the present pause: intervals in which rows were expected and that no pause of a week ago excuses, and those of them that had none a day before. */
  public news = 0;
  public repeated = 0;
  /** Logarithm of the chance of these intervals. */
  public chance = 0;
  public readonly hours: ReportingHours;
  public readonly pauses: WeeklyPauses;
  private readonly expected: ExpectedRows;
  private readonly silences: Silences;
  private readonly leastChance: number;

  public constructor(private readonly intervalSeconds: number, holidays: HolidayCalendar) {
    this.hours = new ReportingHours(intervalSeconds, new OpenHolidays(), 'open');
    this.hours.grow(1);
    this.expected = new ExpectedRows(this.hours);
    this.pauses = new WeeklyPauses(intervalSeconds);
    this.silences = new Silences(intervalSeconds, () => true, holidays);
    this.leastChance = Math.log(LEAST_CHANCE * Math.min(1, intervalSeconds / HOUR_SECONDS));
  }

  /** Bytes of the state. */
  public get byteLength(): number {
    return BYTES + 10 + this.hours.parts + this.pauses.byteLength;
  }

  /** Whether rows are missing now. */
  public get isOutage(): boolean {
    return this.news >= LEAST_EXPECTED && this.news > 2 * this.usual && this.chance < this.leastChance;
  }

  /**
   * Takes in intervals without any row.
   * @param last start of the last one
   * @param ofCombinations logarithm of the chance that no combination has a row in an interval
   */
  public addSilent(last: number, intervals: number, ofCombinations: (part: number, kind: number) => number): void {
    if (this.seen === 0) return;
    const { hours, intervalSeconds } = this;
    for (let back = intervals - 1; back >= 0; back--) {
      const start = last - back * intervalSeconds;
      if (this.silence === 0) [this.news, this.repeated, this.chance] = [0, 0, 0];
      const [part, kind] = [this.silences.partOf(start), this.silences.kindOf(start)];
      const usual = hours.chanceOfRow(0, part, kind);
      const isLongOpen = usual >= STEADY && hours.days.isLongOpen(0, kind);
      const isExcused = this.pauses.addSilent(start, this.silence === 0, { isHoliday: holidayOf(kind) >= 0, isLongOpen });
      this.silence++;
      const chance = isExcused ? 0 : usual;
      if (chance === 0) continue;
      this.news += chance;
      if (this.silence * intervalSeconds <= DAY_SECONDS && !this.pauses.hadRows(start - DAY_SECONDS)) this.repeated += chance;
      const isSteady = this.expected.smoothed(0, part) === 0 && this.usual < LEAST_EXPECTED && dayOf(start) >= dayOf(this.first) + STEADY_DAYS;
      const ofEverything = Math.log(Math.max(this.expected.leastChance(this.seen), this.expected.smoothed(0, part)));
      // what never failed since it is known may still do: many combinations together tell how seldom
      this.chance += isSteady ? Math.min(ofEverything, ofCombinations(part, kind)) : ofEverything;
    }
  }

  /** Takes in an interval with rows. */
  public addRows(wallSeconds: number): void {
    const number = Math.round(wallSeconds / this.intervalSeconds);
    if (this.seen === 0) {
      this.first = wallSeconds;
    } else if (dayOf(wallSeconds) !== dayOf(this.lastRows)) {
      const left = LEFT_A_DAY ** (dayOf(wallSeconds) - dayOf(this.lastRows));
      // a pause of weeks ago makes no habit of the present one
      this.usual *= left;
      this.newest *= left;
      this.hours.endDay(this.kindOf(this.lastRows), this.countsOfDay(() => true), () => false, () => this.silence > 0 && this.isOutage);
    }
    this.hours.setGain(this.seen);
    if (this.silence > 0) {
      this.learnPause(wallSeconds, number);
      this.silence = 0;
    }
    this.seen++;
    this.lastRows = wallSeconds;
    this.pauses.addRows(wallSeconds);
    this.hours.addRow(0, this.silences.partOf(wallSeconds), number);
    this.hours.addDay(0, this.kindOf(wallSeconds));
  }

  /** What an interval is to `ReportingHours`. */
  public partOf(wallSeconds: number): number {
    return this.silences.partOf(wallSeconds);
  }

  /** What kind of day it is to `ReportingHours`. */
  public kindOf(wallSeconds: number): number {
    return this.silences.kindOf(wallSeconds);
  }

  /** By hour the intervals of the newest day with rows that count, from the first one that is known. */
  public countsOfDay(counts: (wallSeconds: number) => boolean): Uint16Array {
    const found = new Uint16Array(this.hours.parts);
    const day = dayOf(this.lastRows);
    for (let start = day * DAY_SECONDS; start < (day + 1) * DAY_SECONDS; start += this.intervalSeconds) {
      if (start >= this.first && counts(start)) found[this.silences.partOf(start)]!++;
    }
    return found;
  }

  public serialize(target: Uint8Array): void {
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    const { hours, pauses } = this;
    for (const [index, name] of NUMBERS.entries()) view.setFloat64(8 * index, this[name], true);
    view.setUint16(BYTES, hours.today[0]!, true);
    target[BYTES + 2] = Number(pauses.isExcused);
    target.set(hours.days.days, BYTES + 3);
    target.set(hours.levels, BYTES + 10);
    pauses.serialize(target.subarray(BYTES + 10 + hours.parts));
  }

  /** @param source what `serialize` wrote */
  public restore(source: Uint8Array): void {
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    const { hours, pauses } = this;
    for (const [index, name] of NUMBERS.entries()) this[name] = view.getFloat64(8 * index, true);
    hours.today[0] = view.getUint16(BYTES, true);
    pauses.isExcused = source[BYTES + 2] === 1;
    hours.days.days.set(source.subarray(BYTES + 3, BYTES + 10));
    hours.levels.set(source.subarray(BYTES + 10, BYTES + 10 + hours.parts));
    hours.restored(0);
    pauses.restore(source.subarray(BYTES + 10 + hours.parts));
  }

  private learnPause(wallSeconds: number, number: number): void {
    const { intervalSeconds } = this;
    const intervals = Math.min(this.silence, LEARNED_DAYS * DAY_SECONDS / intervalSeconds);
    // one outage is no habit: what was so the day before is
    const isHabit = this.news > 0 && 2 * this.repeated >= this.news;
    this.silences.endAt(wallSeconds - intervalSeconds, wallSeconds);
    const silence = this.silences.of(intervals);
    this.hours.addHolidays(0, silence);
    if (!this.isOutage || isHabit) this.hours.addSilence(0, silence, number);
    // what is likely at these hours is no habit of its own
    const unlikely = this.chance < LIKELY ? this.news : 0;
    this.usual = Math.max(this.usual, isHabit ? unlikely : Math.min(unlikely, this.newest));
    this.newest = unlikely;
  }
}
