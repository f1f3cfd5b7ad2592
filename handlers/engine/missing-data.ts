// SPDX-License-Identifier: Apache-2.0

import type { ModelSettings } from './calendar';
import { ReportingShares } from './reporting-shares';
import { WeeklyPauses } from './weekly-pauses';

/** Data that is missing as of an interval. */
export interface MissingDataFinding {
  /** `noRows`: nothing at all came; `stopped`: nothing came for a dimension value that regularly had values. */
  readonly kind: 'noRows' | 'stopped';
  /** The dimension and the number of its value; absent for `noRows`. */
  readonly dimension?: number;
  readonly code?: number;
  /** Start of the first interval without data, in seconds of the wall clock. */
  readonly since: number;
  /** Intervals without data so far. */
  readonly intervals: number;
}

/** `RLMD`: Redshift Lookout missing data. */
const MAGIC = 0x444d4c52;
const VERSION = 2;
/** The version without shares by the part of the day and pauses of the week. */
const FIRST_VERSION = 1;
const HEADER_BYTES = 40;
/** Bytes of each combination: share of intervals with a value (4), silent intervals (2), longest usual silence (2); then ReportingShares. */
const BYTES_EACH = 8;

/** Share of intervals with a value from which a combination reports regularly. */
const REGULAR = 0.75;
/** Days over which that share is taken (exponentially weighted), and what a combination must have reported before silence means anything. */
const MEMORY_DAYS = 7;
const LEAST_INTERVALS = 20;
/** Silent intervals before a value has stopped, when its combinations never paused before. */
const LEAST_SILENCE = 3;
/** A silence that has less than this chance is none, of so many hourly combinations; where more silences can begin it must have less. */
const LEAST_CHANCE = 1e-4;
const FEW_COMBINATIONS = 20;
const HOUR_SECONDS = 3600;
/** A usual pause is forgotten by this part with each later one. */
const PAUSE_DECAY = 0.05;
/** A value that stays away this long is gone, and no longer missing. */
const GONE_DAYS = 28;
const MOST_SILENCE = 65_535;

/**
 * Notices that no rows come, or none for a dimension value.
 *
 * A combination of dimension values is regular when it has a value in 75 % of the intervals. A value has stopped when all of its regular
 * combinations are silent for 3 intervals or more, and for more than twice their usual pauses (a shop that closes at night is not missing),
 * and when that is no chance: by their shares of intervals with rows at these times of the day, less than 1 in 10,000 for 20 regular
 * combinations by the hour, and less in proportion for more of them and for shorter intervals. A combination that did not pause in a week or
 * more needs no such proof.
 *
 * Intervals in which nothing came at all count for `noRows` only, beyond twice the usual pause of everything, and from when the pause is
 * longer than one that began at the same time a week ago, by half of the usual one.
 */
