// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { DAY, HOUR, MONDAY, randomOf } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../handlers/engine';

const WEEK = 7 * DAY;
/** Weeks until what comes once a week is known at intervals of an hour: it was seen twice. */
const LEARNED_WEEKS = 2;
const WEEKS = 9;
/** Series that a property is tested with. */
const SERIES = 100;

type Shape = (secondOfWeek: number) => number;

/** Working days alike, or with a wave of the day, and one or two last days of the week at another level, with edges at midnight. */
const otherDays: fc.Arbitrary<Shape> = fc.record({
  days: fc.integer({ min: 1, max: 2 }),
  factor: fc.constantFrom(0, 0, 0.3, 0.6, 0.85, 2, 4),
  wave: fc.constantFrom(0, 0, 0.3, 0.8),
}).map(({ days, factor, wave }) => second => (second >= (7 - days) * DAY ? factor : 1) * (1 + wave * Math.sin(second / DAY * 2 * Math.PI)));

/** A report, or a pause, of some hours that comes once a week. */
const oncePerWeek: fc.Arbitrary<Shape> = fc.record({
  at: fc.integer({ min: 0, max: 167 }),
  hours: fc.integer({ min: 1, max: 8 }),
  height: fc.constantFrom(0, 0.2, 0.5, 2, 5, 20),
}).map(({ at, hours, height }) => second => (Math.floor(second / HOUR) - at + 168) % 168 < hours ? height : 1);

/**
 * How the series is written down: its level, how far each value may be off, and the hour of its first value, on Monday or Tuesday. One that begins at a weekend or
 * right before it has a larger usual error for weeks.
 */
const written = fc.record({
  level: fc.constantFrom(1000, 1e-9, 1e12, -500),
  noise: fc.constantFrom(0.001, 0.01, 0.02),
  seed: fc.integer({ min: 1, max: 1000 }),
  start: fc.integer({ min: 0, max: 47 }),
});

interface Written { readonly level: number; readonly noise: number; readonly seed: number; readonly start: number }

/** Anomalous intervals of a series from some week on. */
function alerts(shape: Shape, { level, noise, seed, start }: Written, from = LEARNED_WEEKS, to = WEEKS): number[] {
  const random = randomOf(seed);
  const model = new DetectionModel({ intervalSeconds: HOUR }, 1);
  const found: number[] = [];
  for (let hour = 0; hour < to * 168; hour++) {
    const seconds = (start + hour) * HOUR;
    const value = level * shape(seconds % WEEK) * (1 + noise * (2 * random() - 1));
    const { severity } = model.observe(MONDAY + seconds, Float64Array.of(value), Infinity);
    if (hour >= from * 168 && severity[0]! >= ANOMALOUS_SEVERITY) found.push(hour);
  }
  return found;
}

/** Series of an arbitrary shape, as written down, and the share of their weeks in which they have an anomaly. */
function anomalousWeeks(shapes: fc.Arbitrary<Shape>, seed: number, from = LEARNED_WEEKS, to = WEEKS): number {
  const series = fc.sample(fc.tuple(shapes, written), { numRuns: SERIES, seed });
  const weeks = series.map(([shape, how]) => new Set(alerts(shape, how, from, to).map(hour => Math.floor(hour / 168))).size);
  return weeks.reduce((sum, count) => sum + count, 0) / SERIES / (to - from);
}

describe('an hourly series that is nothing but its week and a little noise', () => {
  test.each([1, 2])('days of the week at another level are no anomaly once they were seen twice (%i)', seed => {
    expect(anomalousWeeks(otherDays, seed)).toBeLessThan(0.04);
  });

  test.each([1, 2])('nor is what comes for some hours once a week (%i)', seed => {
    expect(anomalousWeeks(oncePerWeek, seed)).toBeLessThan(0.02);
  });

  test('a first weekend does not move the level: few hours of the working day after it are anomalies, and half a day of them were', () => {
    const weekend = fc.constantFrom(0, 0.3, 0.6).map((factor): Shape => second => second < 5 * DAY ? 1 : factor);
    const hours = fc.sample(fc.tuple(weekend, written), { numRuns: SERIES, seed: 3 })
      .map(([shape, how]) => alerts(shape, { ...how, start: 0 }, 1, 1 + 1 / 7).length);
    expect(hours.reduce((sum, count) => sum + count, 0) / SERIES).toBeLessThan(3);
  });

  test('a peak that comes once a week is expected at its hour, and found at another and where it is twice as high', () => {
    const random = randomOf(6);
    const model = new DetectionModel({ intervalSeconds: HOUR }, 1);
    const noisy = (value: number): number => value * (1 + 0.02 * (2 * random() - 1));
    const report = 9; // Monday, 09:00
    for (let hour = 0; hour < 6 * 168 + report; hour++) {
      model.observe(MONDAY + hour * HOUR, Float64Array.of(noisy(hour % 168 === report ? 5000 : 1000)), Infinity);
    }
    const severityOf = (value: number, hour: number): number =>
      DetectionModel.deserialize(model.serialize()).observe(MONDAY + (6 * 168 + hour) * HOUR, Float64Array.of(value), Infinity).severity[0]!;
    expect(severityOf(5000, report)).toBeLessThan(ANOMALOUS_SEVERITY);
    expect(severityOf(5000, report + 1)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
    expect(severityOf(12_000, report)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
  });

  test('a batch of every day may be as noisy as it is: its noise is of its hour', () => {
    const count = 20;
    const random = randomOf(7);
    const model = new DetectionModel({ intervalSeconds: HOUR }, count);
    let found = 0;
    for (let hour = 0; hour < 12 * 168; hour++) {
      const [level, noise] = hour % 12 === 2 ? [1000, 0.1] : [200, 0.01];
      const values = Float64Array.from({ length: count }, () => level! * (1 + noise! * (2 * random() - 1)));
      const { severity } = model.observe(MONDAY + hour * HOUR, values, Infinity);
      if (hour >= 2 * 168) found += severity.filter(one => one >= ANOMALOUS_SEVERITY).length;
    }
    expect(found / count / 10).toBeLessThan(0.005);
  });
});
