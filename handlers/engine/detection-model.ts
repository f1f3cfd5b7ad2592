// SPDX-License-Identifier: Apache-2.0

import { Calendar, type ModelSettings } from './calendar/calendar';
import type { HolidayCalendar } from './calendar/holidays';
import { DayEffects, type EffectPrediction } from './day-effects/day-effects';
import { LastingError } from './events/lasting-error';
import type { Moves } from './groups/rare-moves';
import { IntervalScoring } from './interval-scoring';
import { movesOf } from './rarity/intermittent-moves';
import { RegressionMember } from './regression/regression-member';
import { type IntervalScores, noScores } from './scores/interval-scores';
import { type Prediction, SeasonalMember } from './season/seasonal-member';
import { WeekendLikeHolidays } from './season/weekend-like-holidays';
import { read, write } from './state/serialization';
import { SeriesState } from './state/series-state';

const { abs, floor, max, min } = Math;

/** Magnitudes beyond this are taken for this: far beyond any column of Redshift that is a measure, well inside 32-bit floats. */
const LARGEST_VALUE = 1e30;
/** Series that are predicted, scored and learned together: few enough for what is known of them to stay in the processor's cache. */
const BLOCK = 512;
const YOUNG_WEEKS = 2;
const DAY = 86400;
const HOUR = 3600;

/**
 * Learns what is normal for many time series, one interval after the other, and scores each interval before learning it.
 *
 * No score in the first day of a series (daily data: the first week) and before 20 values (daily data: 7); full weight after two weeks.
 */
export class DetectionModel {
  /**
   * Restores a model.
   * @param holidays as given to the constructor: they are no part of the bytes
   * @param memory `own` makes the bytes the model's memory, which changes with it: for bytes that are not used afterwards. It saves a copy.
   * @throws TypeError when the bytes are no model, a model of another version, or damaged
   */
  public static deserialize(bytes: Uint8Array, holidays?: HolidayCalendar, memory: 'copy' | 'own' = 'copy'): DetectionModel {
    const { settings, state, clock } = read(bytes, memory);
    const model = new DetectionModel(settings, state.count, holidays, state);
    model.learned = clock.learned;
    model.first = clock.first;
    model.last = clock.last;
    return model;
  }

  private readonly calendar: Calendar;
  private readonly state: SeriesState;
  private readonly seasonal: SeasonalMember;
  private readonly regression: RegressionMember;
  private readonly scoring: IntervalScoring;
  private readonly effects?: DayEffects;
  private readonly weekendLike?: WeekendLikeHolidays;
  private readonly effect: EffectPrediction = emptyEffect();
  /** What the seasonal state says without the effects of the calendar day. */
  private readonly plain: Prediction = emptyPrediction();
  private readonly prediction: Prediction = { ...emptyPrediction(), effect: this.effect.effect };
  private readonly regressed = { ...emptyPrediction(), heard: new Uint8Array(BLOCK) };
  private readonly distances = { distance: new Float64Array(BLOCK), damped: new Float64Array(BLOCK), slack: new Float64Array(BLOCK) };
  private readonly block = new Float64Array(BLOCK);
  private learned = 0;
  /** Wall clock of the first and the newest interval; NaN before the first. */
  private first = NaN;
  private last = NaN;

  /**
   * @param holidays that daily data learns by name, and on which data of shorter intervals may be as at a weekend
   * @param state of so many series; default: they were never seen
   * @throws RangeError for a number of series that is not a whole number from 0
   */
  public constructor(private readonly settings: ModelSettings, seriesCount = 0, holidays?: HolidayCalendar, state?: SeriesState) {
    this.calendar = new Calendar(settings.intervalSeconds);
    this.state = state ?? new SeriesState(this.calendar, checkedCount(seriesCount));
    const lasting = new LastingError(this.calendar, this.state);
    this.seasonal = new SeasonalMember(this.calendar, this.state, lasting);
    this.regression = new RegressionMember(this.calendar, this.state, BLOCK);
    this.scoring = new IntervalScoring(this.calendar, this.state, lasting, BLOCK);
    if (this.calendar.weekSlots === 0) this.effects = new DayEffects(this.state, holidays);
    else if (holidays) this.weekendLike = new WeekendLikeHolidays(this.calendar, this.state, this.seasonal, holidays, BLOCK);
  }

  /** Number of time series. */
  public get seriesCount(): number {
    return this.state.count;
  }

  /** Intervals observed since the model's beginning. */
  public get intervalsLearned(): number {
    return this.learned;
  }

  /**
   * Adds time series that were not seen before. Costs a copy of the state now and then; add many at once where you can.
   * @returns index of the first new series
   * @throws RangeError for a count that is not a whole number from 0
   */
  public addSeries(count: number): number {
    const index = this.state.count;
    this.state.add(checkedCount(count));
    return index;
  }

  /**
   * Scores an interval and then learns it.
   * @param wallSeconds start of the interval on the local wall clock, in seconds since 1970-01-01 00:00 of that clock, so that the hour of
   *   the day is `wallSeconds / 3600 % 24`. Intervals may be left out.
   * @param values one for each series; NaN (or any value that is not finite) means that there was none
   * @param bandFrom size of the score, raised, from which on the band is wanted: to find all bands takes three quarters of the time. Default: all.
   * @throws RangeError for an interval that is not later than the newest one, and for a wrong number of values
   */
  public observe(wallSeconds: number, values: Float64Array, bandFrom = 0): IntervalScores {
    this.checkInterval(wallSeconds, values);
    const scores = noScores(this.seriesCount);
    this.take(wallSeconds, values, scores, bandFrom);
    return scores;
  }

