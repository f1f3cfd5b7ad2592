// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { DAY, HOUR, MONDAY, normal, poisson, randomOf, SingleSeries } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../handlers/engine';

const daily = (interval: number): number => 500 + 300 * Math.cos(interval % 24 / 24 * 2 * Math.PI);

/** A series with a daily pattern and normal noise of 10, learned for `days`. */
function learned(days = 30, noise = 10): { series: SingleSeries; usual: (interval: number) => number } {
  const random = randomOf(3);
  const usual = (interval: number): number => daily(interval) + noise * normal(random);
  const series = new SingleSeries();
  series.run(days * 24, usual);
  return { series, usual };
}

describe('what is found', () => {
  test.each([[200, 1], [-200, -1]])('a change by %i is an anomaly in that direction', (change, sign) => {
    const { series, usual } = learned();
    const found = series.run(1, interval => usual(interval) + change)[0]!;
    expect(found.severity).toBeGreaterThan(ANOMALOUS_SEVERITY);
    expect(Math.sign(found.score)).toBe(sign);
    expect(found.expected).toBeGreaterThan(daily(0) - 30);
    expect(found.expected).toBeLessThan(daily(0) + 30);
  });

  test('the band holds exactly the values that are not anomalous', () => {
    const { series, usual } = learned();
    for (let size = 0; size < 120; size += 3) {
      const found = series.run(1, interval => usual(interval) + size)[0]!;
      expect(found.lower).toBeLessThan(found.expected);
      expect(found.value > found.upper).toBe(found.severity > ANOMALOUS_SEVERITY);
      series.run(24, usual);
    }
  });

  test('bands only of the values that may be anomalies change nothing else', () => {
    const { series, usual } = learned();
    const [all, some] = [series.model.serialize(), series.model.serialize()].map(bytes => DetectionModel.deserialize(bytes));
    let bands = 0;
    for (let hour = 720; hour < 800; hour++) {
      const values = Float64Array.of(usual(hour) + (hour % 20 === 0 ? 300 : 0));
      const [one, other] = [all!.observe(MONDAY + hour * HOUR, values), some!.observe(MONDAY + hour * HOUR, values, 4)];
      expect({ ...other, lower: one.lower, upper: one.upper }).toEqual(one);
      if (Math.abs(one.score[0]!) >= 4) {
        expect([other.lower, other.upper]).toEqual([one.lower, one.upper]);
        bands++;
      } else {
        expect([other.lower[0], other.upper[0]]).toEqual([NaN, NaN]);
      }
    }
    expect(bands).toBeGreaterThan(2);
    expect(bands).toBeLessThan(20);
    expect(some!.serialize()).toEqual(all!.serialize());
  });

  test('a usual interval scores little', () => {
    const { series, usual } = learned();
    const severities = series.run(24 * 14, usual).map(({ severity }) => severity);
    expect(Math.max(...severities)).toBeLessThan(ANOMALOUS_SEVERITY);
    expect(severities.reduce((sum, severity) => sum + severity, 0) / severities.length).toBeLessThan(10);
  });

  test.each([7.25, 0, -3, 1e15, 123456789012.3457])('a constant %d that changes is an anomaly, and a constant that stays is none', constant => {
    const series = new SingleSeries();
    const calm = series.run(24 * 20, () => constant).slice(24);
    expect(calm.every(({ severity, expected }) => severity === 0 && expected === constant)).toBe(true);
    expect(series.next(constant + Math.max(1, Math.abs(constant) / 10)).severity).toBeGreaterThan(ANOMALOUS_SEVERITY);
  });

  test('a weekly pattern is learned: the third weekend is not news, a weekday like a weekend is', () => {
    const random = randomOf(9);
    const shop = (interval: number): number => daily(interval) * (Math.floor(interval / 24) % 7 >= 5 ? 0.5 : 1) + 10 * normal(random);
    const series = new SingleSeries();
    series.run(24 * 7 * 6, shop);
    expect(series.run(24 * 7, shop).filter(({ severity }) => severity >= ANOMALOUS_SEVERITY)).toEqual([]);
    expect(series.run(24, interval => shop(interval) / 2).filter(({ severity }) => severity >= ANOMALOUS_SEVERITY).length).toBeGreaterThan(10);
  });

  test.each([300, 600] as const)('%i seconds: a weekly pattern and shapes within the hour', intervalSeconds => {
    const random = randomOf(4);
    const perDay = DAY / intervalSeconds;
    const shop = (interval: number): number => {
      const slot = interval % perDay;
      const weekend = Math.floor(interval / perDay) % 7 >= 5;
      return (1000 + 300 * Math.cos(slot / perDay * 2 * Math.PI) + (slot % 12 === 0 ? 150 : 0)) * (weekend ? 0.6 : 1) + 10 * normal(random);
    };
    const series = new SingleSeries(intervalSeconds);
    series.run(perDay * 7 * 5, shop);
    expect(series.run(perDay * 7, shop).filter(({ severity }) => severity >= ANOMALOUS_SEVERITY).length).toBeLessThan(0.01 * 7 * perDay);
    expect(series.run(1, interval => shop(interval) + 400)[0]!.severity).toBeGreaterThan(ANOMALOUS_SEVERITY);
  });

  test('daily data: the day of the week', () => {
    const random = randomOf(8);
    const series = new SingleSeries(86400);
    const shop = (interval: number): number => (interval % 7 >= 5 ? 400 : 1000) + 20 * normal(random);
    series.run(70, shop);
    expect(series.run(7, shop).every(({ severity }) => severity < ANOMALOUS_SEVERITY)).toBe(true);
    expect(series.next(400).severity).toBeGreaterThan(ANOMALOUS_SEVERITY);
  });

  test('counts: 12 where 5 are usual is chance, 40 is not', () => {
    const random = randomOf(2);
    const series = new SingleSeries();
    series.run(24 * 30, () => poisson(random, 5));
    expect(series.next(12).severity).toBeLessThan(ANOMALOUS_SEVERITY);
    expect(series.next(40).severity).toBeGreaterThan(ANOMALOUS_SEVERITY);
  });

  test('whole numbers that are quieter than counts keep their own scale', () => {
    const random = randomOf(2);
    const series = new SingleSeries();
    series.run(24 * 30, () => 10_000 + Math.round(5 * normal(random)));
    expect(series.next(10_080).severity).toBeGreaterThan(ANOMALOUS_SEVERITY);
  });
});

