// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, REASONS } from '../../../../handlers/engine';
import { DAY, MONDAY, normal, randomOf } from '../samples';

const HOUR = 3600;
/** Known for so many weeks before anything happens. */
const WEEKS = 8;

/** Anomalies of a business from the beginning of an event on, in which it has `left` of its usual value, as intervals after that. */
function anomalies(
  intervalSeconds: 3600 | 86400, event: { length: number; left: number }, after: number, seed: number,
): { at: number; reason: string }[] {
  const random = randomOf(seed);
  const model = new DetectionModel({ intervalSeconds }, 1);
  const found: { at: number; reason: string }[] = [];
  const known = WEEKS * 7 * DAY / intervalSeconds;
  for (let at = -known; at < event.length + after; at++) {
    const seconds = MONDAY + (at + known) * intervalSeconds;
    const ofDay = intervalSeconds === HOUR ? 1 + 0.5 * Math.sin(2 * Math.PI * seconds / DAY) : 1;
    const value = 1000 * ofDay * (1 + 0.03 * normal(random)) * (at >= 0 && at < event.length ? event.left : 1);
    const { severity, reason } = model.observe(seconds, Float64Array.of(value));
    if (at >= 0 && (severity[0]! >= ANOMALOUS_SEVERITY || REASONS[reason[0]!] === 'back at the level before')) found.push({ at, reason: REASONS[reason[0]!]! });
  }
  return found;
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

test.each([
  ['hours: open again after two days', 3600, 48, 24],
  ['days: open again after a week', 86400, 7, 7],
] as const)('%s', (_name, interval, length, after) => {
  const ended = SEEDS.map(seed => {
    const found = anomalies(interval, { length, left: 0.2 }, after, seed);
    expect(found[0]).toEqual({ at: 0, reason: 'anomaly' });
    expect(found.some(({ reason }) => reason === 'new level')).toBe(true);
    return found.filter(({ at }) => at >= length);
  });
  // what was an event has ended: told as such once, and no anomaly
  const alerts = ended.filter(found => found.some(({ reason }) => reason !== 'back at the level before'));
  expect(alerts.length).toBeLessThanOrEqual(2);
  expect(ended.filter(found => found[0]?.reason === 'back at the level before' && found[0].at === length).length).toBeGreaterThanOrEqual(16);
});

test.each([
  ['hours: the way back from a level of a week is an anomaly', 3600, 7 * 24],
  ['days: that from a level of a month', 86400, 30],
] as const)('%s', (_name, interval, length) => {
  const isFound = (seed: number): boolean => anomalies(interval, { length, left: 0.2 }, 3, seed).some(({ at, reason }) => at === length && reason === 'anomaly');
  expect(SEEDS.filter(isFound).length).toBeGreaterThanOrEqual(18);
});

test('a model keeps the level before from one interval to the next', () => {
  const after = (reload: boolean): number[] => {
    const random = randomOf(5);
    let model = new DetectionModel({ intervalSeconds: HOUR }, 1);
    const severities: number[] = [];
    for (let at = 0; at < 900; at++) {
      if (reload && at === 850) model = DetectionModel.deserialize(model.serialize());
      const { severity } = model.observe(MONDAY + at * HOUR, Float64Array.of((at >= 820 && at < 860 ? 20 : 100) * (1 + 0.02 * normal(random))));
      if (at >= 850) severities.push(severity[0]!);
    }
    return severities;
  };
  expect(after(true)).toEqual(after(false));
  expect(Math.max(...after(true).slice(10))).toBeLessThan(ANOMALOUS_SEVERITY);
});

const ENDS = [0.6, 1.5].flatMap(share => [10, 22].map(start => [share, start] as const));

test.each([
  ...ENDS.flatMap(end => [24, 48].map(hours => [HOUR, ...end, hours] as const)),
  ...ENDS.flatMap(end => [8, 24].map(hours => [300, ...end, hours] as const)),
] as const)('at intervals of %i seconds, a business that is at %d from %i o\'clock on for %i hours has no anomaly when it is back', (seconds, share, start, hours) => {
  const random = randomOf(7);
  const series = 20;
  const model = new DetectionModel({ intervalSeconds: seconds }, series);
  const from = ((seconds === HOUR ? WEEKS : 4) * 7 + 1) * 24 + start;
  const open = new Uint8Array(series);
  let alerts = 0;
  for (let interval = 0, hour = 0; hour < from + hours + 24; hour = ++interval * seconds / 3600) {
    const isEvent = hour >= from && hour < from + hours;
    const mean = 1000 * (1 + 0.5 * Math.sin((hour - 9) / 24 * 2 * Math.PI)) * (isEvent ? share : 1);
    const values = Float64Array.from({ length: series }, () => mean * (1 + 0.03 * normal(random)));
    if (hour < from) {
      model.learn(MONDAY + interval * seconds, values);
      continue;
    }
    const { severity } = model.observe(MONDAY + interval * seconds, values, Infinity);
    severity.forEach((each, number) => {
      const isAnomaly = each >= ANOMALOUS_SEVERITY ? 1 : 0;
      if (!isEvent && isAnomaly > open[number]!) alerts++;
      open[number] = isAnomaly;
    });
  }
  expect(alerts / series).toBeLessThan(0.3);
});
