// SPDX-License-Identifier: Apache-2.0

import { DAY, HOUR, MONDAY, normal, poisson, type Random, randomOf } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel, type ModelSettings } from '../../../handlers/engine';
import { REASON } from '../../../handlers/engine/scores/explanation';

type Interval = ModelSettings['intervalSeconds'];

const SERIES = 40;
const KINDS: Record<string, (hour: number, random: Random) => number> = {
  'noise around a constant': (_, random) => 100 + 5 * normal(random),
  'a day, 5 % noise': (hour, random) => 1000 * day(hour) * (1 + 0.05 * normal(random)),
  'a day, 15 % noise': (hour, random) => 1000 * day(hour) * (1 + 0.15 * normal(random)),
  'counts of 6': (hour, random) => poisson(random, 6 * day(hour)),
};

function day(hour: number): number {
  return 1 + 0.6 * Math.sin((hour - 8) / 24 * 2 * Math.PI);
}

/** Alerts of a series and week in the first two weeks, each an hour or more after the one before. */
function alerts(seconds: Interval, kind: string): number {
  const random = randomOf(31);
  const model = new DetectionModel({ intervalSeconds: seconds }, SERIES);
  const newest = new Float64Array(SERIES).fill(-Infinity);
  let count = 0;
  for (let second = 0; second < 14 * DAY; second += seconds) {
    const values = Float64Array.from(newest, () => KINDS[kind]!(second % DAY / HOUR, random));
    model.observe(MONDAY + second, values, Infinity).severity.forEach((severity, series) => {
      if (!(severity >= ANOMALOUS_SEVERITY)) return;
      if (second - newest[series]! > HOUR) count++;
      newest[series] = second;
    });
  }
  return count / SERIES / 2;
}

describe('a new series at short intervals', () => {
  test.each([300, 600] as const)('has hardly an alert by noise in its first two weeks (%i seconds)', seconds => {
    for (const kind of Object.keys(KINDS)) {
      const found = alerts(seconds, kind);
      // 0.3 to 1.2 where a new series is taken to be as quiet as it was so far
      expect([kind, found, found < 0.2]).toEqual([kind, found, true]);
    }
  });

  test.each<[Interval, number]>([[300, 2], [300, 9], [600, 2], [600, 9]])('that loses half is found all the same (%i seconds, day %i)', (seconds, from) => {
    const random = randomOf(32);
    const model = new DetectionModel({ intervalSeconds: seconds }, SERIES);
    const found = new Set<number>();
    for (let second = 0; second < from * DAY + 12 * HOUR; second += seconds) {
      const share = second < from * DAY + 11 * HOUR ? 1 : 0.5;
      const values = Float64Array.from({ length: SERIES }, () => share * KINDS['a day, 5 % noise']!(second % DAY / HOUR, random));
      model.observe(MONDAY + second, values, Infinity).severity.forEach((severity, series) => {
        if (share < 1 && severity >= ANOMALOUS_SEVERITY) found.add(series);
      });
    }
    expect(found.size).toBe(SERIES);
  });

  test('tells that what is no anomaly yet would be one later, and its band ends where an anomaly begins', () => {
    const random = randomOf(33);
    const model = new DetectionModel({ intervalSeconds: 300 }, 1);
    const value = (): number => 100 + 5 * normal(random);
    for (let interval = 0; interval < 5 * 288; interval++) model.observe(MONDAY + interval * 300, Float64Array.of(value()), Infinity);
    const bytes = model.serialize();
    const at = (other: number): ReturnType<DetectionModel['observe']> => DetectionModel.deserialize(bytes).observe(MONDAY + 5 * DAY, Float64Array.of(other));
    const { lower, upper } = at(100);
    for (let other = 60; other < 140; other += 0.5) {
      const { severity } = at(other);
      // bounds are found to 1 %
      if (other < lower[0]! - 1 || other > upper[0]! + 1) expect([other, severity[0]! >= ANOMALOUS_SEVERITY]).toEqual([other, true]);
      if (other > lower[0]! + 1 && other < upper[0]! - 1) expect([other, severity[0]! < ANOMALOUS_SEVERITY]).toEqual([other, true]);
    }
    const reasons = Array.from({ length: 40 }, (_, step) => at(100 + step).reason[0]!);
    expect(reasons).toContain(REASON.damped);
  });
});

describe('a new series that is mostly 0', () => {
  /** Errors now and then, or sales of many sizes. */
  const RARE: Record<string, (random: Random, perInterval: number) => number> = {
    'an error a day': (random, perInterval) => poisson(random, perInterval),
    'a sale a day': (random, perInterval) => random() < perInterval ? 30 * Math.exp(0.5 * normal(random)) : 0,
  };

  test.each<[Interval, string, number, number]>([
    // where the first day says nothing of what such a series does: .15 and .62, 1.39 and 2.75, .38 and 1.00, 1.50 and 3.84
    [3600, 'an error a day', 0.02, 0.4], [3600, 'a sale a day', 0.9, 1.6], [300, 'an error a day', 0.02, 0.4], [300, 'a sale a day', 0.9, 2.4],
  ])('is seldom told of in its first four days, and hardly ever for being 0 where there was something yesterday (%i seconds, %s)', (seconds, kind, mostZeros, most) => {
    const random = randomOf(33);
    const count = 300;
    const model = new DetectionModel({ intervalSeconds: seconds }, count);
    let [zeros, all] = [0, 0];
    for (let second = 0; second < 4 * DAY; second += seconds) {
      const values = Float64Array.from({ length: count }, () => RARE[kind]!(random, seconds / DAY));
      model.observe(MONDAY + second, values, Infinity).severity.forEach((severity, series) => {
        if (!(severity >= ANOMALOUS_SEVERITY)) return;
        all++;
        if (values[series] === 0) zeros++;
      });
    }
    expect([zeros / count < mostZeros, all / count < most, zeros / count, all / count]).toEqual([true, true, expect.any(Number), expect.any(Number)]);
  });

  test.each<[Interval]>([[3600], [300]])('and has many errors at once is told of (%i seconds)', seconds => {
    const random = randomOf(34);
    const count = 100;
    const model = new DetectionModel({ intervalSeconds: seconds }, count);
    const found = new Set<number>();
    for (let second = 0; second < 2 * DAY; second += seconds) {
      const isEvent = second >= 1.5 * DAY && second < 1.5 * DAY + HOUR;
      const values = Float64Array.from({ length: count }, () => isEvent ? 12 : poisson(random, seconds / DAY));
      model.observe(MONDAY + second, values, Infinity).severity.forEach((severity, series) => {
        if (isEvent && severity >= ANOMALOUS_SEVERITY) found.add(series);
      });
    }
    expect(found.size).toBeGreaterThan(0.95 * count);
  });
});
