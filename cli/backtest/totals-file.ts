// SPDX-License-Identifier: Apache-2.0

import { CsvWriter } from './csv-writer';
import type { DetectedInterval } from './detection';
import { ScoredSeriesFormat, TOTAL_COLUMN } from './scored-series';

/**
 * `totals.csv`: the columns of `scores.csv` for the totals of the time series, a row for every interval from that on in which there were
 * enough of them. A total is of all of a metric, or of one or two dimension values; the other dimensions are empty. The last column says which it
 * is: the dimensions' names, or that it is all of the metric.
 */
export class TotalsFile {
  public rows = 0;
  /** Totals in the newest interval. */
  public totals = 0;
  private writer?: CsvWriter;

  /** The file is there once there is a row. */
  public constructor(private readonly path: string, private readonly dimensions: readonly string[], private readonly format: ScoredSeriesFormat) {}

  public write(interval: DetectedInterval): void {
    const { totals } = interval.observation;
    this.totals = 0;
    for (let total = 0; total < (totals?.values.length ?? 0); total++) {
      if (!interval.model.totals.isOfSum(total)) continue;
      this.totals += 1;
      this.writer ??= new CsvWriter(this.path, [...ScoredSeriesFormat.header(this.dimensions), TOTAL_COLUMN]);
      this.writer.write(`${this.format.totalCells(interval, totals!, total)}\n`);
      this.rows += 1;
    }
  }

  public close(): void {
    this.writer?.close();
  }
}
