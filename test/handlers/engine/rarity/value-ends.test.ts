// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../../handlers/engine';
import { MONDAY, poisson, randomOf } from '../samples';

const SECONDS = 600;
const DAY = 86_400 / SECONDS;
const LEARNED = 21 * DAY;
const SERIES = 12;

/** Payments that are approved, as a share of those of ten minutes: 40 by day, fewer than one at night. None: no value. */
function approved(random: () => number, interval: number, chance: number): number {
  const hour = interval % DAY / DAY * 24;
  const payments = poisson(random, hour >= 7 && hour < 23 ? 40 : 0.7);
  if (payments === 0) return NaN;
  let count = 0;
  for (let payment = 0; payment < payments; payment++) if (random() < chance) count++;
  return count / payments;
}

/** Anomalies of series from three weeks on, as intervals after that. */
function anomalies(days: number, chanceAt: (interval: number, series: number) => number, turned = false): number[][] {
  const random = randomOf(4);
  const model = new DetectionModel({ intervalSeconds: SECONDS }, SERIES);
  const found: number[][] = Array.from({ length: SERIES }, () => []);
  for (let interval = -LEARNED; interval < days * DAY; interval++) {
    const values = Float64Array.from({ length: SERIES }, (_, series) => {
      const share = approved(random, interval + LEARNED, chanceAt(interval, series));
      return turned ? 1 - share : share;
    });
    const { severity, lower, upper } = model.observe(MONDAY + (interval + LEARNED) * SECONDS, values);
    for (let series = 0; series < SERIES; series++) {
      if (interval < 0 || Number.isNaN(values[series]!)) continue;
      const isAnomaly = severity[series]! >= ANOMALOUS_SEVERITY;
      if (isAnomaly) found[series]!.push(interval);
      // the band is of what is no anomaly
      else expect(values[series]! >= lower[series]! && values[series]! <= upper[series]!).toBe(true);
    }
  }
  return found;
}

test.each([['approved', false, 4], ['refused', true, 1]])('one of one is seldom news in a share of %s payments', (_name, turned, most) => {
  const count = anomalies(7, () => 0.92, turned).reduce((sum, { length }) => sum + length, 0);
  expect(count / SERIES).toBeLessThan(most);
});

test('what stays at an end is told in the third interval, and what is near it at once', () => {
  const noon = 12 * DAY / 24;
  const chance = (interval: number, series: number): number => {
    if (interval < noon || interval >= noon + 6) return 0.92;
    return series % 2 === 0 ? 0 : 0.08;
  };
  const firsts = anomalies(1, chance).map(found => found.find(interval => interval >= noon && interval < noon + 6)! - noon);
  for (let series = 0; series < SERIES; series++) expect(firsts[series]).toBeLessThanOrEqual(2);
  expect(firsts.filter((first, series) => series % 2 === 1 && first === 0).length).toBeGreaterThanOrEqual(5);
});

test('a series that was at neither end before is told at once', () => {
  const random = randomOf(5);
  const model = new DetectionModel({ intervalSeconds: SECONDS }, 1);
  const severityOf = (interval: number, share: number): number => model.observe(MONDAY + interval * SECONDS, Float64Array.of(share)).severity[0]!;
  for (let interval = 0; interval < LEARNED; interval++) severityOf(interval, 0.9 + 0.05 * random());
  expect(severityOf(LEARNED, 0)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
});

test('a series that is more than 1 now and then is no share', () => {
  const random = randomOf(6);
  const model = new DetectionModel({ intervalSeconds: SECONDS }, 1);
  const severityOf = (interval: number, value: number): number => model.observe(MONDAY + interval * SECONDS, Float64Array.of(value)).severity[0]!;
  for (let interval = 0; interval < LEARNED; interval++) severityOf(interval, interval % (4 * DAY) === 300 ? 0 : 0.95 + 0.1 * random());
  expect(severityOf(LEARNED, 0)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
});
