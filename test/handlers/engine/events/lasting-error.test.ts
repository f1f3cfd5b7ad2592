// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, type IntervalScores } from '../../../../handlers/engine';
import { MONDAY, normal, poisson, randomOf } from '../samples';

const DAY = 86_400;
const INTERVAL = 300;
const SERIES = 24;

/** Counts of orders with a day, a quieter weekend and noise of their own. */
class Orders {
  private readonly random = randomOf(17);
  private readonly model = new DetectionModel({ intervalSeconds: INTERVAL }, SERIES);
  private interval = 0;

  public constructor(private readonly peak: number) {}

  /** The next interval, in which each series has so much of what it would have. */
  public next(share = 1): IntervalScores {
    const hour = this.interval * INTERVAL % DAY / 3600;
    const weekend = Math.floor(this.interval * INTERVAL / DAY) % 7 >= 5 ? 0.7 : 1;
    const mean = this.peak * weekend * (0.25 + 0.75 * Math.max(0, Math.sin((hour - 5) / 18 * Math.PI)));
    const values = Float64Array.from({ length: SERIES }, () => poisson(this.random, share * mean * (1 + 0.05 * normal(this.random))));
    return this.model.observe(MONDAY + this.interval++ * INTERVAL, values, Infinity);
  }

  public run(hours: number): number {
    let anomalies = 0;
    for (let interval = 0; interval < 12 * hours; interval++) anomalies += found(this.next()).length;
    return anomalies;
  }

  public copy(): DetectionModel {
    return DetectionModel.deserialize(this.model.serialize());
  }

  public get start(): number {
    return MONDAY + this.interval * INTERVAL;
  }
}

function found({ severity }: IntervalScores): number[] {
  return [...severity.keys()].filter(series => severity[series]! >= ANOMALOUS_SEVERITY);
}

describe('an hour in which each value is a little low', () => {
  test.each([[45, 0.55, 0.4], [180, 0.7, 0.4], [45, 1.5, 0.5]])('%i orders at most in 5 minutes, %f of them: found', (peak, share, least) => {
    const orders = new Orders(peak);
    orders.run(21 * 24);
    expect(orders.run(7 * 24 + 12) / SERIES).toBeLessThan(0.2);
    const hour = new Set(Array.from({ length: 12 }, () => found(orders.next(share))).flat());
    expect(hour.size).toBeGreaterThan(least * SERIES);
  });

  test.each([[0.2, 0.5, 0.9], [0.3, 0.5, 0.7], [0.1, 0.7, 0.9]])('noise of %f, three hours at %f of a day in the fourth week: found, whatever single values were off before', (noise, share, least) => {
    const random = randomOf(19);
    const model = new DetectionModel({ intervalSeconds: INTERVAL }, SERIES);
    const next = (interval: number, left = 1): IntervalScores => {
      const hour = interval % 288 / 12;
      const level = 1000 * left * (0.15 + 0.85 * Math.max(0, Math.sin(Math.PI * (hour - 5) / 18)) ** 1.3);
      return model.observe(MONDAY + interval * INTERVAL, Float64Array.from({ length: SERIES }, () => (
        level * Math.max(0, 1 + noise * normal(random)))), Infinity);
    };
    const noon = 24 * 288 + 144;
    for (let interval = 0; interval < noon; interval++) next(interval);
    const event = new Set(Array.from({ length: 36 }, (_, interval) => found(next(noon + interval, share))).flat());
    expect(event.size).toBeGreaterThanOrEqual(least * SERIES);
  });

  test('leaves a severity to each value that has a score', () => {
    const random = randomOf(20);
    const model = new DetectionModel({ intervalSeconds: INTERVAL }, SERIES);
    let zeros = 0;
    for (let interval = 0; interval < 24 * 288; interval++) {
      const day = 1.5 + Math.sin(interval / 288 * 2 * Math.PI);
      const { score, severity, raise } = model.observe(MONDAY + interval * INTERVAL, Float64Array.from({ length: SERIES }, () => (
        100 * day * Math.max(0, 1 + 0.2 * normal(random)))), Infinity);
      if (interval < 288) continue;
      score.forEach((each, series) => {
        if (each === 0) zeros++;
        if (Number.isFinite(each) && !(Number.isFinite(severity[series]) && Number.isFinite(raise[series]))) throw new Error(`${interval} ${series}: ${severity[series]}`);
      });
    }
    expect(zeros).toBeGreaterThan(0);
  });

  test('is no news in a series that wanders', () => {
    const random = randomOf(18);
    const off = new Float64Array(SERIES);
    const model = new DetectionModel({ intervalSeconds: INTERVAL }, SERIES);
    let anomalies = 0;
    for (let interval = 0; interval < 35 * 288; interval++) {
      off.forEach((before, series) => {
        off[series] = 0.95 * before + Math.sqrt(1 - 0.95 ** 2) * normal(random);
      });
      const day = 1.5 + Math.sin(interval / 288 * 2 * Math.PI);
      const scores = model.observe(MONDAY + interval * INTERVAL, off.map(each => 100 * day * (1 + 0.1 * each)), Infinity);
      if (interval >= 28 * 288) anomalies += found(scores).length;
    }
    expect(anomalies / SERIES).toBeLessThan(0.2);
  });

  test('narrows the band to where an anomaly begins, whatever the value', () => {
    const orders = new Orders(100);
    orders.run(28 * 24 + 12);
    const at = (model: DetectionModel, value: number): IntervalScores => model.observe(orders.start, new Float64Array(SERIES).fill(value));
    const before = at(orders.copy(), 90).lower.slice();
    for (let interval = 0; interval < 9; interval++) orders.next(0.66);
    const { lower, upper } = at(orders.copy(), 90);
    expect(lower.filter((each, series) => each > before[series]! + 5).length).toBeGreaterThan(4);
    for (let value = 1; value < 300; value += 2) {
      at(orders.copy(), value).severity.forEach((severity, series) => {
        // the bounds are found to 1 %
        if (Math.min(Math.abs(value - lower[series]!), Math.abs(value - upper[series]!)) < 0.03 * value) return;
        expect([value, series, severity >= ANOMALOUS_SEVERITY]).toEqual([value, series, value < lower[series]! || value > upper[series]!]);
      });
    }
  });
});