describe('what is learned', () => {
  test('one spike does not poison what is expected', () => {
    const hit = learned();
    const spared = learned();
    hit.series.next(1e6);
    spared.series.run(1, spared.usual);
    const after = hit.series.run(48, hit.usual);
    const without = spared.series.run(48, spared.usual);
    after.forEach((observation, index) => {
      expect(Math.abs(observation.expected - without[index]!.expected)).toBeLessThan(15);
      expect(observation.upper - observation.lower).toBeLessThan(1.3 * (without[index]!.upper - without[index]!.lower));
      expect(observation.severity).toBeLessThan(ANOMALOUS_SEVERITY);
    });
  });

  test('the size of an anomaly does not matter to what is learned from it', () => {
    const large = learned();
    const huge = learned();
    large.series.next(5_000);
    huge.series.next(5e12);
    const [a, b] = [large, huge].map(({ series }) => series.next(800));
    expect(a!.expected).toBeCloseTo(b!.expected, 3);
  });

  test('an interval is scored before it is learned', () => {
    const first = learned();
    const second = learned();
    expect(first.series.next(9_999).expected).toBe(second.series.next(0).expected);
  });

  test('a new level is an anomaly at first and normal after half a day', () => {
    const { series, usual } = learned();
    const shifted = (interval: number): number => usual(interval) + 400;
    const [, ...first] = series.run(12, shifted);
    expect(first.every(({ severity }) => severity > ANOMALOUS_SEVERITY)).toBe(true);
    const later = series.run(48, shifted);
    expect(later.filter(({ severity }) => severity >= ANOMALOUS_SEVERITY).length).toBeLessThan(3);
  });

  test('a series that dies is an anomaly, and then dead', () => {
    const { series } = learned();
    expect(series.run(6, () => 0).every(({ severity }) => severity > ANOMALOUS_SEVERITY)).toBe(true);
    series.run(24 * 28, () => 0);
    expect(series.run(24, () => 0).every(({ severity }) => severity < ANOMALOUS_SEVERITY)).toBe(true);
  });

  test('expected values and bands of a series that is never negative are not negative', () => {
    const random = randomOf(6);
    const series = new SingleSeries();
    const observations = series.run(24 * 20, () => Math.max(0, 5 * normal(random))).slice(24);
    expect(observations.every(({ expected, lower }) => expected >= 0 && lower >= 0)).toBe(true);
  });
});

