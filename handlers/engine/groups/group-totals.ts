// SPDX-License-Identifier: Apache-2.0

import { isForeseen } from './foreseen-totals';
import { type Anomaly, jointAnomalies } from './joint-anomalies';
import type { PartsOfTotals } from './parts-of-totals';
import { type Moves, RareMoves } from './rare-moves';
import type { SeriesScores } from '../scores/interval-scores';
import { ANOMALOUS_SEVERITY, scoreOfInterval } from '../scores/severity';

const { abs, sign } = Math;

/** Which totals a time series is in: at each place at most one, that of the whole measure at the first. */
export interface TotalsOfSeries {
  /** Number of places. */
  readonly places: number;
  /** Number of the total of its measure that a series is in at a place; -1 where it is in none. */
  readonly totalOf: (series: number, place: number) => number;
}

/** The totals of an interval, scored: sums of the time series of a measure. Entries are by the number of the total. */
export interface ScoredTotals extends TotalsOfSeries {
  readonly scores: SeriesScores;
  readonly values: Float64Array;
  /** Index of a total's measure. */
  readonly measureOf: (total: number) => number;
  /** Number of dimension values that a total is of: the more, the less of the measure is in it. */
  readonly levelOf: (total: number) => number;
  /** Number of the total of all of a measure. */
  readonly ofAll: (measure: number) => number;
  readonly moves: Moves;
  /** Share of the intervals in which a series has a value, 0-1. */
  readonly shareOf: (series: number) => number;
  /** Whether a total is known for less than two weeks. */
  readonly isYoung: (total: number) => boolean;
}

/** An anomalous total. */
interface AnomalousTotal extends Anomaly, TotalDeviation {}

/** The totals of one measure that are told. */
export interface ToldTotals {
  /** The furthest off first. */
  readonly totals: readonly AnomalousTotal[];
  /** How severe the most severe of them is, 0-100; 0 without totals. */
  readonly severity: number;
  /** By number of the series: 1 for those that they sum up. */
  readonly summedUp: Uint8Array;
  /** The series of the measure; none without totals. Those that are new and take the place of others are not told. */
  readonly parts: PartsOfTotals;
}

/** No totals. */
const NONE: ToldTotals = {
  totals: [],
  severity: 0,
  summedUp: new Uint8Array(0),
  parts: { series: new Int32Array(0), deviation: new Float64Array(0), isTold: new Uint8Array(0), isNew: new Uint8Array(0) },
};

/** Share of its deviation that a total must owe to what is not told yet. */
const LEAST_NEWS = 0.5;

/** Part of the way from what is expected of a total to the bound of its band that its known series must have lost for the new ones to have taken their place. */
const LEAST_LOST = 0.5;

/** So many times as far off as a larger total, as a part of what was expected, one is told beside it. */
const MUCH_MORE = 2;

/**
 * The totals that are news beside the anomalous series, and beside one another: a series that is far off takes the totals that it is in with
 * it, and a platform's fall those of all countries. So does a series that is too new to have a score: a new country is no anomaly of the total. But new
 * series that take the place of known ones, as the versions of an app do, bring nothing that was not there: where they make more of it, that is news.
 * A total is news when all that makes less than half of its deviation. What lies within another one and is hardly further off than that is none
 * either. Like series, totals must be far enough off for the number of totals that they were picked from, each level by itself: many pairs of values
 * ask nothing of the whole.
 * @param partsOfMeasure the series of the measure; asked for when a total is anomalous
 */
export function totalsToTell(totals: ScoredTotals, measure: number, partsOfMeasure: () => PartsOfTotals): ToldTotals {
  const levels = anomalousTotals(totals, measure);
  const far = levels.flatMap(({ found, scored }) => jointAnomalies(found, scored, numberOf).joined).sort(furthestFirst);
  if (far.length === 0) return NONE;
  const parts = partsOfMeasure();
  const joined = far.filter(total => total.total !== totals.ofAll(measure) || !isForeseen(total, parts.series, totals));
  const { news, summedUp, isTold } = newsAmong(joined, parts, totals);
  if (news.length === 0) return NONE;
  const severity = Math.max(...levels.map(({ found, scored }) => (
    jointAnomalies(news.filter(total => found.includes(total)), scored, numberOf).severity)));
  return { totals: news, severity, summedUp, parts: { ...parts, isTold } };
}

/** How far a total is off. */
export interface TotalDeviation {
  readonly total: number;
  /** Observed minus expected value. */
  readonly deviation: number;
  /** The same as a part of what was expected. */
  readonly relative: number;
  /** How far the known series must be off on the other side for new ones to have taken their place; none: new ones never have. */
  readonly leastLost?: number;
}

/** What is left of totals that are off. */
export interface News<T> {
  readonly news: readonly T[];
  /** By number of the series: 1 for those that they sum up. */
  readonly summedUp: Uint8Array;
  /** By position among the parts: 1 where a deviation is told without these totals. */
  readonly isTold: Uint8Array;
}

