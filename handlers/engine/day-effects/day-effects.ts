// SPDX-License-Identifier: Apache-2.0

import { DayEffectsCalendar, type MonthSlot } from './day-effects-calendar';
import { learnSlot, opinionOf, type SlotOpinion, yearTrust } from './day-effects-slots';
import type { HolidayCalendar } from '../calendar/holidays';
import { DEVIATION_TO_SCALE, IDLE_SHARE, IDLE_WIDTH } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';
import { ANY_VALUES } from '../state/value-kinds';

const { abs, max, min, sqrt } = Math;

/** Values that a series has before the year's part is believed: 13 months of them. */
const YEAR_POINTS = 395;
/** Errors with and without the year's part are compared over some two months. */
const YEAR_TRUST_GAIN = 1 / 60;
/** What a year adds to a week's slot from its second year on: the seven days of the week together make 0.3. */
const YEAR_GAIN = 0.05;
/**
 * Usual error, as a part of what is expected, from which on the year learns nothing: beside next to nothing any value is many times as much, and so
 * would be what is expected a year later. Unlike other slots its part is believed by the errors of the whole series, which hold no word of that.
 */
const LARGEST_USUAL = 1;
/** Leftovers enter the year's part up to this many scales. */
const YEAR_CLIP = 3;
/** Trust from which the holiday or quarter end explains a day so well that the slots of the month do not learn it. */
const EXPLAINED = 0.5;
/**
 * The wrong way of counting is remembered for some months of days on which the ways disagree, by errors of up to so many usual ones. It
 * weighs more than how well the slots of the day did: the last day of the month is a working day often enough to look right.
 */
const COUNT_MEMORY = 0.995;
const COUNT_CLIP = 10;
const COUNT_WEIGHT = 0.3;
/** Relative effects are parts of the expected value, and of at least this part of the series' mean: a closed Sunday has no hundredth. */
const LOWEST_BASE = 0.1;
const LOWEST_EFFECT = -1;
/**
 * Nothing that a day does is larger than so many times the mean of the series, or so many of its standard deviations. What was learned on a
 * day when next to nothing was expected, as hundreds of times that, would grow without end on days when more is: a wrong effect sends the
 * level astray, and the level the effects.
 */
const LARGEST_PART = 20;
const LARGEST_DEVIATIONS = 50;

/** What the effects of a day say about a block of series; entry 0 is the block's first series. */
export interface EffectPrediction {
  /** What the day adds to the expected value by month, quarter or holiday. Level and weekday learn the value without it. */
  readonly effect: Float64Array;
  /** What the week of the year adds. Level and weekday learn as if there were none. */
  readonly season: Float64Array;
  /** Usual size of the error, as a standard deviation, that the effect makes on such days; 0 where there is none. */
  readonly scale: Float64Array;
}

/**
 * What daily data owes to the calendar beside the day of the week: month end, working days, quarter end, holidays, weeks of the year.
 *
 * The leftover of level and weekday is learned by every slot that the day has (31st of the month, last day, last working day...). The slot
 * that made the smallest errors so far speaks, as far as it made them smaller than they would have been without it, on days that it had
 * not learned yet: so from the third month on, and in a series without such effects never. Errors are compared slot by slot, since an
 * effect of one day a month is lost in the errors of a series. A holiday speaks from its second year on, and before by what all holidays
 * have in common. The year has one slot a week, believed by the errors of the series in the last two months.
 *
 * Effects of series that are never negative are parts of the expected value, those of others are added to it: a holiday takes away most
 * of a weekday's sales, whichever weekday it falls on.
 */
export class DayEffects {
  private readonly calendar: DayEffectsCalendar;
  private readonly opinion: SlotOpinion = { effect: 0, error: 0, trust: 0 };

  public constructor(private readonly state: SeriesState, holidays?: HolidayCalendar) {
    this.calendar = new DayEffectsCalendar(holidays);
  }

  /**
   * Fills `prediction` for the series from `from` up to but not including `to`. Call it before `learn`.
   * @param day days since 1970-01-01 on the local wall clock
   * @param expected what level and weekday expect of the block
   * @param scale usual size of their error as a standard deviation
   */
  public predict(day: number, from: number, to: number, expected: Float64Array, scale: Float64Array, prediction: EffectPrediction): void {
    const { state, opinion } = this;
    const { capacity, countMiss, kind, mean, points, square } = state;
    const position = this.calendar.positionOf(day);
    const weekRow = position.week * capacity;
    for (let s = from; s < to; s++) {
      const index = s - from;
      prediction.effect[index] = prediction.season[index] = prediction.scale[index] = 0;
      // since the day before: this day may have an effect
      if (kind[s] === ANY_VALUES && state.effectsRelative[s] === 1) this.addFromNowOn(s);
      const base = this.base(s, expected[index]!);
      const usual = this.usual(s, scale[index]!) / base;
      if (!(usual >= 0)) continue;
      let effect = 0;
      let error = Infinity;
      let trust = 0;
      let doubt = Infinity;
      for (const slot of position.holiday) {
        opinionOf(state, slot * capacity + s, usual, true, opinion);
        // this very holiday comes first: what it did last year says more than what others do, also where it did nothing
        if (opinion.error === Infinity) continue;
        ({ effect, error, trust } = opinion);
        doubt = (error + usual) * (1 - trust);
        break;
      }
      if (trust < EXPLAINED) {
        for (const { slot, count } of position.monthAndQuarter) {
          opinionOf(state, slot * capacity + s, usual, false, opinion);
          const doubted = (opinion.error + usual) * (1 - opinion.trust) + COUNT_WEIGHT * usual * countMiss[count * capacity + s]!;
          if (doubted >= doubt) continue;
          ({ effect, error, trust } = opinion);
          doubt = doubted;
        }
      }
      const largest = max(LARGEST_PART * abs(mean[s]!), LARGEST_DEVIATIONS * sqrt(square[s]!));
      prediction.effect[index] = within(largest, (kind[s] === ANY_VALUES ? effect : max(LOWEST_EFFECT, effect)) * base);
      if (effect !== 0) prediction.scale[index] = min(largest, trust * DEVIATION_TO_SCALE * error * base);

      if (points[s]! < YEAR_POINTS) continue;
      const seasonal = state.year[weekRow + s]!;
      if (seasonal === seasonal) {
        prediction.season[index] = within(largest, yearTrust(state.yearMiss[s]!, state.yearError[s]!) * seasonal * base);
      }
    }
  }

