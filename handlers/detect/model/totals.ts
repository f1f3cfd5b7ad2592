// SPDX-License-Identifier: Apache-2.0

import type { JudgedEvent } from './model-header';
import { PartsOfSeries } from './parts-of-series';
import { checkedTotals, type WrittenTotals } from './written-totals';
import { DetectionModel, type HolidayCalendar, type IntervalScores, type ModelSettings, type ScoredTotals, type TotalsOfSeries } from '../../engine';
import { Feedback } from '../../engine/scores/feedback';
import type { Measure } from '../../input/row-layout';
import { type SeriesIndex, timeSeriesIdOf } from '../../input/series-index';

/**
 * Most totals of a detector, over all measures: they are in its model besides the time series. A detector of 50,000 series has little room for them, one of a
 * few thousand has much.
 */
const MOST_TOTALS = 600;
const MOST_SERIES = 50_000;
const LEAST_MOST = 100;

/** One interval of the totals, scored: entries are by the number of the total. */
export interface TotalsObservation {
  readonly values: Float64Array;
  /** With feedback applied. */
  readonly scores: IntervalScores;
  /** Factors by which feedback has changed scores, of those totals where it has. */
  readonly feedback: ReadonlyMap<number, number>;
}

/** What a total is of. */
export interface TotalName {
  /** Index of the measure. */
  readonly measure: number;
  /** The one or two dimension values whose time series it sums up; none: it is of all time series of the measure. */
  readonly dimensions: { readonly name: string; readonly value: string }[];
}

/**
 * The sums of a detector's time series: of all of a measure, of those with one value of a dimension where there are two dimensions or more, and of those
 * with two values where there are three or more. What is a little off in each of a hundred series drowns in the noise of each of them and is plain in
 * their sum, so totals are learned and scored as time series of their own.
 *
 * Only measures whose rows are added up (SUM) have totals: averages of parts say nothing of the average of all, and their place is without
 * values. A series without a value counts as 0, as its rows would. Total number = number of the part * measures + measure.
 */
export class Totals {
  private readonly parts: PartsOfSeries;
  private readonly isSum: readonly boolean[];
  private readonly engine: DetectionModel;
  private readonly numbers = new Map<string, number>();
  private readonly ids: string[] = [];
  private kept: { readonly of?: readonly string[]; readonly ids: readonly string[] } = { ids: [] };

  /**
   * @param series the time series; totals come by themselves as it grows
   * @param written of an earlier model
   * @throws TypeError when what was written is damaged
   */
  public constructor(
    private readonly settings: ModelSettings, measures: readonly Measure[], private readonly series: SeriesIndex, holidays?: HolidayCalendar,
    written?: WrittenTotals,
  ) {
    this.isSum = measures.map(({ aggregation }) => aggregation === 'SUM');
    const known = written === undefined ? undefined : checkedTotals(written, series);
    this.parts = new PartsOfSeries(series, known?.parts ?? []);
    this.nameParts(0);
    this.engine = known === undefined
      ? new DetectionModel(settings, 0, holidays) : DetectionModel.deserialize(Buffer.from(known.engine, 'base64'), holidays);
    if (this.engine.seriesCount !== this.size) {
      throw new TypeError(`the detector model is damaged: its header names ${this.size} totals, and it holds ${this.engine.seriesCount}`);
    }
  }

  /** Number of totals. */
  public get size(): number {
    return this.parts.list.length * this.isSum.length;
  }

  /**
   * Scores the totals of an interval, then learns them.
   * @param values of the time series
   * @param judged what people said of events
   * @param bandFrom as of `DetectionModel.observe`
   */
  public observe(slot: number, values: Float64Array, judged: readonly JudgedEvent[], bandFrom: number): TotalsObservation | undefined {
    this.grow();
    if (this.size === 0) return undefined;
    const totals = this.of(values);
    const scores = this.engine.observe(slot, totals, bandFrom);
    const ofTotals = judged.flatMap(event => {
      const number = event.total === undefined ? undefined : this.numbers.get(event.total);
      return number === undefined ? [] : [{ ...event, series: number }];
    });
    const feedback = new Feedback(this.settings.intervalSeconds, this.isSum.length, ofTotals).apply(scores, totals, slot);
    return { values: totals, scores, feedback };
  }

  /** Learns the totals of an interval without scoring them. */
  public learn(slot: number, values: Float64Array): void {
    this.grow();
    if (this.size > 0) this.engine.learn(slot, this.of(values));
  }

  /** The totals of an interval's values; NaN where no series of a total has one. */
  public of(values: Float64Array): Float64Array {
    const { isSum, parts, series } = this;
    const measures = isSum.length;
    const sums = new Float64Array(this.size).fill(NaN);
    if (sums.length === 0) return sums;
    const count = Math.min(series.count, values.length / measures);
    for (const ofCombinations of parts.ofCombinations) {
      for (let combination = 0, first = 0; combination < count; combination++, first += measures) {
        if (!(ofCombinations[combination] >= 0)) continue; // nor of one that came since
        for (let measure = 0, total = ofCombinations[combination] * measures; measure < measures; measure++, total++) {
          const value = values[first + measure];
          if (isSum[measure] && value === value) sums[total] = (sums[total] || 0) + value;
        }
      }
    }
    return sums;
  }

