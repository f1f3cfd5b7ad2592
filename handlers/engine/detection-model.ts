import { Calendar, type ModelSettings } from './calendar';
import { combinedBound, combinedDistance, combinedExpectation } from './combination';
import { DayEffects, type EffectPrediction } from './day-effects';
import { MEMBER, REASON } from './explanation';
import type { HolidayCalendar } from './holidays';
import { RegressionMember } from './regression-member';
import { type Prediction, SeasonalMember } from './seasonal-member';
import { read, write } from './serialization';
import { ANY_VALUES, SeriesState } from './series-state';
import { ANOMALOUS_SCORE, HIGHEST_SCORE, severityOf } from './severity';

const { abs, floor, max, min } = Math;

/** What the model says about one interval: one entry for each series, NaN where the series had no value or has no score yet. */
export interface SeriesScores {
  readonly expected: Float64Array;
  /** Band of the values that are not anomalous. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /**
   * Distance from the expected value in usual errors, in those of a 5-minute series (see `weightOfDistance` of Calendar), with sign, damped
   * while the series is new. At most 1,000.
   */
  readonly score: Float64Array;
  /** 0-100, rising with the score. */
  readonly severity: Float64Array;
}

/** The scores of an interval and where they are from. */
export interface IntervalScores extends SeriesScores {
  /** Which members the score is from: an index into MEMBERS. */
  readonly member: Uint8Array;
  /** Why the value is an anomaly or is none: an index into REASONS. */
  readonly reason: Uint8Array;
}

/** Magnitudes beyond this are taken for this: far beyond any column of Redshift that is a measure, well inside 32-bit floats. */
const LARGEST_VALUE = 1e30;
/** Values of a series before it is scored, beside the first cycle. */
const LEAST_POINTS = 20;
/** Series that are predicted, scored and learned together: few enough for what is known of them to stay in the processor's cache. */
const BLOCK = 512;
const DAY = 86400;
const HOUR = 3600;
/**
 * Hours for which the regression may find usual what is far from the season. After that it has only followed: a weekday like a Sunday is no
 * news to it.
 */
const STRAYED_HOURS = 2;
/** How much of the score counts after the first cycle, and days until all of it does. */
const FIRST_CONFIDENCE = 0.6;
const CONFIDENT_DAYS = 14;

/**
 * Learns what is normal for many time series, one interval after the other, and scores each interval before learning it.
 *
 * No score in the first day of a series (daily data: the first week) and before 20 values (daily data: 7); full weight after two weeks.
 */
export class DetectionModel {
  /**
   * Restores a model.
   * @param holidays as given to the constructor: they are no part of the bytes
   * @throws TypeError when the bytes are no model, a model of another version, or damaged
   */
  public static deserialize(bytes: Uint8Array, holidays?: HolidayCalendar): DetectionModel {
    const { settings, seriesCount, clock, load } = read(bytes);
    const model = new DetectionModel(settings, seriesCount, holidays);
    load(model.state);
    model.learned = clock.learned;
    model.first = clock.first;
    model.last = clock.last;
    return model;
  }

  private readonly calendar: Calendar;
  private readonly state: SeriesState;
  private readonly seasonal: SeasonalMember;
  private readonly regression: RegressionMember;
  private readonly effects?: DayEffects;
  private readonly effect: EffectPrediction = emptyEffect();
  /** What the seasonal state says without the effects of the calendar day. */
  private readonly plain: Prediction = emptyPrediction();
  private readonly prediction: Prediction = { ...emptyPrediction(), effect: this.effect.effect };
  private readonly regressed = { ...emptyPrediction(), heard: new Uint8Array(BLOCK) };
  /** How far each value of the block is off: the score without damping. */
  private readonly distance = new Float64Array(BLOCK);
  private readonly block = new Float64Array(BLOCK);
  private learned = 0;
  /** Wall clock of the first and the newest interval; NaN before the first. */
  private first = NaN;
  private last = NaN;

