import { CsvWriter, csvCell } from './csv-writer';
import type { DetectedInterval } from './detection';
import type { ExplainedSeries } from './explained-series';
import { ScoredSeriesFormat } from './scored-series';
import { ANOMALOUS_SCORE } from '../../handlers/engine/severity';

/** Share of the anomalous score from which an interval is explained without being asked for. */
const NEAR = 1 / 3;

/**
 * `explanations.csv`: the columns of `scores.csv` and why the interval was an anomaly or was none. Of the series asked for every interval
 * is explained; when none is asked for, the intervals of all series that were anomalies or came near.
 */
export class ExplanationsFile {
  public rows = 0;
  private readonly writer: CsvWriter;

  public constructor(
    path: string, dimensions: readonly string[], private readonly format: ScoredSeriesFormat, private readonly asked: readonly ExplainedSeries[],
  ) {
    this.writer = new CsvWriter(path, [...ScoredSeriesFormat.header(dimensions), 'anomalous_score', 'explanation']);
  }

  public write(interval: DetectedInterval): void {
    if (this.asked.length > 0) {
      const { series } = interval.model;
      for (const { measure, dimensionValues } of this.asked) {
        const combination = series.find(dimensionValues);
        if (combination >= 0) this.explain(interval, combination * series.measures.length + measure);
      }
      return;
    }
    const { score } = interval.observation.scores;
    for (let number = 0; number < score.length; number++) {
      if (Math.abs(score[number]) >= NEAR * ANOMALOUS_SCORE) this.explain(interval, number);
    }
  }

  public close(): void {
    this.writer.close();
  }

  private explain(interval: DetectedInterval, series: number): void {
    const { values, scores: { expected, lower, upper, score } } = interval.observation;
    const text = explanation({
      value: values[series], expected: expected[series], lower: lower[series], upper: upper[series], score: score[series],
    });
    this.writer.write(`${this.format.cells(interval, series)},${ANOMALOUS_SCORE},${csvCell(text)}\n`);
    this.rows += 1;
  }
}

/** What the engine says about one interval of a series. */
interface ScoredValue {
  readonly value: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly score: number;
}

const digits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6, useGrouping: false });

/** Why an interval of a series is an anomaly or is none, in words. */
export function explanation({ value, expected, lower, upper, score }: ScoredValue): string {
  if (Number.isNaN(value)) return 'no value in this interval';
  if (Number.isNaN(score)) return 'no score yet: the series has too few values to say what is normal';
  const size = Math.abs(score);
  const away = value === expected ? 'as expected' : `${digits.format(Math.abs(value - expected))} ${value > expected ? 'above' : 'below'} the expected ${digits.format(expected)}`;
  const band = `${digits.format(lower)} to ${digits.format(upper)}`;
  return size >= ANOMALOUS_SCORE
    ? `anomaly: ${away}, outside of ${band}; score ${digits.format(size)} reaches ${ANOMALOUS_SCORE}`
    : `no anomaly: ${away}, within ${band}; score ${digits.format(size)} is below ${ANOMALOUS_SCORE}`;
}
