// SPDX-License-Identifier: Apache-2.0

import { rounded } from './chance-levels';
import { ExpectedRows } from './expected-rows';
import { type CombinationStates, readMissingData, writeMissingData } from './missing-data-state';
import { OpenHolidays } from './open-holidays';
import { OverallSilence } from './overall-silence';
import { ReportingHours } from './reporting-hours';
import { dayOf, holidayOf, type Silence, Silences, weekdayOf } from './silences';
import { UsualPauses } from './usual-pauses';
import { type StoppedValue, ValueTurnover } from './value-turnover';
import type { ModelSettings } from '../calendar/calendar';
import { type HolidayCalendar, NO_HOLIDAYS } from '../calendar/holidays';

/** Data that is missing as of an interval. */
export interface MissingDataFinding {
  /** `noRows`: nothing at all came; `stopped`: nothing came for a dimension value that regularly had values. */
  readonly kind: 'noRows' | 'stopped';
  /** The dimension and the number of its value; absent for `noRows`. */
  readonly dimension?: number;
  readonly code?: number;
  /** Start of the first interval without data, in seconds of the wall clock: after closing time, when it did not open again. */
  readonly since: number;
  /** Intervals without data so far, those between closing and opening time too. */
  readonly intervals: number;
  /** The value lies within a larger one that has stopped, too: it is no news then, and not back either. */
  readonly isWithin?: true;
}

/** Days over which the share of intervals with rows is taken (exponentially weighted), and what must have come before silence means anything. */
const MEMORY_DAYS = 7;
const LEAST_INTERVALS = 20;
/** Silent intervals in which rows are expected before a value has stopped, when its combinations never paused before. */
const LEAST_SILENCE = 3;
/** Days of rows before three intervals of less than an hour are enough. */
const NEW_DAYS = 3;
/** A silence that has less than this chance is none, of so many hourly combinations; where more silences can begin it must have less. */
const LEAST_CHANCE = 1e-4;
const FEW_COMBINATIONS = 20;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** A value that stays away this long is gone, and no longer missing. */
const GONE_DAYS = 28;
/** A share of 1. */
const WHOLE = 4_095;

/**
 * Notices that no rows come, or none for a dimension value.
 *
 * Rows of a combination are expected at the hours of the day in which it has some in 75 % of the intervals, on the days of the week on which
 * it is open. A value has stopped when none of its combinations has a row, and one of them misses 3 expected intervals or more, and more
 * than twice those of its usual pauses, and when that is no chance: by their shares of intervals with rows at these hours, less than 1 in
 * 10,000 for 20 regular combinations by the hour, and less in proportion for more of them and for shorter intervals. A combination that
 * missed no expected interval in a week or more needs no such proof. Intervals in which nothing came at all count for `noRows` only (see
 * `OverallSilence`).
 */
export class MissingData {
  /**
   * @param bytes what `serialize` gave
   * @param holidays as given to the constructor: they are no part of the bytes
   * @throws TypeError when the bytes are something else, another version, or truncated
   */
  public static deserialize(settings: ModelSettings, bytes: Uint8Array, holidays?: HolidayCalendar): MissingData {
    const restored = new MissingData(settings, holidays);
    restored.last = readMissingData(bytes, () => restored.states, count => restored.grow(count));
    restored.silences.endAt(restored.overall.lastRows, restored.last);
    restored.setLeastChance();
    return restored;
  }

  private count = 0;
  private share = new Uint16Array(0);
  private silent = new Uint16Array(0);
  /** The newest interval, with rows or not. */
  private last = NaN;
  /** Logarithm of the chance below which a silence is none, for the combinations that are regular. */
  private leastChance = -Infinity;
  private readonly hours: ReportingHours;
  private readonly expected: ExpectedRows;
  private readonly pauses: UsualPauses;
  private readonly turnover: ValueTurnover;
  private readonly overall: OverallSilence;
  private readonly silences: Silences;
  /** Silent intervals from which a combination is gone. */
  private readonly gone: number;

  /** @param holidays public holidays, on which a business may be closed */
  public constructor(private readonly settings: ModelSettings, holidays: HolidayCalendar = NO_HOLIDAYS) {
    const { intervalSeconds } = settings;
    this.overall = new OverallSilence(intervalSeconds, holidays);
    this.hours = new ReportingHours(intervalSeconds, new OpenHolidays(this.overall.hours.days.holidays));
    this.expected = new ExpectedRows(this.hours);
    this.turnover = new ValueTurnover(this.hours);
    this.pauses = new UsualPauses(intervalSeconds);
    this.silences = new Silences(intervalSeconds, start => this.overall.pauses.hadRows(start), holidays);
    this.gone = GONE_DAYS * DAY_SECONDS / intervalSeconds;
  }

