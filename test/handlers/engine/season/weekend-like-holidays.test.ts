// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, HolidayCalendar, type IntervalScores, type ModelSettings, REASONS } from '../../../../handlers/engine';
import { DAY, HOUR, MONDAY, normal, type Random, randomOf } from '../samples';

const WEEKS = 10;
/** The Thursday after ten weeks. */
const HOLIDAY = 7 * WEEKS + 3;
const CALENDAR = new HolidayCalendar([{ day: MONDAY / DAY + HOLIDAY, identity: 0 }]);
const SERIES = 10;
const NOISE = 0.05;

/** Kinds of week, Monday first. */
const WEEK = {
  shop: [1, 0.95, 1, 1.05, 1.1, 0.9, 0.5],
  office: [1, 1, 1, 1, 0.9, 0.08, 0.05],
  leisure: [1, 1, 1, 1, 1.2, 1.7, 1.5],
} as const;
const SUNDAY = 6;
const WITHIN_A_DAY: ModelSettings['intervalSeconds'][] = [300, 600, 3600];

/** Interval of a day, as one of the tests sees it. */
interface Seen {
  readonly hour: number;
  readonly scores: IntervalScores;
  readonly values: Float64Array;
}

/** A business, its values without noise at each hour of each day. */
type Values = (day: number, hour: number) => number;

function shape(hour: number): number {
  return 0.15 + 0.85 * Math.max(0, Math.sin(Math.PI * (hour - 5) / 18)) ** 1.3;
}

function businessOf(week: readonly number[], holiday: number): Values {
  return (day, hour) => 1000 * (day === HOLIDAY ? holiday : week[day % 7]!) * shape(hour);
}

function observeDay(model: DetectionModel, intervalSeconds: number, day: number, random: Random, values: Values): Seen[] {
  return Array.from({ length: DAY / intervalSeconds }, (_, interval) => {
    const hour = interval * intervalSeconds / HOUR;
    const observed = Float64Array.from({ length: SERIES }, () => values(day, hour) * (1 + NOISE * normal(random)));
    return { hour, values: observed, scores: model.observe(MONDAY + day * DAY + interval * intervalSeconds, observed) };
  });
}

/** A model that has seen the business up to a day. */
function modelBefore(
  day: number, intervalSeconds: ModelSettings['intervalSeconds'], random: Random, values: Values, holidays?: HolidayCalendar,
): DetectionModel {
  const model = new DetectionModel({ intervalSeconds }, SERIES, holidays);
  for (let before = 0; before < day; before++) {
    for (let interval = 0; interval < DAY / intervalSeconds; interval++) {
      const hour = interval * intervalSeconds / HOUR;
      const observed = Float64Array.from({ length: SERIES }, () => values(before, hour) * (1 + NOISE * normal(random)));
      model.learn(MONDAY + before * DAY + interval * intervalSeconds, observed);
    }
  }
  return model;
}

/** Series of a day that have an anomaly. */
function seriesFound(seen: readonly Seen[]): number {
  const found = new Set<number>();
  for (const { scores: { severity } } of seen) severity.forEach((level, series) => level >= ANOMALOUS_SEVERITY && found.add(series));
  return found.size;
}

