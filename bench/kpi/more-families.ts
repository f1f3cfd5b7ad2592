// SPDX-License-Identifier: Apache-2.0

import { correlated, count, DAY, day, any, type FamilySource, type KpiFamily, poisson, positive, share, weekend } from './families';
import { between } from '../../local/sample/random';

/** Share of a Monday's requests that each day of the week has. */
const WEEK = [1, 1.05, 1.1, 1.05, 0.95, 0.45, 0.35];

/** Student's t with so many degrees of freedom. */
function heavyTailed({ normal }: FamilySource, freedom: number): () => number {
  return () => {
    let squares = 0;
    for (let term = 0; term < freedom; term++) squares += normal() ** 2;
    return normal() / Math.sqrt(squares / freedom);
  };
}

const family = (name: string, bounded: KpiFamily['bounded'], values: KpiFamily['values'], days = 28): KpiFamily => ({ name, days, bounded, values });

/** Further kinds of metrics: what the first twenty have too little of. */
export const MORE_FAMILIES: readonly KpiFamily[] = [
  family('many requests, very smooth', positive, source => {
    const [peak, noise] = [between(source.random, 1e4, 1e6), correlated(source, 0.8)];
    return t => peak * (0.15 + day(t)) * (1 + 0.008 * noise());
  }),
  family('requests, noise with a memory', positive, source => {
    const noise = correlated(source, 0.9);
    return t => 1_000 * (0.2 + day(t)) * Math.exp(0.15 * noise());
  }),
  family('season, heavy tail', positive, source => {
    const noise = heavyTailed(source, 3);
    return t => 500 + 300 * day(t) + 15 * noise();
  }),
  family('no season, heavy tail', any, source => {
    const noise = heavyTailed(source, 3);
    return () => 100 + 5 * noise();
  }),
  family('nothing but noise', any, source => () => 100 + 8 * source.normal()),
  family('spikes that nobody labels', positive, source => t =>
    400 * (0.3 + day(t)) * (1 + 0.05 * source.normal()) * (source.random() < 0.002 ? between(source.random, 1.5, 3) : 1)),
  family('random walk that comes back', any, source => {
    let level = 500;
    return () => (level = 500 + (level - 500) * 0.998 + 2 * source.normal());
  }),
  family('open and closed', count, source => t => {
    const hour = t % DAY / 12;
    return hour >= 8 && hour < 20 && !weekend(t) ? 300 + 15 * source.normal() : 20 + 4 * source.normal();
  }),
  family('days of different height', positive, source => {
    let height = 1;
    return t => {
      if (t % DAY === 0) height = Math.exp(0.12 * source.normal());
      return 800 * (0.2 + height * day(t)) * (1 + 0.03 * source.normal());
    };
  }),
  family('jobs at fixed times', positive, source => {
    const starts = Array.from({ length: 5 }, () => Math.floor(between(source.random, 0, DAY)));
    const isRunning = (t: number): boolean => starts.some(start => t % DAY >= start && t % DAY < start + 3);
    return t => 50 + 30 * day(t) + 2 * source.normal() + (isRunning(t) ? 60 + 8 * source.normal() : 0);
  }),
  family('success ratio, nearly always 1', share, source => () => (source.random() < 0.03 ? 1 - between(source.random, 0, 0.01) : 1)),
  family('failures, few', count, source => t => poisson(source, 0.3 + 1.5 * day(t))),
  family('failures, in waves', count, source => {
    const wave = correlated(source, 0.95);
    return t => poisson(source, 6 * (0.3 + day(t)) * Math.exp(0.5 * wave()));
  }),
  family('slow waves over the season', positive, source => {
    const [wave, noise] = [correlated(source, 0.999), correlated(source, 0.5)];
    return t => 600 * (0.3 + day(t)) * Math.exp(0.15 * wave()) * (1 + 0.03 * noise());
  }),
  family('noise that grows by day', positive, source => t => 100 + 20 * day(t) + (2 + 18 * day(t) ** 2) * source.normal()),
  family('quiet weekends', positive, source => {
    const noise = correlated(source, 0.7);
    return t => 3_000 * (0.1 + day(t)) * WEEK[Math.floor(t / DAY) % 7]! * (1 + 0.03 * noise());
  }, 35),
];
