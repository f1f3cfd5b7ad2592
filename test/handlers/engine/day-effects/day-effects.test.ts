// SPDX-License-Identifier: Apache-2.0

import { DetectionModel } from '../../../../handlers/engine';
import { Calendar } from '../../../../handlers/engine/calendar/calendar';
import { HolidayCalendar } from '../../../../handlers/engine/calendar/holidays';
import { DayEffects, type EffectPrediction } from '../../../../handlers/engine/day-effects/day-effects';
import { DayEffectsCalendar } from '../../../../handlers/engine/day-effects/day-effects-calendar';
import { SeriesState } from '../../../../handlers/engine/state/series-state';
import { ANY_VALUES, NEVER_NEGATIVE } from '../../../../handlers/engine/state/value-kinds';
import { DAY, MONDAY, normal, poisson, type Random, randomOf } from '../samples';

const DAY_MILLISECONDS = 86_400_000;
const dayOf = (date: string): number => Date.parse(date) / DAY_MILLISECONDS;
const dateOf = (day: number): string => new Date(day * DAY_MILLISECONDS).toISOString().slice(0, 10);
const isMonthEnd = (day: number): boolean => dateOf(day + 1).endsWith('-01');
const FIRST = dayOf('2022-01-03');
const SCALE = 20;

/** A series of which level and weekday expect 1000 every day; answers what the calendar adds on each day. */
function effectsOf(days: number, valueOf: (day: number) => number, holidays?: HolidayCalendar, kind = NEVER_NEGATIVE): Map<string, number> {
  const state = new SeriesState(new Calendar(86400), 1);
  const effects = new DayEffects(state, holidays);
  const prediction: EffectPrediction = { effect: new Float64Array(1), season: new Float64Array(1), scale: new Float64Array(1) };
  const [expected, scale] = [Float64Array.of(1000), Float64Array.of(SCALE)];
  state.mean[0] = 1000;
  state.kind[0] = kind;
  const added = new Map<string, number>();
  for (let day = FIRST; day < FIRST + days; day++) {
    effects.predict(day, 0, 1, expected, scale, prediction);
    added.set(dateOf(day), prediction.effect[0]! + prediction.season[0]!);
    effects.learn(day, 0, 1, Float64Array.of(valueOf(day)), expected, scale, prediction);
    state.points[0]!++;
  }
  return added;
}

function noisy(valueOf: (day: number) => number): (day: number) => number {
  const random = randomOf(11);
  return day => valueOf(day) + SCALE * normal(random);
}