  /**
   * Learns a day of the series from `from` up to but not including `to`.
   * @param values what was observed in the block; NaN: nothing
   * @param expected what level and weekday expected of it, without the day's effects
   * @param scale usual size of their error as a standard deviation
   * @param prediction what `predict` said of the block
   */
  public learn(
    day: number, from: number, to: number, values: Float64Array, expected: Float64Array, scale: Float64Array, prediction: EffectPrediction,
  ): void {
    const { state, opinion } = this;
    const { capacity, kind } = state;
    const position = this.calendar.positionOf(day);
    for (let s = from; s < to; s++) {
      const index = s - from;
      const base = this.base(s, expected[index]!);
      const left = (values[index]! - expected[index]!) / base;
      const usual = this.usual(s, scale[index]!) / base;
      if (!Number.isFinite(left) || !(usual >= 0)) continue;
      if (kind[s] !== ANY_VALUES) state.effectsRelative[s] = 1;
      let explained = 0;
      for (const slot of position.holiday) {
        opinionOf(state, slot * capacity + s, usual, true, opinion);
        explained = max(explained, opinion.trust);
        learnSlot(state, slot * capacity + s, left, usual);
      }
      if (!position.isHoliday) {
        for (const { slot } of position.quarter) {
          opinionOf(state, slot * capacity + s, usual, false, opinion);
          explained = max(explained, opinion.trust);
          learnSlot(state, slot * capacity + s, left, usual);
        }
        if (explained < EXPLAINED) this.learnMonth(s, position.month, left, usual);
      }
      if (kind[s] === ANY_VALUES || usual < LARGEST_USUAL) this.learnYear(s, position.week, left - prediction.effect[index]! / base, usual);
    }
  }

  private learnMonth(series: number, slots: readonly MonthSlot[], left: number, usual: number): void {
    const { state, opinion } = this;
    const { capacity, countMiss } = state;
    let least = Infinity;
    for (let pass = 0; pass < 2 && slots.length > 1 && usual > 0; pass++) {
      for (const { slot, count } of slots) {
        opinionOf(state, slot * capacity + series, usual, false, opinion);
        const error = abs(left - opinion.effect) / usual;
        const row = count * capacity + series;
        if (pass === 0) least = min(least, error);
        else countMiss[row] = COUNT_MEMORY * countMiss[row]! + min(COUNT_CLIP, error - least);
      }
    }
    for (const { slot } of slots) learnSlot(state, slot * capacity + series, left, usual);
  }

  private learnYear(series: number, week: number, left: number, usual: number): void {
    const { year, yearError, yearMiss, points, capacity } = this.state;
    const slot = week * capacity + series;
    const limit = YEAR_CLIP * usual;
    const clipped = max(-limit, min(limit, left));
    const known = year[slot]!;
    if (known !== known) {
      year[slot] = YEAR_GAIN * 4 * clipped;
      return;
    }
    if (points[series]! < YEAR_POINTS) {
      year[slot] = known + 4 * YEAR_GAIN * (clipped - known);
      return;
    }
    yearMiss[series]! += YEAR_TRUST_GAIN * (abs(clipped) - yearMiss[series]!);
    yearError[series]! += YEAR_TRUST_GAIN * (min(limit, abs(left - known)) - yearError[series]!);
    year[slot] = known + YEAR_GAIN * (clipped - known);
  }

  /** Usual mean absolute error without effects. Of a series that is idle on most days it is that of its values: a sale now and then is no effect of its day. */
  private usual(series: number, scale: number): number {
    const { idle, square } = this.state;
    return max(scale, idle[series]! > IDLE_SHARE ? IDLE_WIDTH * sqrt(square[series]!) : 0) / DEVIATION_TO_SCALE;
  }

  /** What effects are multiplied with. */
  private base(series: number, expected: number): number {
    const { kind, mean } = this.state;
    if (kind[series] === ANY_VALUES) return 1;
    const base = max(expected, LOWEST_BASE * mean[series]!);
    return base > 0 ? base : 1;
  }

  /** A series that was never negative was so for the first time: its effects are added from now on, as so much as they were of its mean. One refund takes no month end away. */
  private addFromNowOn(series: number): void {
    const { state } = this;
    const { capacity, effect, effectError, plainError, year, yearError, yearMiss } = state;
    const mean = max(0, state.mean[series]!);
    for (const column of [effect, effectError, plainError, year, yearError, yearMiss]) {
      for (let place = series; place < column.length; place += capacity) column[place]! *= mean;
    }
    state.effectsRelative[series] = 0;
  }
}

function within(bound: number, value: number): number {
  return max(-bound, min(bound, value));
}
