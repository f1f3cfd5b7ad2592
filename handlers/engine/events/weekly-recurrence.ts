// SPDX-License-Identifier: Apache-2.0

import type { Calendar, SeasonPosition } from '../calendar/calendar';
import { HIGHEST_SCORE } from '../scores/severity';
import type { SeriesState } from '../state/series-state';

const { log2, max, min, round, sqrt } = Math;

/** Distances are kept in a byte, as logarithms: sixteen steps for each doubling. */
const STEPS = 16;
export const MOST_STEP = 255;
/** Distance of each step. */
export const DISTANCES = Float64Array.from({ length: MOST_STEP + 1 }, (_, step) => 2 ** (step / STEPS) - 1);
/** Smaller ones are what noise does in any hour. */
const LEAST_DISTANCE = 2;
/** How many times as far off counts in full; as far off counts nothing. The usual errors shrink as the series is known better, so that the same edge is farther off. */
const NEWS = 1.75;
/** Step of the distance from which on an hour may be a weekly edge, and no longer what noise does now and then. */
const EDGE_STEP = stepOf(2.5);
/** Step by which it is kept that an hour was off as a week ago: just below that of an event, and more than noise does in two of three weeks mostly. */
const REPEATED_STEP = EDGE_STEP - 1;
/** Weeks in which an hourly series is still learning its week: what was off a week ago is no news there. */
export const YOUNG_WEEKS = 6;
/** Weeks that are kept: what came in two of them is what the hour does. */
const WEEKS = 3;

/** Rows of the state: each hour of the week in the newest week, in the one before and in the one before that. */
export function recurrenceRows(calendar: Calendar): number {
  return calendar.isWithinHour ? WEEKS * calendar.weekSlots : 0;
}

/** What of a distance is news where another one is known: nothing up to that one, all from 1.75 times that one on. */
export function newDistance(distance: number, known: number): number {
  if (distance >= NEWS * known) return distance;
  return distance * max(0, distance / known - 1) / (NEWS - 1);
}

/** Step by which a distance is kept. */
export function stepOf(distance: number): number {
  return min(MOST_STEP, round(STEPS * log2(1 + distance)));
}

/** The distance of which so much is news. */
export function distanceOfNews(news: number, known: number): number {
  if (news >= NEWS * known) return news;
  return (known + sqrt(known * known + 4 * known * (NEWS - 1) * news)) / 2;
}

/**
 * How far off each hour of the week was in two of the last three weeks. Where a week has a sharp edge, an hour is far off at its first five
 * minutes and as expected later; the slot for the hour, learned from both, is never right. With much noise `LastWeek` does not know it either, and the edge
 * would be news every week.
 *
 * At intervals of an hour the slot of the week itself learns the edge, in a few weeks; until then, an hour that was off a week ago is no news,
 * unless the series has never been at that value.
 */
export class WeeklyRecurrence {
  private readonly isKept: boolean;

  public constructor(private readonly calendar: Calendar, private readonly state: SeriesState) {
    this.isKept = recurrenceRows(calendar) > 0;
  }

  /**
   * Distance at which the present hour of the week is no news; 0 where that is no more than noise. At intervals of an hour: any, where the week is still being learned and the hour was off a week ago.
   */
  public known(series: number): number {
    if (!this.isKept) {
      const isLearning = this.calendar.weekSlots > 0 && this.isYoung(series);
      return isLearning && this.state.missedBefore[series] === 1 ? HIGHEST_SCORE : 0;
    }
    const distance = DISTANCES[this.state.recurring[series]!]!;
    return distance < LEAST_DISTANCE ? 0 : distance;
  }

  /**
   * Whether the present hour of the week may be a weekly edge: it was off a week ago, or (at intervals of less than an hour) twice in three weeks.
   * What is left of it is no event.
   */
  public mayBeEdge(position: SeasonPosition, series: number): boolean {
    if (!this.isKept) return this.calendar.weekSlots > 0 && this.state.missedBefore[series] === 1;
    return this.state.recurring[series]! >= EDGE_STEP || this.wasOff(position, series);
  }

  /** Whether the present hour was off a week ago, and not for what it had repeated. At intervals of less than an hour. */
  public wasOff(position: SeasonPosition, series: number): boolean {
    return this.state.farOff[(this.calendar.weekSlots + position.week) * this.state.capacity + series]! >= EDGE_STEP;
  }

  /** Whether the present hour was off in two of the last three weeks, as an event or as it had been the week before: that is what the hour does. At intervals of less than an hour. */
  public isUsual(series: number): boolean {
    return this.isKept && this.state.recurring[series]! >= REPEATED_STEP;
  }

  private isYoung(series: number): boolean {
    return this.state.points[series]! < YOUNG_WEEKS * this.calendar.intervalsPerWeek;
  }

  /**
   * Begins an hour. Call it before the first of its intervals is scored.
   * @param isHoliday whether nothing is learned of the hour: what is known of it stays
   */
  public beginHour(position: SeasonPosition, isHoliday = false): void {
    if (!this.isKept) return;
    const { farOff, recurring, count, capacity } = this.state;
    const newest = position.week * capacity;
    const week = this.calendar.weekSlots * capacity;
    for (let s = 0; s < count; s++) {
      const last = newest + s;
      const a = farOff[last]!;
      const b = farOff[last + week]!;
      const c = farOff[last + 2 * week]!;
      recurring[s] = max(min(a, b), min(b, c), min(a, c));
      if (isHoliday) continue;
      farOff[last + 2 * week] = b;
      farOff[last + week] = a;
      farOff[last] = 0;
    }
  }

  /**
   * Takes in how far off the value of a series is.
   * @param isRepeated whether it is so as a week ago: that the hour was off is kept, as far as it usually is, and no event
   */
  public learn(position: SeasonPosition, series: number, distance: number, isRepeated: boolean): void {
    if (!this.isKept || !(distance >= LEAST_DISTANCE)) return;
    const { farOff, recurring, capacity } = this.state;
    const newest = position.week * capacity + series;
    farOff[newest] = max(farOff[newest]!, min(isRepeated ? max(REPEATED_STEP, recurring[series]!) : MOST_STEP, stepOf(distance)));
  }
}
