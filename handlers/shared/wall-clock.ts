// SPDX-License-Identifier: Apache-2.0

import { tzOffset } from '@date-fns/tz';
import { formatInstant, parseInstant, WallClockIntervals } from './time';
import { type Frequency, FREQUENCY_SECONDS, type Interval } from '../../src/private/contract';
import type { EpochSeconds } from '../lookout/store';

/**
 * What a clock on the wall of a time zone shows at an instant, in seconds east of UTC.
 * @throws RangeError when there is no such zone
 */
export function zoneOffsetSeconds(timezone: string, instant: EpochSeconds): number {
  const minutes = tzOffset(timezone, new Date(instant * 1000));
  if (Number.isNaN(minutes)) throw new RangeError(`${JSON.stringify(timezone)} is no time zone: give an IANA name such as Europe/Berlin`);
  return Math.round(minutes * 60);
}

/** Farther from a time of the wall clock than any instant at which a clock in the world shows it. */
const REACH_SECONDS = 26 * 3600;

const DAY_SECONDS = 86_400;

/**
 * The intervals of `WallClockIntervals`, found by what the clock on the wall shows, as rows are dated.
 *
 * Times of the wall clock are seconds counted as if the clock showed UTC. An interval is named by its *slot*, the wall clock's time at
 * which it begins. Slots that the clock never shows, or shows only amid a repetition, do not exist: what is dated in them belongs to the
 * interval that covers them on the wall.
 */
export class WallClock {
  /** Length of an interval in seconds, where the clock is not changed. */
  public readonly intervalSeconds: number;
  private readonly intervals: WallClockIntervals;
  private readonly slots = new Map<number, number>();
  private readonly starts = new Map<number, EpochSeconds>();
  private readonly dayOffsets = new Map<number, number | undefined>();

  /** @throws Error when the runtime does not know the time zone */
  public constructor(public readonly timezone: string, public readonly frequency: Frequency) {
    this.intervals = new WallClockIntervals(frequency, timezone);
    this.intervalSeconds = FREQUENCY_SECONDS[frequency];
  }

  /** What the clock shows at an instant. */
  public wallSeconds(instant: EpochSeconds): number {
    return instant + zoneOffsetSeconds(this.timezone, instant);
  }

  /** Whether the clock ever shows a time: it does not where it was put forward over it. */
  public shows(wall: number): boolean {
    if (this.steadyOffset(wall) !== undefined) return true;
    return [wall - REACH_SECONDS, wall + REACH_SECONDS].some(instant => {
      const offset = zoneOffsetSeconds(this.timezone, instant);
      return zoneOffsetSeconds(this.timezone, wall - offset) === offset;
    });
  }

  /** Slot of the interval that holds a time of the wall clock. */
  public slotOf(wall: number): number {
    const nominal = this.floor(wall);
    let slot = this.slots.get(nominal);
    if (slot === undefined) this.slots.set(nominal, slot = this.steadyOffset(nominal) === undefined ? this.find(nominal).slot : nominal);
    return slot;
  }

  /** First instant of a slot's interval. */
  public startOf(slot: number): EpochSeconds {
    let start = this.starts.get(slot);
    if (start === undefined) this.starts.set(slot, start = this.firstInstant(slot));
    return start;
  }

  /** Slot after the given one. */
  public next(slot: number): number {
    let nominal = slot + this.intervalSeconds;
    while (this.slotOf(nominal) === slot) nominal += this.intervalSeconds;
    return this.slotOf(nominal);
  }

  /** Slot before the given one. */
  public previous(slot: number): number {
    return this.slotOf(slot - 1);
  }

  /** A slot's interval as the contract writes it. */
  public intervalOf(slot: number): Interval {
    return { start: formatInstant(this.startOf(slot) * 1000), end: formatInstant(this.startOf(this.next(slot)) * 1000) };
  }

  /**
   * Slot of an interval given by its instants.
   * @throws Error when it is no interval of this clock
   */
  public slotOfInterval(interval: Interval): number {
    const found = this.intervals.starting(interval.start);
    if (parseInstant(interval.end, 'end of the interval') !== parseInstant(found.end, 'end of the interval')) {
      throw new Error(`the ${this.frequency} interval of ${this.timezone} that starts at ${found.start} ends at ${found.end}, not at ${interval.end}`);
    }
    return this.floor(this.wallSeconds(parseInstant(found.start, 'start of the interval') / 1000));
  }

  private floor(wall: number): number {
    return Math.floor(wall / this.intervalSeconds) * this.intervalSeconds;
  }

  /**
   * The zone's offset from long before until long after the day of a time: every slot of the day exists then. Undefined when it changes.
   * Remembered by day, as asking the runtime costs more than all else that is done with an interval.
   */
  private steadyOffset(wall: number): number | undefined {
    const day = Math.floor(wall / DAY_SECONDS);
    if (!this.dayOffsets.has(day)) {
      const before = zoneOffsetSeconds(this.timezone, day * DAY_SECONDS - REACH_SECONDS);
      const after = zoneOffsetSeconds(this.timezone, (day + 1) * DAY_SECONDS + REACH_SECONDS);
      this.dayOffsets.set(day, before === after ? before : undefined);
    }
    return this.dayOffsets.get(day);
  }

  private firstInstant(slot: number): EpochSeconds {
    const offset = this.steadyOffset(slot);
    return offset === undefined ? this.find(slot).start : slot - offset;
  }

  /** Walks to the interval that covers a time of the wall clock. */
  private find(wall: number): { readonly slot: number; readonly start: EpochSeconds } {
    let interval = this.intervals.containing((wall - zoneOffsetSeconds(this.timezone, wall)) * 1000);
    for (;;) {
      const bounds = this.intervals.wallBounds(interval);
      const start = parseInstant(interval.start, 'start of the interval') / 1000;
      const slot = wallTextSeconds(bounds.start);
      if (wall < slot) interval = this.intervals.containing((start - 1) * 1000);
      else if (wall >= wallTextSeconds(bounds.end)) interval = this.intervals.next(interval);
      else return { slot, start };
    }
  }
}

function wallTextSeconds(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`) / 1000;
}