describe('warm-up', () => {
  test('no score in the first day, damped scores after it, full ones after two weeks', () => {
    const series = new SingleSeries();
    const random = randomOf(1);
    const unscored = series.run(24, () => 100 + normal(random));
    expect(unscored.every(({ score, severity, expected }) => [score, severity, expected].every(Number.isNaN))).toBe(true);
    const early = series.run(24, () => 100 + normal(random));
    expect(early.every(({ severity }) => severity >= 0)).toBe(true);
    const relativeWidth = ({ upper, expected }: { upper: number; expected: number }): number => upper - expected;
    const late = series.run(24 * 20, () => 100 + normal(random)).at(-1)!;
    expect(relativeWidth(early.at(-1)!)).toBeGreaterThan(relativeWidth(late));
  });

  test('daily data has no score in the first week', () => {
    const observations = new SingleSeries(86400).run(9, interval => interval);
    expect(observations.map(({ score }) => Number.isNaN(score))).toEqual([true, true, true, true, true, true, true, false, false]);
  });

  test('a series that comes later warms up for itself', () => {
    const model = new DetectionModel({ intervalSeconds: 3600 }, 1);
    for (let hour = 0; hour < 200; hour++) model.observe(MONDAY + hour * HOUR, Float64Array.of(hour % 5));
    expect(model.addSeries(2)).toBe(1);
    for (let hour = 200; hour < 230; hour++) {
      const { severity } = model.observe(MONDAY + hour * HOUR, Float64Array.of(hour % 5, hour % 7, NaN));
      expect(severity[0]).not.toBeNaN();
      expect(Number.isNaN(severity[1]!)).toBe(hour < 224);
      expect(severity[2]).toBeNaN();
    }
  });

  test('a sparse series has no score before 20 values', () => {
    const observations = new SingleSeries().run(24 * 10, interval => interval % 10 === 0 ? 5 : NaN);
    expect(observations.filter(({ value }) => !Number.isNaN(value)).findIndex(({ score }) => !Number.isNaN(score))).toBe(20);
    expect(observations.filter(({ value, score }) => Number.isNaN(value) && !Number.isNaN(score))).toEqual([]);
  });
});

