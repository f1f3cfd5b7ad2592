// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../../handlers/engine';
import { DAY, MONDAY, normal, randomOf } from '../samples';

const SERIES = 30;
const WEEK = 7 * DAY;
const WEEKS = 10;
/** Weeks that are not scored. */
const LEARNED = 5;
const PEAK_HOURS = 2;

/** Share of the series that have an anomaly in and after their peak, for each week that is scored; they have one of two hours a week, but not in the week that is left out. */
function told(intervalSeconds: 300 | 600, noise: number, peak: number, leftOut = Infinity): number[] {
  const random = randomOf(11);
  const model = new DetectionModel({ intervalSeconds }, SERIES);
  const begins = Float64Array.from({ length: SERIES }, () => 24 * Math.floor(7 * random()) + 6 + Math.floor(14 * random()));
  const weeks = Array.from({ length: WEEKS }, () => new Set<number>());
  for (let seconds = 0; seconds < WEEKS * WEEK; seconds += intervalSeconds) {
    const [hour, week] = [seconds % WEEK / 3600, Math.floor(seconds / WEEK)];
    const usual = 1000 * (0.4 + Math.exp(-((hour % 24 - 15) ** 2) / 40)) * (hour >= 120 ? 0.8 : 1);
    const values = begins.map(begin => (
      usual * (week !== leftOut && hour >= begin && hour < begin + PEAK_HOURS ? peak : 1) * Math.exp(noise * normal(random))));
    if (week < LEARNED) {
      model.learn(MONDAY + seconds, values);
      continue;
    }
    const { severity } = model.observe(MONDAY + seconds, values);
    begins.forEach((begin, series) => {
      if (hour >= begin && hour < begin + PEAK_HOURS + 1 && severity[series]! >= ANOMALOUS_SEVERITY) weeks[week]!.add(series);
    });
  }
  return weeks.slice(LEARNED).map(({ size }) => size / SERIES);
}

describe.each([300, 600] as const)('%i seconds', intervalSeconds => {
  test.each([[0.03, 2.2], [0.03, 0.3], [0.08, 0.3]])('with noise of %d what comes every week, %d times what is usual, is no news', (noise, peak) => {
    const shares = told(intervalSeconds, noise, peak);
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThan(0.08);
  });

  test.each([2.2, 0.3])('and its absence is: %d times', peak => {
    expect(told(intervalSeconds, 0.03, peak, WEEKS - 1).at(-1)).toBeGreaterThan(0.4);
  });
});
