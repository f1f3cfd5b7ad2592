// SPDX-License-Identifier: Apache-2.0

import type { SeriesScores } from './detection-model';
import { type Anomaly, jointAnomalies } from './joint-anomalies';
import { ANOMALOUS_SEVERITY } from './severity';

const { abs, sign } = Math;

/** The totals of an interval, scored: sums of the time series of a measure. Entries are by the number of the total. */
export interface ScoredTotals {
  readonly scores: SeriesScores;
  readonly values: Float64Array;
  /** Index of a total's measure. */
  readonly measureOf: (total: number) => number;
  /** Whether a total has a time series of its measure in it. */
  readonly includes: (total: number, series: number) => boolean;
}

/** An anomalous total. */
interface AnomalousTotal extends Anomaly {
  readonly total: number;
}

/** The totals of one measure that are told. */
export interface ToldTotals {
  /** The furthest off first. */
  readonly totals: readonly AnomalousTotal[];
  /** How severe the most severe of them is, 0-100; 0 without totals. */
  readonly severity: number;
  /** Series that they sum up, but for those that are told themselves. */
  readonly series: readonly number[];
}

/** Share of its deviation that a total must owe to what is not told yet. */
const LEAST_NEWS = 0.5;

/**
 * The totals that are news beside the anomalous series, and beside one another: a series that is far off takes the totals that it is in with
 * it, and a platform's fall those of all countries. A total is news when what is told already makes less than half of its deviation.
 * Like series, totals must be far enough off for the number of totals that the measure has.
 * @param deviationOf observed minus expected value of a series of the measure; NaN where nothing is expected
 * @param ofMeasure the series of the measure; asked for when a total is anomalous
 * @param isTold whether a series is told as anomalous itself
 */
export function totalsToTell(
  { scores, values, measureOf, includes }: ScoredTotals, measure: number, deviationOf: (series: number) => number, ofMeasure: () => readonly number[],
  isTold: (series: number) => boolean,
): ToldTotals {
  const found: AnomalousTotal[] = [];
  let scored = 0;
  for (let total = 0; total < values.length; total++) {
    if (measureOf(total) !== measure || Number.isNaN(scores.severity[total]!)) continue;
    scored++;
    if (scores.severity[total]! < ANOMALOUS_SEVERITY) continue;
    const score = abs(scores.score[total]!);
    found.push({
      total, score, raised: score * scores.raise[total]!, steepness: scores.steepness[total]!, deviation: values[total]! - scores.expected[total]!,
    });
  }
  const { joined } = jointAnomalies(found, scored, ({ total }) => total);
  if (joined.length === 0) return { totals: [], severity: 0, series: [] };
  const all = ofMeasure().filter(series => !Number.isNaN(deviationOf(series)));
  const told = new Set(all.filter(isTold));
  const news = joined.filter(({ total, deviation }) => {
    const summedUp = all.filter(series => includes(total, series));
    const explained = summedUp.reduce((sum, series) => sum + (told.has(series) ? deviationOf(series) : 0), 0);
    if (explained * sign(deviation) > (1 - LEAST_NEWS) * abs(deviation)) return false;
    for (const series of summedUp) told.add(series);
    return true;
  });
  if (news.length === 0) return { totals: [], severity: 0, series: [] };
  return { totals: news, severity: jointAnomalies(news, scored, ({ total }) => total).severity, series: [...told].filter(series => !isTold(series)) };
}
