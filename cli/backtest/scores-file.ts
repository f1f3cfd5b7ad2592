// SPDX-License-Identifier: Apache-2.0

import { CsvWriter } from './csv-writer';
import type { DetectedInterval } from './detection';
import type { LateSeries } from './late-series';
import { ScoredSeriesFormat } from './scored-series';
import type { SeriesIndex } from '../../handlers/input/series-index';

/** `scores.csv`: a row for every interval detected and every time series, also of those that come only later. */
export class ScoresFile {
  public rows = 0;
  private readonly writer: CsvWriter;

  /**
   * @param all the series of the data
   * @param late those among them that were not learned
   */
  public constructor(
    path: string, dimensions: readonly string[], private readonly format: ScoredSeriesFormat, private readonly all: SeriesIndex,
    private readonly late: LateSeries,
  ) {
    this.writer = new CsvWriter(path, ScoredSeriesFormat.header(dimensions));
  }

  public write(interval: DetectedInterval): void {
    const { model: { series: known } } = interval;
    const { size } = known;
    for (let series = 0; series < size; series++) this.writer.write(`${this.format.cells(interval, series)}\n`);
    const notYet = this.late.notYet(known);
    for (const series of notYet) this.writer.write(`${this.format.emptyCells(interval.slot, this.all, series)}\n`);
    this.rows += size + notYet.length;
  }

  public close(): void {
    this.writer.close();
  }
}
