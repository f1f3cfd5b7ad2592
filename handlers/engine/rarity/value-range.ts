// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';

const { abs, asinh, fround, hypot, max, min, sign, sinh, sqrt } = Math;

/** After so long an extreme value counts half as far from the mean: days, weeks for daily data. */
const HALF_LIFE = 20;
/** Values of a series before its range says anything. */
const LEAST_VALUES = 20;
/** Weeks of values that mean and deviation are of, and the fewest values. */
const MEMORY_WEEKS = 2;
const LEAST_MEMORY = 100;
/** What comes once a week is beyond a range that has faded for a week: so many times as much is not told from it. */
const FADED_MARGIN = 1.5;
/** Standard deviations within which a value counts in full for mean and deviation, once so many values were seen. */
const CLIP = 6;
const CLIPPED_FROM = 50;
/** Values above this part of the first one are compared as logarithms: falling to nothing is as far as doubling many times. */
const LINEAR_PART = 0.1;
/** Place of the first value on the axis. */
const FIRST_PLACE = asinh(1 / LINEAR_PART);
/** Mean absolute deviations from the mean within which a series of unknown range is taken to have been. */
const ASSUMED_RANGE = 4;

/** Place of a value on the axis, less that of the series' first value, so that 32 bits are enough for what is kept. */
function placeOf({ origin, rangeUnit }: SeriesState, series: number, value: number): number {
  const first = origin[series]!;
  if (first !== 0) return asinh(value / (LINEAR_PART * abs(first))) - sign(first) * FIRST_PLACE;
  const unit = rangeUnit[series]!;
  return unit > 0 ? asinh(value / unit) : 0;
}

/** Standard deviations on the axis between a value and the middle of where the series is at any hour; NaN where it has always had one value. */
export function deviationsFromMiddle(state: SeriesState, series: number, value: number): number {
  return abs(placeOf(state, series, value) - state.rangeMean[series]!) / sqrt(state.rangeSquare[series]!);
}

/**
 * The range in which a series has been lately: its highest and lowest value, which fade towards the mean. A value that is far from what is
 * expected and also outside of everything seen is much more often an event than one that only comes at an unusual time.
 *
 * Values are compared on an axis of their own, the inverse hyperbolic sine of the value: linear near 0, logarithmic beyond, for either sign
 * (Johnson's SU transformation, 1949). On it a business that grows tenfold keeps its spread.
 */
export class ValueRange {
  private readonly fading: number;
  /** Part of the distance from mean to extreme by which a value of a week ago may be beyond the range. */
  private readonly faded: number;
  private readonly memory: number;

  public constructor(calendar: Calendar, private readonly state: SeriesState) {
    const unit = calendar.weekSlots === 0 ? 7 : 1;
    this.fading = 1 - 2 ** (-calendar.intervalSeconds / (HALF_LIFE * unit * 86400));
    this.faded = FADED_MARGIN * (2 ** (7 / (HALF_LIFE * unit)) - 1);
    this.memory = max(LEAST_MEMORY, MEMORY_WEEKS * calendar.intervalsPerWeek);
  }

  /** Distance of a value beyond the range in standard deviations of the series' values; 0 inside, and while little is known. */
  public beyond(series: number, value: number): number {
    const { rangeHigh, rangeLow, rangeSquare, points } = this.state;
    if (points[series]! < LEAST_VALUES || !(rangeSquare[series]! > 0)) return 0;
    const place = this.place(series, value);
    return max(0, place - rangeHigh[series]!, rangeLow[series]! - place) / sqrt(rangeSquare[series]!);
  }

  /** The same below the range in the series' own unit and not on the axis: for a value that `beyond` finds there. */
  public below(series: number, value: number): number {
    const { origin, rangeLow, rangeMean, rangeSquare, rangeUnit } = this.state;
    const unit = origin[series] === 0 ? rangeUnit[series]! : LINEAR_PART * abs(origin[series]!);
    // what a standard deviation on the axis is at the mean
    const deviation = sqrt(rangeSquare[series]!) * hypot(unit, this.valueAt(series, rangeMean[series]!));
    return (this.valueAt(series, rangeLow[series]!) - value) / deviation;
  }

  /** Whether a value is within the range and at neither end of it. */
  public isInside(series: number, value: number): boolean {
    // the range is held in 32 bits
    const place = fround(this.place(series, value));
    return place > this.state.rangeLow[series]! && place < this.state.rangeHigh[series]!;
  }

