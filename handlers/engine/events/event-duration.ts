// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';
import { ANOMALOUS_SCORE } from '../scores/severity';
import type { SeriesState } from '../state/series-state';

const { log2, min } = Math;

/**
 * Distance in usual errors from which on an interval belongs to an event, reported or not, at intervals of less than an hour, and of an hour once
 * the series is known for two weeks. Of hourly series that are new or mostly stay what they are, and of daily data, it is what an anomaly needs
 * without anything else: there are many reasons why two days one after the other are a little off.
 */
const SHORT_EVENT_DISTANCE = 3;
const HOURLY_EVENT_DISTANCE = 3.5;
const HOURLY_WEEKS = 2;
/** The regression may explain an event away only where it errs less than this part of what the seasonal state errs: else it only follows. */
const BETTER_REGRESSION = 0.9;
/** What each doubling of the duration adds to the factor, and number of the interval after which nothing more is added. */
const ADDED_BY_DOUBLING = 5;
const MOST_INTERVALS = 12;
/** Intervals that may be left out within an event, as within an anomaly group. */
const LEFT_OUT = 1;
/** An event's side is kept in one number with its length. */
const ABOVE = 128;

/** Factor by the number of the interval within its event, from 1. */
const FACTORS = Float64Array.from({ length: MOST_INTERVALS + 1 }, (_, number) => 1 + ADDED_BY_DOUBLING * log2(number || 1));

/** Whether what the regression finds usual in an event of a series says nothing, since it errs about as much as the seasonal state or more. */
export function onlyFollows({ regressionError, seasonalError }: SeriesState, series: number): boolean {
  return regressionError[series]! >= BETTER_REGRESSION * seasonalError[series]!;
}

/**
 * For how many intervals each series has been far off on one side. Noise that is far off is seldom far off on the same side in the next
 * interval too, and an event often is: so an event's second interval counts six times as much for its severity as the first, the fourth
 * eleven times, and from the twelfth on nearly nineteen times.
 *
 * Successive intervals on one side are the runs of Western Electric's rules (Statistical Quality Control Handbook, 1956), here with a
 * smooth weight. Only the severity is raised: the score says how far off a value is, whatever came before it.
 */
export class EventDuration {
  private readonly isShort: boolean;
  private readonly knownFrom: number;

  public constructor(calendar: Calendar, private readonly state: SeriesState) {
    this.isShort = calendar.isWithinHour;
    this.knownFrom = calendar.weekSlots === 0 ? Infinity : HOURLY_WEEKS * calendar.intervalsPerWeek;
  }

  /** Distance in usual errors from which on an interval of the series belongs to an event. */
  public leastDistance(series: number): number {
    if (this.isShort) return SHORT_EVENT_DISTANCE;
    // what mostly stays what it is lasts by itself wherever it goes
    const isKnown = this.state.points[series]! >= this.knownFrom && this.state.idleNow[series] === 0;
    return isKnown ? HOURLY_EVENT_DISTANCE : ANOMALOUS_SCORE;
  }

  /**
   * Whether an event goes on that the seasonal state tells alone (see `mayGoOn`).
   * @param side 0 below what is expected, 1 above
   * @param distance from what the seasonal state expects, in usual errors
   */
  public goesOn(series: number, side: number, distance: number): boolean {
    return this.mayGoOn(series, side) && distance >= this.leastDistance(series);
  }

  /**
   * Whether the interval before belongs to an event on that side, of which the regression cannot tell: the values of the intervals before are what
   * it goes by, and within two or three it finds them usual. Where it errs much less than the seasonal state, it is believed all the same.
   */
  public mayGoOn(series: number, side: number): boolean {
    const { event } = this.state;
    return event[series] !== 0 && event[series]! >= ABOVE === (side === 1) && onlyFollows(this.state, series);
  }

  /**
   * How many times as much an interval counts that is at least `leastDistance` off: 1 for the first one of an event.
   * @param side 0 below what is expected, 1 above
   */
  public factor(series: number, side: number): number {
    const event = this.state.event[series]!;
    const before = event >= ABOVE === (side === 1) ? event % ABOVE : 0;
    return FACTORS[min(MOST_INTERVALS, before + 1)]!;
  }

  /** Ends all events when more intervals than one were left out: what is off today and was on Friday has not lasted. */
  public skip(left: number): void {
    if (left > LEFT_OUT) this.state.event.fill(0);
  }

  /**
   * Takes in an interval of the series from `from` up to but not including `to`.
   * @param distance of each value of the block, in usual errors; 0 where it has no score
   * @param signed numbers with the side as their sign
   */
  public learn(from: number, to: number, distance: Float64Array, signed: Float64Array): void {
    const { event } = this.state;
    for (let s = from; s < to; s++) {
      const before = event[s]!;
      if (!(distance[s - from]! >= this.leastDistance(s))) {
        if (before !== 0) event[s] = 0;
        continue;
      }
      const side = signed[s - from]! > 0 ? ABOVE : 0;
      event[s] = side + (before >= ABOVE === side > 0 ? min(MOST_INTERVALS, before % ABOVE + 1) : 1);
    }
  }
}
