// SPDX-License-Identifier: Apache-2.0

import { type Contribution, contributionsOf, type Deviation, directionOf } from './contributions';
import type { SeriesScores } from './detection-model';
import { ANOMALOUS_SEVERITY, judgedScore, severityOf } from './severity';

/** What a time series is about. */
export interface SeriesDescription {
  /** Index of the measure. */
  readonly measure: number;
  /** One value for each dimension, in the order of the dimensions. */
  readonly dimensionValues: readonly string[];
}

/** The anomalous series of one measure in one interval. */
export interface MeasureGroup {
  /** Index of the measure. */
  readonly measure: number;
  /** 0-100, of the event in this interval: at least ANOMALOUS_SEVERITY. */
  readonly severity: number;
  /** Indexes of the anomalous series, most severe first. */
  readonly series: number[];
  /** How much of the deviation each dimension value holds: adds up to 100 for each dimension, highest first. */
  readonly contributions: { readonly dimension: number; readonly values: Contribution[] }[];
  /** 1: values are too high, -1: too low, 0: the event goes both ways. */
  readonly direction: -1 | 0 | 1;
}

/** Up to so many series for each anomalous one, chance is no concern. */
const FEW_SERIES = 20;
/** What ten times as many series ask for on top of the score that is anomalous in one: real data has heavier tails than normal noise. */
const SCORE_FOR_TENFOLD = 1;
/** How much of the way to 100 a group goes up when all of the measure is off, and when many series are. */
const IMPACT_WEIGHT = 0.3;
const BREADTH_WEIGHT = 0.3;

/** Score from which a series counts in the contributions, though it is not anomalous by itself. */
const VISIBLE_SCORE = 2;
/** Most of the way to 100 that an event goes up by lasting. */
const DURATION_WEIGHT = 0.3;

interface Anomaly extends Deviation {
  readonly series: number;
  /** Absolute score. */
  readonly score: number;
  /** The same, raised as far as the series has been off before: it decides whether the series belongs to the group. */
  readonly raised: number;
  /** See SeriesScores. */
  readonly steepness: number;
}

/**
 * Severity of an event that lasts: 100 - (100 - peak) (1 - 0.3 (1 - 1 / sqrt(n))). One interval adds nothing, 4 intervals 15 % of the way to
 * 100, 25 intervals 24 %, and none more than 30 %; so a longer event is more severe, and a higher peak is too.
 * @param peak highest severity of its intervals, 0-100
 * @param intervals number of intervals with anomalies, from 1
 */
export function eventSeverity(peak: number, intervals: number): number {
  return 100 - (100 - peak) * (1 - DURATION_WEIGHT * (1 - 1 / Math.sqrt(Math.max(1, intervals))));
}

/**
 * Groups the anomalous series of one interval: one group a measure at most, most severe group first.
 *
 * Among 50,000 series some are far off in every interval by chance. So a series joins only when its score is high enough for the number of
 * series that it was picked from (in the manner of Benjamini and Hochberg: the k-th of n series is judged as one of n / k).
 *
 * @param describe what a series is about; asked for every series when there is an anomaly
 * @param measures number of measures
 * @param dimensions number of dimensions
 */
export function formGroups(
  scores: SeriesScores, values: Float64Array, describe: (series: number) => SeriesDescription, measures: number, dimensions: number,
): MeasureGroup[] {
  if (!scores.severity.some(severity => severity >= ANOMALOUS_SEVERITY)) return [];
  const anomalies: Anomaly[][] = Array.from({ length: measures }, () => []);
  const others: Deviation[][] = Array.from({ length: measures }, () => []);
  const scored = new Float64Array(measures);
  const expectedTotals = new Float64Array(measures);
  for (let series = 0; series < values.length; series++) {
    const severity = scores.severity[series]!;
    if (Number.isNaN(severity)) continue;
    const described = describe(series);
    const { measure } = described;
    scored[measure]!++;
    expectedTotals[measure]! += Math.abs(scores.expected[series]!);
    const score = Math.abs(scores.score[series]!);
    if (score < VISIBLE_SCORE && severity < ANOMALOUS_SEVERITY) continue;
    const deviation = values[series]! - scores.expected[series]!;
    const { dimensionValues } = described;
    const raised = score * scores.raise[series]!;
    const steepness = scores.steepness[series]!;
    if (severity >= ANOMALOUS_SEVERITY) anomalies[measure]!.push({ series, score, raised, steepness, deviation, dimensionValues });
    else others[measure]!.push({ deviation, dimensionValues });
  }
  return anomalies
    .flatMap((found, measure) => groupOf(measure, found, others[measure]!, scored[measure]!, expectedTotals[measure]!, dimensions) ?? [])
    .sort((a, b) => b.severity - a.severity || a.measure - b.measure);
}

function groupOf(
  measure: number, found: Anomaly[], others: readonly Deviation[], scored: number, expectedTotal: number, dimensions: number,
): MeasureGroup | undefined {
  found.sort((a, b) => b.raised - a.raised || Math.abs(b.deviation) - Math.abs(a.deviation) || a.series - b.series);
  const demands = found.map((_, index) => demandFactor(scored / (index + 1)));
  const members = 1 + demands.findLastIndex((demand, index) => severityOf(found[index]!.raised / demand) >= ANOMALOUS_SEVERITY);
  if (members === 0) return undefined;
  const joined = found.slice(0, members);
  // what lasts is in the severity of the event (eventSeverity), and not a second time in that of its intervals
  const severity = joined.reduce((highest, { score, steepness }, index) => (
    Math.max(highest, severityOf(judgedScore(score / demands[index]!, steepness)))), ANOMALOUS_SEVERITY);
  const impact = Math.min(1, sumOf(joined) / Math.max(expectedTotal, Number.MIN_VALUE));
  const breadth = 1 - 1 / members;
  const rest = (1 - IMPACT_WEIGHT * impact) * (1 - BREADTH_WEIGHT * breadth);
  const visible = [...found.slice(members), ...others];
  return {
    measure,
    severity: 100 - (100 - severity) * rest,
    series: [...joined].sort((a, b) => judged(b) - judged(a)).map(({ series }) => series),
    contributions: Array.from({ length: dimensions }, (_, dimension) => ({ dimension, values: contributionsOf(joined, visible, dimension) })),
    direction: directionOf(joined),
  };
}

function judged({ raised, steepness }: Anomaly): number {
  return judgedScore(raised, steepness);
}

/** How many times the usual score one series must have that was picked from so many. */
function demandFactor(pickedFrom: number): number {
  return 1 + SCORE_FOR_TENFOLD * Math.log10(Math.max(1, pickedFrom / FEW_SERIES));
}

function sumOf(anomalies: readonly Anomaly[]): number {
  return anomalies.reduce((sum, { deviation }) => sum + Math.abs(deviation), 0);
}
