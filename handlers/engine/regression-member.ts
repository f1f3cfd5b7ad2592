import type { Calendar } from './calendar';
import { DEVIATION_TO_SCALE, IDLE_SHARE } from './scale-floor';
import type { Prediction } from './seasonal-member';
import { COUNTS, type SeriesState } from './series-state';

const { abs, max, min } = Math;

/** Terms of the regression: the three values before, and those one short cycle and one interval more ago. */
export const REGRESSION_TERMS = 5;
/** Numbers of a symmetric matrix of the terms: its lower triangle, row by row. */
export const COVARIANCE_ROWS = REGRESSION_TERMS * (REGRESSION_TERMS + 1) / 2;
/** Share of what was learned that is kept at each step: a memory of some 2,000 intervals, of which every third is learned. */
const FORGETTING = 0.9985;
/**
 * Errors of a series after which only every third interval is learned. The weights hardly move then, and the step on the matrix is what the
 * regression costs: on the series of docs/detection.md nothing was lost.
 */
const SETTLED_ERRORS = 500;
const SETTLED_STEP = 3;
/** Uncertainty of the weights at the beginning, in squared deviations of the series, and the most that forgetting may bring back. */
const FIRST_COVARIANCE = 10;
/** Values enter as distances from the mean in long-run deviations, and no further off than this. */
const FARTHEST = 50;
/** Errors are learned up to this many scales. */
const CLIP = 3;
/** Errors before the scale stands on its own. */
const AVERAGED_ERRORS = 50;
/** Errors before the regression is heard at all. */
export const LEAST_REGRESSION_ERRORS = 30;
const SCALE_GAIN = 0.01;
/** Part of the mean below which the scale never falls. */
const MEAN_FLOOR = 0.0005;
/** Part of the long-run deviation below which the scale never falls: a series without noise has no scale else. */
const DEVIATION_FLOOR = 0.01;
/** How far the noise of the hour may be from that of the whole series. */
const HOUR_NOISE = { least: 0.25, most: 4 };
/** The regression is heard while its recent clipped error is at most this many times that of the seasonal state. */
const ADMITTED_RATIO = 1.25;
/** Cycles over which the two errors are compared. */
const COMPARED_CYCLES = 2;

/** Weights of a series that was never seen: the next value is as the one before. */
export function firstWeight(term: number): number {
  return term === 0 ? 1 : 0;
}

/** Covariance of a series that was never seen, by row of the lower triangle. */
export function firstCovariance(row: number): number {
  // rows 0, 2, 5, 9... are the diagonal
  const line = Math.round((Math.sqrt(8 * row + 9) - 3) / 2);
  return line * (line + 3) / 2 === row ? FIRST_COVARIANCE : 0;
}

/** A prediction that counts only where it is heard (1). */
export interface HeardPrediction extends Prediction {
  readonly heard: Uint8Array;
}

/** Rows of the state that hold past values: the interval's own and as many as the longest lag reaches back. */
export function pastRows(calendar: Calendar): number {
  return calendar.cycleSlots + 2;
}

/**
 * Online regression of each series on its own past: recursive least squares with forgetting (Haykin, Adaptive Filter Theory, chapter 10) on
 * the three values before and the values one short cycle and one interval more ago. It follows short-term structure (level, momentum, noise
 * with a memory), which a seasonal state takes for news. Errors are learned clipped, so that an anomaly does not bend the weights.
 *
 * It is heard per series only while its recent clipped error is not much worse than that of the seasonal state: hourly series with a strong
 * daily pattern and little history are better off without it.
 */
export class RegressionMember {
  private readonly lags: readonly number[];
  private readonly rows: number;
  /** Terms of the block's series, and their products with the covariance: one row of series for each term. */
  private readonly terms: Float64Array;
  private readonly weighted: Float64Array;
  /** For each series of the block: learned error in long-run deviations, largest variance, and the factors of one step. */
  private readonly error: Float64Array;
  private readonly largest: Float64Array;
  private readonly share: Float64Array;
  private readonly growth: Float64Array;
  private readonly comparedIntervals: number;

  /** @param block most series that are predicted at once */
  public constructor(calendar: Calendar, private readonly state: SeriesState, private readonly block: number) {
    this.lags = [1, 2, 3, calendar.cycleSlots, calendar.cycleSlots + 1];
    this.rows = pastRows(calendar);
    this.terms = new Float64Array(REGRESSION_TERMS * block);
    this.weighted = new Float64Array(REGRESSION_TERMS * block);
    this.error = new Float64Array(block);
    this.largest = new Float64Array(block);
    this.share = new Float64Array(block);
    this.growth = new Float64Array(block);
    this.comparedIntervals = COMPARED_CYCLES * calendar.cycleSlots;
  }

