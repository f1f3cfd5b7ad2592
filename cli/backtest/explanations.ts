// SPDX-License-Identifier: Apache-2.0

import { CsvWriter, csvCell } from './csv-writer';
import type { DetectedInterval } from './detection';
import type { ExplainedSeries } from './explained-series';
import { type Scored, ScoredSeriesFormat, TOTAL_COLUMN } from './scored-series';
import { ANOMALOUS_SCORE, comparableScore, MEMBERS, REASONS, SHORT_INTERVAL_FACTOR } from '../../handlers/engine';
import type { Member, Reason } from '../../handlers/engine/scores/explanation';
import { timeSeriesIdOf } from '../../handlers/input/series-index';

/** Share of the anomalous score from which an interval is explained without being asked for. */
const NEAR = 1 / 3;

/** Reasons for which an interval is explained whatever its score: without them it would have been an anomaly. */
const TELLING: readonly Reason[] = ['damped while the series is new', 'the regression finds it usual', 'the seasonal state finds it usual', 'new level',
  'as far off on many occasions lately', 'back at the level before', 'as far above as its noise reaches'];
const NOT_JUDGED = REASONS.indexOf('no value');
const TELLING_CODES = new Set(TELLING.map(reason => REASONS.indexOf(reason)));

/**
 * `explanations.csv`: the columns of `scores.csv`, which members of the ensemble the score is from, and why the interval was an anomaly or
 * was none. Of the series asked for every interval is explained; when none is asked for, the intervals of all series that were anomalies,
 * came near, or would have been anomalies but for one reason, and those of totals, as `totals.csv` has them.
 */
export class ExplanationsFile {
  /** Names of the columns. */
  public static header(dimensions: readonly string[]): string[] {
    return [...ScoredSeriesFormat.header(dimensions), TOTAL_COLUMN, 'anomalous_score', 'member', 'reason', 'explanation'];
  }

  public rows = 0;
  private readonly writer: CsvWriter;
  private readonly explained = new Set<ExplainedSeries>();

  public constructor(
    path: string, dimensions: readonly string[], private readonly format: ScoredSeriesFormat, private readonly asked: readonly ExplainedSeries[],
  ) {
    this.writer = new CsvWriter(path, ExplanationsFile.header(dimensions));
  }

  /** What was asked for and has no row, as the command line has it. */
  public get notExplained(): string[] {
    return this.asked.filter(asked => !this.explained.has(asked)).map(({ text }) => text);
  }

  public write(interval: DetectedInterval): void {
    if (this.asked.length > 0) {
      for (const asked of this.asked) this.explainAsked(interval, asked);
      return;
    }
    const { observation, observation: { totals } } = interval;
    this.explainTelling(observation, number => this.seriesCells(interval, number));
    if (totals) this.explainTelling(totals, number => this.format.totalCells(interval, totals, number));
  }

  public close(): void {
    this.writer.close();
  }

  private explainAsked(interval: DetectedInterval, asked: ExplainedSeries): void {
    const { measure, dimensionValues, totalsOf } = asked;
    const { observation, observation: { totals: observed }, model: { series, totals } } = interval;
    const before = this.rows;
    const combination = series.find(dimensionValues);
    if (combination >= 0) {
      const number = combination * series.measures.length + measure;
      this.explain(observation, number, this.seriesCells(interval, number));
    }
    for (const dimensions of observed ? totalsOf : []) {
      const total = totals.find(timeSeriesIdOf(series.measures[measure], dimensions));
      if (total !== undefined) this.explain(observed!, total, this.format.totalCells(interval, observed!, total));
    }
    if (this.rows > before) this.explained.add(asked);
  }

  /** Cells of a series, which is no total. */
  private seriesCells(interval: DetectedInterval, number: number): string {
    return `${this.format.cells(interval, number)},`;
  }

  /** Explains what was an anomaly, came near, or would have been one but for one reason. */
  private explainTelling(scored: Scored, cellsOf: (number: number) => string): void {
    const { values, scores: { score, raise, reason } } = scored;
    for (let number = 0; number < score.length; number++) {
      if (Math.abs(score[number]) * raise[number] >= NEAR * ANOMALOUS_SCORE || TELLING_CODES.has(reason[number])
        || (reason[number] === NOT_JUDGED && !Number.isNaN(values[number]))) this.explain(scored, number, cellsOf(number));
    }
  }