test('what was off for hours before a silence of days has not lasted: the first values after it are as usual', () => {
  const random = randomOf(9);
  const series = 100;
  const model = new DetectionModel({ intervalSeconds: INTERVAL }, series);
  const per = DAY / INTERVAL;
  const next = (interval: number, share: number): number => {
    const weekend = Math.floor(interval / per) % 7 === 6 ? 0.5 : 1;
    const usual = weekend * (0.15 + Math.max(0, Math.sin(Math.PI * (interval % per / 12 - 5) / 18)) ** 1.3);
    return found(model.observe(MONDAY + interval * INTERVAL, Float64Array.from({ length: series }, () => (
      1000 * share * usual * Math.max(0, 1 + 0.2 * normal(random)))), Infinity)).length;
  };
  const run = (from: number, to: number, share: number): number => {
    let anomalies = 0;
    for (let interval = from; interval < to; interval++) anomalies += next(interval, share);
    return anomalies;
  };
  const event = 30 * per + 120;
  run(0, event, 1);
  expect(run(event, event + 24, 0.5)).toBeGreaterThan(series);
  run(event + 24, event + 24 + 3 * per, NaN);
  const after = run(event + 24 + 3 * per, event + 48 + 3 * per, 1);
  expect(after).toBeLessThan(8);
});

test.each([
  [600, 0.1, 2, 20], [600, 2, 3, 5], [300, 0.1, 2, 5], [300, 2, 3, 5],
] as const)('%i seconds: what was off until the end of an event (%f times as much) has not lasted after it', (intervalSeconds, left, hours, most) => {
  const count = 300;
  const known = 3 * 7 * DAY;
  const random = randomOf(4);
  // in daytime: what nights have too little of to tell is another matter
  const begins = Array.from({ length: count }, (_, series) => known + series % 7 * DAY + (8 + series % 11) * 3600);
  const model = new DetectionModel({ intervalSeconds }, count);
  const told = new Set<number>();
  for (let seconds = 0; seconds < known + 7 * DAY; seconds += intervalSeconds) {
    const ofDay = 1000 * (1.5 + Math.sin((seconds / DAY - 0.35) * 2 * Math.PI));
    const since = begins.map(begin => (seconds - begin) / 3600);
    const values = Float64Array.from(since, after => ofDay * Math.exp(0.15 * normal(random)) * (after >= 0 && after < hours ? left : 1));
    const { severity } = model.observe(MONDAY + seconds, values, Infinity);
    since.forEach((after, series) => {
      if (after >= hours && after < hours + 2 && severity[series]! >= ANOMALOUS_SEVERITY) told.add(series);
    });
  }
  expect(told.size).toBeLessThanOrEqual(most);
});