  /**
   * Learns which combinations have a value in an interval.
   * @param wallSeconds start of the interval on the wall clock, later than the one before; intervals in between had no data
   * @param reported one entry for each combination: 1 when any of its measures has a value
   * @param codes for each dimension the number of its value in each combination
   * @returns what is missing, the largest first; what lies within a larger one is marked
   */
  public observe(wallSeconds: number, reported: Uint8Array, codes: readonly Int32Array[]): MissingDataFinding[] {
    const { overall, settings: { intervalSeconds } } = this;
    const elapsed = Number.isNaN(this.last) ? 1 : Math.max(1, Math.round((wallSeconds - this.last) / intervalSeconds));
    this.last = wallSeconds;
    this.grow(reported.length);
    if (!reported.includes(1)) {
      overall.addSilent(wallSeconds, elapsed, this.chanceOfNone);
      this.silences.endAt(overall.lastRows, wallSeconds);
      const { silence } = overall;
      return overall.isOutage ? [{ kind: 'noRows', since: wallSeconds - (silence - 1) * intervalSeconds, intervals: silence }] : [];
    }
    if (elapsed > 1) overall.addSilent(wallSeconds - intervalSeconds, elapsed - 1, this.chanceOfNone);
    this.silences.endAt(overall.lastRows, wallSeconds);
    if (overall.seen > 0) this.beginDays(wallSeconds);
    overall.addRows(wallSeconds);
    this.learn(wallSeconds, reported);
    this.silences.endAt(wallSeconds, wallSeconds);
    return this.stopped(wallSeconds, codes);
  }

  /** Share of the intervals in which a combination has a value, 0-1: lately, but before it fell silent where it has. */
  public shareOf(combination: number): number {
    if (combination >= this.count) return 0;
    const silent = this.silent[combination]!;
    if (silent > this.gone) return 0;
    const share = this.share[combination]! / WHOLE;
    return silent === 0 || this.isSilent(combination, this.silences.of(silent), silent) ? share : share * (1 - this.shareGain) ** silent;
  }

  /**
   * The state as bytes: for each combination 20 (82 at 10 minutes and 154 at 5, where a detector has fewer series; 9 of daily data), and what
   * is known of everything, 1.5 to 2 for each interval of the week and one for each holiday.
   */
  public serialize(): Uint8Array {
    return writeMissingData(this.states, this.count, this.last);
  }

  private readonly chanceOfNone = (part: number, kind: number): number => this.hours.chanceOfNone(this.count, part, kind);

  private get states(): CombinationStates {
    const { gone, hours, overall, pauses, settings, share, silent } = this;
    return { ...settings, gone, hours, overall, pauses, share, silent };
  }

  /** Expected intervals without a row that are too few: opening hours of a day or two say little of those of the next. */
  private get tooFew(): number {
    const { overall: { seen }, settings: { intervalSeconds } } = this;
    return (seen * intervalSeconds < NEW_DAYS * DAY_SECONDS ? Math.max(LEAST_SILENCE, HOUR_SECONDS / intervalSeconds) : LEAST_SILENCE) - 1;
  }

  private get shareGain(): number {
    return 1 / Math.max(LEAST_INTERVALS, Math.min(MEMORY_DAYS * DAY_SECONDS / this.settings.intervalSeconds, this.overall.seen));
  }

  private grow(count: number): void {
    if (count > this.share.length) {
      const capacity = Math.max(count, Math.ceil(1.5 * this.share.length));
      const [share, silent] = [new Uint16Array(capacity), new Uint16Array(capacity)];
      share.set(this.share);
      silent.set(this.silent);
      Object.assign(this, { share, silent });
      this.hours.grow(capacity);
      this.pauses.grow(capacity);
    }
    this.count = Math.max(this.count, count);
  }

  /** Learns of the day of the newest rows whether it was open, when the next interval with rows lies in a later one. */
  private beginDays(wallSeconds: number): void {
    const { overall, silent } = this;
    const [before, now] = [dayOf(overall.lastRows), dayOf(wallSeconds)];
    if (before === now) return;
    const withRows = overall.countsOfDay(start => overall.pauses.hadRows(start)).reduce((sum, count) => sum + count, 0);
    const kind = overall.kindOf(overall.lastRows);
    const hasStopped = (index: number): boolean => {
      const intervals = silent[index]!;
      return holidayOf(kind) < 0 && intervals >= LEAST_SILENCE && this.isSilent(index, this.silences.of(intervals), intervals);
    };
    this.hours.endDay(kind, overall.countsOfDay(() => true), index => silent[index]! >= withRows, hasStopped);
    for (let day = Math.max(before, now - 7); day < now; day++) this.pauses.beginDay(weekdayOf((day + 1) * DAY_SECONDS));
  }