  /** Forgets the values of intervals that were left out: their rows hold what was there one turn of the ring ago. */
  public skip(interval: number, left: number): void {
    const { past, capacity } = this.state;
    for (let back = 1; back <= min(left, this.rows); back++) {
      const row = this.row(interval - back) * capacity;
      past.fill(NaN, row, row + capacity);
    }
  }

  /**
   * Fills `prediction` for the series from `from` up to but not including `to`; the expected value is NaN where there is none yet.
   * @param interval number of the interval since the model's beginning
   * @param noiseRow first entry of the hour's row in the state's `noise`
   * @param seasonal what the seasonal state says of the block
   */
  public predict(interval: number, noiseRow: number, from: number, to: number, seasonal: Prediction, prediction: HeardPrediction): void {
    const { capacity, mean, deviation, scale, noise, idle, kind } = this.state;
    const { regressionWeights, regressionScale, regressionErrors, regressionError, seasonalError } = this.state;
    const { terms, block } = this;
    const { expected, scale: usual, heard } = prediction;
    this.gatherTerms(interval, from, to, seasonal);
    for (let s = from; s < to; s++) {
      const index = s - from;
      const spread = deviation[s]!;
      if (!(spread > 0)) {
        expected[index] = NaN;
        heard[index] = 0;
        continue;
      }
      let sum = 0;
      for (let term = 0; term < REGRESSION_TERMS; term++) sum += regressionWeights[term * capacity + s]! * terms[term * block + index]!;
      const atHour = noise[noiseRow + s]!;
      const base = scale[s]!;
      let width: number = regressionScale[s]!;
      if (atHour >= 0 && base > 0) width *= 0.5 * (1 + max(HOUR_NOISE.least, min(HOUR_NOISE.most, atHour / base)));
      // what a series of rare values or counts may do by chance is in the seasonal scale, and not in the size of its usual errors
      if (idle[s]! > IDLE_SHARE || kind[s] === COUNTS) width = max(width, seasonal.scale[index]!);
      usual[index] = max(width, MEAN_FLOOR * abs(mean[s]!), DEVIATION_FLOOR * spread);
      const isHeard = regressionErrors[s]! >= LEAST_REGRESSION_ERRORS && regressionError[s]! <= ADMITTED_RATIO * seasonalError[s]!;
      expected[index] = mean[s]! + sum * spread;
      heard[index] = isHeard ? 1 : 0;
    }
  }

  /** Brings the terms of the block's series together, as distances from the mean in long-run deviations; 0 for a series that never changed. */
  private gatherTerms(interval: number, from: number, to: number, seasonal: Prediction): void {
    const { capacity, past, origin, mean, deviation } = this.state;
    const { terms, block, lags } = this;
    for (let index = 0; index < to - from; index++) {
      const spread = deviation[from + index]!;
      const distance = spread > 0 ? (seasonal.expected[index]! - mean[from + index]!) / spread : 0;
      // for want of a value: the seasonal expectation
      terms[(lags.length - 1) * block + index] = max(-FARTHEST, min(FARTHEST, distance));
    }
    for (let lag = lags.length - 1; lag >= 0; lag--) {
      const row = this.row(interval - lags[lag]!) * capacity;
      const term = lag * block;
      const standIn = min(lag + 1, lags.length - 1) * block;
      for (let index = 0; index < to - from; index++) {
        const s = from + index;
        const value = past[row + s]!;
        const spread = deviation[s]!;
        terms[term + index] = value === value && spread > 0
          ? max(-FARTHEST, min(FARTHEST, (value + (origin[s]! - mean[s]!)) / spread))
          : terms[standIn + index]!;
      }
    }
  }

