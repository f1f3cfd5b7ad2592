// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';
import type { Prediction } from '../season/seasonal-member';
import { DEVIATION_TO_SCALE, IDLE_SHARE } from '../state/scale-floor';
import { MOST_ERRORS, type SeriesState } from '../state/series-state';
import { COUNTS } from '../state/value-kinds';
import { within } from '../state/within';

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
const LEAST_REGRESSION_ERRORS = 30;
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
  /** Terms of the block's series, those of one series side by side. */
  private readonly terms: Float64Array;
  /** For each series of the block the error that the weights learn; NaN: none. */
  private readonly error: Float64Array;
  private readonly comparedIntervals: number;

  /** @param block most series that are predicted at once */
  public constructor(calendar: Calendar, private readonly state: SeriesState, block: number) {
    this.lags = [1, 2, 3, calendar.cycleSlots, calendar.cycleSlots + 1];
    this.rows = pastRows(calendar);
    this.terms = new Float64Array(REGRESSION_TERMS * block);
    this.error = new Float64Array(block);
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
    const { terms } = this;
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
      const first = index * REGRESSION_TERMS;
      let sum = 0;
      for (let term = first, row = s; term < first + REGRESSION_TERMS; term++, row += capacity) sum += regressionWeights[row]! * terms[term]!;
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
    const { terms } = this;
    const [row0, row1, row2, row3, row4] = this.lags.map(lag => this.row(interval - lag) * capacity) as [number, number, number, number, number];
    for (let s = from; s < to; s++) {
      const spread = deviation[s]!;
      const first = (s - from) * REGRESSION_TERMS;
      if (!(spread > 0)) {
        terms.fill(0, first, first + REGRESSION_TERMS);
        continue;
      }
      const average = mean[s]!;
      const offset = origin[s]! - average;
      // for want of a value: the one before it, and the seasonal expectation for want of all
      let value = past[row4 + s]!;
      let distance = within(FARTHEST, (value === value ? value + offset : seasonal.expected[s - from]! - average) / spread);
      terms[first + 4] = distance;
      value = past[row3 + s]!;
      if (value === value) distance = within(FARTHEST, (value + offset) / spread);
      terms[first + 3] = distance;
      value = past[row2 + s]!;
      if (value === value) distance = within(FARTHEST, (value + offset) / spread);
      terms[first + 2] = distance;
      value = past[row1 + s]!;
      if (value === value) distance = within(FARTHEST, (value + offset) / spread);
      terms[first + 1] = distance;
      value = past[row0 + s]!;
      if (value === value) distance = within(FARTHEST, (value + offset) / spread);
      terms[first] = distance;
    }
  }

  /**
   * Learns an interval of the same block, after `predict` and before the seasonal state has learned it.
   * @param values what was observed in the block; NaN: nothing
   */
  public learn(interval: number, from: number, to: number, values: Float64Array, seasonal: Prediction, prediction: Prediction): void {
    const { capacity, past, origin, points, regressionScale, regressionErrors, regressionError, seasonalError } = this.state;
    const row = this.row(interval) * capacity;
    const { comparedIntervals, error: learned } = this;
    const comparedGain = 1 / comparedIntervals;
    const isStep = interval % SETTLED_STEP === 0;
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
      const limit = trained < AVERAGED_ERRORS ? Infinity : CLIP * prediction.scale[index]!;
      const clipped = max(-limit, min(limit, error));
      if (isStep || trained < SETTLED_ERRORS) learned[index] = clipped;
      regressionErrors[s] = min(trained + 1, MOST_ERRORS);
      const gain = trained < AVERAGED_ERRORS ? 1 / (trained + 1) : SCALE_GAIN;
      regressionScale[s]! += gain * (DEVIATION_TO_SCALE * abs(clipped) - regressionScale[s]!);
      const compared = trained < comparedIntervals ? 1 / (trained + 1) : comparedGain;
      const bound = CLIP * seasonal.scale[index]!;
      regressionError[s]! += compared * (min(bound, abs(error)) - regressionError[s]!);
      seasonalError[s]! += compared * (min(bound, abs(value - seasonal.expected[index]!)) - seasonalError[s]!);
    }
    this.update(from, to);
  }

  /** Keeps values that are not learned, for the intervals that follow. */
  public keep(interval: number, from: number, to: number, values: Float64Array): void {
    const { capacity, past, origin, points } = this.state;
    const row = this.row(interval) * capacity;
    for (let s = from; s < to; s++) past[row + s] = points[s]! > 0 ? values[s - from]! - origin[s]! : NaN;
  }

  /**
   * One step of recursive least squares for each series of the block that has an error to learn. Written out for five terms: all of the
   * matrix of a series is then in the processor's registers and nearest cache, which takes a third of the time of loops over its rows.
   */
  private update(from: number, to: number): void {
    const { capacity, deviation, regressionWeights: weights, regressionCovariance: covariance } = this.state;
    const { terms, error: errors } = this;
    for (let s = from; s < to; s++) {
      const error = errors[s - from]!;
      // what is not being learned is not forgotten either: else the uncertainty of a quiet series grows without end
      if (error !== error) continue;
      const first = (s - from) * REGRESSION_TERMS;
      const x0 = terms[first]!;
      const x1 = terms[first + 1]!;
      const x2 = terms[first + 2]!;
      const x3 = terms[first + 3]!;
      const x4 = terms[first + 4]!;
      let row = s;
      const c00 = covariance[row]!;
      const c10 = covariance[row += capacity]!;
      const c11 = covariance[row += capacity]!;
      const c20 = covariance[row += capacity]!;
      const c21 = covariance[row += capacity]!;
      const c22 = covariance[row += capacity]!;
      const c30 = covariance[row += capacity]!;
      const c31 = covariance[row += capacity]!;
      const c32 = covariance[row += capacity]!;
      const c33 = covariance[row += capacity]!;
      const c40 = covariance[row += capacity]!;
      const c41 = covariance[row += capacity]!;
      const c42 = covariance[row += capacity]!;
      const c43 = covariance[row += capacity]!;
      const c44 = covariance[row += capacity]!;
      const w0 = c00 * x0 + c10 * x1 + c20 * x2 + c30 * x3 + c40 * x4;
      const w1 = c10 * x0 + c11 * x1 + c21 * x2 + c31 * x3 + c41 * x4;
      const w2 = c20 * x0 + c21 * x1 + c22 * x2 + c32 * x3 + c42 * x4;
      const w3 = c30 * x0 + c31 * x1 + c32 * x2 + c33 * x3 + c43 * x4;
      const w4 = c40 * x0 + c41 * x1 + c42 * x2 + c43 * x3 + c44 * x4;
      const gain = w0 * x0 + w1 * x1 + w2 * x2 + w3 * x3 + w4 * x4;
      if (!(gain >= 0 && gain < Infinity)) {
        // rounding has spoiled the matrix: it begins anew, with the weights as they are
        this.resetCovariance(s);
        continue;
      }
      const isCertain = c00 < FIRST_COVARIANCE && c11 < FIRST_COVARIANCE && c22 < FIRST_COVARIANCE && c33 < FIRST_COVARIANCE
        && c44 < FIRST_COVARIANCE;
      const forgetting = isCertain ? FORGETTING : 1;
      const share = 1 / (forgetting + gain);
      const growth = 1 / forgetting;
      const step = within(FARTHEST, error / deviation[s]!) * share;
      row = s;
      weights[row]! += w0 * step;
      weights[row += capacity]! += w1 * step;
      weights[row += capacity]! += w2 * step;
      weights[row += capacity]! += w3 * step;
      weights[row + capacity]! += w4 * step;
      const s1 = share * w1;
      const s2 = share * w2;
      const s3 = share * w3;
      const s4 = share * w4;
      row = s;
      covariance[row] = (c00 - share * w0 * w0) * growth;
      covariance[row += capacity] = (c10 - s1 * w0) * growth;
      covariance[row += capacity] = (c11 - s1 * w1) * growth;
      covariance[row += capacity] = (c20 - s2 * w0) * growth;
      covariance[row += capacity] = (c21 - s2 * w1) * growth;
      covariance[row += capacity] = (c22 - s2 * w2) * growth;
      covariance[row += capacity] = (c30 - s3 * w0) * growth;
      covariance[row += capacity] = (c31 - s3 * w1) * growth;
      covariance[row += capacity] = (c32 - s3 * w2) * growth;
      covariance[row += capacity] = (c33 - s3 * w3) * growth;
      covariance[row += capacity] = (c40 - s4 * w0) * growth;
      covariance[row += capacity] = (c41 - s4 * w1) * growth;
      covariance[row += capacity] = (c42 - s4 * w2) * growth;
      covariance[row += capacity] = (c43 - s4 * w3) * growth;
      covariance[row + capacity] = (c44 - s4 * w4) * growth;
    }
  }

  private resetCovariance(series: number): void {
    const { capacity, regressionCovariance: covariance } = this.state;
    for (let row = 0; row < COVARIANCE_ROWS; row++) covariance[row * capacity + series] = firstCovariance(row);
  }

  private row(interval: number): number {
    return ((interval % this.rows) + this.rows) % this.rows;
  }
}
