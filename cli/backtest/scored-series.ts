// SPDX-License-Identifier: Apache-2.0

import { csvCell, csvNumber } from './csv-writer';
import type { DetectedInterval } from './detection';
import { wallText } from './wall-text';
import { ANOMALOUS_SEVERITY, comparableScore } from '../../handlers/engine';
import type { IntervalScores } from '../../handlers/engine';
import type { SeriesIndex } from '../../handlers/input/series-index';

/** Columns of a scored interval of a time series, after time stamp, metric and dimensions. */
const SCORE_COLUMNS = ['value', 'expected', 'lower', 'upper', 'score', 'severity', 'anomaly'];

/** The time series of an interval, or their totals. */
export interface Scored {
  readonly values: Float64Array;
  readonly scores: IntervalScores;
  /** Factors by which feedback has changed scores. */
  readonly feedback: ReadonlyMap<number, number>;
}

/** The column that says what is summed up, after those of a scored interval. Totals may be told by it alone: a dimension value may be an empty text. */
export const TOTAL_COLUMN = 'total';

/** What a total of all time series of a metric is called. */
export const ALL_OF_METRIC = 'all of the metric';

/** Writes scored intervals of time series as lines of CSV. */
export class ScoredSeriesFormat {
  /** Names of the columns. */
  public static header(dimensions: readonly string[]): string[] {
    return ['timestamp', 'metric', ...dimensions, ...SCORE_COLUMNS];
  }

  /** Metric and dimension values of each series as cells: they are the same in every interval. */
  private readonly names: string[] = [];
  /** The same of totals; dimensions over which they add up are empty. */
  private readonly totalNames: string[] = [];
  private time = { slot: NaN, text: '' };
  /** Those of series that the detector does not know yet, by their numbers in the data. */
  private readonly lateNames: string[] = [];

  /** Cells of a series in an interval, without the line's end. */
  public cells({ observation, model, slot }: DetectedInterval, series: number): string {
    return this.line(slot, this.names[series] ??= nameCells(model.series, series), observation, series);
  }

  /** Cells of a total in an interval, with the one that says what is summed up (`TOTAL_COLUMN`), without the line's end. */
  public totalCells({ model, slot }: DetectedInterval, totals: Scored, total: number): string {
    const of = model.totals.describe(total).dimensions.map(({ name }) => name).join(' and ') || ALL_OF_METRIC;
    return `${this.line(slot, this.totalNames[total] ??= totalNameCells(model, total), totals, total)},${csvCell(of)}`;
  }

  /**
   * Cells of a series in an interval before its first value, without the line's end.
   * @param all the series of the data, in which it has this number
   */
  public emptyCells(slot: number, all: SeriesIndex, series: number): string {
    return `${this.timeOf(slot)},${this.lateNames[series] ??= nameCells(all, series)},,,,,0,0,0`;
  }

  private line(slot: number, name: string, { values, scores }: Scored, number: number): string {
    // without a value, or before the first score, there is nothing unusual
    const score = comparableScore(Math.abs(scores.score[number]), scores.steepness[number]) || 0;
    const severity = scores.severity[number] || 0;
    // what is not judged is not compared with anything either
    const expected = Number.isNaN(scores.score[number]) ? NaN : scores.expected[number];
    return `${this.timeOf(slot)},${name},${csvNumber(values[number])},${csvNumber(expected)},${csvNumber(scores.lower[number])},`
      + `${csvNumber(scores.upper[number])},${score},${severity},${severity >= ANOMALOUS_SEVERITY ? 1 : 0}`;
  }

  private timeOf(slot: number): string {
    if (this.time.slot !== slot) this.time = { slot, text: wallText(slot) };
    return this.time.text;
  }
}

function totalNameCells({ series, totals }: DetectedInterval['model'], total: number): string {
  const { measure, dimensions } = totals.describe(total);
  return [series.measures[measure], ...series.dimensions.map(name => dimensions.find(dimension => dimension.name === name)?.value ?? '')].map(csvCell).join(',');
}

function nameCells(index: SeriesIndex, series: number): string {
  const { measure, dimensionValues } = index.describe(series);
  return [index.measures[measure], ...dimensionValues].map(csvCell).join(',');
}