  private learn(wallSeconds: number, reported: Uint8Array): void {
    const { hours, pauses, share, silent, silences } = this;
    const gain = this.shareGain;
    const number = Math.round(wallSeconds / this.settings.intervalSeconds);
    const [part, kind] = [silences.partOf(wallSeconds), silences.kindOf(wallSeconds)];
    const most = this.gone + 1;
    hours.setGain(this.overall.seen);
    for (let index = 0; index < reported.length; index++) {
      if (reported[index] !== 1) {
        if (silent[index]! < most) silent[index]!++;
        continue;
      }
      const intervals = silent[index]!;
      if (intervals > 0) {
        const silence = silences.of(intervals);
        const expected = this.expected.intervals(index, silence);
        // frozen where it counted as silent: it must not become irregular by being away
        if (intervals >= most) {
          share[index] = 0;
        } else if (expected < LEAST_SILENCE || !this.isSilent(index, silence, intervals)) {
          share[index] = rounded(share[index]! * (1 - gain) ** intervals, index, -number);
        }
        pauses.add(index, silence.weekday, expected - this.expected.onExceptions(index, silence));
        hours.addHolidays(index, silence);
        hours.addSilence(index, silence, number);
        silent[index] = 0;
      }
      if (share[index] !== WHOLE) share[index] = rounded(share[index]! + gain * (WHOLE - share[index]!), index, number);
      hours.addRow(index, part, number);
      if (kind > 6) hours.addDay(index, kind);
    }
    this.setLeastChance();
  }

  private setLeastChance(): void {
    const combinations = Math.max(FEW_COMBINATIONS, this.hours.watched);
    this.leastChance = Math.log(LEAST_CHANCE * FEW_COMBINATIONS / combinations * Math.min(1, this.settings.intervalSeconds / HOUR_SECONDS));
  }

  /** Whether a combination misses more intervals than it usually does. */
  private isSilent(index: number, silence: Silence, intervals: number): boolean {
    if (intervals < LEAST_SILENCE || intervals > this.gone || !this.hours.isExpectedEver(index)) return false;
    const enough = Math.max(this.tooFew, 2 * this.pauses.of(index, silence.weekday));
    return this.expected.intervals(index, silence, enough) > enough;
  }

  /** Values that have stopped, largest first. */
  private stopped(wallSeconds: number, codes: readonly Int32Array[]): MissingDataFinding[] {
    const { hours, settings: { intervalSeconds }, silences, silent } = this;
    const [candidates, day] = [new Array<number>(), dayOf(wallSeconds)];
    for (let index = 0; index < this.count; index++) {
      const intervals = silent[index]!;
      if (intervals < LEAST_SILENCE || intervals > this.gone || !hours.isExpectedEver(index)) continue;
      if (this.isSilent(index, silences.of(intervals), intervals)) candidates.push(index);
    }
    if (candidates.length === 0) return [];
    const isKnown = (index: number): boolean => silent[index]! <= this.gone;
    const missing = (column: Int32Array): readonly StoppedValue[] => (
      this.turnover.missing(this.stoppedValues(column, candidates), column, isKnown, day));
    const values = codes.flatMap((column, dimension) => missing(column).map(value => ({ dimension, ...value })))
      .sort((a, b) => b.combinations.length - a.combinations.length);
    const covered = new Set<number>();
    const findings: MissingDataFinding[] = [];
    for (const { dimension, code, combinations, silence: { start } } of values) {
      const isWithin = combinations.every(index => covered.has(index));
      for (const index of combinations) covered.add(index);
      const intervals = Math.round((wallSeconds - start) / intervalSeconds) + 1;
      findings.push({ kind: 'stopped', dimension, code, since: start, intervals, ...isWithin && { isWithin } });
    }
    return findings;
  }

  /** @param candidates combinations that are silent for longer than usual */
  private stoppedValues(column: Int32Array, candidates: readonly number[]): StoppedValue[] {
    const { hours, overall: { seen }, silences, silent } = this;
    const least = new Map<number, number>();
    const isCandidate = new Uint8Array(this.count);
    for (const index of candidates) {
      least.set(column[index]!, this.gone);
      isCandidate[index] = 1;
    }
    const members = new Map<number, number[]>();
    for (let index = 0; index < this.count; index++) {
      const code = column[index]!;
      const known = least.get(code);
      if (known === undefined) continue;
      if (silent[index]! < known) least.set(code, silent[index]!);
      if (silent[index]! > this.gone || !hours.isExpectedEver(index)) continue;
      members.set(code, members.get(code) ?? []);
      members.get(code)!.push(index);
    }
    const isLearned = seen >= Math.max(LEAST_INTERVALS, MEMORY_DAYS * DAY_SECONDS / this.settings.intervalSeconds);
    return [...members].flatMap(([code, combinations]) => {
      const intervals = least.get(code)!;
      if (intervals < LEAST_SILENCE) return [];
      const silence = silences.of(intervals);
      const isSilent = (index: number): boolean => (
        silent[index] === intervals ? isCandidate[index] === 1 : this.isSilent(index, silence, intervals));
      // what is longer than one of them ever pauses is longer than all of them do
      if (!combinations.some(isSilent)) return [];
      const chance = (index: number): number => (
        isLearned && this.pauses.isNone(index) && this.expected.isSteady(index, silence) && isSilent(index)
          ? -Infinity : this.expected.chanceOfSilence(index, silence, seen, this.leastChance));
      let sum = 0;
      for (const index of combinations) {
        sum += chance(index);
        if (sum < this.leastChance) return [{ code, combinations, silence }];
      }
      return [];
    });
  }
}
