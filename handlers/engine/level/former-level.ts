// SPDX-License-Identifier: Apache-2.0

import { carryOver, type Change, type Moment } from './carry-over';
import type { Calendar } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';

const { abs, max, min } = Math;

/** Days from the beginning of an event on for which the level before it is remembered; at intervals of less than an hour, whose level follows a weekend; of daily data. */
const REMEMBERED_DAYS = 4;
const REMEMBERED_DAYS_OF_SHORT_INTERVALS = 1.5;
/**
 * The same at intervals of less than an hour once it is so many times less, or more, of what it was: that is no weekend. What has fallen far mostly comes back, and would be learned as so
 * many times as much; what is less than usual of what has grown is no sign that it has shrunk again.
 */
const REMEMBERED_DAYS_OF_FALLS = 10;
const REMEMBERED_DAYS_OF_RISES = 4;
const REMEMBERED_DAYS_OF_DAILY_DATA = 18;
/** Usual errors up to which a value is where the level before the event would have it, and how much nearer it must be to that than to the present one. */
const NEAR = 3;
const NEARER = 0.5;
/** Usual errors of both levels that there must be between them, for a value to tell at which it is. */
const APART = 2.2;
/** Usual errors that there must be between them for a value that is nearer to the one before to be no news. */
const LITTLE_APART = 1.5;
/** Those up to which the present level is the one before again: the event is over, and forgotten. */
const SAME = 1;
/**
 * At intervals of less than an hour an event is one when it has lasted so long: shorter ones have moved nothing that could go back. Each value so many usual
 * errors from what was expected before it adds one to its length, and any other takes so many away.
 */
const EVENT_SECONDS = 3600;
const OFF = 2;
const LOSS = 2;
/** Share of the values lately that were far off, this one counted, up to which one that is far off begins an event. */
const QUIET = 0.018;

/** Rows of the state: the length of an event that is not one yet is counted at short intervals only, and what has more by so much is remembered at others only. */
export function formerLevelRows(calendar: Calendar): number {
  return calendar.isWithinHour ? 1 : 0;
}

/**
 * The level that a series had before the newest event. What lasts no longer than it is remembered was an event, and its end is none: the shop is open again after
 * two days. At intervals of less than an hour the level follows an event within two hours; at longer ones it may be a new level by the time that the series goes back.
 */
export class FormerLevel {
  private readonly remembered: number;
  private readonly rememberedOfFalls: number;
  private readonly rememberedOfRises: number;
  /** Number of values that make an event; 0 where the first one does. */
  private readonly leastLength: number;

  public constructor(private readonly calendar: Calendar, private readonly state: SeriesState) {
    this.leastLength = calendar.isWithinHour ? EVENT_SECONDS / calendar.intervalSeconds : 0;
    if (calendar.weekSlots === 0) this.remembered = REMEMBERED_DAYS_OF_DAILY_DATA;
    else this.remembered = (calendar.isWithinHour ? REMEMBERED_DAYS_OF_SHORT_INTERVALS : REMEMBERED_DAYS) * calendar.intervalsPerWeek / 7;
    this.rememberedOfFalls = calendar.isWithinHour ? REMEMBERED_DAYS_OF_FALLS * calendar.intervalsPerWeek / 7 : this.remembered;
    this.rememberedOfRises = calendar.isWithinHour ? REMEMBERED_DAYS_OF_RISES * calendar.intervalsPerWeek / 7 : this.remembered;
  }

  /**
   * Whether a series has moved so far away since an event began lately that its values tell where it is: it may go back, and its slots learn nothing whole
   * meanwhile.
   * @param expected of the value at the present level
   * @param usual size of the errors from that
   * @param seen values before this one
   */
  public isAway(series: number, expected: number, usual: number, seen: number): boolean {
    // the level before is NaN where none is remembered, and its noise where the event is not one yet
    const { formerAt, formerNoise } = this.state;
    return seen - formerAt[series]! <= this.valuesRemembered(series)
      && abs(this.expectedBefore(series, expected) - expected) > APART * (usual + usual / formerNoise[series]!);
  }

  /**
   * Whether a series is back where it was before the event.
   * @param expected of the value at the present level
   */
  public isBack(series: number, value: number, expected: number, usual: number, seen: number): boolean {
    return this.isAway(series, expected, usual, seen) && this.isNearer(series, value, expected, usual);
  }

  /**
   * Whether a value is no news, though one value may not tell where a noisy series is: it is nearer to where that was before the event than to where it is now. Its
   * level follows.
   * @param expected of the value at the present level
   */
  public isNoNews(series: number, value: number, expected: number, usual: number, seen: number): boolean {
    return seen - this.state.formerAt[series]! <= this.valuesRemembered(series)
      && abs(this.expectedBefore(series, expected) - expected) > LITTLE_APART * usual && this.isNearer(series, value, expected, usual);
  }

