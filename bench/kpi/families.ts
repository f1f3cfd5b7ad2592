// SPDX-License-Identifier: Apache-2.0

import { between } from '../../local/sample/random';

/** Intervals of 5 minutes in a day. */
export const DAY = 288;

/** What a family makes its series from; every number comes from the seeded source. */
export interface FamilySource {
  /** Uniform in 0-1. */
  readonly random: () => number;
  /** Standard normal. */
  readonly normal: () => number;
}

/** Makes the value of each interval in turn. Day 0 is a Monday. */
type Values = (interval: number) => number;

/** Kind of web-service metric. */
export interface KpiFamily {
  readonly name: string;
  readonly days: number;
  readonly values: (source: FamilySource) => Values;
  /** What the metric can be: whole numbers, shares; after the anomalies. */
  readonly bounded: (value: number) => number;
}

export const any = (value: number): number => value;
export const positive = (value: number): number => Math.max(0, value);
export const count = (value: number): number => Math.max(0, Math.round(value));
export const share = (value: number): number => Math.min(1, Math.max(0, value));

/** A day between 0 and 1: quiet at night, two humps. */
export function day(interval: number, shift = 0): number {
  const angle = 2 * Math.PI * ((interval + shift) % DAY) / DAY;
  return (1 - Math.cos(angle)) / 2 * 0.8 + (1 - Math.cos(2 * angle + 1)) / 2 * 0.2;
}

export function weekend(interval: number): boolean {
  return Math.floor(interval / DAY) % 7 >= 5;
}

/** Autoregressive noise of variance 1 with that correlation from point to point. */
export function correlated({ normal }: FamilySource, correlation: number): () => number {
  let state = normal();
  return () => (state = correlation * state + Math.sqrt(1 - correlation ** 2) * normal());
}

/** Knuth's method for small rates, the normal approximation for others. */
export function poisson({ random, normal }: FamilySource, rate: number): number {
  if (rate > 30) return Math.max(0, Math.round(rate + Math.sqrt(rate) * normal()));
  let product = random();
  let events = 0;
  for (const limit = Math.exp(-rate); product > limit; events++) product *= random();
  return events;
}

