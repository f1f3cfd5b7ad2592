// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, type IntervalScores, type ModelSettings } from '../../../../handlers/engine';
import { DAY, HOUR, MONDAY, normal, type Random, randomOf } from '../samples';

type Interval = ModelSettings['intervalSeconds'];
type Value = (second: number, random: Random) => number;

const SERIES = 24;

/** Sales of a shop that is open from 9 to 20 on six days, with a busy Saturday. */
function sales(second: number, random: Random): number {
  const hour = second % DAY / HOUR;
  const day = Math.floor(second / DAY) % 7;
  if (day === 6 || hour < 9 || hour >= 20) return 0;
  return 300 * (day === 5 ? 1.4 : 1) * (0.6 + 0.4 * Math.sin((hour - 9) / 11 * Math.PI)) * (1 + 0.08 * normal(random));
}

/** Businesses of one kind, interval by interval. */
class Businesses {
  private readonly random = randomOf(27);
  private readonly model: DetectionModel;
  private interval = 0;

  public constructor(private readonly seconds: Interval, private readonly valueOf: Value) {
    this.model = new DetectionModel({ intervalSeconds: seconds }, SERIES);
  }

  public next(share = 1): IntervalScores {
    const second = this.interval++ * this.seconds;
    return this.model.observe(MONDAY + second, Float64Array.from({ length: SERIES }, () => share * this.valueOf(second, this.random)), Infinity);
  }

  /** Anomalies of each series in so many hours, in which all have a part of what they would have. */
  public run(hours: number, share = 1): number[] {
    const anomalies = new Array<number>(SERIES).fill(0);
    for (let interval = 0; interval < hours * HOUR / this.seconds; interval++) {
      this.next(share).severity.forEach((severity, series) => {
        if (severity >= ANOMALOUS_SEVERITY) anomalies[series]!++;
      });
    }
    return anomalies;
  }
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

describe('a shop that is closed for more than half of the week', () => {
  test.each<[Interval, number]>([[300, 0.8], [600, 0.8], [3600, 0.6]])('sells half for three hours at intervals of %i seconds: found', (seconds, least) => {
    const shops = new Businesses(seconds, sales);
    shops.run(4 * 168);
    const usual = mean(shops.run(168));
    shops.run(24 + 12);
    const found = shops.run(3, 0.5).filter(anomalies => anomalies > 0);
    expect(found.length / SERIES).toBeGreaterThan(least);
    expect(usual).toBeLessThan(0.15);
  });

  test.each<[Interval, number]>([[300, 1], [600, 1], [3600, 0.6]])('opens and closes at intervals of %i seconds without news; a Sunday and a night with orders are news', (seconds, least) => {
    const withOrders = (from: number, orders: Value): number => {
      const shops = new Businesses(seconds, (second, random) => second < from ? sales(second, random) : orders(second, random));
      shops.run(5 * 168);
      const usual = mean(shops.run(from / HOUR - 5 * 168));
      expect(usual).toBeLessThan(0.3);
      return shops.run(2).filter(anomalies => anomalies > 0).length / SERIES;
    };
    expect(withOrders((5 * 7 + 6) * DAY + 10 * HOUR, (second, random) => sales(second - DAY, random))).toBe(1);
    expect(withOrders((5 * 7 + 3) * DAY + 2 * HOUR, (_, random) => 100 * (1 + 0.08 * normal(random)))).toBeGreaterThanOrEqual(least);
  });
});

test('a machine that is switched off for two hours every night and stops at noon: found at once, and for as long as it stands', () => {
  const model = new DetectionModel({ intervalSeconds: 300 }, 1);
  const severities: number[] = [];
  for (let second = 0; second < 36 * DAY + 15 * HOUR; second += 300) {
    const isOff = second % DAY >= 2 * HOUR && second % DAY < 4 * HOUR || second >= 36 * DAY + 12 * HOUR;
    const { severity } = model.observe(MONDAY + second, Float64Array.of(isOff ? 0 : 1), Infinity);
    if (second >= 7 * DAY) severities.push(severity[0]!);
  }
  const hours = severities.filter(severity => severity >= ANOMALOUS_SEVERITY).length / 12;
  expect(severities.at(-36)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
  expect(hours).toBeGreaterThan(1);
  expect(hours).toBeLessThanOrEqual(3);
});

describe('what comes now and then at any time has no opening hours', () => {
  test.each<[string, Interval, number, Value]>([
    ['a sale in one interval of fifty', 300, 0.2, (_, random) => random() < 0.02 ? 20 + Math.floor(80 * random()) : 0],
    ['a sale in one interval of fifty', 3600, 0.2, (_, random) => random() < 0.02 ? 20 + Math.floor(80 * random()) : 0],
    ['a sale in three of ten of the opening hours', 300, 0.2, (second, random) => (
      second % DAY >= 8 * HOUR && second % DAY < 18 * HOUR && random() < 0.3 ? 20 + Math.floor(80 * random()) : 0)],
    ['a batch of one interval every night', 300, 0.2, (second, random) => second % DAY === 2 * HOUR ? 1000 * (1 + 0.1 * normal(random)) : 0],
    ['a shop with a piece or two at night', 3600, 0.3, (second, random) => sales(second, random) || (random() < 0.03 ? 1 + Math.floor(2 * random()) : 0)],
  ])('%s of %i seconds: anomalies a week below %f', (_, seconds, most, valueOf) => {
    const businesses = new Businesses(seconds, valueOf);
    businesses.run(4 * 168);
    expect(mean(businesses.run(3 * 168)) / 3).toBeLessThan(most);
  });
});