describe('the model', () => {
  test('counts intervals and series', () => {
    const model = new DetectionModel({ intervalSeconds: 300 });
    expect([model.seriesCount, model.intervalsLearned]).toEqual([0, 0]);
    model.observe(MONDAY, new Float64Array(0));
    model.addSeries(3);
    model.observe(MONDAY + 3000, new Float64Array(3));
    expect([model.seriesCount, model.intervalsLearned]).toEqual([3, 2]);
  });

  test('refuses intervals out of order, wrong numbers of values and bad counts', () => {
    const model = new DetectionModel({ intervalSeconds: 3600 }, 2);
    model.observe(MONDAY, new Float64Array(2));
    expect(() => model.observe(MONDAY, new Float64Array(2))).toThrow(RangeError);
    expect(() => model.observe(MONDAY - HOUR, new Float64Array(2))).toThrow(`interval start ${MONDAY - HOUR} is not later than ${MONDAY}`);
    expect(() => model.observe(MONDAY + HOUR, new Float64Array(3))).toThrow('3 values for 2 series');
    expect(() => model.observe(NaN, new Float64Array(2))).toThrow('interval start is NaN');
    expect(() => model.addSeries(-1)).toThrow(RangeError);
    expect(() => new DetectionModel({ intervalSeconds: 3600 }, 1.5)).toThrow('number of series is 1.5');
    expect(model.intervalsLearned).toBe(1);
  });

  test('skipped intervals do not disturb the hours', () => {
    const { series, usual } = learned();
    const model = DetectionModel.deserialize(series.model.serialize());
    for (const hour of [725, 760, 1000]) {
      const { severity } = model.observe(MONDAY + hour * HOUR, Float64Array.of(usual(hour)));
      expect(severity[0]).toBeLessThan(ANOMALOUS_SEVERITY);
    }
  });

  const anyValue = fc.oneof(
    fc.double(), fc.integer({ min: -1000, max: 1000 }), fc.nat(5), fc.constantFrom(0, NaN, Infinity, -Infinity, 1e15, -1e308, 5e-324, 0.0001, -0),
  );
  test('any values: scores are finite or not there, the band is around what is expected', () => {
    fc.assert(fc.property(
      fc.constantFrom(300, 600, 3600, 86400), fc.array(anyValue, { minLength: 2, maxLength: 12 }), fc.array(fc.nat(11), { maxLength: 80 }),
      (intervalSeconds, pool, picks) => {
        const series = new SingleSeries(intervalSeconds as 300);
        const observations = series.run(intervalSeconds === 86400 ? 40 : DAY / intervalSeconds * 2, interval => pool[interval % pool.length]!)
          .concat(series.run(picks.length, interval => pool[picks[interval % picks.length]! % pool.length]!));
        for (const { value, expected, lower, upper, score, severity } of observations) {
          const all = [lower, upper, score, severity];
          const missing = all.every(Number.isNaN);
          expect(missing || [...all, expected].every(Number.isFinite)).toBe(true);
          // of a series that is known something is expected in any case
          expect(Math.abs(expected)).not.toBe(Infinity);
          expect(Number.isFinite(value) || missing).toBe(true);
          expect(missing || (lower <= expected && expected <= upper && severity >= 0 && severity <= 100)).toBe(true);
        }
      },
    ), { numRuns: 60 });
  });

  test('series do not influence each other: any order, alone or together, added early or late', () => {
    const hours = 24 * 12;
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 1200 }), (seed, count) => {
      const random = randomOf(seed);
      const table = Array.from({ length: hours }, () => Float64Array.from({ length: 3 }, (_, series) => (
        random() < 0.05 ? NaN : series === 0 ? poisson(random, 2) : 100 * series + 10 * normal(random))));
      const together = new DetectionModel({ intervalSeconds: 3600 }, 3);
      const reversed = new DetectionModel({ intervalSeconds: 3600 }, 3);
      const late = new DetectionModel({ intervalSeconds: 3600 });
      const wide = new DetectionModel({ intervalSeconds: 3600 }, count);
      table.forEach((row, hour) => {
        const wall = MONDAY + hour * HOUR;
        const missing = hour < 50 ? Float64Array.of(row[0]!, NaN, NaN) : row;
        const { score } = together.observe(wall, missing);
        expect([...reversed.observe(wall, missing.slice().reverse()).score].reverse()).toEqual([...score]);
        if (hour === 0) late.addSeries(1);
        if (hour === 50) late.addSeries(2);
        expect([...late.observe(wall, missing.subarray(0, late.seriesCount)).score]).toEqual([...score.subarray(0, late.seriesCount)]);
        const last = wide.observe(wall, new Float64Array(count).fill(row[0]!)).score;
        expect(last[count - 1]).toEqual(score[0]);
      });
    }), { numRuns: 8 });
  });

  test('nor does one that comes weeks later', () => {
    const random = randomOf(5);
    const [alone, together] = [new DetectionModel({ intervalSeconds: 3600 }, 1), new DetectionModel({ intervalSeconds: 3600 }, 1)];
    let wave = 0;
    for (let hour = 0; hour < 900; hour++) {
      wave = 0.8 * wave + normal(random);
      if (hour === 800) together.addSeries(1);
      const values = Float64Array.of(100 + 5 * wave, normal(random)).subarray(0, together.seriesCount);
      const { score } = together.observe(MONDAY + hour * HOUR, values);
      expect(score[0]).toBe(alone.observe(MONDAY + hour * HOUR, values.subarray(0, 1)).score[0]);
    }
  });
});
