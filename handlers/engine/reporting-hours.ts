// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a bit for each hour */

import { dither, LEVELS, LOGARITHMS, nearestLevel, type Step, stepTo } from './chance-levels';
import { intervalsOf, type Silence } from './silences';

/** The last level at which rows are expected (in 75 % of the intervals), the last at which they come in half of them, and the one to begin with. */
const EXPECTED = 7;
const HALF = 10;
const UNKNOWN = 11;
/** Where intervals are short: the last level that is still like its neighbours, and the first that is not the same each day. */
const NEARBY = 12;
const VARYING = 2;
/** A weekday is closed (0), unknown or doubtful (1), open (2), and open for long (3). */
const DOUBTFUL = 1;
const OPEN = 2;
const MOST_OPEN = 3;
const ALL_HOURS = 2 ** 24 - 1;
/** Days over which the chances of an hour are taken (exponentially weighted), and weeks for those of a weekday of daily data. */
const MEMORY_DAYS = 14;
const MEMORY_WEEKS = 8;
/** The least chance that a combination which never fails has no row for once. */
const LEAST_CHANCE = 0.004;
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
  /** By combination and day of the week. */
  public days = new Uint8Array(0);
  /** Intervals of the present day in which each combination had a row at an hour when it comes in half of them. */
  public today = new Uint16Array(0);
  /** Combinations that are expected at any hour. */
  public watched = 0;
  /** By combination, a bit for each hour (or weekday) that it is expected in: follows from `levels`. */
  private expectedParts = new Uint32Array(0);
  private readonly isDaily: boolean;
  private readonly perHour: number;
  /** Neighbours of a part on each side that its chance is taken from too, and the last level of those that are. */
  private readonly reach: number;
  private readonly nearby: number;
  private readonly memory: number;
  /** Observations of a share that the least chance is taken from, in a day. */
  private readonly quarters: number;
  private present: Step = stepTo(0, 1);
  private readonly absent: Step[] = [];
  private gain = 1;
  private count = 0;

  /** @param firstDays what is thought of each weekday at first */
  public constructor(intervalSeconds: number, private readonly firstDays = DOUBTFUL) {
    this.isDaily = intervalSeconds >= DAY_SECONDS;
    this.parts = this.isDaily ? 7 : DAY_SECONDS / intervalSeconds;
    this.perHour = this.isDaily ? 1 : this.parts / 24;
    this.reach = this.isDaily ? 3 : Math.ceil(this.perHour / 2);
    this.nearby = this.perHour > 1 ? NEARBY : EXPECTED;
    this.quarters = this.isDaily ? 1 : 4;
    this.memory = this.isDaily ? MEMORY_WEEKS : MEMORY_DAYS * DAY_SECONDS / intervalSeconds / this.parts;
  }

  public grow(capacity: number): void {
    const levels = new Uint8Array(capacity * this.parts).fill(UNKNOWN);
    const days = new Uint8Array(capacity * 7).fill(this.firstDays);
    const [today, expectedParts] = [new Uint16Array(capacity), new Uint32Array(capacity)];
    levels.set(this.levels);
    days.set(this.days);
    today.set(this.today);
    expectedParts.set(this.expectedParts);
    Object.assign(this, { levels, days, today, expectedParts });
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
    for (let day = 0; day < 7; day++) this.days[index * 7 + day] = openDays(day) ? OPEN : DOUBTFUL;
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
    const level = this.levels[at]!;
    if (level <= HALF) this.today[index]!++;
    if (level > 0) this.step(index, at, this.present, salt);
  }

  /** Learns that a combination had no row in the intervals of a silence that has ended. @param salt number of the interval */
  public addSilence(index: number, silence: Silence, salt: number): void {
    const { pieces: { parts, days, weekdays }, dayBefore, dayAfter } = silence;
    const length = piecesOf(silence);
    for (let piece = 0; piece < length; piece++) {
      const weekday = weekdays[piece]!;
      if (!this.isDaily) {
        // closed days do not teach the hours
        if (days[piece]! > dayBefore && days[piece]! < dayAfter) {
          if (days[piece] !== days[piece - 1]) this.closed(index, weekday);
          continue;
        }
        if (this.days[index * 7 + weekday] === 0) continue;
      }
      this.step(index, index * this.parts + parts[piece]!, this.stepOfSilence(intervalsOf(silence, piece)), ~salt);
    }
  }

  /**
   * Learns which combinations had a day that is open.
   * @param counts by hour, the intervals of the day
   * @param isUnknown whether the day tells nothing of a combination
   */
  public endDay(weekday: number, counts: Uint16Array, isUnknown: (index: number) => boolean): void {
    if (this.isDaily) return;
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (let index = 0; index < this.count; index++) {
      const rows = this.today[index]!;
      this.today[index] = 0;
      let expected = 0;
      if (2 * rows < total) {
        for (let part = 0; part < this.parts; part++) if (this.levels[index * this.parts + part]! <= HALF) expected += counts[part]!;
        if (expected === 0 || isUnknown(index)) continue;
      }
      const at = index * 7 + weekday;
      if (2 * rows < expected) this.closed(index, weekday);
      else if (this.days[at]! < MOST_OPEN) this.days[at]!++;
    }
  }

  /** Whether a combination is expected at any hour. */
  public isExpectedEver(index: number): boolean {
    return this.expectedParts[index] !== 0;
  }

  /**
   * Intervals of a silence in which a combination is expected.
   * @param enough the count may end when it is more
   */
  public expected(index: number, silence: Silence, enough = Infinity): number {
    const hours = this.expectedParts[index]!;
    if ((hours & silence.partsMask) === 0) return 0;
    const { pieces: { bits, nextHour, parts, weekdays } } = silence;
    const length = piecesOf(silence);
    let expected = 0;
    for (let piece = 0; piece < length && expected <= enough;) {
      if ((hours & bits[piece]!) === 0) {
        piece = nextHour[piece] ?? length;
        continue;
      }
      const part = parts[piece]!;
      if (this.isExpected(index, part, weekdays[piece]!) && !this.isEdge(index, part)) expected += intervalsOf(silence, piece);
      piece++;
    }
    return expected;
  }

  /** The chance of a row, 0-1: none where it is less than about a half, or unknown. */
  public chanceOfRow(index: number, part: number, weekday: number): number {
    const level = this.levels[index * this.parts + part]!;
    return level <= HALF && this.isOpen(index, weekday) ? 1 - LEVELS[level]! : 0;
  }

  /**
   * Logarithm of the chance that a combination has no row in the intervals of a silence in which it is expected.
   * @param seen intervals from which it was learned: a few without a failure do not prove that there are none
   * @param enough the sum may end when it is less
   */
  public chanceOfSilence(index: number, silence: Silence, seen: number, enough: number): number {
    const { pieces: { parts, weekdays } } = silence;
    const least = this.leastChance(seen);
    const length = piecesOf(silence);
    let chance = 0;
    for (let piece = 0; piece < length && chance >= enough; piece++) {
      if (!this.isExpected(index, parts[piece]!, weekdays[piece]!) || this.isEdge(index, parts[piece]!)) continue;
      chance += intervalsOf(silence, piece) * Math.log(Math.max(least, this.smoothed(index, parts[piece]!)));
    }
    return chance;
  }

  /** Logarithm of the chance that none of the first combinations has a row, on a day that is not known to be closed. */
  public chanceOfNone(combinations: number, part: number, weekday: number): number {
    let chance = 0;
    for (let index = 0; index < combinations && chance > -Infinity; index++) {
      if (this.isDaily || this.days[index * 7 + weekday]! > 0) chance += LOGARITHMS[this.levels[index * this.parts + part]!]!;
    }
    return chance;
  }

  /** Whether no row was missing lately at the hours of a silence in which a combination is expected. */
  public isSteady(index: number, silence: Silence): boolean {
    const { pieces: { parts, weekdays } } = silence;
    for (let piece = piecesOf(silence) - 1; piece >= 0; piece--) {
      if (this.isExpected(index, parts[piece]!, weekdays[piece]!) && this.levels[index * this.parts + parts[piece]!] !== 0) return false;
    }
    return true;
  }

  /** The least chance that an interval is thought to have no row. @param seen intervals so far */
  public leastChance(seen: number): number {
    return Math.max(LEAST_CHANCE, 1 / (seen / this.quarters + 2));
  }

  private isOpen(index: number, weekday: number): boolean {
    const open = this.days[index * 7 + weekday]!;
    // what never closes is thought to be open on the days of a first week too
    return this.isDaily || open >= OPEN || open === DOUBTFUL && this.expectedParts[index] === ALL_HOURS;
  }

  private isExpected(index: number, part: number, weekday: number): boolean {
    return this.levels[index * this.parts + part]! <= EXPECTED && this.isOpen(index, weekday);
  }

  /**
   * Whether opening or closing time is near, and is not the same each day: what happens there on a day happens in all of its intervals, so
   * they are no proof of one another.
   */
  private isEdge(index: number, part: number): boolean {
    if (this.perHour === 1) return false;
    let [isClosed, isVarying] = [false, false];
    for (let offset = -this.perHour; offset <= this.perHour; offset++) {
      const level = this.levels[index * this.parts + (part + offset + this.parts) % this.parts]!;
      if (level > NEARBY) isClosed = true;
      else if (level >= VARYING) isVarying = true;
    }
    return isClosed && isVarying;
  }

  /** Chance of no row: of the part, or that of its neighbours with it when that is more, since one part alone is known by few days. */
  public smoothed(index: number, part: number): number {
    const own = LEVELS[this.levels[index * this.parts + part]!]!;
    let [sum, count] = [own, 1];
    for (let offset = -this.reach; offset <= this.reach; offset++) {
      const level = this.levels[index * this.parts + (part + offset + this.parts) % this.parts]!;
      if (offset === 0 || level > this.nearby) continue;
      sum += LEVELS[level]!;
      count++;
    }
    return this.perHour > 1 ? sum / count : Math.max(own, sum / count);
  }

  private closed(index: number, weekday: number): void {
    const at = index * 7 + weekday;
    if (this.days[at]! > 0) this.days[at]!--;
    // when all days are closed, rows have come at other hours than before: begin again
    const days = this.days.subarray(index * 7, index * 7 + 7);
    if (this.days[at] === 0 && days.every(day => day === 0)) days.fill(DOUBTFUL);
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

/** How many of its pieces a silence has: all of a week, or the newest ones. */
function piecesOf({ pieces, length, weeks }: Silence): number {
  return weeks > 0 ? pieces.parts.length : length;
}
