// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';
import { ANOMALOUS_SCORE } from '../scores/severity';
import type { SeriesState } from '../state/series-state';

const { floor, fround, max, min } = Math;

/** Successive equal values that are stuck in a series that hardly ever has two. */
const LEAST_EQUAL = 6;
/** The same of one that has some: so many times the most that it had lately, and more. */
const TIMES_USUAL = 3;
const MORE_THAN_USUAL = 4;
/** Weeks of values after which a series has shown for how long it usually stays; of daily data. */
const KNOWN_WEEKS = 2;
const KNOWN_WEEKS_OF_DAYS = 8;
/** A known series that stays longer than it did is used to that step by step: so many times, and so many intervals, as long at a time. */
const USED_TO = 1.5;
const USED_TO_AT_LEAST = 2;
/** Part of what is usual that is left after a week; of daily data after as many weeks as a week has days. */
const LEFT = 0.8;
/** Days (weeks of daily data) after which a value that does not change any more is no news. */
const LASTING_CYCLES = 3;
const MOST_EQUAL = 255;

/**
 * Values that do not change any more where they always did: a sensor that is stuck, a job that delivers the last value again and again. Each of them
 * is as expected. But no noise has the same value six times in succession, and how many a series has that is rounded, or rests at night, it shows by itself:
 * three times the most that it had lately, and four more, are news (the persistence test of environmental data, U.S. IOOS QARTOD, "flat line"). Not where the
 * value is 0 or the highest or lowest of all: a business may be closed, and a quota is used up.
 */
export class StuckValues {
  /**
   * By the block's series the score of a value for being the same as those before it: what an anomaly needs where there are enough of them, and more in
   * proportion to their number; 0 where there are not.
   */
  public readonly sizes: Float64Array;
  private readonly knownFrom: number;
  private readonly fadesAfter: number;
  private readonly mostNews: number;

  /** @param block most series that are taken in together */
  public constructor(calendar: Calendar, private readonly state: SeriesState, block: number) {
    const isDaily = calendar.weekSlots === 0;
    this.sizes = new Float64Array(block);
    this.knownFrom = (isDaily ? KNOWN_WEEKS_OF_DAYS : KNOWN_WEEKS) * calendar.intervalsPerWeek;
    this.fadesAfter = calendar.intervalsPerWeek * (isDaily ? calendar.intervalsPerWeek : 1);
    this.mostNews = min(MOST_EQUAL - 1, LASTING_CYCLES * calendar.cycleSlots);
  }

  /**
   * Takes in an interval of the series from `from` up to but not including `to`, before they are scored.
   * @param values of the block; NaN: none
   * @param isInside whether a series was above and below a value lately
   * @param isHoliday whether nothing is learned of the interval
   */
  public take(from: number, to: number, values: Float64Array, isInside: (series: number, value: number) => boolean, isHoliday: boolean): void {
    const { equalValues, mostEqual, newest, points } = this.state;
    const { fadesAfter, knownFrom, mostNews, sizes } = this;
    for (let s = from; s < to; s++) {
      sizes[s - from] = 0;
      const value = values[s - from]!;
      if (value !== value) continue;
      const equal = equalValues[s]!;
      if (newest[s] === fround(value)) {
        // 0 is never told, and nothing is learned of it: a shop that is closed at night has noise by day
        if (equal < MOST_EQUAL && value !== 0) equalValues[s] = equal + 1;
        // a rest that is no news any more is what the series does, and is not forgotten while it lasts
        if (equal >= mostNews && mostEqual[s]! < equal) mostEqual[s] = equal;
        if (equal >= LEAST_EQUAL - 2) sizes[s - from] = this.size(s, value, isInside);
      } else if (equal !== 0) {
        const usual = mostEqual[s]!;
        // twice as long as it takes to be known: the first weeks of it may have begun in the middle of a rest
        if (equal > usual) mostEqual[s] = points[s]! < 2 * knownFrom ? equal : min(equal, max(usual + USED_TO_AT_LEAST, floor(USED_TO * usual)));
        equalValues[s] = 0;
      }
      // once a week: as long as values are not learned, their number stands still
      if (mostEqual[s] !== 0 && points[s]! % fadesAfter === 0 && !isHoliday && sizes[s - from] === 0) mostEqual[s] = LEFT * mostEqual[s]!;
    }
  }

  /** Takes the values of the block that are stuck for none: of them nothing is learned. */
  public leaveOut(from: number, to: number, values: Float64Array): void {
    for (let index = 0; index < to - from; index++) if (this.sizes[index]! > 0) values[index] = NaN;
  }

  private size(series: number, value: number, isInside: (series: number, value: number) => boolean): number {
    const { equalValues, mostEqual, points } = this.state;
    const equal = equalValues[series]! + 1;
    if (equal > this.mostNews || points[series]! < this.knownFrom) return 0;
    const least = max(LEAST_EQUAL, TIMES_USUAL * mostEqual[series]! + MORE_THAN_USUAL);
    return equal >= least && isInside(series, value) ? ANOMALOUS_SCORE * equal / least : 0;
  }
}

/**
 * Takes more equal values for usual than could be news, and fewer from week to week, while the series show their own: for a model that an engine has written
 * which did not keep that.
 */
export function takeRestsForUsual({ mostEqual }: SeriesState): void {
  mostEqual.fill(MOST_EQUAL / 2);
}