/**
 * The totals that are news beside the series that are told, and beside one another (see `totalsToTell`).
 * @param off the totals that are off, the furthest off first
 * @param parts the series of their measure
 */
export function newsAmong<T extends TotalDeviation>(
  off: readonly T[], parts: Omit<PartsOfTotals, 'isNew'> & Partial<Pick<PartsOfTotals, 'isNew'>>, { places, totalOf }: TotalsOfSeries,
): News<T> {
  const { series } = parts;
  const partsIn = new Map(off.map(({ total }) => [total, [] as number[]]));
  for (let place = 0; place < places; place++) {
    for (let index = 0; index < series.length; index++) partsIn.get(totalOf(series[index]!, place))?.push(index);
  }
  const toldWithout = parts.isTold.slice();
  for (const total of off) {
    const newcomers = partsIn.get(total.total)!.filter(index => parts.isNew?.[index] === 1);
    if (newcomers.length > 0 && takePlaceOfOthers(total, newcomers, parts.deviation)) for (const index of newcomers) toldWithout[index] = 0;
  }
  const isTold = toldWithout.slice();
  const candidates = off.filter(({ total, deviation }) => {
    let explained = 0;
    for (const index of partsIn.get(total)!) if (isTold[index] === 1) explained += parts.deviation[index]!;
    if (explained * sign(deviation) > (1 - LEAST_NEWS) * abs(deviation)) return false;
    for (const index of partsIn.get(total)!) isTold[index] = 1;
    return true;
  });
  const news = candidates.filter(candidate => !candidates.some(other => (
    isLittleMore(candidate, other) && isWithin(partsIn.get(candidate.total)!, partsIn.get(other.total)!))));
  const summedUp = new Uint8Array(1 + (series.at(-1) ?? -1));
  for (const { total } of news) for (const index of partsIn.get(total)!) summedUp[series[index]!] = 1;
  return { news, summedUp, isTold: toldWithout };
}

/** Whether the new series of a total have taken the place of known ones: these have lost more than chance takes from a total. */
function takePlaceOfOthers({ deviation, leastLost = Infinity }: TotalDeviation, newcomers: readonly number[], deviations: Float64Array): boolean {
  const brought = newcomers.reduce((sum, index) => sum + deviations[index]!, 0);
  return (brought - deviation) * sign(deviation) > leastLost;
}

/** The totals of a measure that are of as many dimension values. */
interface Level {
  readonly found: AnomalousTotal[];
  /** How many have a score. */
  scored: number;
  readonly rareMoves: RareMoves;
}

const numberOf = ({ total }: AnomalousTotal): number => total;

function furthestFirst(a: AnomalousTotal, b: AnomalousTotal): number {
  return b.raised - a.raised || abs(b.deviation) - abs(a.deviation) || a.total - b.total;
}

/** The anomalous totals of a measure and the number of its totals that have a score, by level. */
function anomalousTotals({ scores, values, measureOf, levelOf, moves }: ScoredTotals, measure: number): Level[] {
  const levels: Level[] = [];
  const anomalous: number[] = [];
  const levelAt = (total: number): Level => levels[levelOf(total)] ??= { found: [], scored: 0, rareMoves: new RareMoves(moves) };
  for (let total = 0; total < values.length; total++) {
    if (measureOf(total) !== measure || Number.isNaN(scores.severity[total]!)) continue;
    levelAt(total).scored++;
    if (scores.severity[total]! < ANOMALOUS_SEVERITY) levelAt(total).rareMoves.see(total);
    else anomalous.push(total);
  }
  for (const total of anomalous) {
    const { found, rareMoves } = levelAt(total);
    const expected = scores.expected[total]!;
    const score = rareMoves.judge(total, abs(scores.score[total]!), values[total]!, expected);
    const deviation = values[total]! - expected;
    const raise = scores.raise[total]!;
    found.push({
      total,
      score: scoreOfInterval(score, raise),
      raised: score * raise,
      steepness: scores.steepness[total]!,
      deviation,
      relative: deviation / abs(expected),
      leastLost: LEAST_LOST * abs(expected - (deviation > 0 ? scores.lower : scores.upper)[total]!),
    });
  }
  // without holes
  return levels.filter(level => level !== undefined);
}

/** Whether a total is off on the same side as a larger one, and not by much more of what is expected. */
function isLittleMore(total: TotalDeviation, larger: TotalDeviation): boolean {
  return sign(total.deviation) === sign(larger.deviation) && abs(total.relative) < MUCH_MORE * abs(larger.relative);
}

/** Whether all of some numbers, in ascending order, are among others, of which there are more. */
function isWithin(some: readonly number[], others: readonly number[]): boolean {
  if (some.length >= others.length) return false;
  let position = 0;
  for (const other of others) if (other === some[position]) position++;
  return position === some.length;
}