describe.each(WITHIN_A_DAY)('public holidays at intervals of %d seconds', intervalSeconds => {
  test.each<[string, readonly number[], number]>([
    ['a shop that is as on a Sunday', WEEK.shop, WEEK.shop[SUNDAY]],
    ['a shop that is between Sunday and weekday', WEEK.shop, 0.75],
    ['a shop that is as usual', WEEK.shop, WEEK.shop[3]],
    ['an office that is empty', WEEK.office, WEEK.office[SUNDAY]],
    ['leisure, more than usual', WEEK.leisure, WEEK.leisure[SUNDAY]],
  ])('%s is no anomaly, nor is the day after', (_, week, holiday) => {
    const random = randomOf(2811);
    const values = businessOf(week, holiday);
    const model = modelBefore(HOLIDAY, intervalSeconds, random, values, CALENDAR);
    // one of ten may have an edge of five minutes
    expect(seriesFound(observeDay(model, intervalSeconds, HOLIDAY, random, values))).toBeLessThanOrEqual(1);
    expect(seriesFound(observeDay(model, intervalSeconds, HOLIDAY + 1, random, values))).toBeLessThanOrEqual(1);
  });

  test('a holiday like a Sunday is an anomaly where nobody knows it', () => {
    const random = randomOf(2811);
    const values = businessOf(WEEK.shop, WEEK.shop[SUNDAY]);
    const model = modelBefore(HOLIDAY, intervalSeconds, random, values);
    expect(seriesFound(observeDay(model, intervalSeconds, HOLIDAY, random, values))).toBeGreaterThan(SERIES / 2);
  });

  test('what is beyond a weekend is an anomaly, and told against the weekend', () => {
    const random = randomOf(2811);
    const usual = businessOf(WEEK.shop, WEEK.shop[SUNDAY]);
    const values: Values = (day, hour) => usual(day, hour) * (day === HOLIDAY && hour >= 12 && hour < 15 ? 0.1 : 1);
    const model = modelBefore(HOLIDAY, intervalSeconds, random, values, CALENDAR);
    const event = observeDay(model, intervalSeconds, HOLIDAY, random, values).filter(({ hour }) => hour >= 12 && hour < 15);
    expect(seriesFound(event)).toBe(SERIES);
    const [first] = event;
    const sunday = 1000 * WEEK.shop[SUNDAY] * shape(12);
    for (let series = 0; series < SERIES; series++) {
      expect(first!.scores.expected[series]! / sunday).toBeGreaterThan(0.7);
      expect(first!.scores.expected[series]! / sunday).toBeLessThan(1.3);
      expect(first!.values[series]!).toBeLessThan(first!.scores.expected[series]!);
    }
  });

  test('the band of a holiday holds what its weekday and a Sunday have, and the reason says why', () => {
    const random = randomOf(2811);
    const values = businessOf(WEEK.shop, 0.75);
    const model = modelBefore(HOLIDAY, intervalSeconds, random, values, CALENDAR);
    const seen = observeDay(model, intervalSeconds, HOLIDAY, random, values);
    const noon = seen.find(({ hour }) => hour === 12)!;
    for (let series = 0; series < SERIES; series++) {
      expect(noon.scores.lower[series]!).toBeLessThan(1000 * WEEK.shop[SUNDAY] * shape(12));
      expect(noon.scores.lower[series]!).toBeGreaterThanOrEqual(0);
      expect(noon.scores.upper[series]!).toBeGreaterThan(1000 * WEEK.shop[3] * shape(12));
      expect(REASONS[noon.scores.reason[series]!]).toBe('as on a weekend as it is a public holiday');
    }
    for (const { scores, values: observed } of seen) {
      scores.severity.forEach((severity, series) => {
        const isInside = observed[series]! >= scores.lower[series]! && observed[series]! <= scores.upper[series]!;
        expect([severity >= ANOMALOUS_SEVERITY, isInside]).toContain(false);
      });
    }
  });

  test('a series without rows on a holiday was expected to have the least that it may have', () => {
    const random = randomOf(2811);
    const values = businessOf(WEEK.shop, NaN);
    const model = modelBefore(HOLIDAY, intervalSeconds, random, values, CALENDAR);
    const noon = observeDay(model, intervalSeconds, HOLIDAY, random, values).find(({ hour }) => hour === 12)!;
    for (const expected of noon.scores.expected) expect(expected / (1000 * WEEK.shop[SUNDAY] * shape(12))).toBeLessThan(1.3);
  });

  test('a model that is saved and read on a holiday goes on as it would have', () => {
    const [one, other] = [randomOf(9), randomOf(9)];
    const values = businessOf(WEEK.leisure, WEEK.leisure[SUNDAY]);
    const model = modelBefore(HOLIDAY, intervalSeconds, one, values, CALENDAR);
    const read = DetectionModel.deserialize(modelBefore(HOLIDAY, intervalSeconds, other, values, CALENDAR).serialize(), CALENDAR);
    for (const day of [HOLIDAY, HOLIDAY + 1]) {
      const [expected, found] = [observeDay(model, intervalSeconds, day, one, values), observeDay(read, intervalSeconds, day, other, values)];
      expect(found.map(({ scores }) => scores)).toEqual(expected.map(({ scores }) => scores));
    }
  });
});

test('a calendar changes nothing before its first holiday', () => {
  const values = businessOf(WEEK.shop, 1);
  const [one, other] = [randomOf(7), randomOf(7)];
  const days = [modelBefore(20, 3600, one, values), modelBefore(20, 3600, other, values, CALENDAR)];
  expect(observeDay(days[0]!, 3600, 20, one, values)).toEqual(observeDay(days[1]!, 3600, 20, other, values));
});

test('a series whose first day is a holiday begins on the day after', () => {
  const model = new DetectionModel({ intervalSeconds: 3600 }, 1, CALENDAR);
  const random = randomOf(3);
  for (let day = HOLIDAY; day < HOLIDAY + 10; day++) {
    for (let hour = 0; hour < 24; hour++) {
      const { severity } = model.observe(MONDAY + day * DAY + hour * HOUR, Float64Array.of(100 * shape(hour) * (1 + NOISE * normal(random))));
      expect(severity[0]! >= ANOMALOUS_SEVERITY).toBe(false);
      if (day <= HOLIDAY + 1) expect(severity[0]).toBeNaN();
    }
  }
});
