// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { ANOMALOUS_SEVERITY, DetectionModel, HolidayCalendar, type ModelSettings, REASONS } from '../../../../handlers/engine';
import { xxHash32 } from '../../../../handlers/engine/state/checksum';
import { MONDAY, normal, poisson, type Random, randomOf } from '../samples';

type IntervalSeconds = ModelSettings['intervalSeconds'];
const DAY = 86_400;
const STUCK = 'stuck at one value';

/** What one interval of one series has come to. */
interface Told {
  readonly severity: number;
  readonly score: number;
  readonly reason: string;
  readonly lower: number;
  readonly upper: number;
  readonly value: number;
}

/** One series, interval by interval. */
class Series {
  public model: DetectionModel;
  private interval = 0;
  private newest = NaN;

  public constructor(
    private readonly intervalSeconds: IntervalSeconds, private readonly valueAt: (hour: number, day: number, before: number) => number,
  ) {
    this.model = new DetectionModel({ intervalSeconds }, 1);
  }

  /** So many intervals; `change` says what they have instead of what they would have. */
  public next(count: number, change: (value: number, before: number) => number = value => value): Told[] {
    return Array.from({ length: count }, () => {
      const seconds = this.interval++ * this.intervalSeconds;
      const value = change(this.valueAt(seconds % DAY / 3600, Math.floor(seconds / DAY), this.newest), this.newest);
      if (!Number.isNaN(value)) this.newest = value;
      const { severity, score, reason, lower, upper } = this.model.observe(MONDAY + seconds, Float64Array.of(value));
      return { severity: severity[0]!, score: score[0]!, reason: REASONS[reason[0]!]!, lower: lower[0]!, upper: upper[0]!, value };
    });
  }

  public weeks(count: number): Told[] {
    return this.next(count * 7 * DAY / this.intervalSeconds);
  }

  /** So many intervals in which the value is the one before, as when a sensor is stuck. */
  public stuck(count: number): Told[] {
    return this.next(count, (_value, before) => before);
  }
}

const isAnomaly = ({ severity }: Told): boolean => severity >= ANOMALOUS_SEVERITY;
const isStuck = ({ reason }: Told): boolean => reason === STUCK;

function sensor(random: Random): (hour: number) => number {
  return hour => 20 + 0.5 * Math.sin(hour / 24 * 2 * Math.PI) + normal(random);
}

describe('a series that is stuck at a usual value', () => {
  test.each<[IntervalSeconds, number]>([[300, 4], [600, 4], [3600, 6], [86_400, 30]])('is found at intervals of %i seconds: the sixth value and, more so, each after it', (seconds, weeks) => {
    const series = new Series(seconds, sensor(randomOf(3)));
    expect(series.weeks(weeks).filter(isStuck)).toEqual([]);
    // a value that is usual at any hour
    series.next(1, () => 20.123);
    const stuck = series.stuck(9);
    expect(stuck.slice(0, 4).filter(isStuck)).toEqual([]);
    expect(stuck.slice(4).filter(isStuck).length).toBeGreaterThanOrEqual(4);
    expect(stuck.slice(4).every(isAnomaly)).toBe(true);
    const sizes = stuck.slice(4).map(({ score }) => Math.abs(score));
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(series.next(1).filter(isStuck)).toEqual([]);
  });

  test('has its usual band: the value is within it', () => {
    const series = new Series(300, () => 20 + normal(random));
    const random = randomOf(3);
    series.weeks(3);
    series.next(1, () => 20.2);
    const stuck = series.stuck(8).filter(isStuck);
    expect(stuck).toHaveLength(4);
    for (const { lower, upper, value } of stuck) {
      expect(lower).toBeLessThan(value);
      expect(upper).toBeGreaterThan(value);
    }
  });

  test('is told through gaps in its data', () => {
    const series = new Series(300, sensor(randomOf(3)));
    series.weeks(3);
    series.next(1, () => 20.123);
    const told = Array.from({ length: 8 }, () => [...series.stuck(1), ...series.next(1, () => NaN)]).flat();
    expect(told.some(isStuck)).toBe(true);
  });

  test('is found by day though it is nothing at night, for as long', () => {
    const random = randomOf(3);
    const series = new Series(300, hour => (hour < 8 ? 0 : 20 + normal(random)));
    series.weeks(3);
    series.next(150);
    expect(series.stuck(12).filter(isStuck).length).toBeGreaterThan(4);
  });

  test('is found again the next day, and on several days; and is what the series does when it happens every day', () => {
    const series = new Series(300, sensor(randomOf(3)));
    series.weeks(4);
    const found = Array.from({ length: 30 }, () => {
      series.next(264);
      series.next(1, () => 20.123);
      return series.stuck(23).some(isStuck);
    });
    expect(found.slice(0, 3)).toEqual([true, true, true]);
    expect(found.slice(-10)).not.toContain(true);
  });

  test('and stays so is told for less than a day at intervals of five minutes, and then no more', () => {
    const series = new Series(300, sensor(randomOf(3)));
    series.weeks(3);
    series.next(1, () => 20.123);
    const stuck = series.stuck(21 * 288);
    expect(stuck.slice(20, 200).every(told => isStuck(told) || isAnomaly(told))).toBe(true);
    expect(stuck.slice(254).some(isStuck)).toBe(false);
  });
});