  /**
   * @param holidays of daily data; ignored for shorter intervals
   * @throws RangeError for a number of series that is not a whole number from 0
   */
  public constructor(private readonly settings: ModelSettings, seriesCount = 0, holidays?: HolidayCalendar) {
    this.calendar = new Calendar(settings.intervalSeconds);
    this.state = new SeriesState(this.calendar, checkedCount(seriesCount));
    this.seasonal = new SeasonalMember(this.calendar, this.state);
    this.regression = new RegressionMember(this.calendar, this.state, BLOCK);
    if (this.calendar.weekSlots === 0) this.effects = new DayEffects(this.state, holidays);
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
   * @throws RangeError for an interval that is not later than the newest one, and for a wrong number of values
   */
  public observe(wallSeconds: number, values: Float64Array): IntervalScores {
    this.checkInterval(wallSeconds, values);
    if (this.learned === 0) this.first = wallSeconds;
    const interval = floor((wallSeconds - this.first) / this.settings.intervalSeconds);
    const position = this.calendar.position(wallSeconds);
    const noiseRow = position.noise * this.state.capacity;
    const { block, prediction, regressed, regression, seasonal, seriesCount, distance } = this;
    if (this.learned > 0) regression.skip(interval, interval - floor((this.last - this.first) / this.settings.intervalSeconds) - 1);
    const scores = noScores(seriesCount);
    for (let from = 0; from < seriesCount; from += BLOCK) {
      const to = min(from + BLOCK, seriesCount);
      for (let s = from; s < to; s++) {
        const value = values[s]!;
        block[s - from] = abs(value) <= LARGEST_VALUE ? value : boundedValue(value);
      }
      seasonal.predict(position, from, to, prediction);
      this.addEffects(wallSeconds, from, to);
      regression.predict(interval, noiseRow, from, to, prediction, regressed);
      this.score(interval, from, to, scores);
      regression.learn(interval, from, to, block, prediction, regressed);
      this.effects?.learn(floor(wallSeconds / DAY), from, to, block, this.plain.expected, this.plain.scale, this.effect);
      seasonal.learn(interval, position, from, to, block, prediction, distance, scores);
    }
    this.learned++;
    this.last = wallSeconds;
    return scores;
  }

  /** The whole model as bytes, for `deserialize`. */
  public serialize(): Uint8Array {
    return write(this.settings, this.state, { learned: this.learned, first: this.first, last: this.last });
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

  private score(interval: number, from: number, to: number, scores: IntervalScores): void {
    const { block, prediction, regressed, distance, state } = this;
    const { points, firstSeen, kind, astray, runLength } = state;
    const { cycleSlots, intervalsPerWeek, weightOfDistance } = this.calendar;
    const leastPoints = min(LEAST_POINTS, cycleSlots);
    const strayed = max(1, STRAYED_HOURS * HOUR / this.settings.intervalSeconds);
    const confidentPoints = CONFIDENT_DAYS / 7 * intervalsPerWeek;
    const { expected, lower, upper, score, severity, member, reason } = scores;
    for (let s = from; s < to; s++) {
      const index = s - from;
      const value = block[index]!;
      distance[index] = 0;
      const isNew = points[s]! < leastPoints || interval - firstSeen[s]! < cycleSlots;
      if (value !== value || isNew) {
        expected[s] = lower[s] = upper[s] = score[s] = severity[s] = NaN;
        reason[s] = value !== value ? REASON.noValue : REASON.tooNew;
        continue;
      }
      const lowest = kind[s] === ANY_VALUES ? -Infinity : 0;
      const center = max(lowest, prediction.expected[index]!);
      const usual = prediction.scale[index]!;
      const confidence = points[s]! >= confidentPoints ? 1 : FIRST_CONFIDENCE + (1 - FIRST_CONFIDENCE) * points[s]! / confidentPoints;
      const limit = ANOMALOUS_SCORE / (confidence * weightOfDistance);
      const error = value - center;
      // the regression takes an event for the new normal within a few intervals: while one goes on, the seasonal state alone speaks
      if (runLength[s] !== 0 || regressed.heard[index] === 0 || astray[s]! >= strayed) {
        member[s] = runLength[s] === 0 ? MEMBER.seasonal : MEMBER.event;
        distance[index] = error === 0 ? 0 : weightOfDistance * abs(error) / usual;
        expected[s] = center;
        lower[s] = max(lowest, center - limit * usual);
        upper[s] = center + limit * usual;
        reason[s] = reasonOf(distance[index]!, confidence);
      } else {
        const second = max(lowest, regressed.expected[index]!);
        const scale = regressed.scale[index]!;
        member[s] = MEMBER.both;
        distance[index] = weightOfDistance * combinedDistance(error, usual, value - second, scale);
        expected[s] = combinedExpectation(center, usual, second, scale);
        lower[s] = max(lowest, combinedBound(-1, limit, center, usual, second, scale));
        upper[s] = combinedBound(1, limit, center, usual, second, scale);
        reason[s] = reasonOf(distance[index]!, confidence);
        if (reason[s] === REASON.expected) {
          if (abs(error) >= limit * usual) reason[s] = REASON.usualForRegression;
          else if (abs(value - second) >= limit * scale) reason[s] = REASON.usualForSeason;
        }
      }
      const size = min(HIGHEST_SCORE, confidence * distance[index]!);
      score[s] = value < expected[s]! ? -size : size;
      severity[s] = severityOf(size);
    }
  }
}

function reasonOf(distance: number, confidence: number): number {
  if (confidence * distance >= ANOMALOUS_SCORE) return REASON.anomaly;
  return distance >= ANOMALOUS_SCORE ? REASON.damped : REASON.expected;
}

/** One piece of memory for the columns of numbers. */
function noScores(count: number): IntervalScores {
  const memory = new Float64Array(5 * count);
  const column = (index: number): Float64Array => memory.subarray(index * count, (index + 1) * count);
  return {
    expected: column(0),
    lower: column(1),
    upper: column(2),
    score: column(3),
    severity: column(4),
    member: new Uint8Array(count),
    reason: new Uint8Array(count),
  };
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
