// SPDX-License-Identifier: Apache-2.0

import type { ModelSettings } from './calendar';

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
const VERSION = 1;
const HEADER_BYTES = 40;
/** Bytes of each combination: share of intervals with a value (4), silent intervals (2), longest usual silence (2). */
const BYTES_EACH = 8;

/** Share of intervals with a value from which a combination reports regularly. */
const REGULAR = 0.75;
/** Days over which that share is taken (exponentially weighted), and what a combination must have reported before silence means anything. */
const MEMORY_DAYS = 7;
const LEAST_INTERVALS = 20;
/** Silent intervals before a value has stopped, when its combinations never paused before. */
const LEAST_SILENCE = 3;
/** A usual pause is forgotten by this part with each later one. */
const PAUSE_DECAY = 0.05;
/** A value that stays away this long is gone, and no longer missing. */
const GONE_DAYS = 28;
const MOST_SILENCE = 65_535;

/**
 * Notices that no rows come, or none for a dimension value.
 *
 * A combination of dimension values is regular when it has a value in 75 % of the intervals. A value has stopped when all of its regular
 * combinations are silent for 3 intervals or more, and for more than twice their usual pauses (a shop that closes at night is not missing).
 * Intervals in which nothing came at all count for `noRows` only, and only beyond twice the usual pause of everything.
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
    if (version !== VERSION) throw new TypeError(`missing-data state has version ${version}, and this engine reads version ${VERSION}`);
    const count = header.getUint32(8, true);
    const length = HEADER_BYTES + BYTES_EACH * count;
    if (bytes.length !== length) throw new TypeError(`missing-data state has ${bytes.length} bytes, expected ${length} for ${count} combinations of dimension values`);
    const restored = new MissingData(settings);
    restored.grow(count);
    restored.silence = header.getUint32(12, true);
    restored.seen = header.getFloat64(16, true);
    restored.last = header.getFloat64(24, true);
    restored.usualSilence = header.getUint32(32, true);
    restored.newestSilence = header.getUint32(36, true);
    for (let index = 0; index < count; index++) {
      restored.share[index] = header.getFloat32(HEADER_BYTES + BYTES_EACH * index, true);
      restored.silent[index] = header.getUint16(HEADER_BYTES + BYTES_EACH * index + 4, true);
      restored.pause[index] = header.getUint16(HEADER_BYTES + BYTES_EACH * index + 6, true);
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

  public constructor(private readonly settings: ModelSettings) {}

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
    if (!reported.includes(1)) {
      this.silence += elapsed;
      const usual = 2 * this.usualSilence;
      if (this.seen === 0 || this.silence <= usual) return [];
      return [{ kind: 'noRows', since: wallSeconds - (this.silence - 1) * intervalSeconds, intervals: this.silence }];
    }
    const silence = this.silence + elapsed - 1;
    if (this.seen > 0 && silence > 0) {
      // one outage is no habit, two pauses are
      this.usualSilence = Math.max(Math.min(silence, this.newestSilence), Math.floor(this.usualSilence * (1 - PAUSE_DECAY)));
      this.newestSilence = silence;
    }
    this.silence = 0;
    this.seen++;
    this.learn(reported);
    return this.stopped(wallSeconds, codes);
  }

  /** The state as bytes: 8 for each combination and 40 more. */
  public serialize(): Uint8Array {
    const bytes = new Uint8Array(HEADER_BYTES + BYTES_EACH * this.count);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, VERSION, true);
    view.setUint32(8, this.count, true);
    view.setUint32(12, this.silence, true);
    view.setFloat64(16, this.seen, true);
    view.setFloat64(24, this.last, true);
    view.setUint32(32, this.usualSilence, true);
    view.setUint32(36, this.newestSilence, true);
    for (let index = 0; index < this.count; index++) {
      view.setFloat32(HEADER_BYTES + BYTES_EACH * index, this.share[index]!, true);
      view.setUint16(HEADER_BYTES + BYTES_EACH * index + 4, this.silent[index]!, true);
      view.setUint16(HEADER_BYTES + BYTES_EACH * index + 6, this.pause[index]!, true);
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
    }
    this.count = Math.max(this.count, count);
  }

  private learn(reported: Uint8Array): void {
    const { pause, share, silent } = this;
    const memory = MEMORY_DAYS * 86_400 / this.settings.intervalSeconds;
    const gain = 1 / Math.max(LEAST_INTERVALS, Math.min(memory, this.seen));
    const gone = Math.min(MOST_SILENCE, GONE_DAYS * 86_400 / this.settings.intervalSeconds);
    for (let index = 0; index < reported.length; index++) {
      if (reported[index] === 1) {
        if (silent[index]! > 0) pause[index] = Math.max(silent[index]!, Math.floor(pause[index]! * (1 - PAUSE_DECAY)));
        silent[index] = 0;
        share[index]! += gain * (1 - share[index]!);
      } else {
        silent[index] = Math.min(MOST_SILENCE, silent[index]! + 1);
        // frozen while it counts as stopped: it must not become irregular by being away
        if (!this.isStopped(index)) share[index]! -= gain * share[index]!;
        else if (silent[index]! > gone) share[index] = 0;
      }
    }
  }

  private isStopped(index: number): boolean {
    return this.share[index]! >= REGULAR && this.silent[index]! >= LEAST_SILENCE && this.silent[index]! > 2 * this.pause[index]!;
  }

  /** Values all of whose regular combinations have stopped, largest first; none that lies within a larger one. */
  private stopped(wallSeconds: number, codes: readonly Int32Array[]): MissingDataFinding[] {
    const stopped: number[] = [];
    for (let index = 0; index < this.count; index++) if (this.isStopped(index)) stopped.push(index);
    if (stopped.length === 0) return [];
    const values = codes.flatMap((column, dimension) => {
      const members = new Map<number, number[]>();
      for (const index of stopped) {
        const code = column[index]!;
        const known = members.get(code);
        if (known) known.push(index);
        else members.set(code, [index]);
      }
      for (let index = 0; index < this.count; index++) {
        if (this.silent[index] === 0 || this.share[index]! >= REGULAR && !this.isStopped(index)) members.delete(column[index]!);
      }
      return [...members].map(([code, combinations]) => ({ dimension, code, combinations }));
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
