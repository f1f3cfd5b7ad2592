// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a bit for each hour */

import { dither, LEVELS, LOGARITHMS, nearestLevel, type Step, stepTo } from './chance-levels';
import { OpenDays } from './open-days';
import type { OpenHolidays } from './open-holidays';
import { intervalsOf, piecesOf, type Silence } from './silences';

/** The last level at which rows are expected: in 75 % of the intervals. */
export const EXPECTED = 7;
/** The last level at which they come in half of them, and the one to begin with. */
const HALF = 10;
const UNKNOWN = 11;
const ALL_HOURS = 2 ** 24 - 1;
/** Days over which the chances of an hour are taken (exponentially weighted), and weeks for those of a weekday of daily data. */
const MEMORY_DAYS = 14;
const MEMORY_WEEKS = 8;
const DAY_SECONDS = 86_400;

/**
 * When each combination is expected to have rows: the chance of a row by the interval of the day, and which days of the week are open (daily
 * data: the chance by the day of the week). A day is open when rows came in half of the intervals in which they come at least every other
 * time; closed days do not teach the hours. Hours would be too coarse for short intervals: a shop that opens at a quarter past has no row in the
 * same three intervals of five minutes each day.
 */
export class ReportingHours {
  /** Intervals of the day, or days of the week of daily data. */
  public readonly parts: number;
  /** By combination and part. */
  public levels = new Uint8Array(0);
  public readonly days: OpenDays;
  /** Intervals of the present day in which each combination had a row at an hour when it comes in half of them. */
  public today = new Uint16Array(0);
  /** Combinations that are expected at any hour. */
  public watched = 0;
  /** By combination, a bit for each hour (or weekday) that it is expected in: follows from `levels`. */
  public expectedParts = new Uint32Array(0);
  private readonly isDaily: boolean;
  private readonly perHour: number;
  private readonly memory: number;
  private present: Step = stepTo(0, 1);
  private readonly absent: Step[] = [];
  private gain = 1;
  private count = 0;

  /** @param firstDays what is thought of each weekday at first */
  public constructor(intervalSeconds: number, holidays: OpenHolidays, firstDays: 'doubtful' | 'open' = 'doubtful') {
    this.isDaily = intervalSeconds >= DAY_SECONDS;
    this.parts = this.isDaily ? 7 : DAY_SECONDS / intervalSeconds;
    this.perHour = this.isDaily ? 1 : this.parts / 24;
    this.memory = this.isDaily ? MEMORY_WEEKS : MEMORY_DAYS * DAY_SECONDS / intervalSeconds / this.parts;
    this.days = new OpenDays(holidays, this.isDaily, {
      neverCloses: index => this.expectedParts[index] === ALL_HOURS,
      isClosedWeekday: (index, day) => this.levels[index * 7 + day]! > HALF,
    }, firstDays);
  }

  public grow(capacity: number): void {
    const levels = new Uint8Array(capacity * this.parts).fill(UNKNOWN);
    const [today, expectedParts] = [new Uint16Array(capacity), new Uint32Array(capacity)];
    levels.set(this.levels);
    today.set(this.today);
    expectedParts.set(this.expectedParts);
    Object.assign(this, { levels, today, expectedParts });
    this.days.grow(capacity);
    this.count = capacity;
  }

  /** Counts anew what follows from the levels of a combination, after they were set. */
  public restored(index: number): void {
    let expected = 0;
    for (let part = 0; part < this.parts; part++) {
      if (this.levels[index * this.parts + part]! <= EXPECTED) expected |= 1 << Math.floor(part / this.perHour);
    }
    this.watched += Number(expected !== 0) - Number(this.expectedParts[index] !== 0);
    this.expectedParts[index] = expected;
  }

  /** Sets what is known of a combination from its chance of a row in each part. */
  public begin(index: number, chanceIn: (part: number) => number, openDays: (day: number) => boolean): void {
    for (let part = 0; part < this.parts; part++) this.levels[index * this.parts + part] = nearestLevel(1 - chanceIn(part));
    this.days.begin(index, openDays);
    this.restored(index);
  }

  /** How much the intervals count that are learned next. @param seen intervals so far */
  public setGain(seen: number): void {
    const gain = 1 / Math.max(1, Math.min(this.memory, seen / this.parts));
    if (gain === this.gain) return;
    this.gain = gain;
    this.present = stepTo(0, gain);
    this.absent.length = 0;
  }

  /** Learns that a combination has a row. @param salt number of the interval */
  public addRow(index: number, part: number, salt: number): void {
    const at = index * this.parts + part;
    if (this.levels[at]! > 0) this.step(index, at, this.present, salt);
    // of what was learned just now too: else the first day of all would have no rows, and be closed
    if (this.levels[at]! <= HALF) this.today[index]!++;
  }

  /** Learns of a row on a holiday, where an interval is a day: shorter ones are learned at the end of the day. @param kind of the day */
  public addDay(index: number, kind: number): void {
    if (this.isDaily && kind > 6) this.days.learnOpen(index, kind);
  }

