// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { ANOMALOUS_SEVERITY, DetectionModel, REASONS } from '../../../../handlers/engine';
import { countWeeksOff } from '../../../../handlers/engine/season/weekday-change';
import { DAY, MONDAY, normal, randomOf } from '../samples';

/** Known for so many days before anything happens, and a Monday after them. */
const KNOWN = 280;
const PARAMETERS = fc.record({
  seed: fc.nat(9_999), noise: fc.constantFrom(0.02, 0.05, 0.08), weekend: fc.constantFrom(0.2, 0.6, 1), left: fc.constantFrom(0, 0.1, 0.4),
});

/** Days after KNOWN that are anomalies of a business that has `left` of its usual value on the days for which `isClosed` holds. */
function anomalies(
  { seed, noise, weekend, left }: { seed: number; noise: number; weekend: number; left: number }, days: number, isClosed: (day: number) => boolean,
): { day: number; reason: string }[] {
  const random = randomOf(seed);
  const model = new DetectionModel({ intervalSeconds: DAY }, 1);
  const found: { day: number; reason: string }[] = [];
  for (let day = -KNOWN; day < days; day++) {
    const usual = 1000 * (1 + noise * normal(random)) * ((day + KNOWN) % 7 > 4 ? weekend : 1);
    const value = Math.round(usual * (day >= 0 && isClosed(day) ? left : 1));
    const { severity, reason } = model.observe(MONDAY + (day + KNOWN) * DAY, Float64Array.of(value));
    if (day >= 0 && severity[0]! >= ANOMALOUS_SEVERITY) found.push({ day, reason: REASONS[reason[0]!]! });
  }
  return found;
}

test('closed on the same weekday in two successive weeks, as at Christmas and the New Year: the weeks after are as ever', () => {
  fc.assert(fc.property(PARAMETERS, fc.integer({ min: 0, max: 4 }), (parameters, weekday) => {
    const found = anomalies(parameters, 42, day => day === weekday || day === weekday + 7);
    expect(found.map(({ day }) => day)).toContain(weekday);
    expect(found.filter(({ day }) => day > weekday + 7)).toEqual([]);
  }), { numRuns: 60, seed: 2025 });
});

test('a weekday that is closed from now on is learned in three weeks', () => {
  let learned = 0;
  fc.assert(fc.property(PARAMETERS, fc.integer({ min: 0, max: 4 }), (parameters, weekday) => {
    const found = anomalies(parameters, 70, day => day % 7 === weekday);
    expect(found[0]).toEqual({ day: weekday, reason: 'anomaly' });
    expect(found.filter(({ day }) => day > weekday + 14)).toEqual([]);
    learned += found.filter(({ reason }) => reason === 'new level').length;
  }), { numRuns: 60, seed: 2025 });
  expect(learned).toBeGreaterThan(20);
});

test('weeks are counted by side, and anew after one that is not far off', () => {
  const weeksOff = new Uint8Array(2);
  const count = (error: number): number => countWeeksOff(weeksOff, 1, error, 1);
  expect([count(-5), count(-5), count(-5), count(5), count(5), count(3.9), count(5)]).toEqual([1, 2, 3, 1, 2, 0, 1]);
  for (let week = 0; week < 300; week++) count(-5);
  expect([count(-5), count(5)]).toEqual([100, 1]);
  expect(weeksOff[0]).toBe(0);
});