  /**
   * Learns an interval of the same block, after `predict` and before the seasonal state has learned it.
   * @param values what was observed in the block; NaN: nothing
   */
  public learn(interval: number, from: number, to: number, values: Float64Array, seasonal: Prediction, prediction: Prediction): void {
    const { capacity, past, origin, points, deviation, regressionScale, regressionErrors, regressionError, seasonalError } = this.state;
    const row = this.row(interval) * capacity;
    const learned = this.error;
    let settled = true;
    for (let s = from; s < to; s++) {
      const index = s - from;
      const value = values[index]!;
      learned[index] = NaN;
      if (value !== value) {
        past[row + s] = NaN;
        continue;
      }
      if (points[s] === 0) origin[s] = value;
      past[row + s] = value - origin[s]!;
      const expectation = prediction.expected[index]!;
      if (expectation !== expectation) continue;
      const error = value - expectation;
      const trained = regressionErrors[s]!;
      if (trained < SETTLED_ERRORS) settled = false;
      const limit = trained < AVERAGED_ERRORS ? Infinity : CLIP * prediction.scale[index]!;
      const clipped = max(-limit, min(limit, error));
      learned[index] = clipped / deviation[s]!;
      regressionErrors[s] = trained + 1;
      const gain = trained < AVERAGED_ERRORS ? 1 / (trained + 1) : SCALE_GAIN;
      regressionScale[s]! += gain * (DEVIATION_TO_SCALE * abs(clipped) - regressionScale[s]!);
      const compared = max(1 / (trained + 1), 1 / this.comparedIntervals);
      const bound = CLIP * seasonal.scale[index]!;
      regressionError[s]! += compared * (min(bound, abs(error)) - regressionError[s]!);
      seasonalError[s]! += compared * (min(bound, abs(value - seasonal.expected[index]!)) - seasonalError[s]!);
    }
    if (!settled || interval % SETTLED_STEP === 0) this.update(from, to);
  }

  /**
   * One step of recursive least squares for each series of the block that has an error to learn. The loops run over the series inside of
   * those over the matrix: rows of the state are then read from front to back.
   */
  private update(from: number, to: number): void {
    const { capacity, regressionWeights: weights, regressionCovariance: covariance } = this.state;
    const { terms, block, weighted, error, largest, share, growth } = this;
    const count = to - from;
    weighted.fill(0);
    largest.fill(0);
    for (let a = 0, row = from; a < REGRESSION_TERMS; a++, row += capacity) {
      const rowA = a * block;
      for (let b = 0; b < a; b++, row += capacity) {
        const rowB = b * block;
        for (let index = 0; index < count; index++) {
          const entry = covariance[row + index]!;
          weighted[rowA + index]! += entry * terms[rowB + index]!;
          weighted[rowB + index]! += entry * terms[rowA + index]!;
        }
      }
      for (let index = 0; index < count; index++) {
        const entry = covariance[row + index]!;
        weighted[rowA + index]! += entry * terms[rowA + index]!;
        if (entry > largest[index]!) largest[index] = entry;
      }
    }
    for (let index = 0; index < count; index++) {
      let gain = 0;
      for (let term = index; term < weighted.length; term += block) gain += weighted[term]! * terms[term]!;
      // what is not being learned is not forgotten either: else the uncertainty of a quiet series grows without end
      const forgetting = largest[index]! < FIRST_COVARIANCE ? FORGETTING : 1;
      const isLearned = error[index] === error[index];
      // rounding has spoiled the matrix: it begins anew, with the weights as they are
      if (isLearned && !(gain >= 0 && gain < Infinity)) this.resetCovariance(from + index);
      const isUsable = isLearned && gain >= 0 && gain < Infinity;
      share[index] = isUsable ? 1 / (forgetting + gain) : 0;
      growth[index] = isUsable ? 1 / forgetting : 1;
      error[index] = isUsable ? max(-FARTHEST, min(FARTHEST, error[index]!)) * share[index]! : 0;
    }
    for (let a = 0, row = from; a < REGRESSION_TERMS; a++) {
      const rowA = a * block;
      const weightRow = a * capacity + from;
      for (let index = 0; index < count; index++) weights[weightRow + index]! += weighted[rowA + index]! * error[index]!;
      for (let b = 0; b <= a; b++, row += capacity) {
        const rowB = b * block;
        for (let index = 0; index < count; index++) {
          covariance[row + index] = (covariance[row + index]! - share[index]! * weighted[rowA + index]! * weighted[rowB + index]!) * growth[index]!;
        }
      }
    }
  }

  private resetCovariance(series: number): void {
    const { capacity, regressionCovariance: covariance } = this.state;
    for (let row = 0; row < COVARIANCE_ROWS; row++) covariance[row * capacity + series] = firstCovariance(row);
    for (let term = 0; term < REGRESSION_TERMS; term++) this.weighted[term * this.block + series % this.block] = 0;
  }

  private row(interval: number): number {
    return ((interval % this.rows) + this.rows) % this.rows;
  }
}
