// SPDX-License-Identifier: Apache-2.0

import { Exceedances } from './exceedances';
import { shareOfMove } from './intermittent-moves';
import { partInScore } from './logarithmic-axis';
import { ValueRange } from './value-range';
import type { Calendar } from '../calendar/calendar';
import { ANOMALOUS_SCORE } from '../scores/severity';
import { IDLE_SHARE } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';
import { ANY_VALUES } from '../state/value-kinds';

const { abs, log, log2, max, min, sqrt } = Math;

/** How many times as much a distance counts where the value is also outside of everything seen. */
const MOST_RAISED = 6;
/** Distance from which on a value that far outside counts in full: nearer ones are the records that noise sets now and then. */
const FULL_DISTANCE = 25;
/**
 * The farther outside, the nearer a value counts in full: at as many times less distance as it is half standard deviations outside, at most
 * five times. A noisy business that falls to nothing is only a few usual errors off, and yet it has never been there.
 */
const HALF_DEVIATIONS = 2;
const MOST_NEARER = 5;
/**
 * Distances up to this are never raised. Short intervals need no such limit: their noise is so often a little off that its own number keeps
 * it down. Two for each doubling of 5 minutes, at most 6 (one hour): measured, for no false alerts on clean noise.
 */
const LEAST_DISTANCE_FOR_DOUBLE = 2;
const MOST_LEAST_DISTANCE = 6;
/** The same for daily data below what is expected, in a series that is never negative: a week has seven values to set records with. */
const LEAST_DISTANCE_OF_LOW_DAY = 3;
/** Standard deviations outside of everything seen from which on a value was never there: the range fades, and a weekly peak is outside a little. */
const NEVER_THERE = 1;
/** Occasions with a distance half as large that take nothing from the next. */
const FREE_OCCASIONS = 10;
const SIMILAR = 0.5;
/** Occasions up to which a severity rises in full, and weight of the share of the newest intervals that were events: measured (docs/detection.md). */
const FEW_OCCASIONS = 1.5;
const WEIGHT_OF_EVENTS = 20;
/** Largest distance at which a bound is looked for, and how near the bound found is: to 1 %. */
const FARTHEST = 1024;
const NEARNESS = 1.01;

/** How many times as much the score of a value counts for its severity. */
export interface Raise {
  /** Any value. */
  readonly least: number;
  /** A value that is at least `eventDistance` off, which belongs to an event. */
  readonly event: number;
  /** In usual errors, damped while the series is new. */
  readonly eventDistance: number;
  /** Part of its distance that a value counts for (see shareAbove). */
  readonly shareOf: (value: number) => number;
}

/**
 * How rare a distance is for its series: the score is the distance times this. Both parts compare a series with its own past, but by
 * occasions and not by a fitted curve, so that a series with a few events keeps its high scores for the next.
 *
 * * Outside of the range of its values of the last weeks: up to six times as much.
 * * The same distance was reached on more than ten occasions lately: less, by their number. Spikes that come every day are what the
 *   series does.
 *
 * Fewer occasions than that do not change what is an anomaly, but how severe it is (`steepness`): of the alerts with the highest scores, most
 * false ones come from a few series that spike again and again.
 */
export class Rarity {
  private readonly range: ValueRange;
  private readonly exceedances: Exceedances;
  private readonly leastDistance: number;
  private readonly leastDistanceBelow: number;

  public constructor(calendar: Calendar, private readonly state: SeriesState) {
    this.range = new ValueRange(calendar, state);
    this.exceedances = new Exceedances(calendar, state);
    this.leastDistance = min(MOST_LEAST_DISTANCE, LEAST_DISTANCE_FOR_DOUBLE * log2(calendar.intervalSeconds / 300));
    this.leastDistanceBelow = calendar.weekSlots === 0 ? LEAST_DISTANCE_OF_LOW_DAY : this.leastDistance;
  }

  /**
   * Factor by which a distance counts more or less; rises with the distance on either side.
   * @param side 0 below what is expected, 1 above
   * @param distance in usual errors, damped while the series is new
   */
  public of(series: number, side: number, value: number, distance: number): number {
    const farEnough = this.farEnough(series, side, distance);
    const beyond = farEnough > 0 ? this.range.beyond(series, value) : 0;
    const occasions = this.exceedances.count(series, side, SIMILAR * distance);
    return raisedBy(beyond, farEnough) * FREE_OCCASIONS / max(FREE_OCCASIONS, occasions);
  }

  /**
   * How fast the severity of a score rises beyond what an anomaly needs, as its exponent: 1 where the series was hardly ever half as far off, less the
   * more often it was and the more of its newest intervals were events. What many have said already says less.
   * @param side 0 below what is expected, 1 above
   * @param distance in usual errors, damped while the series is new
   */
  public steepness(series: number, side: number, distance: number): number {
    const occasions = this.exceedances.count(series, side, SIMILAR * distance);
    return 1 / (1 + log(max(1, occasions / FEW_OCCASIONS)) + WEIGHT_OF_EVENTS * this.state.surprise[series]!);
  }

  /**
   * Part of a score that counts for the severity: in a series that mostly stays what it is (see shareOfMove), and of a record near 0.
   * @param side 0 below what is expected, 1 above
   * @param distance in usual errors, damped while the series is new
   * @param error the same in the series' unit, without sign
   */
  public share(series: number, side: number, value: number, distance: number, error: number, score: number): number {
    const occasions = this.exceedances.count(series, side, SIMILAR * distance);
    return shareOfMove(this.state, series, occasions, error, score) * this.shareOfRecord(series, side, value, distance);
  }

