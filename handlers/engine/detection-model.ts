import { Calendar, type ModelSettings } from './calendar';
import { type RestlessnessLimits, restlessnessLimits, restlessScale } from './restlessness';
import { type Prediction, SeasonalMember } from './seasonal-member';
import { read, write } from './serialization';
import { ANY_VALUES, SeriesState } from './series-state';
import { ANOMALOUS_SCORE, HIGHEST_SCORE, severityOf } from './severity';

const { abs, floor, max, min } = Math;

/** What the model says about one interval: one entry for each series, NaN where the series had no value or has no score yet. */
export interface IntervalScores {
  readonly expected: Float64Array;
  /** Band of the values that are not anomalous. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Distance from the expected value in usual errors (robust z), with sign, damped while the series is new. At most 1,000. */
  readonly score: Float64Array;
  /** 0-100, rising with the score. */
  readonly severity: Float64Array;
}

/** Magnitudes beyond this are taken for this: far beyond any column of Redshift that is a measure, well inside 32-bit floats. */
const LARGEST_VALUE = 1e30;
/** Values of a series before it is scored, beside the first cycle. */
const LEAST_POINTS = 20;
/** Series that are predicted, scored and learned together: few enough for what is known of them to stay in the processor's cache. */
const BLOCK = 512;
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
   * @throws TypeError when the bytes are no model, a model of another version, or damaged
   */
  public static deserialize(bytes: Uint8Array): DetectionModel {
    const { settings, seriesCount, clock, load } = read(bytes);
    const model = new DetectionModel(settings, seriesCount);
    load(model.state);
    model.learned = clock.learned;
    model.first = clock.first;
    model.last = clock.last;
    return model;
  }

  private readonly calendar: Calendar;
  private readonly state: SeriesState;
  private readonly seasonal: SeasonalMember;
  private readonly restlessness: RestlessnessLimits;
  private readonly prediction: Prediction = { expected: new Float64Array(BLOCK), scale: new Float64Array(BLOCK) };
  private readonly block = new Float64Array(BLOCK);
  private learned = 0;
  /** Wall clock of the first and the newest interval; NaN before the first. */
  private first = NaN;
  private last = NaN;

  /** @throws RangeError for a number of series that is not a whole number from 0 */
  public constructor(private readonly settings: ModelSettings, seriesCount = 0) {
    this.calendar = new Calendar(settings.intervalSeconds);
    this.state = new SeriesState(this.calendar, checkedCount(seriesCount));
    this.seasonal = new SeasonalMember(this.calendar, this.state);
    this.restlessness = restlessnessLimits(this.calendar);
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
    const { block, prediction, seasonal, seriesCount } = this;
    const scores = noScores(seriesCount);
    for (let from = 0; from < seriesCount; from += BLOCK) {
      const to = min(from + BLOCK, seriesCount);
      for (let s = from; s < to; s++) {
        const value = values[s]!;
        block[s - from] = abs(value) <= LARGEST_VALUE ? value : boundedValue(value);
      }
      seasonal.predict(position, from, to, prediction);
      this.score(interval, from, to, scores);
      seasonal.learn(interval, position, from, to, block, prediction, scores.score);
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

  private score(interval: number, from: number, to: number, scores: IntervalScores): void {
    const { block, prediction, restlessness, state } = this;
    const { points, firstSeen, kind, unrest } = state;
    const { cycleSlots, intervalsPerWeek } = this.calendar;
    const leastPoints = min(LEAST_POINTS, cycleSlots);
    const confidentPoints = CONFIDENT_DAYS / 7 * intervalsPerWeek;
    const { expected, lower, upper, score, severity } = scores;
    for (let s = from; s < to; s++) {
      const value = block[s - from]!;
      if (value !== value || points[s]! < leastPoints || interval - firstSeen[s]! < cycleSlots) {
        expected[s] = lower[s] = upper[s] = score[s] = severity[s] = NaN;
        continue;
      }
      const lowest = kind[s] === ANY_VALUES ? -Infinity : 0;
      const center = max(lowest, prediction.expected[s - from]!);
      let usual = prediction.scale[s - from]!;
      if (unrest[s]! > restlessness.tolerated) usual = max(usual, restlessScale(state, s, restlessness));
      const confidence = points[s]! >= confidentPoints ? 1 : FIRST_CONFIDENCE + (1 - FIRST_CONFIDENCE) * points[s]! / confidentPoints;
      const error = value - center;
      const ratio = error === 0 ? 0 : confidence * error / usual;
      const z = max(-HIGHEST_SCORE, min(HIGHEST_SCORE, ratio));
      const half = ANOMALOUS_SCORE * usual / confidence;
      expected[s] = center;
      lower[s] = max(lowest, center - half);
      upper[s] = center + half;
      score[s] = z;
      severity[s] = severityOf(z);
    }
  }
}

/** One piece of memory for the five columns. */
function noScores(count: number): IntervalScores {
  const memory = new Float64Array(5 * count);
  const column = (index: number): Float64Array => memory.subarray(index * count, (index + 1) * count);
  return { expected: column(0), lower: column(1), upper: column(2), score: column(3), severity: column(4) };
}

function boundedValue(value: number): number {
  if (!Number.isFinite(value)) return NaN;
  return max(-LARGEST_VALUE, min(LARGEST_VALUE, value));
}

function checkedCount(count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`number of series is ${count}; give a whole number from 0`);
  return count;
}
