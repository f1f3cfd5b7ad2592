// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a bit for each hour of the week */

import { bitOfHour, HOURS_A_NUMBER } from './week-season';
import type { Calendar, SeasonPosition } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';

const { abs, max, min } = Math;

/** Usual errors up to which a value is as it was a week ago. */
const NEAR = 3;
/** Most that last week's value may leave of the error: else it does not explain it. What is left anyway is that the line is straight. */
const LEFT_OVER = 0.3;
const LEFT_ANYWAY = 0.25;
/** The same of the error of an hour that is off in most weeks: a peak of that hour is mostly larger or smaller than the one before. */
const USUAL_LEFT_OVER = 0.4;
/** Distance from which on such an hour is asked: noise is off by less in any hour. */
const USUAL_DISTANCE = 3;
/** Nearer values are no anomaly, however rare. */
const LEAST_DISTANCE = 0.5;
/** Successive intervals as they were a week ago, from which on a series does what it did then. */
export const REPEATED_INTERVALS = 12;
/** Share of an hour's intervals that are off its line, from which on the hour did something else than a week ago. */
const OTHER_HOUR = 0.5;
/** Stands for the number of those intervals where the hour keeps no line. */
const NEVER = 255;

/** Rows of the state for the hours of the week, for a bit of each, and for the present one. */
export function lastWeekRows(calendar: Calendar): { readonly hours: number; readonly bits: number; readonly present: number } {
  const hours = calendar.isWithinHour ? calendar.weekSlots : 0;
  return { hours, bits: hours / HOURS_A_NUMBER, present: min(1, hours) };
}

/**
 * What each hour of the week was like a week ago, at intervals of less than an hour: its first and its last value, and a straight line between
 * them. A series that has been on that line for an hour or two and stays on it is doing what it did last week, however suddenly: Saturday begins
 * within five minutes, and the slots of the week need several weeks to learn such an edge.
 *
 * Only a series that was on the line before is believed, or one whose hour is off in most weeks. After an event it comes back to where it was last week from somewhere else, and the
 * way back is as much of the event as the way there.
 *
 * An hour in which a series leaves its line keeps that, for one week: what comes every Friday evening and is missing once is no
 * news on the Friday after. What it does twice in succession is its line.
 */
export class LastWeek {
  private readonly isKept: boolean;

  /** Intervals off its line from which on an hour did something else. */
  private readonly otherFrom: number;

  public constructor(private readonly calendar: Calendar, private readonly state: SeriesState) {
    this.isKept = lastWeekRows(calendar).present > 0;
    this.otherFrom = OTHER_HOUR * calendar.intervalsPerWeekSlot;
  }

  /** Whether what is known of the present hour is from two weeks ago, as it did something else a week ago. */
  public isFromBefore(series: number): boolean {
    return this.isKept && this.state.keptLine[series] === 1;
  }

  /**
   * Whether the series does what it did a week ago, so that its value is no news.
   * @param distance how far off the value is, in usual errors
   * @param error the same as a difference
   * @param usual usual error of the seasonal state
   * @param isUsual whether the hour was off in two of the last three weeks: then no more is asked for than that last week's value explains most of it
   */
  public isRepeated(
    position: SeasonPosition, series: number, value: number, distance: number, error: number, usual: number, isUsual: boolean,
  ): boolean {
    const asks = isUsual && distance >= USUAL_DISTANCE;
    if (!this.isKept || distance < LEAST_DISTANCE || !asks && this.state.repeated[series]! < REPEATED_INTERVALS) return false;
    const off = abs(value - this.valueAt(position, series));
    return asks && off <= USUAL_LEFT_OVER * abs(error) || off <= min(NEAR * usual, max(LEFT_OVER * abs(error), LEFT_ANYWAY * usual));
  }

  /**
   * Begins an hour. Call it before the first of its intervals is scored.
   * @param isHoliday whether nothing is learned of the hour: what is known of it stays
   */
  public beginHour(position: SeasonPosition, isHoliday = false): void {
    if (!this.isKept) return;
    const { hourFirst, hourLast, lastWeekFirst, lastWeekLast, keptLines, keptLine, offLine, count, capacity } = this.state;
    const from = position.week * capacity;
    const { row, bit } = bitOfHour(position.week, capacity);
    for (let s = 0; s < count; s++) {
      const bits = keptLines[row + s]!;
      keptLine[s] = (bits & bit) === 0 ? 0 : 1;
      if (!isHoliday) keptLines[row + s] = bits & ~bit;
    }
    offLine.fill(0);
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
    const { hourFirst, hourLast, lastWeekFirst, lastWeekLast, keptLines, keptLine, offLine, repeated, origin, capacity } = this.state;
    const hour = position.week * capacity;
    const { row, bit } = bitOfHour(position.week, capacity);
    const before = bitOfHour((position.week || this.calendar.weekSlots) - 1, capacity);
    for (let s = from; s < to; s++) {
      const value = values[s - from]!;
      if (value !== value) continue;
      const isLineKept = (keptLines[row + s]! & bit) !== 0;
      if (!isLineKept) {
        const kept = value - origin[s]!;
        if (hourFirst[hour + s] !== hourFirst[hour + s]) hourFirst[hour + s] = kept;
        hourLast[hour + s] = kept;
      }
      const off = abs(value - this.valueAt(position, s));
      // where nothing is known of a week ago, nothing speaks against it
      if (off !== off) continue;
      if (off <= NEAR * scale[s - from]!) {
        repeated[s] = min(REPEATED_INTERVALS, repeated[s]! + 1);
        continue;
      }
      // a series that was not on its line before is no news by leaving it
      if (offLine[s] === 0 && repeated[s]! < REPEATED_INTERVALS && (keptLines[before.row + s]! & before.bit) === 0) offLine[s] = NEVER;
      repeated[s] = 0;
      if (offLine[s] === NEVER || isLineKept || keptLine[s] === 1 || ++offLine[s]! < this.otherFrom) continue;
      keptLines[row + s]! |= bit;
      hourFirst[hour + s] = lastWeekFirst[s]!;
      hourLast[hour + s] = lastWeekLast[s]!;
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