  /** Learns an interval without scoring it: as `observe`, in less time. */
  public learn(wallSeconds: number, values: Float64Array): void {
    this.checkInterval(wallSeconds, values);
    this.take(wallSeconds, values, undefined);
  }

  /** Whether a series is known for less than two weeks: its scores are damped. */
  public isYoung(series: number): boolean {
    return this.state.points[series]! < YOUNG_WEEKS * this.calendar.intervalsPerWeek;
  }

  /** What is known of the moves of series that mostly stay what they are. */
  public get moves(): Moves {
    return movesOf(this.calendar, this.state);
  }

  /**
   * The whole model as bytes, for `deserialize`.
   * @param before bytes that are left free before it: a multiple of 8
   */
  public serialize(before = 0): Uint8Array {
    return write(this.settings, this.state, { learned: this.learned, first: this.first, last: this.last }, before);
  }

  private take(wallSeconds: number, values: Float64Array, scores: IntervalScores | undefined, bandFrom?: number): void {
    if (this.learned === 0) this.first = wallSeconds;
    const interval = floor((wallSeconds - this.first) / this.settings.intervalSeconds);
    const position = this.calendar.position(wallSeconds);
    const noiseRow = position.noise * this.state.capacity;
    const { block, prediction, regressed, regression, seasonal, scoring, seriesCount, distances } = this;
    if (this.learned > 0) {
      const left = interval - floor((this.last - this.first) / this.settings.intervalSeconds) - 1;
      regression.skip(interval, left);
      scoring.skip(left);
      scoring.fade(floor(wallSeconds / DAY) - floor(this.last / DAY));
    }
    const holiday = this.weekendLike?.has(wallSeconds) ? this.weekendLike : undefined;
    scoring.onHoliday(holiday !== undefined);
    if (this.learned === 0 || floor(wallSeconds / HOUR) !== floor(this.last / HOUR)) scoring.beginHour(position);
    for (let from = 0; from < seriesCount; from += BLOCK) {
      const to = min(from + BLOCK, seriesCount);
      for (let s = from; s < to; s++) {
        const value = values[s]!;
        block[s - from] = abs(value) <= LARGEST_VALUE ? value : boundedValue(value);
      }
      holiday?.predict(interval, position, from, to);
      seasonal.predict(interval, position, from, to, prediction);
      holiday?.takeOut(from, to, block, prediction);
      this.addEffects(wallSeconds, from, to);
      regression.predict(interval, noiseRow, from, to, prediction, regressed);
      scoring.score(interval, position, from, to, block, prediction, regressed, distances, scores, bandFrom);
      if (scores) holiday?.putBack(from, to, scores);
      scoring.leaveOutStuck(from, to, block);
      if (holiday) {
        regression.keep(interval, from, to, block);
        holiday.goOn(position, from, to, block);
      } else {
        regression.learn(interval, from, to, block, prediction, regressed);
      }
      this.effects?.learn(floor(wallSeconds / DAY), from, to, block, this.plain.expected, this.plain.scale, this.effect);
      seasonal.learn(interval, position, from, to, block, prediction, distances, scores);
      scoring.learn(interval, position, from, to, block, prediction, distances);
    }
    this.learned++;
    this.last = wallSeconds;
  }

  private checkInterval(wallSeconds: number, values: Float64Array): void {
    if (!Number.isFinite(wallSeconds)) {
      throw new RangeError(`interval start is ${wallSeconds}; give seconds since 1970-01-01 on the local wall clock`);
    }
    if (this.learned > 0 && wallSeconds <= this.last) {
      throw new RangeError(`interval start ${wallSeconds} is not later than ${this.last}, the newest interval that the model has learned; give the intervals in order`);
    }
    if (values.length !== this.state.count) {
      throw new RangeError(`${values.length} values for ${this.state.count} series; give one value a series, NaN where there is none`);
    }
  }

  /** Adds what the calendar day does to what is expected of daily series. */
  private addEffects(wallSeconds: number, from: number, to: number): void {
    const { effects, effect, plain, prediction } = this;
    if (effects === undefined) return;
    plain.expected.set(prediction.expected);
    plain.scale.set(prediction.scale);
    effects.predict(floor(wallSeconds / DAY), from, to, plain.expected, plain.scale, effect);
    for (let index = 0; index < to - from; index++) {
      prediction.expected[index]! += effect.effect[index]! + effect.season[index]!;
      prediction.scale[index] = max(prediction.scale[index]!, effect.scale[index]!);
    }
  }
}

function emptyPrediction(): Prediction {
  return { expected: new Float64Array(BLOCK), scale: new Float64Array(BLOCK) };
}

function emptyEffect(): EffectPrediction {
  return { effect: new Float64Array(BLOCK), season: new Float64Array(BLOCK), scale: new Float64Array(BLOCK) };
}

function boundedValue(value: number): number {
  if (!Number.isFinite(value)) return NaN;
  return max(-LARGEST_VALUE, min(LARGEST_VALUE, value));
}

function checkedCount(count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`number of series is ${count}; give a whole number from 0`);
  return count;
}
