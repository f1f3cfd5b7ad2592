// SPDX-License-Identifier: Apache-2.0

import { CsvWriter } from './csv-writer';
import type { DetectedInterval } from './detection';
import { ScoredSeriesFormat } from './scored-series';

/**
 * `totals.csv`: the columns of `scores.csv` for the totals of the time series, a row for every interval from that on in which there were
 * enough of them. A total is of all of a metric, or of one dimension value; the other dimensions are empty.
 */
export class TotalsFile {
  public rows = 0;
  private writer?: CsvWriter;

  /** The file is there once there is a row. */
  public constructor(private readonly path: string, private readonly dimensions: readonly string[], private readonly format: ScoredSeriesFormat) {}

  public write(interval: DetectedInterval): void {
    const { totals } = interval.observation;
    for (let total = 0; total < (totals?.values.length ?? 0); total++) {
      if (!interval.model.totals.isOfSum(total)) continue;
      this.writer ??= new CsvWriter(this.path, ScoredSeriesFormat.header(this.dimensions));
      this.writer.write(`${this.format.totalCells(interval, totals!, total)}\n`);
      this.rows += 1;
    }
  }

  public close(): void {
    this.writer?.close();
  }
}
