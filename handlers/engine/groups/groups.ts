// SPDX-License-Identifier: Apache-2.0

import { type Contribution, contributionsOf, type Deviation, directionOf } from './contributions';
import { type ScoredTotals, type ToldTotals, totalsToTell } from './group-totals';
import { type Anomaly, jointAnomalies } from './joint-anomalies';
import { partsOfTotals } from './parts-of-totals';
import { type Moves, RareMoves } from './rare-moves';
import type { SeriesScores } from '../scores/interval-scores';
import { ANOMALOUS_SEVERITY, judgedScore, scoreOfInterval } from '../scores/severity';

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
  /** Indexes of the anomalous series, most severe first. None where only totals are anomalous. */
  readonly series: number[];
  /** Numbers of the anomalous totals that these series do not explain, the furthest off first. */
  readonly totals: number[];
  /** Indexes of the series without a score of which these totals tell: new ones that take the place of others. */
  readonly newcomers: number[];
  /** How much of the deviation each dimension value holds: adds up to 100 for each dimension, highest first. */
  readonly contributions: { readonly dimension: number; readonly values: Contribution[] }[];
  /** 1: values are too high, -1: too low, 0: the event goes both ways. */
  readonly direction: -1 | 0 | 1;
}

/** How much of the way to 100 a group goes up when all of the measure is off, and when many series are. */
const IMPACT_WEIGHT = 0.3;
const BREADTH_WEIGHT = 0.3;

/** Score from which a series counts in the contributions, though it is not anomalous by itself. */
const VISIBLE_SCORE = 2;
/** Most of the way to 100 that an event goes up by lasting. */
const DURATION_WEIGHT = 0.3;