test.each<[IntervalSeconds, number]>([[300, 4], [600, 4], [3600, 8]])('of values that are stuck nothing is learned: at intervals of %i seconds the day after it is as any', (seconds, weeks) => {
  const random = randomOf(3);
  const series = new Series(seconds, hour => 20 + 8 * Math.sin((hour - 6) / 24 * 2 * Math.PI) + 0.4 * normal(random));
  series.weeks(weeks);
  series.next(16 * 3600 / seconds);
  expect(series.stuck(Math.max(8, 6 * 3600 / seconds)).some(isStuck)).toBe(true);
  expect(series.next(DAY / seconds).filter(isAnomaly)).toEqual([]);
});

test('learning does the same as scoring with what is stuck', () => {
  const random = randomOf(3);
  const next = (): number => 20 + normal(random);
  const [scored, learned] = [new DetectionModel({ intervalSeconds: 300 }, 1), new DetectionModel({ intervalSeconds: 300 }, 1)];
  for (let interval = 0, value = NaN; interval < 20 * 288; interval++) {
    // once a day something is held for an hour
    if (interval % 288 > 12) value = next();
    const values = Float64Array.of(value);
    scored.observe(MONDAY + interval * 300, values);
    learned.learn(MONDAY + interval * 300, values);
  }
  expect(learned.serialize()).toEqual(scored.serialize());
});

test('a series that is stuck where it is so far off for half a day that this is a new level is told as stuck', () => {
  const random = randomOf(3);
  const series = new Series(3600, hour => 20 + 5 * Math.sin((hour - 6) / 24 * 2 * Math.PI) + 0.3 * normal(random));
  series.weeks(6);
  series.next(10);
  series.next(1, () => 24.125);
  const told = series.stuck(40);
  expect(told.slice(5).map(({ reason }) => reason)).not.toContain('new level');
  expect(told.slice(5).every(one => isAnomaly(one))).toBe(true);
});

