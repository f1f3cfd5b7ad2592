// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, type IntervalScores } from '../../../../handlers/engine';
import { Calendar } from '../../../../handlers/engine/calendar/calendar';
import { shareAbove } from '../../../../handlers/engine/rarity/logarithmic-axis';
import { REASON } from '../../../../handlers/engine/scores/explanation';
import { HIGHEST_SCORE } from '../../../../handlers/engine/scores/severity';
import { SeriesState } from '../../../../handlers/engine/state/series-state';
import { ANY_VALUES, COUNTS } from '../../../../handlers/engine/state/value-kinds';
import { MONDAY, normal, randomOf } from '../samples';

const DAY = 86_400;
const WEEKS = 4;

type Draw = (random: () => number) => number;

function poisson(random: () => number, mean: number): number {
  let count = -1;
  for (let sum = 0; sum < mean; count++) sum -= Math.log(1 - random());
  return count;
}

/** Sum of the orders of an interval, whose sizes are log-normal. */
const orders = (anInterval: number, deviation: number): Draw => random => (
  Array.from({ length: poisson(random, anInterval) }, () => 30 * Math.exp(deviation * normal(random))).reduce((sum, order) => sum + order, 0));

/** Series of one kind of noise, known for four weeks. */
class Kind {
  public readonly random = randomOf(7);
  private interval = 0;
  private readonly model: DetectionModel;

  public constructor(private readonly seconds: 300 | 3600, private readonly draw: Draw, private readonly count = 20) {
    this.model = new DetectionModel({ intervalSeconds: seconds }, count);
    const weeks = WEEKS * 7 * DAY / seconds;
    for (; this.interval < weeks; this.interval++) this.model.learn(MONDAY + this.interval * seconds, this.values());
  }

  public next(values = this.values()): IntervalScores {
    return this.model.observe(MONDAY + this.interval++ * this.seconds, values);
  }

  /** An interval in which all series have a value, which they do not learn. */
  public at(value: number): IntervalScores {
    const copy = DetectionModel.deserialize(this.model.serialize());
    return copy.observe(MONDAY + this.interval * this.seconds, new Float64Array(this.count).fill(value));
  }

  /** Anomalous values a series and week. */
  public falseAlerts(weeks: number): number {
    let found = 0;
    for (let interval = 0; interval < weeks * 7 * DAY / this.seconds; interval++) found += anomalous(this.next()).length;
    return found / this.count / weeks;
  }

  private values(): Float64Array {
    return Float64Array.from({ length: this.count }, () => this.draw(this.random));
  }
}

function anomalous({ severity }: IntervalScores): number[] {
  return [...severity.keys()].filter(series => severity[series]! >= ANOMALOUS_SEVERITY);
}

describe('the part of a distance that is left on a logarithmic axis', () => {
  const share = (
    value: number, expected: number, usual: number,
    { intervalSeconds = 3600 as 3600 | 86400, kind = COUNTS, mean = 0, scale = 1, idle = 0, unforeseen = 4 } = {},
  ): number => shareAbove(
    new Calendar(intervalSeconds),
    { kind: [kind], mean: [mean], scale: [scale], idle: [idle], unforeseen: [unforeseen] } as unknown as SeriesState, 0, value, expected, usual,
  );

  test('is of an error in sizes of a typical value: what is expected, the usual error, the mean, a usual move', () => {
    const tenTimes = Math.log(10) / 9;
    expect(share(1000, 100, 5)).toBeCloseTo(tenTimes, 10);
    expect(share(950, 50, 100)).toBeCloseTo(tenTimes, 10);
    expect(share(901, 1, 5, { mean: 100 })).toBeCloseTo(tenTimes, 10);
    expect(share(900, 0, 5, { idle: 0.99, unforeseen: 100 })).toBeCloseTo(tenTimes, 5);
    expect(share(200, 100, 5)).toBeCloseTo(Math.LN2, 10);
    // tails that are half as heavy
    expect(share(200, 100, 5, { unforeseen: 1.05 ** 2 })).toBeCloseTo(Math.sqrt(Math.LN2), 10);
  });

  test.each<[string, number]>([
    ['as expected', share(100, 100, 5)],
    ['below', share(10, 100, 5)],
    ['of a series that may be negative', share(1000, 100, 5, { kind: ANY_VALUES })],
    ['of a series that was always 0', share(7, 0, 0, { scale: 0, unforeseen: NaN })],
    ['of a series without tails', share(1000, 100, 5, { scale: 10, unforeseen: 81 })],
    ['of daily data', share(1000, 100, 5, { intervalSeconds: 86400 })],
  ])('is all of a value %s', (_name, all) => {
    expect(all).toBe(1);
  });
});

describe('a series whose noise goes far above what is expected', () => {
  // without the axis: 0.8, 1.9, 1.5
  test.each<[string, 300 | 3600, number, number]>([
    ['one or two orders an hour', 3600, 1.2, 0.4],
    ['an order in three hours', 3600, 0.36, 0.9],
    ['an order in two hours, at 5 minutes', 300, 0.03, 0.35],
  ])('%s: the largest of them are seldom news', (_name, seconds, anInterval, most) => {
    expect(new Kind(seconds, orders(anInterval, 0.9)).falseAlerts(4)).toBeLessThan(most);
  });

  test('ten times as much is', () => {
    expect(anomalous(new Kind(3600, orders(1.2, 0.9)).at(1200)).length).toBeGreaterThan(17);
  });

  test('why a value that would be an anomaly elsewhere is none is told', () => {
    const reasons = [...new Kind(3600, orders(1.2, 0.9)).at(350).reason];
    expect(reasons.filter(reason => reason === REASON.noiseAbove).length).toBeGreaterThan(4);
  });
});

test('the band ends where an anomaly begins', () => {
  const kind = new Kind(3600, orders(3, 0.7));
  const { upper } = kind.at(100);
  for (let value = 100; value < 2000; value *= 1.1) {
    kind.at(value).severity.forEach((severity, series) => {
      if (Math.abs(value - upper[series]!) < 0.03 * value) return;
      expect([value, series, severity >= ANOMALOUS_SEVERITY]).toEqual([value, series, value > upper[series]!]);
    });
  }
});

test('what was always 0 is as far off as can be at any other value', () => {
  const kind = new Kind(3600, () => 0);
  expect([1, 1000, 1e12].map(value => kind.at(value).score[0])).toEqual([HIGHEST_SCORE, HIGHEST_SCORE, HIGHEST_SCORE]);
});

test('what was always 3 is an event of the highest severities at any other value', () => {
  const kind = new Kind(3600, () => 3);
  for (const value of [4, 3000, 1e12]) expect(kind.at(value).severity[0]).toBeGreaterThan(98);
});

test('of little noise hardly anything is taken', () => {
  const kind = new Kind(3600, random => 100 * (1 + 0.02 * normal(random)));
  expect(anomalous(kind.at(120))).toHaveLength(20);
  expect(kind.at(200).severity.every(severity => severity > 95)).toBe(true);
});
