import { CsvWriter } from './csv-writer';
import type { DetectedInterval } from './detection';
import { ScoredSeriesFormat } from './scored-series';

/** `scores.csv`: a row for every interval detected and every time series known by then. */
export class ScoresFile {
  public rows = 0;
  private readonly writer: CsvWriter;

  public constructor(path: string, dimensions: readonly string[], private readonly format: ScoredSeriesFormat) {
    this.writer = new CsvWriter(path, ScoredSeriesFormat.header(dimensions));
  }

  public write(interval: DetectedInterval): void {
    const { model: { series: { size } } } = interval;
    for (let series = 0; series < size; series++) this.writer.write(`${this.format.cells(interval, series)}\n`);
    this.rows += size;
  }

  public close(): void {
    this.writer.close();
  }
}
