// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, judgedScore, severityOf } from '../scores/severity';

/** An anomalous value of a time series or total. */
export interface Anomaly {
  /** Observed minus expected value. */
  readonly deviation: number;
  /** Absolute score, or as much of it as counts for the severity. */
  readonly score: number;
  /** The score, raised as far as the series has been off before: it decides whether the series belongs to the group. */
  readonly raised: number;
  /** See SeriesScores. */
  readonly steepness: number;
}

/** Up to so many series for each anomalous one, chance is no concern. */
const FEW_SERIES = 20;
/** What ten times as many series ask for on top of the score that is anomalous in one: real data has heavier tails than normal noise. */
const SCORE_FOR_TENFOLD = 1;

/**
 * The anomalies that are far enough off for the number of series that they were picked from, the furthest first, and how severe the most
 * severe of them is.
 *
 * Among 50,000 series some are far off in every interval by chance. So a series joins only when its score is high enough for the number of
 * series that it was picked from (in the manner of Benjamini and Hochberg: the k-th of n series is judged as one of n / k).
 * @param found all anomalies of a measure; they are sorted
 * @param orderOf what comes first of two that are as far off
 */
export function jointAnomalies<T extends Anomaly>(
  found: T[], pickedFrom: number, orderOf: (anomaly: T) => number,
): { readonly joined: T[]; readonly severity: number } {
  found.sort((a, b) => b.raised - a.raised || Math.abs(b.deviation) - Math.abs(a.deviation) || orderOf(a) - orderOf(b));
  const demands = found.map((_, index) => demandFactor(pickedFrom / (index + 1)));
  const joined = found.slice(0, 1 + demands.findLastIndex((demand, index) => severityOf(found[index]!.raised / demand) >= ANOMALOUS_SEVERITY));
  // what lasts is in the severity of the event (eventSeverity), and not a second time in that of its intervals
  const severity = joined.reduce((highest, { score, steepness }, index) => (
    Math.max(highest, severityOf(judgedScore(score / demands[index]!, steepness)))), ANOMALOUS_SEVERITY);
  return { joined, severity };
}

/** How many times the usual score one series must have that was picked from so many. */
function demandFactor(pickedFrom: number): number {
  return 1 + SCORE_FOR_TENFOLD * Math.log10(Math.max(1, pickedFrom / FEW_SERIES));
}