  private explain({ values, feedback, scores }: Scored, series: number, cells: string): void {
    const { expected, lower, upper, score, raise, steepness, member, reason } = scores;
    const text = explanation({
      value: values[series],
      expected: expected[series],
      lower: lower[series],
      upper: upper[series],
      score: score[series],
      raise: raise[series],
      steepness: steepness[series],
      member: MEMBERS[member[series]],
      reason: REASONS[reason[series]],
      feedback: feedback.get(series) ?? 1,
    });
    const needed = comparableScore(ANOMALOUS_SCORE / (raise[series] || 1), steepness[series] || 1);
    this.writer.write(`${cells},${digits.format(needed)},${MEMBERS[member[series]]},${REASONS[reason[series]]},${csvCell(text)}\n`);
    this.rows += 1;
  }
}

/** What the engine says about one interval of a series. */
export interface ScoredValue {
  readonly value: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly score: number;
  /** How many times the score counts: more at short intervals, and the longer the series has been off on the same side. */
  readonly raise: number;
  /** How fast scores rise in the series beyond what an anomaly needs, 0-1. */
  readonly steepness: number;
  readonly member: Member;
  readonly reason: Reason;
  /** Factor by which feedback has changed the score; 1 when it has not. */
  readonly feedback: number;
}

const digits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6, useGrouping: false });

/** Who says so. */
const SPEAKERS: Record<Member, string> = {
  'none': '',
  'seasonal': 'the seasonal state',
  'seasonal and regression': 'the seasonal state and the regression',
  'seasonal while an event goes on': 'the seasonal state alone, as an event goes on',
};

/** What a reason adds to the figures. */
const REMARKS: Record<Reason, string> = {
  'no value': '',
  'too new': '',
  'as expected': '',
  'anomaly': '',
  'damped while the series is new': 'damped while the series is new',
  'the regression finds it usual': 'the regression finds it usual, the seasonal state alone would not',
  'the seasonal state finds it usual': 'the seasonal state finds it usual, the regression alone would not',
  'as far off on many occasions lately': 'it was as far off on many occasions lately',
  'back at the level before': 'it is back at the level from which it moved lately',
  'as far above as its noise reaches': 'its noise reaches as far above what is expected',
  'as on a weekend as it is a public holiday': 'it is a public holiday, on which values up to those of a weekend are usual',
  'stuck at one value': 'the series is stuck at one value, which no noise has so many times in succession',
  'new level': 'it has lasted so long that it is learned as the new level',
};

/** Why an interval of a series is an anomaly or is none, in words. */
export function explanation({ value, expected, lower, upper, score, raise, steepness, member, reason, feedback }: ScoredValue): string {
  if (Number.isNaN(value)) return 'no value in this interval';
  if (reason === 'no value') return 'not judged: where clocks are put back, an interval is longer than the others, and its sum is none to compare';
  if (Number.isNaN(score)) return 'no score yet: the series has too few values to say what is normal';
  const size = Math.abs(score);
  const away = value === expected ? 'as expected' : `${digits.format(Math.abs(value - expected))} ${value > expected ? 'above' : 'below'} the expected ${digits.format(expected)}`;
  const band = `${digits.format(lower)} to ${digits.format(upper)}`;
  const by = SPEAKERS[member] === '' ? '' : ` by ${SPEAKERS[member]}`;
  const told = digits.format(comparableScore(size, steepness));
  const needed = digits.format(comparableScore(ANOMALOUS_SCORE / raise, steepness));
  const verdict = size * raise >= ANOMALOUS_SCORE
    ? `anomaly: ${away}, ${value > lower && value < upper ? 'within' : 'outside of'} ${band}; score ${told}${by} reaches ${needed}`
    : `no anomaly: ${away}, within ${band}; score ${told}${by} is below ${needed}`;
  const remarks = [raise > SHORT_INTERVAL_FACTOR ? 'an event that lasts needs less from interval to interval' : '', REMARKS[reason], feedback === 1 ? '' : `feedback on similar events counts it ${digits.format(feedback)} times`];
  return [verdict, ...remarks.filter(remark => remark !== '')].join('; ');
}
