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
  /** Share of the intervals in which a series has a value, 0-1. */
  readonly shareOf: (series: number) => number;
}

/** A series of a measure, as totals are made of it. */
export interface PartOfTotal {
  readonly series: number;
  /**
   * Observed minus expected value. Of a series too new to expect something all of its value, and of one without a value, which adds nothing to
   * the total, what is expected times the share of the intervals in which it has one.
   */
  readonly deviation: number;
  /** Whether its deviation is no news: it is told as anomalous itself, or the series is too new for a score. */
  readonly isTold: boolean;
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
  /** What they sum up, but for the series that are told themselves. */
  readonly parts: readonly PartOfTotal[];
}

/** Share of its deviation that a total must owe to what is not told yet. */
const LEAST_NEWS = 0.5;

/**
 * The totals that are news beside the anomalous series, and beside one another: a series that is far off takes the totals that it is in with
 * it, and a platform's fall those of all countries. So does a series that is too new to have a score: a new country is no anomaly of the total.
 * A total is news when all that makes less than half of its deviation. Like series, totals must be far enough off for the number of totals that
 * the measure has.
 * @param partsOfMeasure the series of the measure; asked for when a total is anomalous
 */
export function totalsToTell(
  { scores, values, measureOf, includes }: ScoredTotals, measure: number, partsOfMeasure: () => readonly PartOfTotal[],
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
  if (joined.length === 0) return { totals: [], severity: 0, parts: [] };
  const ofMeasure = partsOfMeasure();
  const told = new Set(ofMeasure.filter(({ isTold }) => isTold));
  const news = joined.filter(({ total, deviation }) => {
    const summedUp = ofMeasure.filter(({ series }) => includes(total, series));
    const explained = summedUp.reduce((sum, part) => sum + (told.has(part) ? part.deviation : 0), 0);
    if (explained * sign(deviation) > (1 - LEAST_NEWS) * abs(deviation)) return false;
    for (const part of summedUp) told.add(part);
    return true;
  });
  if (news.length === 0) return { totals: [], severity: 0, parts: [] };
  const { severity } = jointAnomalies(news, scored, ({ total }) => total);
  return { totals: news, severity, parts: [...told].filter(({ isTold }) => !isTold) };
}

/** The series of a measure, as totals are made of them. */
export function partsOfTotals(
  scores: SeriesScores, values: Float64Array, isOfMeasure: (series: number) => boolean, { shareOf }: ScoredTotals,
  isJoined: (series: number) => boolean,
): PartOfTotal[] {
  const parts: PartOfTotal[] = [];
  for (let series = 0; series < values.length; series++) {
    if (!isOfMeasure(series)) continue;
    const [value, expected] = [values[series]!, scores.expected[series]!];
    const isNew = Number.isNaN(expected);
    const isMissing = Number.isNaN(value);
    if (isNew && isMissing) continue;
    const deviation = isNew ? value : isMissing ? -expected * shareOf(series) : value - expected;
    parts.push({ series, deviation, isTold: isNew || isJoined(series) });
  }
  return parts;
}