  /**
   * Part of a score that counts for the severity where a value that is never negative is the lowest of all. Close to 0 the axis of the range is at its
   * steepest: noise of a third of what is expected sets records there, each of which is far from the one before on the axis, and next to it in truth.
   */
  private shareOfRecord(series: number, side: number, value: number, distance: number): number {
    if (side === 1 || this.state.kind[series] === ANY_VALUES) return 1;
    const farEnough = this.farEnough(series, side, distance);
    const beyond = farEnough > 0 ? this.range.beyond(series, value) : 0;
    if (beyond === 0) return 1;
    return raisedBy(min(beyond, this.range.below(series, value)), farEnough) / raisedBy(beyond, farEnough);
  }

  /**
   * Part of a score that counts for the severity while a series is new, at intervals of less than an hour: that it was never as far off says
   * little of one that is known for a week. The score is what it is, since it says how far off a value is.
   * @param side 0 below what is expected, 1 above
   * @param distance in usual errors, damped while the series is new
   */
  public shareWhileNew(series: number, side: number, distance: number): number {
    if (this.exceedances.isKnown(series)) return 1;
    const size = SIMILAR * distance;
    const occasions = max(FREE_OCCASIONS, this.exceedances.count(series, side, size));
    return min(1, occasions / max(FREE_OCCASIONS, this.exceedances.countWhenKnown(series, side, size)));
  }

  /** Whether the series was never above a value lately. */
  public isWithin(series: number, highest: number): boolean {
    return this.range.isWithin(series, highest);
  }

  /** Whether the series was above and below a value lately. */
  public isInside(series: number, value: number): boolean {
    return this.range.isInside(series, value);
  }

  /** Whether the series has not been near this value lately, at any hour. */
  public wasNeverAt(series: number, value: number): boolean {
    return this.range.isFarBeyond(series, value, NEVER_THERE);
  }

  /** The nearest value on a side at which `wasNeverAt` holds. */
  public neverThere(series: number, side: 1 | -1): number {
    return this.range.valueFarBeyond(series, side, NEVER_THERE);
  }

  /**
   * Distance from which on a value is an anomaly.
   * @param expected what is expected of the value
   * @param valueAt value at a distance on that side
   */
  public anomalousDistance(
    series: number, side: number, expected: number, valueAt: (distance: number) => number, { least, event, eventDistance, shareOf }: Raise,
  ): number {
    const isFrequent = this.exceedances.countWhenKnown(series, side, 0) > (this.state.idle[series]! > IDLE_SHARE ? 0 : FREE_OCCASIONS);
    // where nothing is rare about it
    const plain = min(ANOMALOUS_SCORE / least, max(eventDistance, ANOMALOUS_SCORE / event));
    const isPart = shareOf(valueAt(plain)) < 1;
    if (!isFrequent && !isPart && this.range.beyond(series, valueAt(plain)) === 0) return plain;
    // nearer than this no distance becomes an anomaly
    let near = max(min(plain, this.leastDistanceOn(series, side)), plain / MOST_RAISED);
    let far = isFrequent || isPart ? FARTHEST : plain;
    while (far > NEARNESS * near) {
      const middle = sqrt(near * far);
      const raise = middle >= eventDistance ? event : least;
      const value = valueAt(middle);
      const above = shareOf(value);
      const aboveInScore = partInScore(above);
      const score = middle * this.of(series, side, value, middle) * aboveInScore;
      const ofRarity = this.share(series, side, value, middle, abs(value - expected), score) * this.shareWhileNew(series, side, middle);
      if (score * above / aboveInScore * ofRarity * raise < ANOMALOUS_SCORE) near = middle;
      else far = middle;
    }
    return far;
  }

  /** How near a distance is to that from which on a value outside of everything seen counts in full. */
  private farEnough(series: number, side: number, distance: number): number {
    const leastDistance = this.leastDistanceOn(series, side);
    return max(0, distance - leastDistance) / (FULL_DISTANCE - leastDistance);
  }

  private leastDistanceOn(series: number, side: number): number {
    return side === 0 && this.state.kind[series] !== ANY_VALUES ? this.leastDistanceBelow : this.leastDistance;
  }

  /** Lets what was seen fade by calendar days. */
  public fade(days: number): void {
    if (days > 0) this.exceedances.fade(days);
  }

  /**
   * Takes in an interval of the series from `from` up to but not including `to`.
   * @param distance of each value of the block, damped, with the side as its sign
   */
  public learn(interval: number, from: number, to: number, values: Float64Array, distance: Float64Array): void {
    for (let s = from; s < to; s++) {
      const size = distance[s - from]!;
      this.exceedances.learn(interval, s, size < 0 ? 0 : 1, size < 0 ? -size : size);
    }
    this.range.learn(from, to, values);
  }
}

/**
 * How many times as much a distance counts for being outside of everything seen.
 * @param beyond in standard deviations
 * @param farEnough part of the distance from which on it counts in full
 */
function raisedBy(beyond: number, farEnough: number): number {
  return 1 + (MOST_RAISED - 1) * min(1, beyond, farEnough * max(1, min(MOST_NEARER, HALF_DEVIATIONS * beyond)));
}