export class MissingData {
  /**
   * @param bytes what `serialize` gave
   * @throws TypeError when the bytes are something else, another version, or truncated
   */
  public static deserialize(settings: ModelSettings, bytes: Uint8Array): MissingData {
    const header = bytes.length >= HEADER_BYTES ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) : undefined;
    if (header?.getUint32(0, true) !== MAGIC) throw new TypeError(`these ${bytes.length} bytes are no missing-data state: they do not begin with "RLMD"`);
    const version = header.getUint32(4, true);
    if (version !== VERSION && version !== FIRST_VERSION) {
      throw new TypeError(`missing-data state has version ${version}, and this engine reads versions ${FIRST_VERSION} and ${VERSION}`);
    }
    const restored = new MissingData(settings);
    const count = header.getUint32(8, true);
    const isFirst = version === FIRST_VERSION;
    const start = isFirst ? HEADER_BYTES : restored.startBytes;
    const each = isFirst ? BYTES_EACH : restored.bytesEach;
    const length = start + each * count;
    if (bytes.length !== length) throw new TypeError(`missing-data state has ${bytes.length} bytes, expected ${length} for ${count} combinations of dimension values`);
    restored.grow(count);
    restored.silence = header.getUint32(12, true);
    restored.seen = header.getFloat64(16, true);
    restored.last = header.getFloat64(24, true);
    restored.usualSilence = header.getUint32(32, true);
    restored.newestSilence = header.getUint32(36, true);
    if (!isFirst) restored.weeklyPauses.restore(bytes.subarray(HEADER_BYTES, start));
    // until it is known better what was silent so far is news
    else restored.weeklyPauses.news = restored.silence;
    for (let index = 0; index < count; index++) {
      const offset = start + each * index;
      restored.share[index] = header.getFloat32(offset, true);
      restored.silent[index] = header.getUint16(offset + 4, true);
      restored.pause[index] = header.getUint16(offset + 6, true);
      if (isFirst) restored.shares.begin(index, restored.share[index]!);
      else restored.shares.restore(header, offset + BYTES_EACH, index);
    }
    return restored;
  }

  private count = 0;
  private share = new Float32Array(0);
  private silent = new Uint16Array(0);
  private pause = new Uint16Array(0);
  /** Intervals in a row without any row. */
  private silence = 0;
  /** Longest usual pause of everything, in intervals: warehouses that are not loaded at night. */
  private usualSilence = 0;
  private newestSilence = 0;
  /** Intervals with rows. */
  private seen = 0;
  private last = NaN;
  /** Logarithm of the chance below which a silence is none, for the combinations that are regular. */
  private leastChance = -Infinity;
  private readonly shares: ReportingShares;
  private readonly weeklyPauses: WeeklyPauses;

  public constructor(private readonly settings: ModelSettings) {
    this.shares = new ReportingShares(settings.intervalSeconds);
    this.weeklyPauses = new WeeklyPauses(settings.intervalSeconds);
  }

  private get startBytes(): number {
    return HEADER_BYTES + this.weeklyPauses.byteLength;
  }

  private get bytesEach(): number {
    return BYTES_EACH + this.shares.bytesEach;
  }

  /**
   * Learns which combinations have a value in an interval.
   * @param wallSeconds start of the interval on the wall clock, later than the one before; intervals in between had no data
   * @param reported one entry for each combination: 1 when any of its measures has a value
   * @param codes for each dimension the number of its value in each combination
   * @returns what is missing, the largest first
   */
  public observe(wallSeconds: number, reported: Uint8Array, codes: readonly Int32Array[]): MissingDataFinding[] {
    const { intervalSeconds } = this.settings;
    const elapsed = Number.isNaN(this.last) ? 1 : Math.max(1, Math.round((wallSeconds - this.last) / intervalSeconds));
    this.last = wallSeconds;
    this.grow(reported.length);
    const hasRows = reported.includes(1);
    const silent = hasRows ? elapsed - 1 : elapsed;
    if (this.seen > 0 && silent > 0) this.weeklyPauses.addSilent(hasRows ? wallSeconds - intervalSeconds : wallSeconds, silent, this.silence === 0);
    if (!hasRows) {
      this.silence += elapsed;
      const usual = this.usualSilence;
      if (this.seen === 0 || this.silence <= 2 * usual || this.weeklyPauses.news < Math.max(1, usual / 2)) return [];
      return [{ kind: 'noRows', since: wallSeconds - (this.silence - 1) * intervalSeconds, intervals: this.silence }];
    }
    this.weeklyPauses.addRows(wallSeconds);
    const silence = this.silence + silent;
    if (this.seen > 0 && silence > 0) {
      // one outage is no habit, two pauses are
      this.usualSilence = Math.max(Math.min(silence, this.newestSilence), Math.floor(this.usualSilence * (1 - PAUSE_DECAY)));
      this.newestSilence = silence;
    }
    this.silence = 0;
    this.seen++;
    this.learn(wallSeconds, reported);
    return this.stopped(wallSeconds, codes);
  }

  /** Share of the intervals in which a combination has a value, 0-1: lately, but before it fell silent where it has. */
  public shareOf(combination: number): number {
    return this.share[combination] ?? 0;
  }

  /** The state as bytes: 16 for each combination (10 of daily data), one for each interval of the week, and 48 more. */
  public serialize(): Uint8Array {
    const { startBytes: start, bytesEach: each } = this;
    const bytes = new Uint8Array(start + each * this.count);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, VERSION, true);
    view.setUint32(8, this.count, true);
    view.setUint32(12, this.silence, true);
    view.setFloat64(16, this.seen, true);
    view.setFloat64(24, this.last, true);
    view.setUint32(32, this.usualSilence, true);
    view.setUint32(36, this.newestSilence, true);
    this.weeklyPauses.serialize(bytes.subarray(HEADER_BYTES, start));
    for (let index = 0; index < this.count; index++) {
      const offset = start + each * index;
      view.setFloat32(offset, this.share[index]!, true);
      view.setUint16(offset + 4, this.silent[index]!, true);
      view.setUint16(offset + 6, this.pause[index]!, true);
      this.shares.serialize(view, offset + BYTES_EACH, index);
    }
    return bytes;
  }

  private grow(count: number): void {
    if (count > this.share.length) {
      const capacity = Math.max(count, Math.ceil(1.5 * this.share.length));
      const [share, silent, pause] = [new Float32Array(capacity), new Uint16Array(capacity), new Uint16Array(capacity)];
      share.set(this.share);
      silent.set(this.silent);
      pause.set(this.pause);
      Object.assign(this, { share, silent, pause });
      this.shares.grow(capacity);
    }
    this.count = Math.max(this.count, count);
  }

  private learn(wallSeconds: number, reported: Uint8Array): void {
    const { pause, share, shares, silent } = this;
    const { intervalSeconds } = this.settings;
    const memory = MEMORY_DAYS * 86_400 / intervalSeconds;
    const gain = 1 / Math.max(LEAST_INTERVALS, Math.min(memory, this.seen));
    const partGain = shares.gain(this.seen);
    const gone = Math.min(MOST_SILENCE, GONE_DAYS * 86_400 / intervalSeconds);
    const counts = this.countsBefore(wallSeconds - intervalSeconds);
    let watched = 0;
    for (let index = 0; index < reported.length; index++) {
      if (reported[index] === 1) {
        if (silent[index]! > 0) {
          pause[index] = Math.max(silent[index]!, Math.floor(pause[index]! * (1 - PAUSE_DECAY)));
          shares.addSilence(index, counts(silent[index]!), partGain);
        }
        silent[index] = 0;
        share[index]! += gain * (1 - share[index]!);
        shares.addRow(index, wallSeconds, partGain);
      } else {
        silent[index] = Math.min(MOST_SILENCE, silent[index]! + 1);
        // frozen while it counts as silent: it must not become irregular by being away
        if (!this.isSilent(index)) share[index]! -= gain * share[index]!;
        else if (silent[index]! > gone) share[index] = 0;
      }
      if (share[index]! >= REGULAR) watched++;
    }
    this.leastChance = Math.log(LEAST_CHANCE * FEW_COMBINATIONS / Math.max(FEW_COMBINATIONS, watched) * Math.min(1, intervalSeconds / HOUR_SECONDS));
  }

  /** For a number of intervals up to one, how many lie in each part of the day: many combinations were silent for as long. */
  private countsBefore(wallSeconds: number): (intervals: number) => readonly number[] {
    const known = new Map<number, readonly number[]>();
    return intervals => {
      const counts = known.get(intervals) ?? this.shares.countsOf(intervals, wallSeconds);
      known.set(intervals, counts);
      return counts;
    };
  }

  /** Whether a regular combination is silent for longer than it usually is. */
  private isSilent(index: number): boolean {
    return this.share[index]! >= REGULAR && this.silent[index]! >= LEAST_SILENCE && this.silent[index]! > 2 * this.pause[index]!;
  }

  /** Values all of whose regular combinations have stopped, largest first; none that lies within a larger one. */
  private stopped(wallSeconds: number, codes: readonly Int32Array[]): MissingDataFinding[] {
    const stopped: number[] = [];
    for (let index = 0; index < this.count; index++) if (this.isSilent(index)) stopped.push(index);
    if (stopped.length === 0) return [];
    const counts = this.countsBefore(wallSeconds);
    const isLearned = this.seen >= Math.max(LEAST_INTERVALS, MEMORY_DAYS * 86_400 / this.settings.intervalSeconds);
    const chance = (index: number): number => (
      isLearned && this.pause[index] === 0 ? -Infinity : this.shares.chanceOf(index, counts(this.silent[index]!), this.seen));
    const isNoChance = (combinations: readonly number[]): boolean => combinations.reduce((sum, index) => sum + chance(index), 0) < this.leastChance;
    const values = codes.flatMap((column, dimension) => {
      const members = new Map<number, number[]>();
      for (const index of stopped) {
        const code = column[index]!;
        const known = members.get(code);
        if (known) known.push(index);
        else members.set(code, [index]);
      }
      for (let index = 0; index < this.count; index++) {
        if (this.silent[index] === 0 || this.share[index]! >= REGULAR && !this.isSilent(index)) members.delete(column[index]!);
      }
      return [...members].filter(([, combinations]) => isNoChance(combinations)).map(([code, combinations]) => ({ dimension, code, combinations }));
    }).sort((a, b) => b.combinations.length - a.combinations.length);
    const covered = new Set<number>();
    const findings: MissingDataFinding[] = [];
    for (const { dimension, code, combinations } of values) {
      if (combinations.every(index => covered.has(index))) continue;
      for (const index of combinations) covered.add(index);
      const intervals = combinations.reduce((least, index) => Math.min(least, this.silent[index]!), MOST_SILENCE);
      findings.push({
        kind: 'stopped',
        dimension,
        code,
        intervals,
        since: wallSeconds - (intervals - 1) * this.settings.intervalSeconds,
      });
    }
    return findings;
  }
}
