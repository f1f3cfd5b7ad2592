import type { Calendar } from './calendar';
import type { SeriesState } from './series-state';

const { abs, asinh, max, min, sqrt } = Math;

/** After so long an extreme value counts half as far from the mean: days, weeks for daily data. */
const HALF_LIFE = 14;
/** Values of a series before its range says anything. */
const LEAST_VALUES = 20;
/** Distances beyond the range are compared as logarithms above this part of the standard deviation: falling to nothing is as far as doubling. */
const LINEAR_PART = 0.3;
/** Means further from 0 than so many standard deviations have no logarithmic side to them. */
const FAR_MEAN = 100;
/** Mean absolute deviations from the mean within which a series of unknown range is taken to have been. */
const ASSUMED_RANGE = 4;

/**
 * The range in which a series has been lately: its highest and lowest value, which fade towards the mean. A value that is far from what is
 * expected and also outside of everything seen is much more often an event than one that only comes at an unusual time.
 */
export class ValueRange {
  private readonly fading: number;

  public constructor(calendar: Calendar, private readonly state: SeriesState) {
    const unit = calendar.weekSlots === 0 ? 7 : 1;
    this.fading = 1 - 2 ** (-calendar.intervalSeconds / (HALF_LIFE * unit * 86400));
  }

  /** Distance of a value beyond the range in standard deviations of the series' values; 0 inside, and while little is known. */
  public beyond(series: number, value: number): number {
    const { highest, lowest, mean, origin, points, square } = this.state;
    const shifted = value - origin[series]!;
    const isHigh = shifted > highest[series]!;
    if (!(isHigh || shifted < lowest[series]!) || points[series]! < LEAST_VALUES) return 0;
    const deviation = sqrt(square[series]!);
    if (!(deviation > 0)) return 0;
    const edge = isHigh ? highest[series]! : lowest[series]!;
    const center = mean[series]!;
    if (abs(center) > FAR_MEAN * deviation) return abs(shifted - edge) / deviation;
    const unit = LINEAR_PART * deviation;
    const spread = asinh((center + deviation) / unit) - asinh((center - deviation) / unit);
    return 2 * abs(asinh(value / unit) - asinh((edge + origin[series]!) / unit)) / spread;
  }

  /** Takes in an interval of the series from `from` up to but not including `to`, after the members have; NaN: no value. */
  public learn(from: number, to: number, values: Float64Array): void {
    const { highest, lowest, mean, origin, deviation, points } = this.state;
    const { fading } = this;
    for (let s = from; s < to; s++) {
      const value = values[s - from]!;
      if (value !== value) continue;
      const shifted = value - origin[s]!;
      const center = mean[s]! - origin[s]!;
      const high = highest[s]!;
      const low = lowest[s]!;
      if (high !== high) {
        // a state that was written before ranges were kept
        const known = points[s]! > LEAST_VALUES ? ASSUMED_RANGE * deviation[s]! : 0;
        highest[s] = max(shifted, center + known);
        lowest[s] = min(shifted, center - known);
        continue;
      }
      highest[s] = max(shifted, high - fading * (high - center));
      lowest[s] = min(shifted, low + fading * (center - low));
    }
  }
}
