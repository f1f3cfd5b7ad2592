// SPDX-License-Identifier: Apache-2.0

import type { SeriesScores } from './interval-scores';
import { HIGHEST_SCORE, judgedScore, severityOf } from './severity';

const { abs, floor, max, min, sign } = Math;

/** What someone said about one time series in one interval. */
export interface Judgement {
  /** Index of the series. */
  readonly series: number;
  /** Start of the interval on the local wall clock, in seconds. */
  readonly wallSeconds: number;
  /** Score of the series in that interval before any feedback, with its sign: above or below the expected value. */
  readonly score: number;
  readonly isAnomaly: boolean;
}

const HOUR = 3600;
const DAY = 86400;
/** 1970-01-01 was a Thursday: weekday 4, with Sunday as 0. */
const FIRST_WEEKDAY = 4;

/** Seconds after which a judgement counts half. */
const HALF_LIFE = 90 * DAY;
/** Weight of a judgement on another measure of the same combination of dimension values. */
const OTHER_MEASURE_WEIGHT = 0.5;
/** What the factor comes near to after many judgements. */
const LOWEST_FACTOR = 0.4;
/** What feedback multiplies a score with at most. */
export const HIGHEST_FACTOR = 1.5;
/** How much of the way to the bound is left after one judgement: two leave the square of it. */
const REST_AFTER_ONE = 0.35;
/** Factor after one "no": from there on an event's duration says nothing any more. */
const AFTER_ONE_NO = 1 + (LOWEST_FACTOR - 1) * (1 - REST_AFTER_ONE);
/** A "no" counts in full for events up to so many times the size of the one judged, and not at all from the second number on. */
const NO_SIZES = [1.25, 2] as const;
/** A "yes" counts in full for events from so much of the size of the one judged on, and not at all below the first number. */
const YES_SIZES = [0.25, 0.5] as const;

/**
 * Changes scores by what people said of similar events.
 *
 * A judgement speaks for events of the same series, or with half the weight of another measure of the same combination of dimension
 * values; on the same side of the expected value; at the same hour of the day or next to it, on weekdays or on weekends like the one
 * judged (daily data: on the same day of the week). Its weight halves every 90 days. The weights of those that called it an anomaly, less
 * those of the others, give the factor `1 + (bound - 1) * (1 - 0.35 ^ |sum|)`, with 1.5 as the bound above and 0.4 below: a first "no"
 * leaves 0.61 of a score, two 0.47, and one "yes" gives 1.33 of it.
 *
 * Of sizes: an event twice as large as one that was no anomaly is judged as if nothing had been said, and what is said of a large
 * anomaly does not raise an event of a quarter of its size. What counts more because it lasts does not after a "no". Both weights pass over smoothly and so that the larger of two events never
 * gets the lower score.
 */
export class Feedback {
  /** Judgements by combination of dimension values. */
  private readonly judgements = new Map<number, Judgement[]>();

  /**
   * @param intervalSeconds length of an interval
   * @param measures successive series that belong to one combination of dimension values
   */
  public constructor(private readonly intervalSeconds: number, private readonly measures: number, judgements: Iterable<Judgement>) {
    for (const judgement of judgements) {
      if (!Number.isFinite(judgement.score) || judgement.score === 0) continue;
      const combination = this.combinationOf(judgement.series);
      const others = this.judgements.get(combination);
      if (others) others.push(judgement);
      else this.judgements.set(combination, [judgement]);
    }
  }

