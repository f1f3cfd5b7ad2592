// SPDX-License-Identifier: Apache-2.0

import { DAY, MONDAY, normal, randomOf } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../handlers/engine';

const HOUR = 3600;
/** Known for so many weeks before anything happens. */
const WEEKS = 8;
/** Days after a change on which the series is at half for three hours. */
const EVENT_DAY = 9;
const SEEDS = Array.from({ length: 12 }, (_, seed) => seed + 1);

/** What the day and the week make of a business of 1,000, between 175 and 1,500; steep: between 70 and 2,600. */
function season(hour: number, steep: boolean): number {
  const wave = steep ? 2.5 * Math.exp(-((((hour - 18) % 24 + 36) % 24 - 12) ** 2) / 32) - 0.9 : 0.5 * Math.sin((hour - 9) / 24 * 2 * Math.PI);
  return (1 + wave) * (Math.floor(hour / 24) % 7 > 4 ? 0.7 : 1);
}

interface After {
  /** Anomalies from the second day after the change to the second week, but for those of the event. */
  readonly anomalies: number;
  /** Whether the event was found. */
  readonly isFound: boolean;
  /** Mean distance from what is to be expected in the week after the change, as a part of it. */
  readonly off: number;
}

/** A business by the hour with 4 % noise that has `share` of its level from some hour on. */
function after(seed: number, share: number, { steep = false, isAdded = false, reload = false } = {}): After {
  const random = randomOf(seed);
  let model = new DetectionModel({ intervalSeconds: HOUR }, 1);
  const change = WEEKS * 168 + 24 + seed * 7 % 24;
  const result = { anomalies: 0, isFound: false, off: 0 };
  for (let hour = 0; hour < change + 14 * 24; hour++) {
    const since = hour - change;
    const level = since >= 0 ? share : 1;
    const isEvent = since >= EVENT_DAY * 24 && since < EVENT_DAY * 24 + 3;
    const mean = isAdded ? 2000 * level + 500 * season(hour, steep) : 1000 * level * season(hour, steep);
    const value = (isEvent ? 0.4 : 1) * mean + 0.04 * (isAdded ? 1000 : mean) * normal(random);
    if (reload && since === 5) model = DetectionModel.deserialize(model.serialize());
    const { severity, expected } = model.observe(MONDAY + hour * HOUR, Float64Array.of(Math.max(0, value)));
    if (since >= 24 && !isEvent && severity[0]! >= ANOMALOUS_SEVERITY) result.anomalies++;
    if (isEvent && severity[0]! >= ANOMALOUS_SEVERITY) result.isFound = true;
    if (since >= 24 && since < 8 * 24) result.off += Math.abs(expected[0]! - mean) / mean / (7 * 24);
  }
  return result;
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

test.each([
  ['milliseconds to seconds', 0.001], ['cents to euros', 0.01], ['a fifth', 0.2], ['half', 0.5], ['three times', 3], ['ten times', 10],
  ['euros to cents', 100], ['seconds to milliseconds', 1000], ['kilometres to millimetres', 1e6],
])('a business that has so many times what it had has as many times its day and its noise: %s', (_name, share) => {
  const found = SEEDS.map(seed => after(seed, share));
  expect(mean(found.map(({ off }) => off))).toBeLessThan(0.08);
  expect(mean(found.map(({ anomalies }) => anomalies))).toBeLessThan(1);
  expect(found.filter(({ isFound }) => isFound).length).toBeGreaterThanOrEqual(11);
});

test.each([['cents to euros', 0.01], ['ten times', 10]])('also where little happens at night: %s', (_name, share) => {
  const found = SEEDS.map(seed => after(seed, share, { steep: true }));
  expect(mean(found.map(({ off }) => off))).toBeLessThan(0.3);
  expect(mean(found.map(({ anomalies }) => anomalies))).toBeLessThan(4);
});

test('an hour that was off a week ago by chance learns no new level whole while that is being learned', () => {
  const isAstray = (seed: number): boolean => after(seed, 1000).off > 0.5;
  // each has such an hour among the first twelve of the new level
  expect([14, 29, 30, 39, 71, 73].filter(isAstray)).toEqual([]);
});

test.each([
  ['a hundredth', 0.01], ['half', 0.5], ['three times', 3], ['ten times', 10],
])('a day that is added to the level is what it was at a new one: %s', (_name, share) => {
  const found = SEEDS.map(seed => after(seed, share, { isAdded: true }));
  expect(mean(found.map(({ off }) => off))).toBeLessThan(0.08);
  expect(mean(found.map(({ anomalies }) => anomalies))).toBeLessThan(1);
});

test.each([0.001, 0.01, 100, 1000])('of daily data day and usual error have changed with the level: %d times', share => {
  const WEEKDAYS = 26 * 7;
  const afterDays = (seed: number): Omit<After, 'off'> => {
    const random = randomOf(seed);
    const model = new DetectionModel({ intervalSeconds: DAY }, 1);
    const result = { anomalies: 0, isFound: false };
    for (let day = 0; day < WEEKDAYS + 70; day++) {
      const isEvent = day === WEEKDAYS + 63;
      const level = (day >= WEEKDAYS ? 1000 * share : 1000) * (day % 7 > 4 ? 0.7 : 1) * (isEvent ? 0.4 : 1);
      const isAnomaly = model.observe(MONDAY + day * DAY, Float64Array.of(level * (1 + 0.04 * normal(random)))).severity[0]! >= ANOMALOUS_SEVERITY;
      if (isEvent) result.isFound = isAnomaly;
      else if (day >= WEEKDAYS + 4 && isAnomaly) result.anomalies++;
    }
    return result;
  };
  const found = SEEDS.map(afterDays);
  expect(found.filter(({ isFound }) => isFound).length).toBeGreaterThanOrEqual(11);
  expect(mean(found.map(({ anomalies }) => anomalies))).toBeLessThan(0.5);
});

test('a model keeps what it knows of a change that goes on', () => {
  expect(after(3, 0.01, { reload: true })).toEqual(after(3, 0.01));
});
