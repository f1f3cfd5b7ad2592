// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- two flags for each interval of the week */

const WEEK_SECONDS = 7 * 86_400;
/** A pause is like that of a week ago when they begin within so many seconds of each other. */
const SAME_TIME_SECONDS = 3 * 3600;
/** Whether an interval of the week had no rows when it was last seen, and the time before that. */
const NEWEST = 1;
const BEFORE = 2;

/**
 * Which intervals of the last two weeks had no rows at all, and how much of the present pause is news: not so what a pause of a week ago
 * did too (Sundays of a shop, hours of maintenance). Only a pause that began at about the same time excuses another: after an outage of
 * days the next one must not go unseen on the same days of the week.
 */
export class WeeklyPauses {
  /** Intervals without rows of the present pause that no pause of a week ago excuses. */
  public news = 0;
  /** Whether a pause began a week ago when the present one did. */
  private isExcused = false;
  private readonly week: Uint8Array;

  public constructor(private readonly intervalSeconds: number) {
    this.week = new Uint8Array(Math.max(1, Math.round(WEEK_SECONDS / intervalSeconds)));
  }

  /** Bytes of the state: one for each interval of the week, and 8 of the present pause. */
  public get byteLength(): number {
    return 8 + this.week.length;
  }

  public serialize(target: Uint8Array): void {
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    view.setUint32(0, this.news, true);
    view.setUint32(4, Number(this.isExcused), true);
    target.set(this.week, 8);
  }

  /** @param source what `serialize` wrote */
  public restore(source: Uint8Array): void {
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    this.news = view.getUint32(0, true);
    this.isExcused = view.getUint32(4, true) === 1;
    this.week.set(source.subarray(8, this.byteLength));
  }

  /** Takes in an interval with rows. */
  public addRows(wallSeconds: number): void {
    this.write(this.position(wallSeconds), 0);
  }

  /**
   * Takes in intervals without any row.
   * @param wallSeconds start of the last one
   * @param isFirst whether the interval before them had rows
   */
  public addSilent(wallSeconds: number, intervals: number, isFirst: boolean): void {
    const newest = this.position(wallSeconds);
    const { length } = this.week;
    const at = (back: number): number => ((newest - back) % length + length) % length;
    if (isFirst) {
      this.news = 0;
      this.isExcused = this.hasBegunAWeekAgo(at(intervals - 1));
    }
    for (let back = intervals - 1; back >= 0; back--) {
      if (!this.isExcused || (this.week[at(back)]! & NEWEST) === 0) this.news++;
      // what is older than two weeks is written over anyway
      if (back < 2 * length) this.write(at(back), NEWEST);
    }
  }

  /** @param start position of the present pause's first interval: this one and those after it are a week old, those before it are new */
  private hasBegunAWeekAgo(start: number): boolean {
    const { length } = this.week;
    const most = Math.min(Math.floor(SAME_TIME_SECONDS / this.intervalSeconds), Math.floor((length - 2) / 2));
    const wasSilent = (offset: number): boolean => (this.week[(start + offset + length) % length]! & (offset < 0 ? BEFORE : NEWEST)) !== 0;
    for (let offset = -most; offset <= most; offset++) if (wasSilent(offset) && !wasSilent(offset - 1)) return true;
    return false;
  }

  private position(wallSeconds: number): number {
    const number = Math.floor(wallSeconds / this.intervalSeconds);
    return (number % this.week.length + this.week.length) % this.week.length;
  }

  private write(position: number, newest: number): void {
    this.week[position] = newest | (this.week[position]! & NEWEST ? BEFORE : 0);
  }
}
