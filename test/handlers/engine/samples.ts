// SPDX-License-Identifier: Apache-2.0

import { DetectionModel, type IntervalScores, type ModelSettings } from '../../../handlers/engine';

/** Monday, 2023-11-13 00:00 on the wall clock. */
export const MONDAY = 1_699_833_600;
export const HOUR = 3600;
export const DAY = 86400;

export type Random = () => number;

/** Repeatable numbers between 0 and 1 (the generator of Park and Miller). */
export function randomOf(seed: number): Random {
  let state = Math.abs(seed) % 2147483645 + 1;
  const next = (): number => {
    state = state * 48271 % 2147483647;
    return state / 2147483647;
  };
  for (let i = 0; i < 5; i++) next(); // small seeds begin with small numbers
  return next;
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function laplace(random: Random): number {
  const side = random() - 0.5;
  return -Math.sign(side) * Math.log(1 - 2 * Math.abs(side));
}

export function student(random: Random, freedom: number): number {
  let squares = 0;
  for (let i = 0; i < freedom; i++) squares += normal(random) ** 2;
  return normal(random) / Math.sqrt(squares / freedom);
}

export function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > limit; count++) product *= random();
  return count;
}

/** What one interval said about one series. */
export interface Observation {
  readonly value: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly score: number;
  readonly severity: number;
}

export function observationOf(value: number, scores: IntervalScores, series: number): Observation {
  const [expected, lower, upper, score, severity] = [scores.expected, scores.lower, scores.upper, scores.score, scores.severity]
    .map(column => column[series]!);
  return { value, expected: expected!, lower: lower!, upper: upper!, score: score!, severity: severity! };
}

/** One series through one model, interval by interval; `at` gives the value of the interval with that number. */
export class SingleSeries {
  public readonly model: DetectionModel;
  private interval = 0;

  public constructor(private readonly intervalSeconds: ModelSettings['intervalSeconds'] = 3600) {
    this.model = new DetectionModel({ intervalSeconds }, 1);
  }

  public next(value: number): Observation {
    const scores = this.model.observe(MONDAY + this.interval++ * this.intervalSeconds, Float64Array.of(value));
    return observationOf(value, scores, 0);
  }

  public run(intervals: number, at: (interval: number) => number): Observation[] {
    return Array.from({ length: intervals }, () => this.next(at(this.interval)));
  }
}

export interface LookoutSampleOptions {
  /** Part by which weekends are lower; 0 by default. */
  readonly weekend?: number;
  /** Growth in 30 days; 0 by default. */
  readonly growth?: number;
}

/**
 * The sample of Amazon Lookout for Metrics after its description (detection.md 3.4): 3 platforms x 7 marketplaces, hourly; views with a
 * daily cosine, uniform noise of at most 2-10, anomalies of +-100-600 for up to 5 hours that begin with probability 0.005 an hour.
 */
export class LookoutSample {
  private readonly items: { peak: number; time: number; offset: number; noise: number; anomaly?: { minutes: number; size: number } }[];
  private readonly random: Random;
  private hour = 0;

  public constructor(seed: number, private readonly options: LookoutSampleOptions = {}) {
    this.random = randomOf(seed);
    this.items = Array.from({ length: 21 }, () => ({
      peak: this.between(200, 400), time: this.between(12, 21), offset: this.between(100, 200), noise: this.between(2, 10),
    }));
  }

  /** Views and label of the next hour for the 21 items. */
  public next(): { views: number; anomalous: boolean }[] {
    const { weekend = 0, growth = 0 } = this.options;
    const hour = this.hour++;
    const day = Math.floor(hour / 24);
    const factor = (day % 7 >= 5 ? 1 - weekend : 1) * (1 + growth * day / 30);
    return this.items.map(item => {
      if (this.random() < 0.005) item.anomaly = { minutes: this.between(1, 300), size: this.between(100, 600) * (this.random() < 0.5 ? -1 : 1) };
      const usual = (Math.cos((hour % 24 - item.time) / 24 * 2 * Math.PI) * item.peak + item.peak + item.offset) * factor;
      const { anomaly } = item;
      const views = Math.max(0, Math.trunc(usual + this.between(-item.noise, item.noise) + (anomaly?.size ?? 0)));
      if (anomaly && (anomaly.minutes -= 60) <= 0) item.anomaly = undefined;
      return { views, anomalous: anomaly !== undefined };
    });
  }

  private between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }
}
