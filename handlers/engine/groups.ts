import type { IntervalScores } from './detection-model';
import { ANOMALOUS_SEVERITY, severityOf } from './severity';

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
  readonly contributions: { readonly dimension: number; readonly values: { readonly value: string; readonly contribution: number }[] }[];
}

/** Up to so many series for each anomalous one, chance is no concern. */
const FEW_SERIES = 20;
/** What ten times as many series ask for on top of the score that is anomalous in one: real data has heavier tails than normal noise. */
const SCORE_FOR_TENFOLD = 0.25;
/** How much of the way to 100 a group goes up when all of the measure is off, and when many series are. */
const IMPACT_WEIGHT = 0.3;
const BREADTH_WEIGHT = 0.3;

interface Anomaly {
  readonly series: number;
  readonly score: number;
  /** Absolute difference between observed and expected value. */
  readonly deviation: number;
  readonly dimensionValues: readonly string[];
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
  scores: IntervalScores, values: Float64Array, describe: (series: number) => SeriesDescription, measures: number, dimensions: number,
): MeasureGroup[] {
  if (!scores.severity.some(severity => severity >= ANOMALOUS_SEVERITY)) return [];
  const anomalies: Anomaly[][] = Array.from({ length: measures }, () => []);
  const scored = new Float64Array(measures);
  const expectedTotals = new Float64Array(measures);
  for (let series = 0; series < values.length; series++) {
    const severity = scores.severity[series]!;
    if (Number.isNaN(severity)) continue;
    const { measure, dimensionValues } = describe(series);
    scored[measure]!++;
    expectedTotals[measure]! += Math.abs(scores.expected[series]!);
    if (severity < ANOMALOUS_SEVERITY) continue;
    const deviation = Math.abs(values[series]! - scores.expected[series]!);
    anomalies[measure]!.push({ series, score: Math.abs(scores.score[series]!), deviation, dimensionValues });
  }
  return anomalies
    .flatMap((found, measure) => groupOf(measure, found, scored[measure]!, expectedTotals[measure]!, dimensions) ?? [])
    .sort((a, b) => b.severity - a.severity || a.measure - b.measure);
}

function groupOf(measure: number, found: Anomaly[], scored: number, expectedTotal: number, dimensions: number): MeasureGroup | undefined {
  found.sort((a, b) => b.score - a.score || b.deviation - a.deviation || a.series - b.series);
  let members = 0;
  let severity = 0;
  found.forEach(({ score }, index) => {
    const judged = severityOf(score / demandFactor(scored / (index + 1)));
    if (judged >= ANOMALOUS_SEVERITY) members = index + 1;
    severity = Math.max(severity, judged);
  });
  if (members === 0) return undefined;
  const joined = found.slice(0, members);
  const impact = Math.min(1, sumOf(joined) / Math.max(expectedTotal, Number.MIN_VALUE));
  const breadth = 1 - 1 / members;
  const rest = (1 - IMPACT_WEIGHT * impact) * (1 - BREADTH_WEIGHT * breadth);
  return {
    measure,
    severity: 100 - (100 - severity) * rest,
    series: joined.map(({ series }) => series),
    contributions: Array.from({ length: dimensions }, (_, dimension) => ({ dimension, values: contributionsOf(joined, dimension) })),
  };
}

/** How many times the usual score one series must have that was picked from so many. */
function demandFactor(pickedFrom: number): number {
  return 1 + SCORE_FOR_TENFOLD * Math.log10(Math.max(1, pickedFrom / FEW_SERIES));
}

function sumOf(anomalies: readonly Anomaly[]): number {
  return anomalies.reduce((sum, { deviation }) => sum + deviation, 0);
}

function contributionsOf(anomalies: readonly Anomaly[], dimension: number): { value: string; contribution: number }[] {
  // relative to the largest, so that no sum of huge values overflows
  const largest = anomalies.reduce((most, { deviation }) => Math.max(most, deviation), 0);
  const shares = new Map<string, number>();
  let total = 0;
  for (const { deviation, dimensionValues } of anomalies) {
    const value = dimensionValues[dimension]!;
    const share = deviation / largest;
    shares.set(value, (shares.get(value) ?? 0) + share);
    total += share;
  }
  return [...shares]
    .map(([value, share]) => ({ value, contribution: 100 * share / total }))
    .sort((a, b) => b.contribution - a.contribution || (a.value < b.value ? -1 : 1));
}
