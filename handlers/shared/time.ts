// SPDX-License-Identifier: Apache-2.0

import { tzOffset } from '@date-fns/tz';
import { FREQUENCY_SECONDS, type Frequency, type Interval } from '../../src/private/contract';

const SECOND = 1000;

/** Farther from a wall clock time than any instant at which a clock in the world shows it, or shows it for the second time. */
const REACH = 26 * 3600 * SECOND;

/** Bounds of an interval as a wall clock shows them, `YYYY-MM-DD HH:MM:SS`; the end is exclusive. */
export interface WallBounds {
  readonly start: string;
  readonly end: string;
}

/**
 * Reads an instant that came with an event.
 *
 * @param text ISO 8601 with a zone, with or without fractions of a second.
 * @param what named in the error, for example `scheduledTime`.
 * @returns milliseconds since 1970, cut to whole seconds.
 * @throws Error when the text is not such an instant.
 */
export function parseInstant(text: string, what: string): number {
  const parsed = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(parsed)) {
    throw new Error(`${what} must be an instant such as 2026-11-23T10:00:00Z, found ${JSON.stringify(text)}`);
  }
  return Math.floor(parsed / SECOND) * SECOND;
}

/** Writes milliseconds since 1970 as the contract writes instants: `2026-11-23T10:00:00Z`. */
export function formatInstant(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * The intervals of one frequency on the wall clock of one time zone.
 *
 * The wall clock's line is cut at the multiples of the frequency, counted from midnight, wherever everything shown before is earlier and
 * everything shown from then on is not. So:
 *
 * - where the clock jumps ahead, the interval before the jump ends, on the wall, where the next one starts: no wall clock time is left out;
 * - where the clock is put back, what it shows twice lies in one interval, which is longer in time: no wall clock time is in two intervals;
 * - rows fall into the same interval whether they are placed by wall clock or by instant.
 *
 * Instants are milliseconds since 1970, whole seconds. Assumes that no zone changes its offset twice within two days.
 */
export class WallClockIntervals {
  private readonly length: number;

  /**
   * @param timezone IANA name.
   * @throws Error when the runtime does not know the time zone.
   */
  public constructor(public readonly frequency: Frequency, public readonly timezone: string) {
    if (FREQUENCY_SECONDS[frequency] === undefined) {
      throw new Error(`frequency must be one of ${Object.keys(FREQUENCY_SECONDS).join(', ')}, found ${JSON.stringify(frequency)}`);
    }
    if (Number.isNaN(tzOffset(timezone, new Date(0)))) {
      throw new Error(`timezone must be an IANA name such as Europe/Berlin, found ${JSON.stringify(timezone)}`);
    }
    this.length = FREQUENCY_SECONDS[frequency] * SECOND;
  }

  /** Names the grid of intervals: watermarks of different grids cannot be compared. */
  public get grid(): string {
    return `${this.frequency} ${this.timezone}`;
  }

  /** The interval in which an instant lies. */
  public containing(instant: number): Interval {
    let label = this.floor(this.wallAt(instant));
    let start = this.cut(label);
    while (start === undefined || start > instant) {
      label -= this.length;
      start = this.cut(label);
    }
    return { start: formatInstant(start), end: formatInstant(this.cutAfter(this.floor(this.wallAt(start)), start)) };
  }

  /**
   * The interval that starts at an instant.
   *
   * @throws Error when no interval starts there.
   */
  public starting(start: string): Interval {
    const interval = this.containing(parseInstant(start, 'start of the interval'));
    if (interval.start !== formatInstant(parseInstant(start, 'start of the interval'))) {
      throw new Error(`no ${this.frequency} interval of ${this.timezone} starts at ${start}: it lies in ${interval.start} to ${interval.end}`);
    }
    return interval;
  }

  /** The interval after another. */
  public next(interval: Interval): Interval {
    return this.starting(interval.end);
  }

  /** The newest interval whose end lies at or before an instant. */
  public newestEndedBy(instant: number): Interval {
    const current = this.containing(instant);
    return this.containing(parseInstant(current.start, 'start of the interval') - SECOND);
  }

  /**
   * Start of the interval that lies `count` lengths of an interval before a bound, counted on the wall clock: 24 hours before 10:00 are
   * 10:00, whatever happened to the clock between.
   */
  public startBefore(bound: string, count: number): string {
    return this.boundAt(this.label(bound) - count * this.length);
  }

  /**
   * Divides a span, from one interval's start to another's end, into stretches of at most `count` intervals' length on the wall clock. The
   * cuts are at multiples of that length, so spans that overlap are cut at the same places.
   */
  public divide(span: Interval, count: number): Interval[] {
    const size = count * this.length;
    const last = this.label(span.end);
    const bounds = [span.start];
    for (let label = (Math.floor(this.label(span.start) / size) + 1) * size; label < last; label += size) {
      const bound = this.boundAt(label);
      if (bound > bounds[bounds.length - 1] && bound < span.end) bounds.push(bound);
    }
    bounds.push(span.end);
    return bounds.slice(1).map((end, index) => ({ start: bounds[index], end }));
  }

  /** What the wall clock shows at the bounds of an interval (or of any span from one interval's start to another's end). */
  public wallBounds(interval: Interval): WallBounds {
    return { start: wallText(this.label(interval.start)), end: wallText(this.label(interval.end)) };
  }

  /** Folder of an interval, `yyyyMMdd/HHmm` of its start on the wall clock. No two intervals have the same. */
  public folder(interval: Interval): string {
    return wallText(this.label(interval.start)).replace(/^(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):\d\d$/, '$1$2$3/$4$5');
  }

  /** The bound that the wall clock shows as `label`; the one before where it shows that time amid a repetition. */
  private boundAt(label: number): string {
    for (let earlier = label; ; earlier -= this.length) {
      const instant = this.cut(earlier);
      if (instant !== undefined) return formatInstant(instant);
    }
  }

  /** Wall clock time of a bound, on the grid: where midnight does not exist the day still starts at 00:00. */
  private label(bound: string): number {
    const instant = parseInstant(bound, 'bound of the interval');
    const label = this.floor(this.wallAt(instant));
    if (this.cut(label) !== instant) {
      throw new Error(`${bound} is not a bound of the ${this.frequency} intervals of ${this.timezone}`);
    }
    return label;
  }

  /** First cut after `start`, whose label is given. */
  private cutAfter(label: number, start: number): number {
    for (let later = label + this.length; ; later += this.length) {
      const instant = this.cut(later);
      if (instant !== undefined && instant > start) return instant;
    }
  }

  /** The instant before which the wall clock shows only times before `wall`, and from which on none; undefined when it shows `wall` amid a repetition. */
  private cut(wall: number): number | undefined {
    const before = this.offsetAt(wall - REACH);
    const after = this.offsetAt(wall + REACH);
    if (before === after) return wall - before;
    const change = this.changeBetween(wall - REACH, wall + REACH, before);
    if (after > before) return Math.max(wall - after, Math.min(change, wall - before));
    if (wall <= change + after) return wall - before;
    return wall >= change + before ? wall - after : undefined;
  }

  /** First second at which the offset is no longer `before`. */
  private changeBetween(from: number, to: number, before: number): number {
    let [same, different] = [from, to];
    while (different - same > SECOND) {
      const middle = same + Math.floor((different - same) / 2 / SECOND) * SECOND;
      if (this.offsetAt(middle) === before) same = middle; else different = middle;
    }
    return different;
  }

  private floor(wall: number): number {
    return Math.floor(wall / this.length) * this.length;
  }

  private wallAt(instant: number): number {
    return instant + this.offsetAt(instant);
  }

  private offsetAt(instant: number): number {
    return Math.round(tzOffset(this.timezone, new Date(instant)) * 60) * SECOND;
  }
}

/** A wall clock time, given as if it were UTC, as `YYYY-MM-DD HH:MM:SS`. */
function wallText(wall: number): string {
  return formatInstant(wall).replace('T', ' ').replace('Z', '');
}
