// SPDX-License-Identifier: Apache-2.0

import { csvCell, csvNumber } from './csv-writer';
import type { DetectedInterval } from './detection';
import { wallText } from './wall-text';
import { ANOMALOUS_SEVERITY, comparableScore } from '../../handlers/engine';
import type { SeriesIndex } from '../../handlers/input/series-index';

/** Columns of a scored interval of a time series, after time stamp, metric and dimensions. */
const SCORE_COLUMNS = ['value', 'expected', 'lower', 'upper', 'score', 'severity', 'anomaly'];

/** Whether a series is anomalous in an interval, at the default threshold. */
export function isAnomalous({ observation: { scores } }: DetectedInterval, series: number): boolean {
  return scores.severity[series] >= ANOMALOUS_SEVERITY;
}

/** Writes scored intervals of time series as lines of CSV. */
export class ScoredSeriesFormat {
  /** Names of the columns. */
  public static header(dimensions: readonly string[]): string[] {
    return ['timestamp', 'metric', ...dimensions, ...SCORE_COLUMNS];
  }

  /** Metric and dimension values of each series as cells: they are the same in every interval. */
  private readonly names: string[] = [];
  private time = { slot: NaN, text: '' };
  /** Those of series that the detector does not know yet, by their numbers in the data. */
  private readonly lateNames: string[] = [];

  /** Cells of a series in an interval, without the line's end. */
  public cells(interval: DetectedInterval, series: number): string {
    const { observation: { values, scores }, model, slot } = interval;
    const name = this.names[series] ??= nameCells(model.series, series);
    // without a value, or before the first score, there is nothing unusual
    const score = comparableScore(Math.abs(scores.score[series]), scores.steepness[series]) || 0;
    const severity = scores.severity[series] || 0;
    return `${this.timeOf(slot)},${name},${csvNumber(values[series])},${csvNumber(scores.expected[series])},${csvNumber(scores.lower[series])},`
      + `${csvNumber(scores.upper[series])},${score},${severity},${isAnomalous(interval, series) ? 1 : 0}`;
  }

  /**
   * Cells of a series in an interval before its first value, without the line's end.
   * @param all the series of the data, in which it has this number
   */
  public emptyCells(slot: number, all: SeriesIndex, series: number): string {
    return `${this.timeOf(slot)},${this.lateNames[series] ??= nameCells(all, series)},,,,,0,0,0`;
  }

  private timeOf(slot: number): string {
    if (this.time.slot !== slot) this.time = { slot, text: wallText(slot) };
    return this.time.text;
  }
}

function nameCells(index: SeriesIndex, series: number): string {
  const { measure, dimensionValues } = index.describe(series);
  return [index.measures[measure], ...dimensionValues].map(csvCell).join(',');
}
