// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, REASONS } from '../../../../handlers/engine';
import { Calendar } from '../../../../handlers/engine/calendar/calendar';
import { FormerLevel } from '../../../../handlers/engine/level/former-level';
import { SeriesState } from '../../../../handlers/engine/state/series-state';
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

/** A business of many series, and what happens to all of them. */
interface Business {
  readonly seconds: 300 | 600 | 3600;
  readonly noise: number;
  /** Nights have so much less than the mean, and days so much more. */
  readonly amplitude: number;
  readonly weekend: number;
}

/** An event that begins on a Tuesday, and after so many hours is over. */
interface Event {
  readonly share: number;
  readonly start: number;
  readonly hours: number;
}

const SERIES = 20;

/** Runs of anomalies that begin in the day after an event, a series. */
function alertsAfter({ seconds, noise, amplitude, weekend }: Business, { share, start, hours }: Event): number {
  const random = randomOf(7);
  const model = new DetectionModel({ intervalSeconds: seconds }, SERIES);
  const from = ((seconds === HOUR ? WEEKS : 4) * 7 + 1) * 24 + start;
  const open = new Uint8Array(SERIES);
  let alerts = 0;
  for (let interval = 0, hour = 0; hour < from + hours + 24; hour = ++interval * seconds / 3600) {
    const isEvent = hour >= from && hour < from + hours;
    const ofDay = 1 + amplitude * Math.sin((hour - 9) / 24 * 2 * Math.PI);
    const mean = 1000 * ofDay * (Math.floor(hour / 24) % 7 >= 5 ? weekend : 1) * (isEvent ? share : 1);
    const values = Float64Array.from({ length: SERIES }, () => mean * (1 + noise * normal(random)));
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
  return alerts / SERIES;
}

const ENDS = [0.6, 1.5].flatMap(share => [10, 22].map(start => ({ share, start })));
const QUIET: Business = { seconds: 300, noise: 0.03, amplitude: 0.5, weekend: 1 };

test.each([
  ...ENDS.flatMap(end => [24, 48].map(hours => ({ ...QUIET, seconds: HOUR, ...end, hours } as const))),
  ...ENDS.flatMap(end => [8, 24].map(hours => ({ ...QUIET, ...end, hours } as const))),
])('at intervals of $seconds seconds, a business that is at $share from $start o\'clock on for $hours hours has no anomaly when it is back', given => {
  expect(alertsAfter(given, given)).toBeLessThan(0.3);
});

test.each([
  ...([300, 600] as const).flatMap(seconds => [0.6, 1.5].flatMap(share => [8, 24].map(hours => (
    { seconds, noise: 0.1, amplitude: 0.5, weekend: 0.7, share, start: 10, hours } as const)))),
  // nights hardly tell where it is
  ...[24, 48].map(hours => ({ seconds: HOUR, noise: 0.04, amplitude: 0.83, weekend: 1, share: 0.6, start: 22, hours } as const)),
  ...[24, 48].map(hours => ({ seconds: HOUR, noise: 0.1, amplitude: 0.5, weekend: 1, share: 0.6, start: 10, hours } as const)),
])('nor where one value does not tell whether it is: at $seconds seconds, noise $noise, nights less by $amplitude, $share for $hours hours', given => {
  expect(alertsAfter(given, given)).toBeLessThanOrEqual(0.2);
});

test.each([300, 3600] as const)('at intervals of %i seconds, the same event two hours after the end of one is an anomaly again', seconds => {
  const random = randomOf(3);
  const model = new DetectionModel({ intervalSeconds: seconds }, SERIES);
  const from = (6 * 7 + 1) * 24 + 9;
  const found = new Set<number>();
  for (let interval = 0, hour = 0; hour < from + 10; hour = ++interval * seconds / 3600) {
    const isEvent = hour >= from && (hour < from + 4 || hour >= from + 6);
    const mean = 1000 * (1 + 0.5 * Math.sin((hour - 9) / 24 * 2 * Math.PI)) * (isEvent ? 0.4 : 1);
    const values = Float64Array.from({ length: SERIES }, () => mean * (1 + 0.08 * normal(random)));
    const { severity } = model.observe(MONDAY + interval * seconds, values, Infinity);
    if (hour >= from + 6) severity.forEach((each, number) => each >= ANOMALOUS_SEVERITY && found.add(number));
  }
  expect(found.size).toBeGreaterThanOrEqual(SERIES - 1);
});

/** A series whose level was 1000 before an event, and has become `level` in so many hours; all of its values were 1000. */
function afterEvent(level: number, hours: number, share = 1, moved = 0): SeriesState {
  const calendar = new Calendar(HOUR);
  const state = new SeriesState(calendar, 1);
  state.level[0] = level;
  state.mean[0] = share * 1000 + moved;
  state.past.fill(share * 1000 + moved);
  state.points[0] = 2000;
  state.formerLevel[0] = 1000;
  state.formerAt[0] = 2000 - hours;
  state.formerShare[0] = share;
  state.formerMoved[0] = moved;
  const moment = { interval: 2000, position: calendar.position(MONDAY + 2000 * HOUR) };
  new FormerLevel(calendar, state).goBack(0, moment);
  return state;
}

test.each<[string, SeriesState]>([
  ['the level alone has followed', afterEvent(700, 5)],
  ['the level alone has followed, for long: its values were of no one kind', afterEvent(700, 40)],
  ['it has become a level of so many times the one before, and more', afterEvent(380, 40, 0.4)],
  ['it has become a level of so much less than the one before, and less', afterEvent(480, 40, 1, -500)],
])('when a series goes back, values and mean are what they were: %s', (_name, { level, mean, past }) => {
  expect([level[0], Math.round(mean[0]!)]).toEqual([1000, 1000]);
  // this interval's is not known yet
  expect([...past].map(Math.round).filter(value => value === 1000).length).toBeGreaterThanOrEqual(past.length - 1);
});

test.each([1, 2, 3])('an erratic event of more than a day leaves no trace in the mean of a series that is back (seed %i)', seed => {
  const random = randomOf(seed);
  const model = new DetectionModel({ intervalSeconds: HOUR }, 1);
  const known = 6 * 7 * 24;
  const meanOf = (): number => (model as unknown as { readonly state: SeriesState }).state.mean[0]!;
  for (let hour = 0; hour < known + 40; hour++) {
    const isEvent = hour >= known && hour < known + 30;
    model.observe(MONDAY + hour * HOUR, Float64Array.of(100 + 5 * normal(random) + (isEvent ? 40 + 300 * random() ** 2 : 0)));
  }
  expect(Math.abs(meanOf() - 100)).toBeLessThan(5);
});