  /** Moves the level of a series back to where it was, and what was carried over with it. At intervals of less than an hour mostly the level alone has followed. */
  public goBack(series: number, moment: Moment): void {
    const { calendar, state } = this;
    const { level, origin, formerLevel, formerShare, formerNoise } = state;
    const before = origin[series]! + formerLevel[series]!;
    formerLevel[series] = NaN;
    if (calendar.isWithinHour && formerShare[series] === 1) {
      level[series] = before;
      return;
    }
    const share = 1 / formerShare[series]!;
    // what was carried over; what the level has followed beside that, it alone has
    const moved = -share * this.movedBy(series);
    const learned = level[series]! - (before - moved) / share;
    carryOver(calendar, state, series, { share, moved, learned, noise: 1 / formerNoise[series]! }, moment, 1);
  }

  /**
   * Takes in a value of a series before it is learned: remembers the level when an event begins, unless another one has lately. At intervals of less than an hour one that
   * begins in a quiet series is remembered instead of the one before, but not while the series may go back to what it was so many times less or more of.
   * @param expected of the value at the present level
   * @param anomalous whether it is far off
   */
  public learn(series: number, value: number, expected: number, usual: number, anomalous: boolean): void {
    const { formerLevel, formerShare, formerNoise, runLength, surprise } = this.state;
    const isShort = this.leastLength > 0;
    const isFree = !this.isRemembered(series);
    const begins = isShort ? isFree || surprise[series]! < QUIET && formerShare[series] === 1 : isFree && runLength[series] === 0;
    if (anomalous && begins) this.remember(series, isShort ? NaN : 1);
    else if (isFree) return;
    else if (formerNoise[series] !== formerNoise[series]) this.lengthen(series, value, expected, usual);
    else if (this.isOver(series, value, expected, usual)) formerLevel[series] = NaN;
  }

  /** Notes that what is known of the series was carried over to a new level: so many times the one before, or so much more. */
  public carryOver(series: number, { share, moved, noise }: Change): void {
    const { formerLevel, formerMoved, formerShare, formerNoise } = this.state;
    // what is more by so much is a level that values move to and not back from at intervals of less than an hour
    if (this.calendar.isWithinHour && share === 1) formerLevel[series] = NaN;
    if (formerMoved.length > 0) formerMoved[series] = share * formerMoved[series]! + moved;
    formerShare[series]! *= share;
    formerNoise[series]! *= noise;
  }

  /** How much more than so many times what they were the values are. */
  private movedBy(series: number): number {
    return this.state.formerMoved[series] ?? 0;
  }

  private isRemembered(series: number): boolean {
    const { points, formerLevel, formerAt } = this.state;
    const former = formerLevel[series]!;
    return former === former && points[series]! - formerAt[series]! <= this.valuesRemembered(series);
  }

  /** Values from the beginning of an event on for which the level before it is remembered. */
  private valuesRemembered(series: number): number {
    const share = this.state.formerShare[series]!;
    if (share === 1) return this.remembered;
    return share < 1 ? this.rememberedOfFalls : this.rememberedOfRises;
  }

  /** @param noise NaN: the event is not one yet */
  private remember(series: number, noise: number): void {
    const { level, origin, points, formerLevel, formerAt, formerMoved, formerShare, formerNoise, eventLength } = this.state;
    formerLevel[series] = level[series]! - origin[series]!;
    formerAt[series] = points[series]!;
    formerShare[series] = 1;
    if (formerMoved.length > 0) formerMoved[series] = 0;
    formerNoise[series] = noise;
    if (this.leastLength > 0) eventLength[series] = 1;
  }

  /** Counts on towards an event, or away from it. */
  private lengthen(series: number, value: number, expected: number, usual: number): void {
    const { formerLevel, formerNoise, eventLength } = this.state;
    const isOff = abs(value - this.expectedBefore(series, expected)) > OFF * usual;
    const length = max(0, eventLength[series]! + (isOff ? 1 : -LOSS));
    eventLength[series] = length;
    if (length === 0) formerLevel[series] = NaN;
    else if (length >= this.leastLength) formerNoise[series] = 1;
  }

  /**
   * Whether the event has ended without a value that told: the level is where it was, and the value too. At intervals of an hour and more not while a run goes on, whose level has
   * learned little yet, nor once it has become a new level, which a quiet night does not tell from the one before.
   */
  private isOver(series: number, value: number, expected: number, usual: number): boolean {
    const { formerShare, runLength } = this.state;
    const before = this.expectedBefore(series, expected);
    return (this.leastLength > 0 || formerShare[series] === 1 && runLength[series] === 0)
      && abs(before - expected) < SAME * usual && abs(value - before) <= OFF * usual;
  }

  private isNearer(series: number, value: number, expected: number, usual: number): boolean {
    const before = this.expectedBefore(series, expected);
    return abs(value - before) <= min(NEAR * usual / this.state.formerNoise[series]!, NEARER * abs(value - expected));
  }

  /** What was expected before the event where now this is; NaN where no level before is remembered. */
  private expectedBefore(series: number, expected: number): number {
    const { level, origin, formerLevel, formerShare } = this.state;
    return origin[series]! + formerLevel[series]! + (expected - level[series]!) / formerShare[series]!;
  }
}