describe('effects of the calendar on daily data', () => {
  test('month end is expected from the third month on, and in a short February too', () => {
    const added = effectsOf(430, noisy(day => isMonthEnd(day) ? 2500 : 1000));
    expect(Math.abs(added.get('2022-01-31')!)).toBe(0);
    for (const end of ['2022-04-30', '2022-09-30', '2023-01-31', '2023-02-28']) {
      expect(added.get(end)).toBeGreaterThan(1300);
      expect(added.get(end)).toBeLessThan(1700);
    }
    expect(Math.abs(added.get('2023-01-30')!)).toBeLessThan(3 * SCALE);
  });

  test('the last working day is told from the last day', () => {
    const workingEnds = ['2022-01-31', '2022-02-28', '2022-03-31', '2022-04-29', '2022-05-31', '2022-06-30', '2022-07-29', '2022-08-31',
      '2022-09-30', '2022-10-31', '2022-11-30', '2022-12-30'];
    const added = effectsOf(363, noisy(day => workingEnds.includes(dateOf(day)) ? 2500 : 1000));
    expect(added.get('2022-12-30')).toBeGreaterThan(1200);
    expect(Math.abs(added.get('2022-12-31')!)).toBeLessThan(5 * SCALE);
  });

  test.each([[ANY_VALUES, 'added'], [NEVER_NEGATIVE, 'a part']] as const)('kind %i: the effect is %s of a lower expectation', (kind, _how) => {
    const state = new SeriesState(new Calendar(86400), 1);
    const effects = new DayEffects(state);
    const prediction: EffectPrediction = { effect: new Float64Array(1), season: new Float64Array(1), scale: new Float64Array(1) };
    state.mean[0] = 1000;
    state.kind[0] = kind;
    for (let day = FIRST; day < FIRST + 200; day++) {
      effects.learn(day, 0, 1, Float64Array.of(isMonthEnd(day) ? 2000 : 1000), Float64Array.of(1000), Float64Array.of(SCALE), prediction);
    }
    effects.predict(dayOf('2022-07-31'), 0, 1, Float64Array.of(500), Float64Array.of(SCALE), prediction);
    expect(prediction.effect[0]).toBeCloseTo(kind === ANY_VALUES ? 1000 : 500, -2);
  });

  test('a refund that makes one day negative takes no month end away: effects that were parts are added from then on', () => {
    const random = randomOf(5);
    const model = new DetectionModel({ intervalSeconds: DAY }, 1);
    const refund = dayOf('2023-08-20');
    const anomalies: string[] = [];
    let expectedAtEnd = 0;
    for (let day = FIRST; day < FIRST + 730; day++) {
      const value = day === refund ? -600 : (isMonthEnd(day) ? 3000 : 1000) * (1 + 0.05 * normal(random));
      const { severity, expected } = model.observe(day * DAY, Float64Array.of(value));
      if (dateOf(day) > '2023-06' && severity[0]! >= 70) anomalies.push(dateOf(day));
      if (dateOf(day) === '2023-08-31') expectedAtEnd = expected[0]!;
    }
    expect(anomalies).toEqual(['2023-08-20']);
    expect(expectedAtEnd).toBeGreaterThan(2500);
    expect(expectedAtEnd).toBeLessThan(3500);
  });

  test('nor does one on the day before', () => {
    const random = randomOf(5);
    const model = new DetectionModel({ intervalSeconds: DAY }, 1);
    for (let day = FIRST; day < dayOf('2023-08-30'); day++) {
      model.observe(day * DAY, Float64Array.of((isMonthEnd(day) ? 3000 : 1000) * (1 + 0.05 * normal(random))));
    }
    expect(model.observe(dayOf('2023-08-30') * DAY, Float64Array.of(-600)).severity[0]).toBeGreaterThan(90);
    const { expected, severity } = model.observe(dayOf('2023-08-31') * DAY, Float64Array.of(3000));
    expect(Math.abs(expected[0]! - 3000)).toBeLessThan(500);
    expect(severity[0]).toBeLessThan(20);
  });

  test('the day on which a season opens says nothing of the same day of the next months', () => {
    const random = randomOf(3);
    const model = new DetectionModel({ intervalSeconds: DAY }, 1);
    const isOpen = (day: number): boolean => dateOf(day).slice(5) >= '12-06' || dateOf(day).slice(5) < '04-12';
    let [highest, widest] = [0, 0];
    for (let day = FIRST; dateOf(day) < '2025-04-12'; day++) {
      const { expected, scale } = model.observe(day * DAY, Float64Array.of(isOpen(day) ? 3000 * Math.exp(0.25 * normal(random)) : 0));
      if (dateOf(day) < '2024-12-20') continue;
      highest = Math.max(highest, expected[0]!);
      widest = Math.max(widest, scale[0]!);
    }
    expect(highest).toBeLessThan(6000);
    expect(widest).toBeLessThan(6000);
  });

  test('a series without such effects is left as it is', () => {
    const added = [...effectsOf(365, noisy(() => 1000)).values()].map(Math.abs);
    expect(Math.max(...added)).toBeLessThan(3 * SCALE);
    expect(added.reduce((sum, size) => sum + size, 0) / added.length).toBeLessThan(SCALE / 4);
  });

  test('an anomaly is not expected again a month later', () => {
    const added = effectsOf(200, noisy(day => dateOf(day) === '2022-03-15' ? 9000 : 1000));
    for (const date of ['2022-04-15', '2022-05-15', '2022-06-15', '2022-07-15']) expect(Math.abs(added.get(date)!)).toBeLessThan(2 * SCALE);
  });

  test('a day without a value teaches nothing', () => {
    const added = effectsOf(300, day => isMonthEnd(day) ? 2500 : NaN);
    expect([...added.values()].every(Number.isFinite)).toBe(true);
    expect(added.get('2022-09-30')).toBeCloseTo(1500, -2);
  });

  test('holidays: what they have in common is expected soon, what one has of its own from its second year on', () => {
    const dates = ['2022-04-15', '2022-04-18', '2022-05-26', '2022-06-06', '2022-10-03', '2022-12-26', '2023-04-07', '2023-04-10', '2023-05-18', '2023-10-03'];
    const identities = [0, 1, 2, 3, 4, 5, 0, 1, 2, 4];
    const holidays = new HolidayCalendar(dates.map((date, index) => ({ day: dayOf(date), identity: identities[index]! })));
    const added = effectsOf(660, noisy(day => dateOf(day).endsWith('-10-03') ? 1600 : holidays.identityOf(day) === undefined ? 1000 : 300), holidays);
    expect(Math.abs(added.get('2022-04-15')!)).toBeLessThan(SCALE);
    expect(added.get('2022-06-06')).toBeLessThan(-600);
    expect(added.get('2023-05-18')).toBeLessThan(-600);
    expect(added.get('2023-10-03')).toBeGreaterThan(450);
  });
});

