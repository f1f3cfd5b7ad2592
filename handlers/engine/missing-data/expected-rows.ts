// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a bit for each hour */

import { LEVELS } from './chance-levels';
import { EXPECTED, type ReportingHours } from './reporting-hours';
import { intervalsOf, piecesOf, type Silence } from './silences';

/** Where intervals are short: the last level that is still like its neighbours, and the first that is not the same each day. */
const NEARBY = 12;
const VARYING = 2;
/** The share of intervals with rows from which they are expected, and the fewest rows that show it. */
const EXPECTED_SHARE = 0.75;
const LEAST_ROWS = 3;
/** The least chance that a combination which never fails has no row for once. */
const LEAST_CHANCE = 0.004;

/** What a silence of a combination means: in how many of its intervals rows are expected, and how likely it is that none came. */
export class ExpectedRows {
  private readonly isDaily: boolean;
  private readonly perHour: number;
  /** Neighbours of a part on each side that its chance is taken from too, and the last level of those that are. */
  private readonly reach: number;
  private readonly nearby: number;
  /** Observations of a share that the least chance is taken from, in a day. */
  private readonly quarters: number;

  public constructor(private readonly hours: ReportingHours) {
    this.isDaily = hours.parts === 7;
    this.perHour = this.isDaily ? 1 : hours.parts / 24;
    this.reach = this.isDaily ? 3 : Math.ceil(this.perHour / 2);
    this.nearby = this.perHour > 1 ? NEARBY : EXPECTED;
    this.quarters = this.isDaily ? 1 : 4;
  }

  /**
   * Intervals of a silence in which a combination is expected.
   * @param enough the count may end when it is more
   */
  public intervals(index: number, silence: Silence, enough = Infinity): number {
    const hours = this.hours.expectedParts[index]!;
    if ((hours & silence.partsMask) === 0) return 0;
    const { pieces: { bits, nextHour, parts, kinds } } = silence;
    const length = piecesOf(silence);
    const isOpen = this.isOpenSoFar(index, silence);
    let expected = 0;
    for (let piece = 0; piece < length && expected <= enough;) {
      if ((hours & bits[piece]!) === 0) {
        piece = nextHour[piece] ?? length;
        continue;
      }
      const part = parts[piece]!;
      if (this.hours.isExpected(index, part, kinds[piece]!, isOpen) && !this.isEdge(index, part)) expected += intervalsOf(silence, piece);
      piece++;
    }
    return expected;
  }

  /**
   * Intervals of a silence in which a combination is expected, of whole days of the week that are open otherwise: one such day is an exception,
   * and no usual pause. By the second one the weekday is known to be closed.
   */
  public onExceptions(index: number, silence: Silence): number {
    const { pieces: { parts, days, kinds }, dayBefore, dayAfter } = silence;
    if (this.isDaily || dayAfter - dayBefore < 2) return 0;
    let expected = 0;
    for (let piece = piecesOf(silence) - 1; piece >= 0; piece--) {
      if (days[piece]! <= dayBefore || days[piece]! >= dayAfter || !this.hours.days.isLongOpen(index, kinds[piece]!)) continue;
      if (this.hours.isExpected(index, parts[piece]!, kinds[piece]!) && !this.isEdge(index, parts[piece]!)) expected += intervalsOf(silence, piece);
    }
    return expected;
  }

  /**
   * Logarithm of the chance that a combination has no row in the intervals of a silence in which it is expected.
   * @param seen intervals from which it was learned: a few without a failure do not prove that there are none
   * @param enough the sum may end when it is less
   */
  public chanceOfSilence(index: number, silence: Silence, seen: number, enough: number): number {
    const { pieces: { parts, kinds } } = silence;
    const isOpen = this.isOpenSoFar(index, silence);
    // hours of the first day were chosen by their rows, and prove nothing by them; those of the next few were partly
    const least = this.leastChance(isOpen ? Math.max(0, seen - this.hours.parts) / 2 : seen);
    const length = piecesOf(silence);
    let chance = 0;
    for (let piece = 0; piece < length && chance >= enough; piece++) {
      if (!this.hours.isExpected(index, parts[piece]!, kinds[piece]!, isOpen) || this.isEdge(index, parts[piece]!)) continue;
      chance += intervalsOf(silence, piece) * Math.log(Math.max(least, this.smoothed(index, parts[piece]!)));
    }
    return chance;
  }

  /** Whether no row was missing lately at the hours of a silence in which a combination is expected. */
  public isSteady(index: number, silence: Silence): boolean {
    const { pieces: { parts, kinds } } = silence;
    for (let piece = piecesOf(silence) - 1; piece >= 0; piece--) {
      const part = parts[piece]!;
      if (this.hours.isExpected(index, part, kinds[piece]!) && this.hours.levels[index * this.hours.parts + part] !== 0) return false;
    }
    return true;
  }

  /** The least chance that an interval is thought to have no row. @param seen intervals so far */
  public leastChance(seen: number): number {
    return Math.max(LEAST_CHANCE, 1 / (seen / this.quarters + 2));
  }

  /** Chance of no row: of the part, or that of its neighbours with it when that is more, since one part alone is known by few days. */
  public smoothed(index: number, part: number): number {
    const { hours: { levels, parts } } = this;
    const own = LEVELS[levels[index * parts + part]!]!;
    let [sum, count] = [own, 1];
    for (let offset = -this.reach; offset <= this.reach; offset++) {
      const level = levels[index * parts + (part + offset + parts) % parts]!;
      if (offset === 0 || level > this.nearby) continue;
      sum += LEVELS[level]!;
      count++;
    }
    return this.perHour > 1 ? sum / count : Math.max(own, sum / count);
  }

  /**
   * Whether opening or closing time is near, and is not the same each day: what happens there on a day happens in all of its intervals, so
   * they are no proof of one another.
   */
  private isEdge(index: number, part: number): boolean {
    if (this.perHour === 1) return false;
    const { hours: { levels, parts } } = this;
    let [isClosed, isVarying] = [false, false];
    for (let offset = -this.perHour; offset <= this.perHour; offset++) {
      const level = levels[index * parts + (part + offset + parts) % parts]!;
      if (level > NEARBY) isClosed = true;
      else if (level >= VARYING) isVarying = true;
    }
    return isClosed && isVarying;
  }

  /**
   * Whether a combination is open today, where its day of the week is unknown: it had rows for an hour (three intervals at least), and before
   * the silence in 75 % of the intervals in which it usually has some.
   */
  private isOpenSoFar(index: number, { pieces: { days, kinds, parts }, length, dayBefore }: Silence): boolean {
    const { days: open, today } = this.hours;
    const rows = today[index]!;
    if (days[0] !== dayBefore || rows < Math.max(LEAST_ROWS, this.perHour)) return false;
    if (!open.isDoubtful(index, kinds[0]!) || open.isOpen(index, kinds[0]!)) return false;
    return rows >= EXPECTED_SHARE * this.hours.usualBefore(index, parts[length - 1]!);
  }
}
