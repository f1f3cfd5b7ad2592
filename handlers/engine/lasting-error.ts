// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from './calendar';
import { onlyFollows } from './event-duration';
import { DEVIATION_TO_SCALE } from './scale-floor';
import type { SeriesState } from './series-state';
import { ANOMALOUS_SCORE } from './severity';

const { abs, max, min, sqrt } = Math;

/** Weight of the newest error in the mean: it goes back some six intervals. */
const GAIN = 0.15;
/** The same of its usual size, which is known after a day or two. */
const SCALE_GAIN = 0.0025;
/** Usual size of a mean of errors that have nothing to do with each other. */
const LEAST_SCALE = sqrt(GAIN / (2 - GAIN));
/** Usual size that a series has at first, in usual errors: much more than it will be. */
export const FIRST_LASTING_SCALE = 1;
/** Errors enter the mean up to this: one value alone is not what lasts. */
const CLIP = 4;
/** Means are learned up to so many of their usual sizes. */
const SCALE_CLIP = 3;
/** Distance in usual errors from which on a value may be a part of what lasts. */
const LEAST_DISTANCE = 1;

/** Rows of the state: at intervals of less than an hour. At longer ones there are too few of them in an event to make more of its mean than of its parts. */
export function lastingRows(calendar: Calendar): number {
  return calendar.isWithinHour ? 1 : 0;
}

/**
 * How far off each series has been lately on the whole: the exponentially weighted mean of its errors from the seasonal state, in usual sizes of
 * that mean (the control chart of Roberts 1959). An hour in which each value of a noisy series is a little low is found by it, though no value
 * would be. A series that wanders has a large usual size of its own, and one whose regression errs less than the seasonal state is left to that.
 */
export class LastingError {
  private readonly isKept: boolean;

  public constructor(calendar: Calendar, private readonly state: SeriesState) {
    this.isKept = lastingRows(calendar) > 0;
  }

  /**
   * How many times its usual size the mean is with a value, as a score; 0 where nothing can be said, or the value is not on the mean's side.
   * @param error of the value from the seasonal state, in usual errors
   */
  public sizeWith(series: number, error: number): number {
    if (!this.applies(series) || abs(error) < LEAST_DISTANCE) return 0;
    const mean = this.meanWith(series, error);
    return error > 0 === mean > 0 ? abs(mean) / this.scale(series) : 0;
  }

  /**
   * Distance from which on a value on one side is an anomaly by the mean, in usual errors; infinite where none is.
   * @param side 1 above, -1 below
   * @param confidence part of the size that counts, 0-1
   */
  public anomalousDistance(series: number, side: 1 | -1, confidence: number): number {
    if (!this.applies(series)) return Infinity;
    const mean = side * this.state.lastingError[series]!;
    const distance = (ANOMALOUS_SCORE / confidence * this.scale(series) - (1 - GAIN) * mean) / GAIN;
    return distance <= CLIP ? max(LEAST_DISTANCE, distance) : Infinity;
  }

  /**
   * Takes in the error of a value. Call it after the others.
   * @param isLeftOut whether the hour is a weekly edge: what it is off is no part of what lasts after it
   */
  public learn(series: number, error: number, isLeftOut: boolean): void {
    if (!this.isKept) return;
    const { idleNow, lastingError, lastingScale } = this.state;
    if (isLeftOut) {
      lastingError[series] = this.meanWith(series, 0);
      return;
    }
    const mean = this.meanWith(series, error);
    const size = min(SCALE_CLIP * this.scale(series), abs(mean));
    lastingError[series] = mean;
    // closed hours say nothing of what is usual in open ones
    if (idleNow[series] === 1) return;
    lastingScale[series]! += SCALE_GAIN * (DEVIATION_TO_SCALE * size - lastingScale[series]!);
  }

  private applies(series: number): boolean {
    return this.isKept && this.state.idleNow[series] === 0 && onlyFollows(this.state, series);
  }

  private meanWith(series: number, error: number): number {
    const mean = this.state.lastingError[series]!;
    return mean + GAIN * (max(-CLIP, min(CLIP, error)) - mean);
  }

  private scale(series: number): number {
    return max(LEAST_SCALE, this.state.lastingScale[series]!);
  }
}
