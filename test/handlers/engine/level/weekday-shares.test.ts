// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../../handlers/engine';
import { DAY, MONDAY, normal, randomOf } from '../samples';

const SERIES = 100;
const YEARS = 3;

interface Business {
  /** Share of a working day that days of the weekend have. */
  readonly weekend: number;
  /** Height of the wave of the year. */
  readonly wave: number;
  readonly noise: number;
  /** What three days have of what they would have. */
  readonly fallen: number;
}

/** Share of the series in which the three days are found, and false alerts a year, from the second one on. */
function judge({ weekend, wave, noise, fallen }: Business): { readonly found: number; readonly alerts: number } {
  const random = randomOf(5);
  const phases = Array.from({ length: SERIES }, () => random());
  const model = new DetectionModel({ intervalSeconds: DAY }, SERIES);
  const found = new Set<number>();
  let alerts = 0;
  for (let day = 0; day < 365 * YEARS; day++) {
    const isFallen = day >= 1_007 && day < 1_010;
    const values = Float64Array.from(phases, phase => 1000 * (1 + wave * Math.sin(2 * Math.PI * (day / 365.25 + phase)))
      * (day % 7 >= 5 ? weekend : 1) * (1 + noise * normal(random)) * (isFallen ? fallen : 1));
    const { severity } = model.observe(MONDAY + day * DAY, values, Infinity);
    for (let series = 0; series < SERIES; series++) {
      if (!(severity[series]! >= ANOMALOUS_SEVERITY)) continue;
      if (isFallen) found.add(series);
      else if (day > 365 && (day < 1_007 || day > 1_040)) alerts++;
    }
  }
  return { found: found.size / SERIES, alerts: alerts / SERIES / (YEARS - 1) };
}

test.each<[string, Business]>([
  ['quiet weekends', { weekend: 0.4, wave: 0.4, noise: 0.045, fallen: 0.6 }],
  ['weekends, little noise', { weekend: 0.7, wave: 0.4, noise: 0.02, fallen: 0.8 }],
  ['loud weekends', { weekend: 3, wave: 0.4, noise: 0.045, fallen: 0.6 }],
])('daily data that goes through its year, %s: what weekdays add grows and shrinks with the level, so that a fall is found', (_, business) => {
  const { found, alerts } = judge(business);
  expect(found).toBeGreaterThan(0.85);
  expect(alerts).toBeLessThan(0.25);
});
