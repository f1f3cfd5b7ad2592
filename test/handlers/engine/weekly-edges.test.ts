// SPDX-License-Identifier: Apache-2.0

import { MONDAY, normal, randomOf } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../handlers/engine';

const DAY = 86_400;
const WEEK = 7 * DAY;
const SERIES = 40;
const WEEKS = 7;

/** False alerts a series in each week: a wave of the day, weekends lower from one midnight to the next, and normal noise. Within an hour they are one. */
function alertsByWeek(intervalSeconds: 300 | 600, noise: number, weekend: number): number[] {
  const random = randomOf(7);
  const phases = Array.from({ length: SERIES }, () => random());
  const model = new DetectionModel({ intervalSeconds }, SERIES);
  const counts = new Array<number>(WEEKS).fill(0);
  const newest = new Float64Array(SERIES).fill(-Infinity);
  for (let seconds = 0; seconds < WEEKS * WEEK; seconds += intervalSeconds) {
    const factor = seconds % WEEK >= 5 * DAY ? weekend : 1;
    const values = Float64Array.from(phases, phase => (
      100 * factor * (1 + 0.5 * Math.sin(2 * Math.PI * (seconds / DAY + phase))) * (1 + noise * normal(random))));
    const { severity } = model.observe(MONDAY + seconds, values, Infinity);
    for (let series = 0; series < SERIES; series++) {
      if (!(severity[series]! >= ANOMALOUS_SEVERITY)) continue;
      if (seconds - newest[series]! > 3600) counts[Math.floor(seconds / WEEK)]! += 1 / SERIES;
      newest[series] = seconds;
    }
  }
  return counts;
}

test.each([[300, 0.05, 0.7], [300, 0.02, 0.7], [600, 0.05, 0.7], [300, 0.1, 0.85]] as const)('%i seconds, noise of %d: weekends at %d of working days, which begin within an interval, are known in a few weeks', (intervalSeconds, noise, weekend) => {
  const counts = alertsByWeek(intervalSeconds, noise, weekend);
  expect(counts[2]).toBeLessThanOrEqual(0.25);
  expect(counts[3]).toBeLessThanOrEqual(0.2);
  expect((counts[4]! + counts[5]! + counts[6]!) / 3).toBeLessThanOrEqual(0.12);
});