describe('what is not stuck', () => {
  const walk = (random: Random, isOpen: (hour: number, day: number) => boolean) => (hour: number, day: number, before: number): number =>
    isOpen(hour, day) || Number.isNaN(before) ? (Number.isNaN(before) ? 100 : before) + 0.1 * normal(random) : before;
  const kinds: readonly [string, (random: Random) => (hour: number, day: number, before: number) => number][] = [
    ['a price that rests at night and on weekends', random => walk(random, (hour, day) => hour >= 9 && hour < 17 && day % 7 < 5)],
    ['a series that is rounded', random => () => Math.round(100 + normal(random))],
    ['one that is rounded and hardly ever another number', random => () => Math.round(100 + 0.3 * normal(random))],
    ['one that is rounded and quiet at night', random => hour => Math.round(100 + (hour > 7 && hour < 20 ? 8 : 0.5) * normal(random))],
    ['counts of 3', random => hour => poisson(random, 3 * (1 + 0.8 * Math.sin(hour / 24 * 2 * Math.PI)))],
    ['counts of one half', random => () => poisson(random, 0.5)],
    ['a constant', () => () => 5],
    ['steps', random => (_hour, _day, before) => random() < 0.02 || Number.isNaN(before) ? 100 + 20 * random() : before],
  ];

  test.each(([300, 3600] as const).flatMap(seconds => kinds.map(kind => [seconds, ...kind] as const)))('at intervals of %i seconds: %s', (seconds, _name, kind) => {
    const found = Array.from({ length: 4 }, (_, seed) => new Series(seconds, kind(randomOf(seed + 1))).weeks(7).filter(isStuck).length);
    expect(found).toEqual([0, 0, 0, 0]);
  });

  test.each([300, 3600] as const)('at intervals of %i seconds: a price that changes once a month', seconds => {
    const random = randomOf(2);
    const isNew = (hour: number, day: number): boolean => hour === 9 && day % 30 === 3;
    const series = new Series(seconds, (hour, day, before) => (Number.isNaN(before) || isNew(hour, day) ? 100 + 20 * random() : before));
    expect(series.weeks(40).filter(isStuck)).toEqual([]);
  });

  test.each<[string, number]>([['0: a business is closed', 0], ['the highest value of all: a quota is used up', 40]])('%s', (_name, value) => {
    const series = new Series(300, sensor(randomOf(3)));
    series.weeks(3);
    expect(series.next(60, () => value).some(isStuck)).toBe(false);
  });

  test('a series that is new: how long it rests is not known', () => {
    const series = new Series(300, sensor(randomOf(3)));
    series.weeks(1);
    series.next(1, () => 20.123);
    expect(series.stuck(60).some(isStuck)).toBe(false);
  });

  test('a series in a model of an engine that did not keep rests, until it has shown its own for some weeks', () => {
    const series = new Series(300, sensor(randomOf(3)));
    series.weeks(3);
    const bytes = Buffer.from(series.model.serialize());
    // another name of the same length, as a column that this engine does not know
    const at = bytes.indexOf('"mostEqual"');
    bytes.write('"formerOne"', at, 'latin1');
    bytes.writeUInt32LE(xxHash32(bytes.subarray(16)), 12);
    series.model = DetectionModel.deserialize(bytes);
    series.next(1, () => 20.123);
    expect(series.stuck(60).some(isStuck)).toBe(false);
    series.weeks(20);
    series.next(1, () => 20.123);
    expect(series.stuck(8).some(isStuck)).toBe(true);
  });

  test('rests of each night after a holiday that begins when a whole number of weeks is known: they are forgotten once, and not in each of its hours', () => {
    const holiday = MONDAY / DAY + 56;
    const random = randomOf(3);
    const model = new DetectionModel({ intervalSeconds: 3600 }, 1, new HolidayCalendar([{ day: holiday, identity: 0 }]));
    const reasons = Array.from({ length: 70 * 24 }, (_, interval) => {
      const hour = interval % 24;
      // another value each night, of which nothing but their equality is to be seen
      const value = hour >= 1 && hour < 9 ? 50 + 0.001 * Math.floor(interval / 24) : 50 + (hour % 2 === 0 ? 40 : -40) + normal(random);
      return REASONS[model.observe(MONDAY + interval * 3600, Float64Array.of(value)).reason[0]!];
    });
    expect(reasons).not.toContain(STUCK);
  });

  test('any rests that come every week, however long', () => {
    const rest = fc.integer({ min: 1, max: 80 });
    fc.assert(fc.property(fc.array(rest, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 1000 }), (rests, seed) => {
      const random = randomOf(seed);
      const week = new Float64Array(7 * 24);
      rests.forEach((length, number) => week.fill(1, number * 28, Math.min(week.length, number * 28 + length)));
      const isRest = (hour: number, day: number): boolean => week[day % 7 * 24 + hour] === 1;
      const series = new Series(3600, (hour, day, before) => (isRest(hour, day) && !Number.isNaN(before) ? before : 50 + normal(random)));
      expect(series.weeks(8).filter(isStuck)).toEqual([]);
    }), { numRuns: 20 });
  });
});
