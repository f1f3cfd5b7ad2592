// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, formGroups } from '../../../../handlers/engine';
import { nearer, roundingOf } from '../../../../handlers/engine/scores/rounding';
import { MONDAY, normal, randomOf } from '../samples';

const SERIES = 40;
const LEARNED = 4;
const WEEKS = 8;

/** Open shops, running machines: whole numbers between 1 and 9, quieter than counts. */
function judge(
  intervalSeconds: 300 | 3600, noise: number, fallen: (day: number, hour: number) => boolean,
): { readonly alerts: number; readonly found: number } {
  const random = randomOf(3);
  const model = new DetectionModel({ intervalSeconds }, SERIES);
  const [phases, newest] = [Array.from({ length: SERIES }, () => random()), new Float64Array(SERIES).fill(-Infinity)];
  const found = new Set<string>();
  let alerts = 0;
  for (let seconds = 0; seconds < WEEKS * 7 * 86_400; seconds += intervalSeconds) {
    const [day, hour] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
    const isFallen = day >= LEARNED * 7 && fallen(day, hour);
    const values = Float64Array.from(phases, phase => isFallen ? 0
      : Math.max(0, Math.round(5 * (1 + 0.8 * Math.sin(2 * Math.PI * (seconds / 86_400 + phase))) + noise * normal(random))));
    const { expected, severity } = model.observe(MONDAY + seconds, values, Infinity);
    for (let series = 0; series < SERIES; series++) {
      if (day < LEARNED * 7 || !(severity[series]! >= ANOMALOUS_SEVERITY)) continue;
      if (isFallen && expected[series]! > 0) found.add(`${day} ${series}`);
      if (seconds - newest[series]! > 3600) alerts++;
      newest[series] = seconds;
    }
  }
  return { alerts: alerts / SERIES / (WEEKS - LEARNED), found: found.size / SERIES };
}

describe('small whole numbers', () => {
  test.each([[3600, 0.2], [3600, 0.5], [300, 0.2]] as const)('%i seconds, noise of %d: what rounding does is no anomaly', (intervalSeconds, noise) => {
    expect(judge(intervalSeconds, noise, () => false).alerts).toBeLessThan(0.05);
  });

  test('falling to nothing is one, but where next to nothing is expected', () => {
    const { found } = judge(3600, 0.3, (day, hour) => [31, 39, 50].includes(day) && hour >= 10 && hour < 13);
    expect(found / 3).toBeGreaterThan(0.75);
  });
});

test('noise of a unit and more is not taken for rounding, and a value comes no nearer than to what is expected', () => {
  expect([0.01, 0.5, 0.75, 1, 40].map(roundingOf)).toEqual([0.5, 0.5, 0.25, 0, 0]);
  expect([nearer(3, 2.2, 0.5), nearer(3, 2.9, 0.5), nearer(3, 3, 0.5), nearer(0, 2, 0.5), nearer(2, 2.1, 0.5)]).toEqual([2.5, 2.9, 3, 0.5, 2.1]);
});

test.each([
  [3600, 1, 0, 8], [300, 1, 0, 28], [3600, 5, 6, 1], [300, 0, 1, 1],
] as const)('%i seconds: a constant %i that becomes %i is no rounding: a machine that stops is told among sixty, and for %i intervals', (intervalSeconds, constant, changed, lasts) => {
  const model = new DetectionModel({ intervalSeconds }, 60);
  const values = new Float64Array(60).fill(constant);
  const learned = 21 * 86_400 / intervalSeconds;
  for (let interval = 0; interval < learned; interval++) model.learn(MONDAY + interval * intervalSeconds, values);
  values[7] = changed;
  for (let interval = learned; interval < learned + lasts; interval++) {
    const scores = model.observe(MONDAY + interval * intervalSeconds, values, Infinity);
    const [group] = formGroups(scores, values, series => ({ measure: 0, dimensionValues: [`m${series}`] }), 1, 1);
    expect(group).toMatchObject({ series: [7] });
    if (interval === learned) expect(group!.severity).toBeGreaterThan(95);
  }
});
