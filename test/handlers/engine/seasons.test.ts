// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { MONDAY, normal, randomOf } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../handlers/engine';

const DAY = 86_400;
const WEEK = 7 * DAY;
/** Weeks until the sharpest weekly pattern is known: at intervals of less than an hour, what was seen once. */
const LEARNED_WEEKS = { 300: 1, 600: 1, 3600: 8 } as const;
const WEEKS = 10;

/** Value at a second of the day, and at that of a day of the week. */
type Profile = (second: number) => number;

/** Days of any shape: two waves, and a step that begins and ends at any time. */
const profile: fc.Arbitrary<Profile> = fc.record({
  level: fc.double({ min: 1, max: 1e6, noNaN: true }),
  waves: fc.tuple(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.double({ min: 0, max: 0.5, noNaN: true })),
  phase: fc.integer({ min: 0, max: DAY }),
  step: fc.record({ height: fc.constantFrom(0, 0, 1, 3), from: fc.integer({ min: 0, max: 20 }), hours: fc.integer({ min: 1, max: 4 }) }),
}).map(({ level, waves, phase, step }) => second => {
  const angle = (second + phase) / DAY * 2 * Math.PI;
  const inStep = second >= step.from * 3600 && second < (step.from + step.hours) * 3600;
  return level * (1.5 + waves[0] * Math.sin(angle) + waves[1] * Math.sin(2 * angle) + (inStep ? step.height : 0));
});
const weekdays = fc.array(fc.double({ min: 0.4, max: 1.6, noNaN: true }), { minLength: 7, maxLength: 7 });

/** Anomalous intervals of a series that is nothing but its season, from a week on. */
function alerts(intervalSeconds: 300 | 600 | 3600 | 86400, weeks: number, from: number, valueAt: (seconds: number) => number): number {
  const model = new DetectionModel({ intervalSeconds }, 1);
  let count = 0;
  for (let seconds = 0; seconds < weeks * WEEK; seconds += intervalSeconds) {
    const { severity } = model.observe(MONDAY + seconds, Float64Array.of(valueAt(seconds)), Infinity);
    if (seconds >= from * WEEK && severity[0]! >= ANOMALOUS_SEVERITY) count++;
  }
  return count;
}

describe('a series that is nothing but its season has no anomaly', () => {
  test.each([300, 600, 3600] as const)('%i seconds: any constant, ever', intervalSeconds => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), constant => {
      expect(alerts(intervalSeconds, 3, 0, () => constant)).toBe(0);
    }), { numRuns: 10 });
  });

  test.each([[300, 6], [600, 8], [3600, 30]] as const)('%i seconds: any day that comes again, ever', (intervalSeconds, numRuns) => {
    fc.assert(fc.property(profile, valueAt => {
      expect(alerts(intervalSeconds, 5, 0, seconds => valueAt(seconds % DAY))).toBe(0);
    }), { numRuns, seed: 5 });
  });

  test('86400 seconds: any week that comes again, ever', () => {
    fc.assert(fc.property(weekdays, factors => {
      expect(alerts(86400, 30, 0, seconds => 1000 * factors[seconds / DAY % 7]!)).toBe(0);
    }), { numRuns: 30 });
  });

  test.each([[300, 6], [600, 8], [3600, 30]] as const)('%i seconds: any week that comes again, with edges at midnight, once it is known', (intervalSeconds, numRuns) => {
    fc.assert(fc.property(profile, weekdays, (valueAt, factors) => {
      const week = (seconds: number): number => factors[Math.floor(seconds / DAY) % 7]! * valueAt(seconds % DAY);
      expect(alerts(intervalSeconds, WEEKS, LEARNED_WEEKS[intervalSeconds], week)).toBe(0);
    }), { numRuns, seed: 5 });
  });

  test.each([1, 8])('an event at the hour of a weekly edge is still found after %i weeks', weeks => {
    const week = (seconds: number): number => (Math.floor(seconds / DAY) % 7 >= 5 ? 60 : 100) * (2 + Math.sin(seconds / DAY * 2 * Math.PI));
    const saturday = weeks * WEEK + 5 * DAY;
    const model = new DetectionModel({ intervalSeconds: 300 }, 1);
    for (let seconds = 0; seconds < saturday; seconds += 300) model.observe(MONDAY + seconds, Float64Array.of(week(seconds)), Infinity);
    const severityOf = (value: number): number =>
      DetectionModel.deserialize(model.serialize()).observe(MONDAY + saturday, Float64Array.of(value), Infinity).severity[0]!;
    expect(severityOf(week(saturday))).toBeLessThan(ANOMALOUS_SEVERITY);
    expect(severityOf(0)).toBeGreaterThan(ANOMALOUS_SEVERITY);
  });
});