  /** Whether the range ends at a value or below it. */
  public isWithin(series: number, highest: number): boolean {
    // the range is held in 32 bits
    return this.state.rangeHigh[series]! <= fround(this.place(series, highest));
  }

  /** Whether a value is so many standard deviations beyond the range, and not only because the range has faded for a week. */
  public isFarBeyond(series: number, value: number, deviations: number): boolean {
    const { rangeHigh, rangeLow, rangeSquare, points } = this.state;
    if (points[series]! < LEAST_VALUES || !(rangeSquare[series]! > 0)) return false;
    const place = this.place(series, value);
    const high = rangeHigh[series]!;
    const low = rangeLow[series]!;
    return place - high > this.farFrom(series, high, deviations) || low - place > this.farFrom(series, low, deviations);
  }

  /**
   * The nearest value on a side for which `isFarBeyond` holds.
   * @param side 1 above, -1 below
   * @returns the largest number while little is known, and where no number is so far
   */
  public valueFarBeyond(series: number, side: 1 | -1, deviations: number): number {
    const { rangeHigh, rangeLow, rangeSquare, points } = this.state;
    if (points[series]! < LEAST_VALUES || !(rangeSquare[series]! > 0)) return side * Number.MAX_VALUE;
    const end = side > 0 ? rangeHigh[series]! : rangeLow[series]!;
    const value = this.valueAt(series, end + side * this.farFrom(series, end, deviations));
    return max(-Number.MAX_VALUE, min(Number.MAX_VALUE, value));
  }

  /** Takes in an interval of the series from `from` up to but not including `to`, after the members have; NaN: no value. */
  public learn(from: number, to: number, values: Float64Array): void {
    const { rangeHigh, rangeLow, rangeMean, rangeSquare, rangeUnit, origin, points } = this.state;
    const { fading, memory } = this;
    const leastGain = 1 / memory;
    for (let s = from; s < to; s++) {
      const value = values[s - from]!;
      if (value !== value) continue;
      if (origin[s] === 0 && rangeUnit[s] === 0) rangeUnit[s] = LINEAR_PART * abs(value);
      if (rangeHigh[s] !== rangeHigh[s]) this.begin(s, value);
      const place = this.place(s, value);
      const center = rangeMean[s]!;
      const square = rangeSquare[s]!;
      const gain = points[s]! < memory ? 1 / points[s]! : leastGain;
      const most = points[s]! > CLIPPED_FROM && square > 0 ? CLIP * sqrt(square) : Infinity;
      const off = max(-most, min(most, place - center));
      rangeMean[s] = center + gain * off;
      rangeSquare[s] = square + gain * (off * off - square);
      rangeHigh[s] = max(place, rangeHigh[s]! - fading * (rangeHigh[s]! - center));
      rangeLow[s] = min(place, rangeLow[s]! + fading * (center - rangeLow[s]!));
    }
  }

  /** How far beyond an end of the range a value must be. */
  private farFrom(series: number, end: number, deviations: number): number {
    const { rangeMean, rangeSquare } = this.state;
    return max(deviations * sqrt(rangeSquare[series]!), this.faded * abs(end - rangeMean[series]!));
  }

  private place(series: number, value: number): number {
    return placeOf(this.state, series, value);
  }

  /** The value at a place: the inverse of `place`. */
  private valueAt(series: number, place: number): number {
    const origin = this.state.origin[series]!;
    if (origin !== 0) return LINEAR_PART * abs(origin) * sinh(place + sign(origin) * FIRST_PLACE);
    return this.state.rangeUnit[series]! * sinh(place);
  }

  /** The range after the first value, or of a state that was written before ranges were kept. */
  private begin(series: number, value: number): void {
    const { rangeHigh, rangeLow, rangeMean, rangeSquare, mean, deviation, points } = this.state;
    const isNew = points[series]! <= LEAST_VALUES;
    const center = isNew ? value : mean[series]!;
    const spread = isNew ? 0 : deviation[series]!;
    rangeMean[series] = this.place(series, center);
    rangeHigh[series] = this.place(series, center + ASSUMED_RANGE * spread);
    rangeLow[series] = this.place(series, center - ASSUMED_RANGE * spread);
    rangeSquare[series] = ((this.place(series, center + spread) - this.place(series, center - spread)) / 2) ** 2;
  }
}
