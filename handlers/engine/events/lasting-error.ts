// SPDX-License-Identifier: Apache-2.0

import { onlyFollows } from './event-duration';
import { DISTANCES, distanceOfNews, MOST_STEP, newDistance, stepOf, YOUNG_WEEKS } from './weekly-recurrence';
import type { Calendar, SeasonPosition } from '../calendar/calendar';
import { ANOMALOUS_SCORE } from '../scores/severity';
import { DEVIATION_TO_SCALE } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';

const { abs, max, min, sqrt } = Math;

/** Weight of the newest error in the mean: it goes back some six intervals, at intervals of an hour five. */
const GAIN = 0.15;
const HOURLY_GAIN = 0.2;
/** The same of its usual size, which is known after a day or two, at intervals of an hour after four. */
const SCALE_GAIN = 0.0025;
const HOURLY_SCALE_GAIN = 0.01;
/**
 * Usual sizes of the mean from which on it is an anomaly. At intervals of an hour a week has a twelfth as many, and normal noise is as seldom 4.5 times its usual
 * size off in one of 168 as five times in one of 2,016.
 */
const LEAST_SIZE = 5;
const HOURLY_LEAST_SIZE = 4.5;
/** What fades away is 0 from here on: 32-bit numbers that are smaller are slow to compute with. */
const SMALLEST = 1e-37;
/** Usual size that a series has at first, in usual errors: much more than it will be. */
export const FIRST_LASTING_SCALE = 1;
/** Errors enter the mean up to this: one value alone is not what lasts. */
const CLIP = 4;
/** Means are learned up to so many of their usual sizes. */
const SCALE_CLIP = 3;
/** Distance in usual errors from which on a value may be a part of what lasts. */
const LEAST_DISTANCE = 1;
/** Weeks of which is kept how far each hour was off on the whole. */
const WEEKS = 2;
/** Usual sizes of the mean from which on the moves of the level count as errors too, and weeks that a series must be known for it. */
const LEAST_FOLLOWED = 4;
const FOLLOWED_WEEKS = 3;
/** Seconds in which half of such a move becomes the new normal: as long as it takes until a new level is one. */
const FOLLOWED_HALF_LIFE = 43_200;

/** Rows of the state: of the present, of what is followed, and of the hours of the week. Daily data has too few intervals in an event to make more of their mean than of each. */
export function lastingRows(calendar: Calendar): { readonly present: number; readonly followed: number; readonly hours: number } {
  const { isWithinHour, weekSlots } = calendar;
  return { present: weekSlots > 0 ? 1 : 0, followed: isWithinHour ? 1 : 0, hours: isWithinHour ? WEEKS * weekSlots : 0 };
}

/**
 * Takes whatever each hour of the week brings for known, until it has come once more: for a model that an engine has written which did not keep that. Its weekly
 * edges would all be news.
 */
export function takeHoursForKnown(calendar: Calendar, { lastingKnown, lastingWeeks, capacity }: SeriesState): void {
  lastingKnown.fill(MOST_STEP);
  // in the older of the two weeks, which the next visit of the hour forgets
  lastingWeeks.fill(MOST_STEP, lastingRows(calendar).hours / WEEKS * capacity);
}

/**
 * How far off each series has been lately on the whole: the exponentially weighted mean of its errors from the seasonal state, in usual sizes of
 * that mean (the control chart of Roberts 1959). An hour in which each value of a noisy series is a little low is found by it, though no value
 * would be. A series that wanders has a large usual size of its own, and one whose regression errs less than the seasonal state is left to that.
 *
 * A weekend begins within five minutes, and the slots of hours are wrong by then. So as far off as the mean was in the same hour of the last two weeks is no
 * news, and all of it from 1.75 times that on. Noise has the same few large values in any hour, and its mean stays small: it hides nothing of an event.
 * At intervals of an hour the slots of the week are right, but for hours that were off a week ago.
 *
 * At short intervals the level follows an event within two hours, so that its errors become small. What it has followed since the mean is far off counts as error too.
 */