  /** What a total is of. */
  public describe(total: number): TotalName {
    const { isSum, series } = this;
    const measure = total % isSum.length;
    const part = this.parts.list[(total - measure) / isSum.length];
    return { measure, dimensions: part.map(([dimension, code]) => ({ name: series.dimensions[dimension], value: series.values[dimension][code] })) };
  }

  /** Whether a total is of a measure whose rows are added up: others have no values. */
  public isOfSum(total: number): boolean {
    return this.isSum[total % this.isSum.length];
  }

  /** TimeSeriesId of a total: as that of a time series which has no other dimensions. */
  public timeSeriesId(total: number): string {
    return this.ids[total];
  }

  /** Number of the total with a TimeSeriesId; undefined when it is none's. */
  public find(timeSeriesId: string): number | undefined {
    return this.numbers.get(timeSeriesId);
  }

  /** TimeSeriesIds of all time series and totals; the same list until there are more of them. */
  public allTimeSeriesIds(): readonly string[] {
    const ofSeries = this.series.allTimeSeriesIds();
    const isCurrent = this.kept.of === ofSeries && this.kept.ids.length === ofSeries.length + this.size;
    if (!isCurrent) this.kept = { of: ofSeries, ids: [...ofSeries, ...this.ids] };
    return this.kept.ids;
  }

  /** The values of all time series, and after them their totals: one for each of `allTimeSeriesIds`. */
  public withTotals(values: Float64Array): Float64Array {
    const all = new Float64Array(this.series.size + this.size).fill(NaN);
    all.set(values);
    all.set(this.of(values), this.series.size);
    return all;
  }

  /** Whether a combination of dimension values is summed up in a total. */
  public includes(total: number, combination: number): boolean {
    return this.parts.includes(Math.floor(total / this.isSum.length), combination);
  }

  /** Number of the total of all of a measure. */
  public ofAll(measure: number): number {
    return measure; // the first part
  }

  /** The totals that time series are in. Valid until there are more of them. */
  public ofSeries(): TotalsOfSeries {
    const measures = this.isSum.length;
    const { ofCombinations } = this.parts;
    return {
      places: ofCombinations.length,
      totalOf: (series, place) => {
        const measure = series % measures;
        const part = ofCombinations[place][(series - measure) / measures];
        return part >= 0 ? part * measures + measure : -1;
      },
    };
  }

  /** The combinations that are summed up in a total. */
  public combinationsOf(total: number): number[] {
    const combinations: number[] = [];
    for (let combination = 0; combination < this.series.count; combination++) if (this.includes(total, combination)) combinations.push(combination);
    return combinations;
  }

  /**
   * An interval's totals as anomaly groups are formed of them.
   * @param shareOf share of the intervals in which a combination has a value, 0-1
   */
  public scored({ values, scores }: TotalsObservation, shareOf: (combination: number) => number): ScoredTotals {
    const measures = this.isSum.length;
    return {
      values,
      scores,
      measureOf: total => total % measures,
      levelOf: total => this.parts.list[Math.floor(total / measures)].length,
      ofAll: measure => this.ofAll(measure),
      ...this.ofSeries(),
      moves: this.engine.moves,
      shareOf: number => shareOf(Math.floor(number / measures)),
      isYoung: total => this.engine.isYoung(total),
    };
  }

  /** For a model's header. */
  public written(): WrittenTotals | undefined {
    return this.size === 0 ? undefined : { parts: this.parts.list, engine: Buffer.from(this.engine.serialize()).toString('base64') };
  }

  /** Adds the totals that combinations which came since have brought about. */
  private grow(): void {
    const { series, parts, isSum } = this;
    if (series.dimensions.length === 0 || !isSum.includes(true)) return;
    const before = parts.list.length;
    const most = Math.max(LEAST_MOST, Math.floor(MOST_TOTALS * (1 - series.size / MOST_SERIES)));
    parts.grow(Math.floor(most / isSum.length));
    if (parts.list.length === before) return;
    this.nameParts(before);
    this.engine.addSeries(this.size - this.engine.seriesCount);
  }

  /** Makes the TimeSeriesIds of the parts from a number on. */
  private nameParts(from: number): void {
    const { series } = this;
    for (const part of this.parts.list.slice(from)) {
      const named = part.map(([dimension, code]) => [series.dimensions[dimension], series.values[dimension][code]] as const);
      for (const measure of series.measures) {
        const id = timeSeriesIdOf(measure, named);
        this.numbers.set(id, this.ids.push(id) - 1);
      }
    }
  }
}