describe('positions of days', () => {
  test('every day has its own day of the month, and no slot twice', () => {
    const calendar = new DayEffectsCalendar();
    for (let day = dayOf('1968-01-01'); day < dayOf('1973-01-01'); day++) {
      const { month, week } = calendar.positionOf(day);
      expect(month[0]!.slot).toBe(Number(dateOf(day).slice(8)) - 1);
      expect(new Set(month.map(({ slot }) => slot)).size).toBe(month.length);
      expect(week).toBeLessThan(53);
    }
  });

  test('a holiday at the month\'s end moves the last working day', () => {
    const end = dayOf('2024-05-31');
    const slotsOf = (calendar: DayEffectsCalendar, day: number): number[] => calendar.positionOf(day).month.slice(2).map(({ slot }) => slot);
    const moved = slotsOf(new DayEffectsCalendar(new HolidayCalendar([{ day: end, identity: 0 }])), end - 1);
    expect(moved).toEqual(slotsOf(new DayEffectsCalendar(), end));
  });

  test.each([[{ day: 1.5, identity: 0 }, /day of a holiday is 1\.5/], [{ day: 3, identity: -1 }, /identity of the holiday on day 3 is -1/]])('%j is refused', (holiday, message) => {
    expect(() => new HolidayCalendar([holiday])).toThrow(message);
  });
});

/** Days on which next to nothing is expected made effects of thousands of times that, which grew from there without end. */
test.each<[string, (random: Random) => number]>([
  ['counts of 3 in 10 days', random => poisson(random, 0.3)],
  ['sales on one day in ten', random => random() < 0.1 ? Math.floor(5 * random()) : 0],
  ['heavy tails', random => random() < 0.05 ? 0 : random() ** -1.5],
])('%s do not send what is expected astray', (_name, valueOf) => {
  const count = 100;
  const randoms = Array.from({ length: count }, (_, series) => randomOf(series + 1));
  const model = new DetectionModel({ intervalSeconds: DAY }, count);
  const largest = new Float64Array(count);
  for (let day = 0; day < 800; day++) {
    const values = Float64Array.from(randoms, valueOf);
    const { expected } = model.observe(MONDAY + day * DAY, values);
    values.forEach((value, series) => { largest[series] = Math.max(largest[series]!, value); });
    if (day > 20) expect(expected.every((value, series) => Math.abs(value) <= 100 * (1 + largest[series]!))).toBe(true);
  }
});

/**
 * Toys: Christmas sells six times as much, and then it is over. The level falls so fast that for days next to nothing was expected, and the year took what
 * was sold for many times as much. A year later it expected that of all of Christmas, ten thousand times what there had ever been.
 */
test('a season that ends at once does not send what is expected a year later astray', () => {
  const count = 100;
  const random = randomOf(9);
  const model = new DetectionModel({ intervalSeconds: DAY }, count);
  const largest = new Float64Array(count);
  const week = [0.8, 0.75, 0.8, 0.85, 1.2, 1.4, NaN];
  let worst = 0;
  for (let day = 0; day < 1100; day++) {
    const ofYear = day % 365;
    const season = 0.7 + 4 * Math.exp(-(((ofYear - 350) / 16) ** 2)) * (ofYear > 357 ? 0.3 : 1);
    const values = Float64Array.from(largest, () => 1000 * season * week[day % 7]! * (1 + 0.06 * normal(random)));
    const { expected } = model.observe(MONDAY + day * DAY, values);
    values.forEach((value, series) => {
      if (Number.isNaN(value)) return;
      if (day > 730) worst = Math.max(worst, expected[series]! / largest[series]!);
      largest[series] = Math.max(largest[series]!, value);
    });
  }
  expect(worst).toBeLessThan(6);
});