export class LastingError {
  private readonly isKept: boolean;
  private readonly isShort: boolean;
  private readonly gain: number;
  private readonly scaleGain: number;
  /** Usual size of a mean of errors that have nothing to do with each other. */
  private readonly leastScale: number;
  private readonly leastSize: number;
  /** Values of a series from which on the mean says something: at intervals of an hour the week is learned by then. */
  private readonly leastPoints: number;
  private readonly followedPoints: number;
  private readonly kept: number;
  private isPaused = false;

  public constructor(private readonly calendar: Calendar, private readonly state: SeriesState) {
    const { present, followed } = lastingRows(calendar);
    this.isKept = present > 0;
    this.isShort = followed > 0;
    this.gain = this.isShort ? GAIN : HOURLY_GAIN;
    this.scaleGain = this.isShort ? SCALE_GAIN : HOURLY_SCALE_GAIN;
    this.leastScale = sqrt(this.gain / (2 - this.gain));
    this.leastSize = this.isShort ? LEAST_SIZE : HOURLY_LEAST_SIZE;
    this.leastPoints = this.isShort ? 0 : YOUNG_WEEKS * calendar.intervalsPerWeek;
    this.followedPoints = FOLLOWED_WEEKS * calendar.intervalsPerWeek;
    this.kept = 2 ** (-calendar.intervalSeconds / FOLLOWED_HALF_LIFE);
  }