/** The kinds of metrics, from easy to nasty. */
export const KPI_FAMILIES: readonly KpiFamily[] = [
  {
    name: 'requests, smooth',
    days: 28,
    bounded: count,
    values: source => {
      const peak = between(source.random, 2_000, 50_000);
      return t => peak * (0.2 + day(t)) * (1 + 0.02 * source.normal());
    },
  },
  {
    name: 'requests, noisy',
    days: 28,
    bounded: count,
    values: source => {
      const peak = between(source.random, 200, 2_000);
      return t => peak * (0.2 + day(t)) * (1 + 0.12 * source.normal());
    },
  },
  {
    name: 'requests, weekly difference',
    days: 42,
    bounded: count,
    values: source => {
      const noise = correlated(source, 0.6);
      return t => 4_000 * (0.1 + day(t)) * (weekend(t) ? 0.6 : 1) * (1 + 0.04 * noise());
    },
  },
  {
    name: 'office use, weekend off',
    days: 42,
    bounded: count,
    values: source => t => (weekend(t) ? poisson(source, 2) : 600 * day(t) ** 3 * (1 + 0.06 * source.normal()) + poisson(source, 2)),
  },
  {
    name: 'orders, low volume',
    days: 28,
    bounded: count,
    values: source => {
      const rate = between(source.random, 1.5, 8);
      return t => poisson(source, rate * (0.1 + day(t)));
    },
  },
  {
    name: 'errors, sparse',
    days: 28,
    bounded: count,
    values: source => () => (source.random() < 0.02 ? 1 + poisson(source, 0.5) : 0),
  },
  {
    name: 'latency, heavy tail',
    days: 21,
    bounded: positive,
    values: source => t => {
      const slow = source.random() < 0.01 ? between(source.random, 1.2, 2.2) : 1;
      return 80 * (1 + 0.3 * day(t)) * Math.exp(0.2 * source.normal()) * slow;
    },
  },
  {
    name: 'latency, 99th percentile',
    days: 21,
    bounded: positive,
    values: source => {
      const noise = correlated(source, 0.4);
      return () => 300 * Math.exp(0.35 * noise());
    },
  },
  {
    name: 'success ratio',
    days: 28,
    bounded: share,
    values: source => t => 1 - Math.exp(-6.5 + 0.5 * source.normal() + 0.4 * day(t)),
  },
  {
    name: 'success ratio, few requests',
    days: 28,
    bounded: share,
    values: source => t => {
      const requests = 20 + poisson(source, 150 * day(t));
      return 1 - Math.min(requests, poisson(source, 0.004 * requests)) / requests;
    },
  },
  {
    name: 'queue length, bursts',
    days: 21,
    bounded: count,
    values: source => {
      let length = 0;
      return t => {
        const burst = source.random() < 0.004 ? between(source.random, 20, 60) : 0;
        length = positive(length * 0.8 + poisson(source, 4 + 8 * day(t)) - 9 + burst);
        return length;
      };
    },
  },
  {
    name: 'memory, slow drift',
    days: 28,
    bounded: positive,
    values: source => {
      const growth = between(source.random, -0.3, 0.6);
      const noise = correlated(source, 0.9);
      return t => 4_000 * (1 + growth * t / (28 * DAY)) + 60 * day(t) + 25 * noise();
    },
  },
  {
    name: 'random walk and season',
    days: 28,
    bounded: any,
    values: source => {
      let level = 500;
      return t => (level += 0.8 * source.normal()) + 120 * day(t) + 6 * source.normal();
    },
  },
  {
    name: 'batch job, jitter',
    days: 28,
    bounded: positive,
    values: source => {
      const at = Math.floor(between(source.random, 10, 250));
      let start = at;
      return t => {
        if (t % DAY === 0) start = at + Math.floor(between(source.random, -4, 5));
        const running = t % DAY >= start && t % DAY < start + 6;
        return 15 + 2 * source.normal() + (running ? 55 + 6 * source.normal() : 0);
      };
    },
  },
  {
    name: 'jobs every hour',
    days: 14,
    bounded: positive,
    values: source => t => 20 + (t % 12 < 2 ? 30 + 3 * source.normal() : 0) + 1.5 * source.normal(),
  },
  {
    name: 'processor, quantised',
    days: 21,
    bounded: value => positive(Math.round(value * 2) / 2),
    values: source => {
      const noise = correlated(source, 0.7);
      return t => 12 + 6 * day(t) + 0.7 * noise();
    },
  },
  {
    name: 'connections, long memory',
    days: 28,
    bounded: positive,
    values: source => {
      const parts = [0.5, 0.9, 0.99].map(correlation => correlated(source, correlation));
      return t => 1_000 + 150 * day(t) + 25 * parts.reduce((sum, part) => sum + part(), 0);
    },
  },
  {
    name: 'level that changes',
    days: 28,
    bounded: positive,
    values: source => {
      let level = 200;
      return t => {
        if (t > 0 && source.random() < 1 / (9 * DAY)) level *= between(source.random, 0.75, 1.35);
        return level * (1 + 0.15 * day(t)) + 4 * source.normal();
      };
    },
  },
  {
    name: 'balance, around zero',
    days: 14,
    bounded: any,
    values: source => {
      const noise = correlated(source, 0.8);
      return t => 40 * (day(t) - 0.5) + 10 * noise();
    },
  },
  {
    name: 'twelve weeks, growth',
    days: 84,
    bounded: count,
    values: source => t => 900 * (1 + t / (84 * DAY)) * (0.3 + day(t, 60)) * (weekend(t) ? 0.8 : 1) * (1 + 0.05 * source.normal()),
  },
];