  /** Learns of the holidays that lie within a silence that has ended, where there are no more other days in it: those end no outage. */
  public addHolidays(index: number, silence: Silence): void {
    const { pieces: { parts, days, kinds, firstHoliday }, dayBefore, dayAfter } = silence;
    if (firstHoliday >= piecesOf(silence)) return;
    const isWithin = (piece: number): boolean => days[piece]! > dayBefore && days[piece]! < dayAfter;
    let [holidays, others] = [0, 0];
    for (let piece = piecesOf(silence) - 1; piece >= 0; piece--) {
      if (!this.isExpected(index, parts[piece]!, kinds[piece]! % 7)) continue;
      if (kinds[piece]! > 6 && isWithin(piece)) holidays += intervalsOf(silence, piece);
      else others += intervalsOf(silence, piece);
    }
    if (holidays === 0 || others > holidays) return;
    for (let piece = piecesOf(silence) - 1; piece >= 0; piece--) {
      if (kinds[piece]! > 6 && days[piece] !== days[piece + 1] && isWithin(piece)) this.days.learnClosed(index, kinds[piece]!);
    }
  }

  /** Learns that a combination had no row in the intervals of a silence that has ended. @param salt number of the interval */
  public addSilence(index: number, silence: Silence, salt: number): void {
    const { pieces: { parts, days, kinds }, dayBefore, dayAfter } = silence;
    const length = piecesOf(silence);
    for (let piece = 0; piece < length; piece++) {
      const kind = kinds[piece]!;
      // closed days do not teach the hours
      if (!this.isDaily && days[piece]! > dayBefore && days[piece]! < dayAfter) {
        if (kind < 7 && days[piece] !== days[piece - 1]) this.days.learnClosed(index, kind);
        continue;
      }
      if (this.days.isClosed(index, kind)) continue;
      this.step(index, index * this.parts + parts[piece]!, this.stepOfSilence(intervalsOf(silence, piece)), ~salt);
    }
  }

  /**
   * Learns which combinations had a day that is open.
   * @param kind of the day
   * @param counts by hour, the intervals of the day
   * @param hasNoRows whether a combination had none all day: that is learned when it returns
   * @param hasStopped whether it stopped on the day: that tells nothing but that it was open, where that was unknown
   */
  public endDay(kind: number, counts: Uint16Array, hasNoRows: (index: number) => boolean, hasStopped: (index: number) => boolean): void {
    if (this.isDaily) return;
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (let index = 0; index < this.count; index++) {
      const rows = this.today[index]!;
      let expected = 0;
      if (2 * rows < total) {
        for (let part = 0; part < this.parts; part++) if (this.levels[index * this.parts + part]! <= HALF) expected += counts[part]!;
        if (expected === 0) continue;
        if (hasNoRows(index)) {
          // that it was thought to be closed is learned now: what others did today may be what is thought from now on
          if (kind > 6 && !this.days.isOpen(index, kind)) this.days.learnClosed(index, kind);
          continue;
        }
        if (hasStopped(index)) {
          if (this.days.isDoubtful(index, kind)) this.days.learnOpen(index, kind);
          continue;
        }
      }
      if (2 * rows < expected) this.days.learnClosed(index, kind);
      else this.days.learnOpen(index, kind);
    }
    this.today.fill(0);
  }

  /** Whether a combination is expected at any hour. */
  public isExpectedEver(index: number): boolean {
    return this.expectedParts[index] !== 0;
  }

  /** The chance of a row, 0-1: none where it is less than about a half, or unknown. */
  public chanceOfRow(index: number, part: number, kind: number): number {
    const level = this.levels[index * this.parts + part]!;
    return level <= HALF && this.days.isOpen(index, kind) ? 1 - LEVELS[level]! : 0;
  }

  /** Intervals of the day before one in which a combination has rows at least every other time. */
  public usualBefore(index: number, part: number): number {
    let usual = 0;
    for (let at = index * this.parts; at < index * this.parts + part; at++) if (this.levels[at]! <= HALF) usual++;
    return usual;
  }

  /** Logarithm of the chance that none of the first combinations has a row, on a day that is not known to be closed. */
  public chanceOfNone(combinations: number, part: number, kind: number): number {
    let chance = 0;
    for (let index = 0; index < combinations && chance > -Infinity; index++) {
      if (!this.days.isClosed(index, kind)) chance += LOGARITHMS[this.levels[index * this.parts + part]!]!;
    }
    return chance;
  }

  /** Whether a combination is expected at an hour. @param isOpen whether the day is known to be open */
  public isExpected(index: number, part: number, kind: number, isOpen = false): boolean {
    return this.levels[index * this.parts + part]! <= EXPECTED && (isOpen || this.days.isOpen(index, kind));
  }

  private stepOfSilence(intervals: number): Step {
    this.absent[intervals] ??= stepTo(1, 1 - (1 - this.gain) ** intervals);
    return this.absent[intervals];
  }

  private step(index: number, at: number, { level, more }: Step, salt: number): void {
    const before = this.levels[at]!;
    const chance = more[before]!;
    const after = level[before]! + Number(chance > 0 && dither(at, salt) < chance);
    if (after === before) return;
    this.levels[at] = after;
    if (after <= EXPECTED !== before <= EXPECTED) this.restored(index);
  }
}
