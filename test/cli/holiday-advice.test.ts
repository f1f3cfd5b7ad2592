// SPDX-License-Identifier: Apache-2.0

import type { BacktestConfig } from '../../cli/backtest/config';
import { holidayAdvice as adviceOf } from '../../cli/backtest/holiday-advice';
import type { MissingDataStretch } from '../../cli/backtest/missing-data';

const DAY = 86_400;
const FIRST = Date.parse('2025-01-01') / 1000;
const YEAR = Array.from({ length: 365 }, (_, day) => FIRST + day * DAY);
const daily = { frequency: 'P1D', timezone: 'UTC' } as BacktestConfig;
const groupsOn = (...dates: string[]): { start: number }[] => dates.map(date => ({ start: Date.parse(date) / 1000 }));
const holidayAdvice = (
  config: BacktestConfig, groups: { start: number }[], detected: number[], stretches: MissingDataStretch[] = [], daysWithRows = new Set<number>(),
) => (
  adviceOf(config, groups, stretches, { detected, daysWithRows }));
const GERMAN = groupsOn('2025-01-01', '2025-04-18', '2025-05-01', '2025-06-09', '2025-10-03', '2025-12-25');

test('anomalies on the holidays of a country are told, with what to write', async () => {
  expect(await holidayAdvice(daily, [...GERMAN, ...groupsOn('2025-07-17')], YEAR)).toBe(
    '6 of the 7 days on which an anomaly group begins are public holidays of Germany, such as 2025-01-01 (New Year\'s Day): '
    + 'try "holidays": "DE" in the configuration, and give the connector the prop of that name');
});

test('hours of a holiday count as one day', async () => {
  const hours = YEAR.flatMap(day => Array.from({ length: 24 }, (_, hour) => day + hour * 3600));
  const groups = GERMAN.flatMap(({ start }) => [9, 11, 16].map(hour => ({ start: start + hour * 3600 })));
  expect(await holidayAdvice({ ...daily, frequency: 'PT1H' }, groups, hours)).toMatch(
    /^6 of the 6 days on which an anomaly group begins are public holidays of Germany/);
  const sameDay = [9, 10, 11, 12].map(hour => ({ start: GERMAN[0]!.start + hour * 3600 }));
  expect(await holidayAdvice({ ...daily, frequency: 'PT1H' }, sameDay, hours)).toBeUndefined();
});

test('of several countries with as many of the days, that of the time zone comes first', async () => {
  // Austria is a day behind UTC for the first hour of its day
  const christmas = groupsOn('2024-12-31T23:00Z', '2025-04-30T22:00Z', '2025-12-24T23:00Z', '2025-12-25T23:00Z');
  const advice = await holidayAdvice({ ...daily, timezone: 'Europe/Vienna' }, christmas, YEAR);
  expect(advice).toMatch(/^4 of the 4 days on which an anomaly group begins are public holidays of Austria, such as 2025-01-01/);
  expect(advice).toMatch(/"holidays": "AT" .*; as many are holidays of .*\)$/);
});

describe('days without rows', () => {
  const HOURS = YEAR.flatMap(day => Array.from({ length: 24 }, (_, hour) => day + hour * 3600));
  const dayOf = (date: string): number => Date.parse(date) / DAY / 1000;
  // closed on Sundays and on holidays
  const daysWithRows = new Set(YEAR.map(day => day / DAY).filter(day => day % 7 !== 3 && !['2025-04-18', '2025-05-01', '2025-06-09', '2025-10-03'].map(dayOf).includes(day)));
  const silence = (from: string, intervals: number, type: MissingDataStretch['type'] = 'NO_ROWS'): MissingDataStretch => ({ type, from, intervals, isOngoing: false, text: '' });

  test('that are the holidays of a country are told, those that are closed anyway left out', async () => {
    const stretches = [silence('2025-04-17 20:00:00', 36), silence('2025-05-01 08:00:00', 12), silence('2025-06-07 18:00:00', 62), silence('2025-10-03 00:00:00', 24)];
    const advice = await holidayAdvice({ ...daily, frequency: 'PT1H' }, [], HOURS, stretches, daysWithRows);
    expect(advice).toMatch(/^4 of the 4 days on which an anomaly group begins or no rows come are public holidays of Germany, such as 2025-04-18 \(Good Friday\)/);
  });

  test('of a dimension value are not', async () => {
    const stretches = ['2025-04-18', '2025-05-01', '2025-06-09', '2025-10-03'].map(date => silence(`${date} 00:00:00`, 24, 'VALUE_STOPPED'));
    expect(await holidayAdvice({ ...daily, frequency: 'PT1H' }, [], HOURS, stretches, daysWithRows)).toBeUndefined();
  });
});

test('the country of the time zone comes first, though it has more holidays on which there is no anomaly', async () => {
  const groups = groupsOn('2025-08-15T12:00', '2025-11-01T12:00', '2025-12-08T12:00', '2025-12-25T12:00', '2025-12-26T12:00', '2025-06-24T12:00', '2025-07-15T12:00', '2025-09-09T12:00', '2025-09-17T12:00');
  const detected = YEAR.slice(145);
  expect(await holidayAdvice(daily, groups, detected)).toMatch(/are public holidays of Italia/);
  expect(await holidayAdvice({ ...daily, timezone: 'Europe/Vienna' }, groups, detected)).toMatch(/are public holidays of Austria.* as many are holidays of .*IT/);
});

test.each<[string, Partial<BacktestConfig>, { start: number }[]]>([
  ['days that are no holidays', {}, groupsOn('2025-02-11', '2025-03-19', '2025-06-24', '2025-07-15', '2025-09-09')],
  ['three holidays among twenty days', {}, [...GERMAN.slice(0, 3), ...YEAR.slice(30, 47).map(start => ({ start }))]],
  ['two holidays', {}, GERMAN.slice(0, 2)],
  ['no anomalies', {}, []],
  ['a configuration with holidays', { holidays: 'FR' }, GERMAN],
])('%s are no reason for advice', async (_, change, groups) => {
  expect(await holidayAdvice({ ...daily, ...change }, groups, YEAR)).toBeUndefined();
});