  /**
   * Factor for a score.
   * @param direction 1 above, -1 below the expected value
   * @param wallSeconds start of the interval on the local wall clock
   * @param score without sign
   * @returns more than 0.4, less than 1.5
   */
  public adjust(series: number, direction: number, wallSeconds: number, score: number): number {
    let sum = 0;
    for (const judgement of this.judgements.get(this.combinationOf(series)) ?? []) {
      if (sign(judgement.score) !== direction || !this.isSameSlot(judgement.wallSeconds, wallSeconds)) continue;
      const kinship = judgement.series === series ? 1 : OTHER_MEASURE_WEIGHT;
      const age = max(0, wallSeconds - judgement.wallSeconds);
      const size = score / abs(judgement.score);
      const fit = judgement.isAnomaly ? share(size, YES_SIZES) : share(size, NO_SIZES) - 1;
      sum += kinship * 2 ** (-age / HALF_LIFE) * fit;
    }
    if (sum === 0) return 1;
    const bound = sum > 0 ? HIGHEST_FACTOR : LOWEST_FACTOR;
    return 1 + (bound - 1) * (1 - REST_AFTER_ONE ** abs(sum));
  }

  /**
   * Changes scores, and bands and severities with them: the side of the band on which the value lies ends where a value would become
   * anomalous after the change.
   * @param values one for each series
   * @param wallSeconds start of the interval on the local wall clock
   * @returns factors by series, of those that were changed
   */
  public apply(scores: SeriesScores, values: Float64Array, wallSeconds: number): Map<number, number> {
    const factors = new Map<number, number>();
    for (const combination of this.judgements.keys()) {
      for (let series = combination * this.measures; series < (combination + 1) * this.measures; series++) {
        // NaN in a series without value, undefined in one that there is not yet
        const score = scores.score[series] ?? NaN;
        if (!(abs(score) > 0)) continue;
        const factor = this.adjust(series, sign(score), wallSeconds, abs(score));
        if (factor === 1) continue;
        factors.set(series, factor);
        change(scores, series, values[series]!, factor);
      }
    }
    return factors;
  }

  private combinationOf(series: number): number {
    return floor(series / this.measures);
  }

  private isSameSlot(judged: number, now: number): boolean {
    if (this.intervalSeconds === DAY) return weekdayOf(judged) === weekdayOf(now);
    const hours = abs(hourOf(judged) - hourOf(now));
    return (hours <= 1 || hours === 23) && isWeekend(judged) === isWeekend(now);
  }
}

function change(scores: SeriesScores, series: number, value: number, factor: number): void {
  const { expected, lower, upper, score, raise, steepness, severity } = scores;
  const center = expected[series]!;
  const changed = max(-HIGHEST_SCORE, min(HIGHEST_SCORE, score[series]! * factor));
  // what counts less for reasons of its own goes on to do so
  const lasting = raise[series]! > 1 ? 1 + (raise[series]! - 1) * share(factor, [AFTER_ONE_NO, 1]) : raise[series]!;
  // what counts for nothing does so wherever it is: its band stays
  const narrower = raise[series] === 0 ? 1 : factor * lasting / raise[series]!;
  if (score[series]! > 0) {
    upper[series] = center + (upper[series]! - center) / narrower;
  } else {
    // a band that was cut at 0 is as wide below as above
    const width = lower[series] === 0 ? max(center, upper[series]! - center) : center - lower[series]!;
    const end = center - width / narrower;
    lower[series] = lower[series]! >= 0 && value >= 0 ? max(0, end) : end;
  }
  score[series] = changed;
  raise[series] = lasting;
  severity[series] = severityOf(judgedScore(abs(changed) * lasting, steepness[series]!));
}

/** How far a number has come from the first to the second: 0 to 1. */
function share(value: number, [from, to]: readonly [number, number]): number {
  return max(0, min(1, (value - from) / (to - from)));
}

function hourOf(wallSeconds: number): number {
  return floor((wallSeconds - floor(wallSeconds / DAY) * DAY) / HOUR);
}

/** 0 is Sunday. */
function weekdayOf(wallSeconds: number): number {
  return (((floor(wallSeconds / DAY) + FIRST_WEEKDAY) % 7) + 7) % 7;
}

function isWeekend(wallSeconds: number): boolean {
  return weekdayOf(wallSeconds) % 6 === 0;
}
