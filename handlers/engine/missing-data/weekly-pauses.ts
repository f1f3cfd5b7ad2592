// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- flags for each interval of the week */

const WEEK_SECONDS = 7 * 86_400;
/** A pause is like that of a week ago when they begin within so many seconds of each other. */
const SAME_TIME_SECONDS = 3 * 3600;
/** Whether an interval of the week had no rows when it was last seen, and the time before that. */
const NEWEST = 1;
const BEFORE = 2;
/** Whether that was on a public holiday: it excuses nothing a week later. */
const HOLIDAY = 4;

/**
 * Which intervals of the last two weeks had no rows at all, and which of the present pause a pause of a week ago excuses (Sundays of a
 * shop, hours of maintenance). Only a pause that began at about the same time excuses another: after an outage of days the next one must
 * not go unseen on the same days of the week.
 */
export class WeeklyPauses {
  /** Whether a pause began a week ago when the present one did. */
  public isExcused = false;
  private readonly week: Uint8Array;

  public constructor(private readonly intervalSeconds: number) {
    this.week = new Uint8Array(Math.max(1, Math.round(WEEK_SECONDS / intervalSeconds)));
  }

  /** Bytes of the state: one for each interval of the week. */
  public get byteLength(): number {
    return this.week.length;
  }

  public serialize(target: Uint8Array): void {
    target.set(this.week);
  }

  /** @param source what `serialize` wrote */
  public restore(source: Uint8Array): void {
    this.week.set(source.subarray(0, this.week.length));
  }

  /** Whether an interval of the last week had rows; also true of what was never seen. */
  public hadRows(wallSeconds: number): boolean {
    return (this.week[this.position(wallSeconds)]! & NEWEST) === 0;
  }

  /** Takes in an interval with rows. */
  public addRows(wallSeconds: number): void {
    this.write(this.position(wallSeconds), 0);
  }

  /**
   * Takes in an interval without any row.
   * @param isFirst whether the interval before it had rows
   * @param day whether it is on a public holiday, and on a day of the week that was open for long, where once is an exception
   * @returns whether it is as it was a week ago
   */
  public addSilent(wallSeconds: number, isFirst: boolean, day: { readonly isHoliday: boolean; readonly isLongOpen: boolean }): boolean {
    const position = this.position(wallSeconds);
    if (isFirst) this.isExcused = this.hasBegunAWeekAgo(position);
    const asked = day.isLongOpen ? NEWEST | BEFORE : NEWEST;
    const isExcused = this.isExcused && (this.week[position]! & (asked | HOLIDAY)) === asked;
    this.write(position, day.isHoliday ? NEWEST | HOLIDAY : NEWEST);
    return isExcused;
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
