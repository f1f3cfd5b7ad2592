import type { Measure } from './layout';
import { SeriesIndex } from './series-index';

/** What was read of one interval: a row of the table. */
interface IntervalSums {
  rows: number;
  /** One for each series seen so far; NaN: no value. */
  sums: Float64Array;
  /** How many values a sum holds; only kept where an average is asked for. */
  counts?: Uint32Array;
}

/** Room for series at first, and factor by which it grows. */
const FIRST_CAPACITY = 8;
const GROWTH = 1.5;

/**
 * Rows aggregated to intervals x series by SUM or AVG. Rows may come in any order. Memory: 8 bytes an interval and series (12 with an
 * average) for the intervals that have rows.
 */
export class IntervalTable {
  /** The combinations of dimension values seen. */
  public readonly series: SeriesIndex;
  private readonly intervals = new Map<number, IntervalSums>();
  private readonly averaged: boolean;

  public constructor(private readonly measures: readonly Measure[], dimensions: readonly string[]) {
    this.series = new SeriesIndex(measures.map(measure => measure.name), dimensions);
    this.averaged = measures.some(measure => measure.aggregation === 'AVG');
  }

  /** Slots of the intervals that have rows, oldest first. */
  public get slots(): number[] {
    return [...this.intervals.keys()].sort((a, b) => a - b);
  }

  /** Number of rows of an interval. */
  public rows(slot: number): number {
    return this.intervals.get(slot)?.rows ?? 0;
  }

  /** Adds a row. `values` has one value a measure, NaN where the row has none. */
  public add(slot: number, combination: readonly string[], values: Float64Array): void {
    const first = this.series.findOrAdd(combination) * this.measures.length;
    let interval = this.intervals.get(slot);
    if (interval === undefined) this.intervals.set(slot, interval = this.emptyInterval());
    if (interval.sums.length < first + this.measures.length) this.grow(interval);
    interval.rows += 1;
    for (let measure = 0; measure < values.length; measure++) {
      const value = values[measure];
      if (Number.isNaN(value)) continue;
      const sum = interval.sums[first + measure];
      interval.sums[first + measure] = Number.isNaN(sum) ? value : sum + value;
      if (interval.counts) interval.counts[first + measure] += 1;
    }
  }

  /** Aggregated values of an interval, one for each series of `series`; NaN where there is none. */
  public values(slot: number): Float64Array {
    const values = new Float64Array(this.series.size).fill(NaN);
    const interval = this.intervals.get(slot);
    if (interval === undefined) return values;
    values.set(interval.sums.subarray(0, values.length));
    if (!interval.counts) return values;
    const perCombination = this.measures.length;
    for (let series = 0; series < values.length; series++) {
      if (this.measures[series % perCombination].aggregation === 'AVG') values[series] /= interval.counts[series];
    }
    return values;
  }

  private emptyInterval(): IntervalSums {
    const length = Math.max(FIRST_CAPACITY, this.series.combinations.length) * this.measures.length;
    return { rows: 0, sums: new Float64Array(length).fill(NaN), ...(this.averaged ? { counts: new Uint32Array(length) } : {}) };
  }

  private grow(interval: IntervalSums): void {
    const length = Math.ceil(this.series.combinations.length * GROWTH) * this.measures.length;
    const sums = new Float64Array(length).fill(NaN);
    sums.set(interval.sums);
    interval.sums = sums;
    if (!interval.counts) return;
    const counts = new Uint32Array(length);
    counts.set(interval.counts);
    interval.counts = counts;
  }
}