/** An anomalous series. */
interface AnomalousSeries extends Anomaly, Deviation {
  readonly series: number;
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
 * Groups the anomalous series of one interval: one group a measure at most, most severe group first. Series join that are far enough off for
 * the number of series of the measure (see `jointAnomalies`).
 *
 * An anomalous total joins, or makes a group by itself, when these series do not explain it. Every series that it sums up contributes then.
 *
 * @param describe what a series is about; asked for every series when there is an anomaly
 * @param measures number of measures
 * @param dimensions number of dimensions
 * @param totals of the series, where they have some
 * @param movesOf of a measure whose rows are added up: a move of a series that is mostly 0 is news as far as such series seldom move. Default: no measure is
 *   one
 */
export function formGroups(
  scores: SeriesScores, values: Float64Array, describe: (series: number) => SeriesDescription, measures: number, dimensions: number,
  totals?: ScoredTotals, movesOf: (measure: number) => Moves | undefined = () => undefined,
): MeasureGroup[] {
  if (!hasAnomaly(scores) && (totals === undefined || !hasAnomaly(totals.scores))) return [];
  const anomalies: Omit<AnomalousSeries, 'raised'>[][] = Array.from({ length: measures }, () => []);
  const others: (Deviation & { readonly series: number })[][] = Array.from({ length: measures }, () => []);
  const scored = new Float64Array(measures);
  const expectedTotals = new Float64Array(measures);
  const rareMoves = anomalies.map((_, measure) => new RareMoves(movesOf(measure)));
  for (let series = 0; series < values.length; series++) {
    const severity = scores.severity[series]!;
    if (Number.isNaN(severity)) continue;
    const described = describe(series);
    const { measure } = described;
    scored[measure]!++;
    expectedTotals[measure]! += Math.abs(scores.expected[series]!);
    if (severity < ANOMALOUS_SEVERITY) rareMoves[measure]!.see(series);
    const score = Math.abs(scores.score[series]!);
    if (score < VISIBLE_SCORE && severity < ANOMALOUS_SEVERITY) continue;
    const deviation = values[series]! - scores.expected[series]!;
    const { dimensionValues } = described;
    const steepness = scores.steepness[series]!;
    if (severity >= ANOMALOUS_SEVERITY) anomalies[measure]!.push({ series, score, steepness, deviation, dimensionValues });
    else others[measure]!.push({ series, deviation, dimensionValues });
  }
  return anomalies.flatMap((all, measure) => {
    const found = all.map(anomaly => {
      const score = rareMoves[measure]!.judge(anomaly.series, anomaly.score, values[anomaly.series]!, scores.expected[anomaly.series]!);
      const raise = scores.raise[anomaly.series]!;
      return { ...anomaly, score: scoreOfInterval(score, raise), raised: score * raise };
    });
    const { joined, severity } = jointAnomalies(found, scored[measure]!, ({ series }) => series);
    const isJoined = new Set(joined.map(({ series }) => series));
    const told = totals && totalsToTell(totals, measure, () => {
      const ofTotal = totals.scores.expected[totals.ofAll(measure)] ?? NaN;
      return partsOfTotals(seriesOf(measure, values.length, describe), scores, values, ofTotal, totals.shareOf, series => isJoined.has(series));
    });
    if (joined.length === 0 && !told?.totals.length) return [];
    const involved: Deviation[] = [...joined];
    const newcomers: number[] = [];
    const isSummedUp = (series: number): boolean => told?.summedUp[series] === 1;
    // of what a total sums up the total tells which way it goes
    const direction = directionOf([...told?.totals ?? [], ...joined.filter(({ series }) => !isSummedUp(series))]);
    if (told !== undefined) {
      const { series, deviation, isTold, isNew } = told.parts;
      for (let part = 0; part < series.length; part++) {
        const number = series[part]!;
        // what known series lose to new ones is not lost, though new ones explain no total that fell
        const isAgainst = isNew[part] === 1 && direction * deviation[part]! < 0;
        if ((isTold[part] === 1 && !isAgainst) || !isSummedUp(number)) continue;
        if (isNew[part] === 1) newcomers.push(number);
        involved.push({ deviation: deviation[part]!, dimensionValues: describe(number).dimensionValues });
      }
    }
    const visible = [...found.slice(joined.length), ...others[measure]!].filter(({ series }) => !isSummedUp(series));
    return {
      measure,
      severity: groupSeverity(severity, joined, told, expectedTotals[measure]!),
      series: [...joined].sort((a, b) => judged(b) - judged(a)).map(({ series }) => series),
      totals: told?.totals.map(({ total }) => total) ?? [],
      newcomers,
      contributions: Array.from({ length: dimensions }, (_, dimension) => (
        { dimension, values: contributionsOf(involved, visible, dimension, direction) })),
      direction,
    };
  }).sort((a, b) => b.severity - a.severity || a.measure - b.measure);
}

/** Severity of a group: the highest of its anomalies, raised by how much of the measure is off and by how many series are. */
function groupSeverity(ofSeries: number, joined: readonly AnomalousSeries[], told: ToldTotals | undefined, expectedTotal: number): number {
  const deviation = Math.max(sumOf(joined), ...told?.totals.map(total => Math.abs(total.deviation)) ?? []);
  const impact = Math.min(1, deviation / Math.max(expectedTotal, Number.MIN_VALUE));
  const breadth = 1 - 1 / Math.max(1, joined.length);
  const rest = (1 - IMPACT_WEIGHT * impact) * (1 - BREADTH_WEIGHT * breadth);
  return 100 - (100 - Math.max(ofSeries, told?.severity ?? 0)) * rest;
}

/** Numbers of a measure's series. */
function seriesOf(measure: number, count: number, describe: (series: number) => SeriesDescription): Int32Array {
  const numbers = new Int32Array(count);
  let found = 0;
  for (let series = 0; series < count; series++) if (describe(series).measure === measure) numbers[found++] = series;
  return numbers.subarray(0, found);
}

function hasAnomaly({ severity }: SeriesScores): boolean {
  return severity.some(each => each >= ANOMALOUS_SEVERITY);
}

function judged({ raised, steepness }: Anomaly): number {
  return judgedScore(raised, steepness);
}

function sumOf(anomalies: readonly AnomalousSeries[]): number {
  return anomalies.reduce((sum, { deviation }) => sum + Math.abs(deviation), 0);
}