describe('a series whose value mostly stays what it is', () => {
  const hour = (seconds: number): number => seconds % DAY / 3600;
  const isWorkday = (seconds: number): boolean => Math.floor(seconds / DAY) % 7 < 5;
  const WEEKS_LEARNED = 4;
  type Shape = (seconds: number, random: () => number) => number;
  const shapes: readonly [string, Shape, outage: number, onDay: number, atHour: number][] = [
    ['two levels, at fixed times', seconds => hour(seconds) < 6 ? 20 : 100, 60, 2, 12],
    ['opening hours', (seconds, random) => isWorkday(seconds) && hour(seconds) >= 9 && hour(seconds) < 17 ? Math.round(200 + 20 * normal(random)) : 0, 0, 2, 12],
    ['a batch every night', (seconds, random) => hour(seconds) >= 2 && hour(seconds) < 3 ? 1000 + 50 * normal(random) : 0, 0, 2, 2],
    ['a batch on top of a base', seconds => hour(seconds) >= 2 && hour(seconds) < 3 ? 1000 : 100, 0, 3, 15],
  ];
  const intervals = [300, 600, 3600] as const;

  test.each(intervals.flatMap(seconds => shapes.map(shape => [seconds, ...shape] as const)))(
    '%i seconds, %s: an outage of two hours is found, and nothing in the two weeks before', (intervalSeconds, _name, shape, outage, onDay, atHour) => {
      const random = randomOf(3);
      const model = new DetectionModel({ intervalSeconds }, 1);
      const from = WEEKS_LEARNED * WEEK + onDay * DAY + atHour * 3600;
      const found: number[] = [];
      for (let seconds = 0; seconds < from + 2 * 3600; seconds += intervalSeconds) {
        const { severity } = model.observe(MONDAY + seconds, Float64Array.of(seconds < from ? shape(seconds, random) : outage), Infinity);
        if (seconds >= (WEEKS_LEARNED - 2) * WEEK && severity[0]! >= ANOMALOUS_SEVERITY) found.push(seconds);
      }
      expect(found.filter(seconds => seconds < from)).toEqual([]);
      expect(found.length).toBeGreaterThan(0);
    });

  test.each<[string, (day: number) => number, typical: number]>([
    ['weekdays only', day => day % 7 < 5 ? 200 : 0, 200],
    ['a report every Monday', day => day % 7 === 0 ? 1000 : 0, 1000],
  ])('daily, %s: a day without, half of one and one on another day are found, and nothing before', (_name, valueOf, typical) => {
    const model = new DetectionModel({ intervalSeconds: DAY }, 3);
    const days = 13 * 7;
    const observe = (day: number, ...values: number[]): Float64Array =>
      model.observe(MONDAY + day * DAY, Float64Array.from(values), Infinity).severity;
    for (let day = 0; day < days; day++) {
      const severity = observe(day, valueOf(day), valueOf(day), valueOf(day));
      if (day > 6 * 7) expect(Math.max(...severity)).toBeLessThan(ANOMALOUS_SEVERITY);
    }
    const [without, half, usual] = observe(days, 0, typical / 2, typical);
    expect(Math.min(without!, half!)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
    expect(usual).toBeLessThan(ANOMALOUS_SEVERITY);
    for (let day = days + 1; day < days + 5; day++) observe(day, NaN, NaN, valueOf(day));
    expect(observe(days + 5, NaN, NaN, typical)[2]).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
  });

  test.each(intervals)('%i seconds: one that switches between two levels by chance has few anomalies', intervalSeconds => {
    const random = randomOf(4);
    const model = new DetectionModel({ intervalSeconds }, 1);
    let value = 100;
    let [switches, anomalies] = [0, 0];
    for (let seconds = 0; seconds < 8 * WEEK; seconds += intervalSeconds) {
      if (random() < 0.01) {
        value = 600 - value;
        if (seconds >= 2 * WEEK) switches++;
      }
      const { severity } = model.observe(MONDAY + seconds, Float64Array.of(value), Infinity);
      if (seconds >= 2 * WEEK && severity[0]! >= ANOMALOUS_SEVERITY) anomalies++;
    }
    expect(switches).toBeGreaterThan(5);
    expect(anomalies / switches).toBeLessThan(0.1);
  });
});

test('an hourly series that still learns its week: falling to nothing is found at every hour', () => {
  const random = randomOf(8);
  const shop = (seconds: number): number => 1000 * (1.5 + Math.sin(seconds / DAY * 2 * Math.PI)) * (1 + 0.03 * normal(random));
  const model = new DetectionModel({ intervalSeconds: 3600 }, 1);
  for (let seconds = 0; seconds < 23 * DAY; seconds += 3600) model.observe(MONDAY + seconds, Float64Array.of(shop(seconds)));
  const bytes = model.serialize();
  const severities: number[] = [];
  for (let hour = 0; hour < 7 * 24; hour++) {
    const seconds = 23 * DAY + hour * 3600;
    severities.push(DetectionModel.deserialize(bytes).observe(MONDAY + seconds, Float64Array.of(10)).severity[0]!);
  }
  expect(Math.min(...severities)).toBeGreaterThan(ANOMALOUS_SEVERITY);
});

test('an hourly series that still learns its week: the band ends where an anomaly begins, whatever the value', () => {
  const random = randomOf(9);
  // closed at weekends: their edges are known to be off, and no news, in the second and third week
  const shop = (seconds: number): number =>
    1000 * (1.5 + Math.sin(seconds / DAY * 2 * Math.PI)) * (Math.floor(seconds / DAY) % 7 >= 5 ? 0.2 : 1) * (1 + 0.02 * normal(random));
  const model = new DetectionModel({ intervalSeconds: 3600 }, 1);
  for (let seconds = 0; seconds < 2 * WEEK; seconds += 3600) model.observe(MONDAY + seconds, Float64Array.of(shop(seconds)));
  for (let seconds = 2 * WEEK; seconds < 3 * WEEK; seconds += 3600) {
    const value = shop(seconds);
    const bytes = model.serialize();
    const severityAt = (other: number): number => DetectionModel.deserialize(bytes).observe(MONDAY + seconds, Float64Array.of(other)).severity[0]!;
    const { upper, lower, expected } = model.observe(MONDAY + seconds, Float64Array.of(value));
    const width = upper[0]! - lower[0]!;
    expect(upper[0]!).toBeLessThan(expected[0]! + 10_000);
    expect(severityAt(upper[0]! + 0.02 * width)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
    expect(severityAt(upper[0]! - 0.02 * width)).toBeLessThan(ANOMALOUS_SEVERITY);
    if (lower[0]! > 0) expect(severityAt(lower[0]! - 0.02 * width)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
  }
});
