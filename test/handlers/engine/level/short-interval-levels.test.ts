// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../../handlers/engine';
import { DAY, MONDAY, normal, randomOf } from '../samples';

const SERIES = 20;
/** Known for so many weeks before anything happens. */
const WEEKS = 4;
const HOUR = 1 / 24;

interface Event {
  /** Days after the first of the fifth week. */
  readonly from: number;
  readonly to: number;
  /** How many times what is usual there is meanwhile. */
  readonly share: number;
}

interface Found {
  /** Intervals after the first of the fifth week, as days, from which on a series has a new group: nothing was off for an hour. */
  readonly groups: readonly { readonly series: number; readonly at: number }[];
  /** Mean distance from what is to be expected on the given days, as a part of it, and the mean usual error, as a part of the true one. */
  readonly off: number;
  readonly usual: number;
}

/** Businesses with a day, quieter weekends and noise. */
function observe(
  intervalSeconds: 300 | 600, events: readonly Event[], days: number, compared = days, { noise = 0.04, wave = 0.5, weekend = 0.7 } = {},
): Found {
  const random = randomOf(3);
  const perDay = DAY / intervalSeconds;
  const model = new DetectionModel({ intervalSeconds }, SERIES);
  const groups: { series: number; at: number }[] = [];
  const newest = new Float64Array(SERIES).fill(-Infinity);
  const sum = { off: 0, usual: 0, count: 0 };
  for (let interval = 0; interval < (7 * WEEKS + days) * perDay; interval++) {
    const [at, day] = [interval / perDay - 7 * WEEKS, Math.floor(interval / perDay) % 7];
    const share = events.reduce((product, { from, to, share: each }) => (at >= from && at < to ? product * each : product), 1);
    const means = Float64Array.from({ length: SERIES }, (_, series) => (
      1000 * (1 + wave * Math.sin(2 * Math.PI * (interval / perDay - (9 + series) / 24))) * (day > 4 ? weekend : 1) * share));
    const values = means.map(mean => mean * (1 + noise * normal(random)));
    const { severity, expected, scale } = model.observe(MONDAY + interval * intervalSeconds, values, Infinity);
    for (let series = 0; at >= 0 && series < SERIES; series++) {
      if (at >= compared) {
        sum.off += Math.abs(expected[series]! / means[series]! - 1);
        sum.usual += scale[series]! / (noise * means[series]!);
        sum.count++;
      }
      if (severity[series]! < ANOMALOUS_SEVERITY) continue;
      if (at - newest[series]! > HOUR + 1.5 / perDay) groups.push({ series, at });
      newest[series] = at;
    }
  }
  return { groups, off: sum.off / sum.count, usual: sum.usual / sum.count };
}

const between = ({ groups }: Found, from: number, to: number): number => groups.filter(({ at }) => at >= from && at < to).length / SERIES;

describe.each([300, 600] as const)('%i seconds', intervalSeconds => {
  test.each([0.01, 0.2, 3, 10])('a business that has so many times what it had has as many times its day and its noise: %d', share => {
    const change = { from: 1.4, to: Infinity, share };
    const event = { from: 10.5, to: 10.625, share: 0.4 };
    const found = observe(intervalSeconds, [change, event], 11, 2.4);
    expect(found.off).toBeLessThan(0.05);
    expect(found.usual).toBeLessThan(2.5);
    expect(between(found, 1.4, 1.5)).toBeGreaterThanOrEqual(0.9);
    // half a day is needed to learn it, and a Saturday is another one
    expect(between(found, 1.5, 10.5)).toBeLessThanOrEqual(2);
    expect(between(found, 10.5, 10.625)).toBeGreaterThanOrEqual(0.9);
  });

  test.each([[0.3, 0.04], [3, 0.04], [0.3, 0.1], [3, 0.1]])('the end of two days of %d times as much is none, with noise of %d', (share, noise) => {
    const found = observe(intervalSeconds, [{ from: 1.4, to: 3.4, share }], 4.4, 4.4, { noise });
    expect(between(found, 1.4, 1.5)).toBeGreaterThanOrEqual(0.9);
    expect(between(found, 3.4, 4.4)).toBeLessThanOrEqual(0.3);
  });

  test('nor is that of an outage of nine days', () => {
    const found = observe(intervalSeconds, [{ from: 1.4, to: 10.4, share: 0.05 }], 13.4, 13.4);
    expect(between(found, 10.4, 13.4)).toBeLessThanOrEqual(0.2);
  });

  test('a quiet series that falls far and stays there is told of once', () => {
    const found = observe(intervalSeconds, [{ from: 1.4, to: Infinity, share: 0.4 }], 4, 4, { noise: 0.01, wave: 0.05, weekend: 1 });
    expect(between(found, 1.4, 1.5)).toBe(1);
    expect(between(found, 1.5, 4)).toBeLessThanOrEqual(0.2);
  });

  test('a weekend is no new level', () => {
    const found = observe(intervalSeconds, [], 14, 0, { noise: 0.02, weekend: 0.4 });
    expect(found.off).toBeLessThan(0.06);
    expect(between(found, 0, 14)).toBeLessThanOrEqual(0.6);
  });
});