  /**
   * Pauses, or goes on: meanwhile values are neither judged nor learned, and after it nothing has lasted. Those of a holiday are what is left of them beside
   * a weekend, which has other edges and another usual size.
   */
  public pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    if (isPaused) this.state.lastingError.fill(0);
  }

  /** Begins an hour. Call it before the first of its intervals is scored. */
  public beginHour({ week }: SeasonPosition): void {
    if (!this.isShort) return;
    const { lastingKnown, lastingWeeks, count, capacity } = this.state;
    const newest = week * capacity;
    const before = newest + this.calendar.weekSlots * capacity;
    for (let s = 0; s < count; s++) {
      const last = lastingWeeks[newest + s]!;
      lastingKnown[s] = max(last, lastingWeeks[before + s]!);
      lastingWeeks[before + s] = last;
      lastingWeeks[newest + s] = 0;
    }
  }

  /**
   * How many times its usual size the mean is with a value, as a score; 0 where nothing can be said, or the value is not on the mean's side.
   * @param error of the value from the seasonal state, in usual errors
   * @param usual error of the seasonal state, in the unit of the series
   */
  public sizeWith(series: number, error: number, usual: number): number {
    const whole = error + this.followed(series, usual);
    if (!this.applies(series) || abs(whole) < LEAST_DISTANCE) return 0;
    const mean = this.meanWith(series, whole);
    return error !== 0 && error > 0 === mean > 0 ? ANOMALOUS_SCORE / this.leastSize * this.newsOf(series, mean) : 0;
  }

  /**
   * Distance from which on a value on one side is an anomaly by the mean, in usual errors; infinite where none is.
   * @param side 1 above, -1 below
   * @param confidence part of the size that counts, 0-1
   * @param usual error of the seasonal state, in the unit of the series
   */
  public anomalousDistance(series: number, side: 1 | -1, confidence: number, usual: number): number {
    if (!this.applies(series)) return Infinity;
    const mean = side * this.state.lastingError[series]!;
    const size = distanceOfNews(this.leastSize / confidence, this.known(series));
    const whole = (size * this.scale(series) - (1 - this.gain) * mean) / this.gain;
    return whole <= CLIP ? max(0, max(LEAST_DISTANCE, whole) - side * this.followed(series, usual)) : Infinity;
  }

  /**
   * Takes in the error of a value. Call it after the others.
   * @param usual error of the seasonal state, in the unit of the series
   */
  public learn({ week }: SeasonPosition, series: number, error: number, usual: number): void {
    if (!this.isKept || this.isPaused) return;
    const { idleNow, lastingError, lastingScale, lastingWeeks, capacity } = this.state;
    const mean = this.meanWith(series, error + this.followed(series, usual));
    lastingError[series] = mean;
    if (this.isShort) {
      const hour = week * capacity + series;
      const times = abs(mean) / this.scale(series);
      if (times > DISTANCES[lastingWeeks[hour]!]!) lastingWeeks[hour] = stepOf(times);
    }
    // closed hours say nothing of what is usual in open ones
    if (idleNow[series] === 1) return;
    const size = min(SCALE_CLIP * this.scale(series), abs(mean));
    lastingScale[series]! += this.scaleGain * (DEVIATION_TO_SCALE * size - lastingScale[series]!);
  }

  /**
   * Takes in by how much the level of a series has moved, after `learn`. No more counts than an error does: what was far off is told of at once, and is the new normal half a day later too.
   * @param usual error of the seasonal state, in the unit of the series
   */
  public follow(series: number, moved: number, usual: number): void {
    if (!this.isShort) return;
    const { lastingError, lastingFollowed, points } = this.state;
    const before = lastingFollowed[series]!;
    const mean = lastingError[series]!;
    const isFollowed = moved > 0 === mean > 0 && abs(mean) >= LEAST_FOLLOWED * this.scale(series)
      && points[series]! >= this.followedPoints && this.newsOf(series, mean) >= LEAST_FOLLOWED;
    if (before === 0 && !isFollowed) return;
    const left = this.kept * before;
    // on its way back to where it was
    const most = CLIP * usual;
    if (isFollowed) lastingFollowed[series] = max(-most, min(most, left + moved));
    else if (moved > 0 === left > 0) lastingFollowed[series] = left;
    else lastingFollowed[series] = left > 0 ? max(0, left + moved) : min(0, left + moved);
  }

  /**
   * Lets the mean fade as far as so many intervals have no value: what was off before a silence of hours has not lasted. What the level has followed stays, as
   * does the level.
   */
  public fade(series: number, left = 1): void {
    if (!this.isKept || this.isPaused) return;
    const { lastingError } = this.state;
    if (lastingError[series] === 0) return;
    const mean = lastingError[series]! * (1 - this.gain) ** left;
    lastingError[series] = abs(mean) < SMALLEST ? 0 : mean;
  }

  /** Forgets by how much a series was off: it is back where it was. */
  public forget(series: number): void {
    if (!this.isKept) return;
    this.state.lastingError[series] = 0;
    if (this.isShort) this.state.lastingFollowed[series] = 0;
  }

  /**
   * Forgets the mean of a series, which is nearer to where it was before the event than to where it is: the errors of the event are none of the values after
   * its end. What the level has followed stays until it is back.
   */
  public forgetMean(series: number): void {
    if (this.isKept) this.state.lastingError[series] = 0;
  }

  /** Lets the means of all series fade by intervals that were left out. */
  public skip(left: number): void {
    if (left > 0) for (let s = 0; s < this.state.count; s++) this.fade(s, left);
  }

  private applies(series: number): boolean {
    return this.isKept && !this.isPaused && this.state.points[series]! >= this.leastPoints && this.state.idleNow[series] === 0
      && onlyFollows(this.state, series);
  }

  /** What the level has followed, in usual errors. */
  private followed(series: number, usual: number): number {
    const moved = this.isShort ? this.state.lastingFollowed[series]! : 0;
    return moved === 0 ? 0 : moved / usual;
  }

  private meanWith(series: number, error: number): number {
    const mean = this.state.lastingError[series]!;
    return mean + this.gain * (max(-CLIP, min(CLIP, error)) - mean);
  }

  private scale(series: number): number {
    return max(this.leastScale, this.state.lastingScale[series]!);
  }

  /** How many usual sizes the mean was off in this hour of the last two weeks. At intervals of an hour: any, where the hour was off a week ago. */
  private known(series: number): number {
    if (this.isShort) return DISTANCES[this.state.lastingKnown[series]!]!;
    return this.state.missedBefore[series] === 1 ? Infinity : 0;
  }

  private newsOf(series: number, mean: number): number {
    return newDistance(abs(mean) / this.scale(series), this.known(series));
  }
}
