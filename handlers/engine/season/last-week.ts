// SPDX-License-Identifier: Apache-2.0

import type { Calendar, SeasonPosition } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';

const { abs, max, min } = Math;

/** Usual errors up to which a value is as it was a week ago. */
const NEAR = 3;
/** Most that last week's value may leave of the error: else it does not explain it. What is left anyway is that the line is straight. */
const LEFT_OVER = 0.3;
const LEFT_ANYWAY = 0.25;
/** Nearer values are no anomaly, however rare. */
const LEAST_DISTANCE = 0.5;
/** Successive intervals as they were a week ago, from which on a series does what it did then. */
export const REPEATED_INTERVALS = 12;

/** Rows of the state for the hours of the week, and for the present one. */
export function lastWeekRows(calendar: Calendar): { readonly hours: number; readonly present: number } {
  return calendar.isWithinHour ? { hours: calendar.weekSlots, present: 1 } : { hours: 0, present: 0 };
}

/**
 * What each hour of the week was like a week ago, at intervals of less than an hour: its first and its last value, and a straight line between
 * them. A series that has been on that line for an hour or two and stays on it is doing what it did last week, however suddenly: Saturday begins
 * within five minutes, and the slots of the week need several weeks to learn such an edge.
 *
 * Only a series that was on the line before is believed. After an event it comes back to where it was last week from somewhere else, and the
 * way back is as much of the event as the way there.
 */
export class LastWeek {
  private readonly isKept: boolean;

  public constructor(private readonly calendar: Calendar, private readonly state: SeriesState) {
    this.isKept = lastWeekRows(calendar).present > 0;
  }

  /**
   * Whether the series does what it did a week ago, so that its value is no news.
   * @param distance how far off the value is, in usual errors
   * @param error the same as a difference
   * @param usual usual error of the seasonal state
   */
  public isRepeated(position: SeasonPosition, series: number, value: number, distance: number, error: number, usual: number): boolean {
    if (!this.isKept || distance < LEAST_DISTANCE || this.state.repeated[series]! < REPEATED_INTERVALS) return false;
    return abs(value - this.valueAt(position, series)) <= min(NEAR * usual, max(LEFT_OVER * abs(error), LEFT_ANYWAY * usual));
  }

  /**
   * Begins an hour. Call it before the first of its intervals is scored.
   * @param isHoliday whether nothing is learned of the hour: what is known of it stays
   */
  public beginHour(position: SeasonPosition, isHoliday = false): void {
    if (!this.isKept) return;
    const { hourFirst, hourLast, lastWeekFirst, lastWeekLast, capacity } = this.state;
    const from = position.week * capacity;
    lastWeekFirst.set(hourFirst.subarray(from, from + capacity));
    lastWeekLast.set(hourLast.subarray(from, from + capacity));
    if (isHoliday) return;
    hourFirst.fill(NaN, from, from + capacity);
    hourLast.fill(NaN, from, from + capacity);
  }

  /**
   * Takes in an interval of the series from `from` up to but not including `to`, whose origins are known.
   * @param values of the block; NaN: none
   * @param scale usual errors of the block
   */
  public learn(position: SeasonPosition, from: number, to: number, values: Float64Array, scale: Float64Array): void {
    if (!this.isKept) return;
    const { hourFirst, hourLast, repeated, origin, capacity } = this.state;
    const hour = position.week * capacity;
    for (let s = from; s < to; s++) {
      const value = values[s - from]!;
      if (value !== value) continue;
      const kept = value - origin[s]!;
      if (hourFirst[hour + s] !== hourFirst[hour + s]) hourFirst[hour + s] = kept;
      hourLast[hour + s] = kept;
      const off = abs(value - this.valueAt(position, s));
      // where nothing is known of a week ago, nothing speaks against it
      if (off !== off) continue;
      repeated[s] = off <= NEAR * scale[s - from]! ? min(REPEATED_INTERVALS, repeated[s]! + 1) : 0;
    }
  }

  /** What the series was at a time of the week when that was last seen, but for the present hour; NaN: not known. */
  public newest(position: SeasonPosition, series: number): number {
    if (!this.isKept) return NaN;
    const { hourFirst, hourLast, capacity } = this.state;
    const place = position.week * capacity + series;
    return this.onLine(position, series, hourFirst[place]!, hourLast[place]!);
  }

  /** Value a week ago; NaN: not known. */
  private valueAt(position: SeasonPosition, series: number): number {
    const { lastWeekFirst, lastWeekLast } = this.state;
    return this.onLine(position, series, lastWeekFirst[series]!, lastWeekLast[series]!);
  }

  private onLine(position: SeasonPosition, series: number, first: number, last: number): number {
    const share = this.place(position) / max(1, this.calendar.intervalsPerWeekSlot - 1);
    return this.state.origin[series]! + first + share * (last - first);
  }

  /** Number of an interval within its hour. */
  private place(position: SeasonPosition): number {
    return position.cycle % this.calendar.intervalsPerWeekSlot;
  }
}
