// SPDX-License-Identifier: Apache-2.0

import { HOUR, laplace, MONDAY, normal, poisson, randomOf, student, type Random } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel, formGroups } from '../../../handlers/engine';

const SERIES = 60;
const HISTORY = 42 * 24;
const SCORED = 14 * 24;

function season(hour: number): number {
  return 1 + 0.6 * Math.cos(hour % 24 / 24 * 2 * Math.PI) - (Math.floor(hour / 24) % 7 >= 5 ? 0.25 : 0);
}

/** Runs of anomalous intervals for each series and week, and runs of groups a week. */
function alertsOf(valueAt: (random: Random, hour: number) => number, scored = SCORED): { perSeriesWeek: number; groupsPerWeek: number } {
  const random = randomOf(11);
  const model = new DetectionModel({ intervalSeconds: 3600 }, SERIES);
  const open = new Uint8Array(SERIES);
  let alerts = 0;
  let groups = 0;
  let grouped = false;
  for (let hour = 0; hour < HISTORY + scored; hour++) {
    const values = Float64Array.from({ length: SERIES }, () => valueAt(random, hour));
    const scores = model.observe(MONDAY + hour * HOUR, values);
    if (hour < HISTORY) continue;
    scores.severity.forEach((severity, series) => {
      const anomalous = severity >= ANOMALOUS_SEVERITY ? 1 : 0;
      if (anomalous > open[series]!) alerts++;
      open[series] = anomalous;
    });
    const group = formGroups(scores, values, () => ({ measure: 0, dimensionValues: [] }), 1, 0).length > 0;
    if (group && !grouped) groups++;
    grouped = group;
  }
  const weeks = scored / 168;
  return { perSeriesWeek: alerts / SERIES / weeks, groupsPerWeek: groups / weeks };
}

describe('false alerts at the default threshold', () => {
  test.each<[string, (random: Random, hour: number) => number]>([
    ['normal noise', random => 1000 + 50 * normal(random)],
    ['normal noise on a season', (random, hour) => 1000 * season(hour) + 50 * normal(random)],
    ['noise that grows with the season', (random, hour) => 1000 * season(hour) * Math.exp(0.1 * normal(random))],
    ['counts of 20 with a season', (random, hour) => poisson(random, 20 * season(hour))],
    ['counts of 5, which are 0 now and then', random => poisson(random, 5)],
    ['counts of 1', random => poisson(random, 1)],
    ['one sale in ten hours', random => poisson(random, 0.1)],
    ['one sale in a hundred hours', random => poisson(random, 0.01)],
    ['shops closed at night', (random, hour) => hour % 24 < 8 ? 0 : poisson(random, 10)],
    ['a value now and then', random => random() < 0.1 ? 100 + 10 * normal(random) : NaN],
  ])('%s: next to none', (_name, valueAt) => {
    expect(alertsOf(valueAt).perSeriesWeek).toBeLessThanOrEqual(0.05);
  });

  test.each<[string, number, (random: Random) => number]>([
    ['skewed noise of three tenths', 0.2, random => 1000 * Math.exp(0.3 * normal(random))],
    ['Laplace noise', 0.4, random => 1000 + 50 * laplace(random)],
    ['Student noise with 4 degrees of freedom', 0.7, random => 1000 + 50 * student(random, 4)],
    ['Student noise with 3 degrees of freedom', 1.2, random => 1000 + 50 * student(random, 3)],
    ['spikes in one hour of a hundred', 2.5, random => (random() < 0.01 ? 1000 : 100) + 10 * normal(random)],
    ['zero but for one hour in twenty', 2, random => random() < 0.05 ? 50 + 10 * normal(random) : 0],
  ])('%s: less than %f for a series and week', (_name, most, valueAt) => {
    expect(alertsOf(valueAt).perSeriesWeek).toBeLessThan(most);
  });

  test('groups ask for more where there are many series', () => {
    const { perSeriesWeek, groupsPerWeek } = alertsOf(random => 1000 + 50 * laplace(random), 4 * SCORED);
    expect(groupsPerWeek).toBeLessThan(0.6 * perSeriesWeek * SERIES);
  });

  test.each([[0.2, 0.08], [0.3, 0.3]])('at intervals of five minutes, normal noise of %d that does not fall below 0: less than %d for a series and week', (noise, most) => {
    const random = randomOf(5);
    const series = 20;
    const model = new DetectionModel({ intervalSeconds: 300 }, series);
    let alerts = 0;
    for (let interval = 0; interval < 7 * 7 * 288; interval++) {
      const mean = 1000 * (1 + 0.5 * Math.sin(interval % 288 / 288 * 2 * Math.PI));
      const values = Float64Array.from({ length: series }, () => mean * Math.max(0, 1 + noise * normal(random)));
      if (interval < 3 * 7 * 288) model.learn(MONDAY + interval * 300, values);
      else alerts += model.observe(MONDAY + interval * 300, values, Infinity).severity.filter(severity => severity >= ANOMALOUS_SEVERITY).length;
    }
    expect(alerts / series / 4).toBeLessThan(most);
  });
});
