// SPDX-License-Identifier: Apache-2.0

/** Levels by which a pause is kept: none, 1, 2, 4 … intervals. */
const HOURLY_BITS = 3;
const SHORTER_BITS = 4;

/**
 * How long each combination usually pauses while it is expected, by the day of the week on which the pause begins: the short Saturday of
 * a shop excuses nothing on other days. Each week it is forgotten by half, unless it comes again.
 */
export class UsualPauses {
  /** Bits of a level. */
  public readonly bits: number;
  /** By combination and day of the week. */
  public levels = new Uint8Array(0);
  private readonly most: number;

  public constructor(intervalSeconds: number) {
    this.bits = intervalSeconds < 3600 ? SHORTER_BITS : HOURLY_BITS;
    this.most = 2 ** this.bits - 1;
  }

  public grow(capacity: number): void {
    const levels = new Uint8Array(7 * capacity);
    levels.set(this.levels);
    this.levels = levels;
  }

  /** Begins with one pause for all days. */
  public begin(index: number, intervals: number): void {
    this.levels.fill(this.levelOf(intervals), 7 * index, 7 * index + 7);
  }

  /** Learns a pause. @param intervals those in which rows were expected */
  public add(index: number, weekday: number, intervals: number): void {
    if (intervals < 1) return;
    const at = 7 * index + weekday;
    this.levels[at] = Math.max(this.levels[at]!, this.levelOf(intervals));
  }

  /** Forgets half of the pauses that began a week ago: at the beginning of a day, before its own. */
  public beginDay(weekday: number): void {
    for (let at = weekday; at < this.levels.length; at += 7) if (this.levels[at]! > 0) this.levels[at]!--;
  }

  /** The longest usual pause that begins on a day, in intervals in which rows are expected. */
  public of(index: number, weekday: number): number {
    const level = this.levels[7 * index + weekday]!;
    return level === 0 ? 0 : 2 ** (level - 1);
  }

  /** Whether there was none in about a week. */
  public isNone(index: number): boolean {
    for (let at = 7 * index; at < 7 * index + 7; at++) if (this.levels[at] !== 0) return false;
    return true;
  }

  private levelOf(intervals: number): number {
    return intervals < 1 ? 0 : Math.min(this.most, 33 - Math.clz32(Math.ceil(intervals) - 1));
  }
}
