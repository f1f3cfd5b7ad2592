// SPDX-License-Identifier: Apache-2.0

import { DAY, MONDAY, normal, type Random, randomOf } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel, HolidayCalendar, type ModelSettings } from '../../../handlers/engine';

const SERIES = 20;
const FIRST = MONDAY / DAY;
/** A Thursday or a Monday of most weeks from the seventh on. */
const HOLIDAYS = [6 * 7 + 3, ...[7, 9, 11, 13, 15, 17, 19, 21].flatMap(week => [week * 7, (week + 1) * 7 + 3])];
const DAYS = 24 * 7;
const HOLIDAY = HOLIDAYS[0]!;

function calendarOf(days: readonly number[], weekend?: readonly number[]): HolidayCalendar {
  return new HolidayCalendar(days.map((day, identity) => ({ day: FIRST + day, identity })), weekend);
}

interface Business {
  readonly intervalSeconds: ModelSettings['intervalSeconds'];
  /** Monday first. */
  readonly week: readonly number[];
  readonly noise: number;
  /** How much of the noise of one interval is in the next. */
  readonly memory?: number;
  /** Day of the week as which holidays are; default: as usual. */
  readonly holiday?: number;
}

/** Intervals with an anomaly by day, over all series. */
function anomaliesByDay(
  { intervalSeconds, week, noise, memory = 0, holiday }: Business, calendar: HolidayCalendar | undefined, days: number, random: Random,
): number[] {
  const model = new DetectionModel({ intervalSeconds }, SERIES, calendar);
  const state = new Float64Array(SERIES);
  const perDay = DAY / intervalSeconds;
  return Array.from({ length: days }, (_, day) => {
    const height = week[holiday !== undefined && HOLIDAYS.includes(day) ? holiday : day % 7]!;
    let found = 0;
    for (let interval = 0; interval < perDay; interval++) {
      const shape = 0.15 + 0.85 * Math.max(0, Math.sin(Math.PI * (interval / perDay * 24 - 5) / 18)) ** 1.3;
      const values = Float64Array.from({ length: SERIES }, (__, series) => {
        state[series] = memory * state[series]! + Math.sqrt(1 - memory ** 2) * normal(random);
        return 1000 * height * shape * Math.max(0, 1 + noise * state[series]!);
      });
      const { severity } = model.observe(MONDAY + day * DAY + interval * intervalSeconds, values);
      found += severity.filter(each => each >= ANOMALOUS_SEVERITY).length;
    }
    return found;
  });
}

const sumOf = (found: readonly number[], days: readonly number[]): number => days.reduce((sum, day) => sum + found[day]!, 0);

test('an hourly series that wanders and has no weekend is no anomaly on a holiday', () => {
  const business: Business = { intervalSeconds: 3600, week: [1, 1, 1, 1, 1, 1, 1], noise: 0.1, memory: 0.95 };
  expect(sumOf(anomaliesByDay(business, calendarOf(HOLIDAYS), DAYS, randomOf(7)), HOLIDAYS)).toBeLessThanOrEqual(1);
});

test('a holiday that is as a weekend which is many times as much has the noise of that weekend', () => {
  const business: Business = { intervalSeconds: 3600, week: [1, 1, 1, 1, 2, 20, 20], noise: 0.05, holiday: 6 };
  const found = [7, 1, 2, 3].map(seed => sumOf(anomaliesByDay(business, calendarOf(HOLIDAYS), DAYS, randomOf(seed)), HOLIDAYS));
  // of 17 holidays of 20 series each
  expect(found.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(6);
});

test.each([0.05, 0.15])('at intervals of five minutes and a noise of %d, the days after a holiday have no more false anomalies than others', noise => {
  const business: Business = { intervalSeconds: 300, week: [1, 0.95, 1, 1.05, 1.1, 0.9, 0.5], noise, holiday: 6 };
  const found = anomaliesByDay(business, calendarOf(HOLIDAYS.slice(0, 2)), 8 * 7 + 3, randomOf(11));
  const week = [1, 2, 3].map(after => HOLIDAY + after);
  expect(sumOf(found, week)).toBeLessThanOrEqual(2);
});

test('where the weekend is Friday and Saturday, a holiday may be as on a Friday', () => {
  const business: Business = { intervalSeconds: 3600, week: [1, 1, 1, 1, 0.3, 0.8, 1], noise: 0.05, holiday: 4 };
  const found = (weekend?: readonly number[]): number => sumOf(anomaliesByDay(business, calendarOf(HOLIDAYS, weekend), DAYS, randomOf(3)), HOLIDAYS);
  expect(found([5, 6])).toBeLessThanOrEqual(1);
  expect(found()).toBeGreaterThan(SERIES);
});
