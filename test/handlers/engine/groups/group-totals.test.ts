// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { ANOMALOUS_SEVERITY, formGroups, type MeasureGroup, type ScoredTotals, type SeriesScores } from '../../../../handlers/engine';
import { expectedInTotal } from '../../../../handlers/engine/groups/parts-of-totals';
import { judgedScore, severityOf } from '../../../../handlers/engine/scores/severity';

/** A series of one measure, or a total. */
interface Scored {
  /** NaN: none. */
  readonly value: number;
  /** NaN: the series is too new to expect something. */
  readonly expected: number;
  /** Default: none where there is no value or nothing is expected, else 0. */
  readonly score?: number;
  /** Bounds of its band. Default: what is expected. */
  readonly lower?: number;
  readonly upper?: number;
}

interface Part extends Scored {
  readonly dimensionValues: readonly string[];
  /** Share of the intervals with a value. Default: 1. */
  readonly share?: number;
}

/** A total, of the series that have some dimension values; none: of all. The first one is of all. */
interface Total extends Scored {
  readonly of: readonly string[];
}

function scoresOf(scored: readonly Scored[]): { readonly scores: SeriesScores; readonly values: Float64Array } {
  const expected = Float64Array.from(scored, each => each.expected);
  const score = Float64Array.from(scored, ({ value, expected: usual, score: given }) => Number.isNaN(value - usual) ? NaN : given ?? 0);
  const ones = expected.map(() => 1);
  const severity = score.map(each => severityOf(judgedScore(Math.abs(each), 1)));
  const [lower, upper] = (['lower', 'upper'] as const).map(bound => Float64Array.from(scored, each => each[bound] ?? each.expected));
  const scores = { expected, lower: lower!, upper: upper!, score, raise: ones, steepness: ones, severity };
  return { scores, values: Float64Array.from(scored, ({ value }) => value) };
}

function groupsWith(parts: readonly Part[], totals: readonly Total[]): MeasureGroup[] {
  const includes = ({ of }: Total, { dimensionValues }: Part): boolean => of.every(value => dimensionValues.includes(value));
  const scoredTotals: ScoredTotals = {
    ...scoresOf(totals),
    measureOf: () => 0,
    ofAll: () => 0,
    levelOf: number => totals[number]!.of.length,
    places: totals.length,
    totalOf: (series, place) => includes(totals[place]!, parts[series]!) ? place : -1,
    moves: { isStill: () => false, perWeek: () => 0, squaresPerWeek: () => 0 },
    shareOf: series => parts[series]!.share ?? 1,
    isYoung: () => false,
  };
  const { scores, values } = scoresOf(parts);
  return formGroups(scores, values, series => ({ measure: 0, dimensionValues: parts[series]!.dimensionValues }), 1, 2, scoredTotals);
}

const PLATFORMS = ['app', 'mobile', 'web'];
const COUNTRIES = ['at', 'be', 'de', 'fr'];

/** A series of each platform and country, of which 100 is expected. */
function shop(change: (platform: string, country: string) => Partial<Part> = () => ({})): Part[] {
  return PLATFORMS.flatMap(platform => COUNTRIES.map(country => (
    { dimensionValues: [platform, country], value: 100, expected: 100, ...change(platform, country) })));
}

/** What parts sum up to, with the score of the total. */
function total(parts: readonly Part[], of: readonly string[], score: number, expected?: number): Total {
  const summedUp = parts.filter(({ dimensionValues }) => of.every(value => dimensionValues.includes(value)));
  const sum = (pick: (part: Part) => number): number => summedUp.reduce((all, part) => all + (pick(part) || 0), 0);
  return { of, value: sum(({ value }) => value), expected: expected ?? sum(part => part.expected * (part.share ?? 1)), score };
}

const sharesOf = (group: MeasureGroup | undefined, dimension: number): Record<string, number> => (
  Object.fromEntries(group!.contributions[dimension]!.values.map(({ value, contribution }) => [value, contribution])));

describe('an anomalous total', () => {
  test('makes a group by itself, in which all that it sums up contributes', () => {
    const parts = shop(() => ({ value: 70, score: -2 }));
    const [group, ...others] = groupsWith(parts, [total(parts, [], -9)]);
    expect(others).toEqual([]);
    expect(group).toMatchObject({ series: [], totals: [0], direction: -1 });
    expect(group!.severity).toBeGreaterThan(severityOf(9));
    expect(sharesOf(group, 0)).toEqual({ app: 33.34, mobile: 33.33, web: 33.33 });
    expect(sharesOf(group, 1)).toEqual({ at: 25, be: 25, de: 25, fr: 25 });
  });

  test('of which nothing is far enough off makes none', () => {
    const parts = shop(() => ({ value: 99, score: -0.1 }));
    expect(groupsWith(parts, [total(parts, [], -4.9)])).toEqual([]);
    const many = (of: readonly string[]): Total[] => [total(parts, [], 0), total(parts, of, -5.1), ...Array.from({ length: 99 }, () => total(parts, ['web'], 0))];
    expect(groupsWith(parts, many(['app']))).toEqual([]);
    // totals of single values ask nothing of one of two
    expect(groupsWith(parts, many(['app', 'de']))).toMatchObject([{ totals: [1] }]);
  });

  test('that an anomalous series explains is not told; that one explains by less than half is', () => {
    const parts = (rest: number): Part[] => shop((platform, country) => (
      platform === 'web' && country === 'de' ? { value: 0, score: -30 } : { value: 100 - rest, score: -1 }));
    const groups = (rest: number): MeasureGroup[] => groupsWith(parts(rest), [total(parts(rest), [], -9), total(parts(rest), ['web'], -9)]);
    expect(groups(1)).toMatchObject([{ series: [10], totals: [] }]);
    expect(groups(20)).toMatchObject([{ series: [10], totals: [0] }]);
    expect(Object.keys(sharesOf(groups(1)[0], 0))).toEqual(['web']);
    expect(sharesOf(groups(20)[0], 0)).toMatchObject({ web: 50, app: 25, mobile: 25 });
  });

  test('an anomalous series on the other side explains nothing', () => {
    const parts = shop((platform, country) => platform === 'web' && country === 'de' ? { value: 600, score: 30 } : { value: 20, score: -2 });
    const [group] = groupsWith(parts, [total(parts, [], -9)]);
    expect(group).toMatchObject({ series: [10], totals: [0], direction: -1 });
    expect(sharesOf(group, 0)).toEqual({ app: 50, mobile: 50, web: 0 });
  });

  test('takes those along that it explains: the countries and the whole when a platform falls', () => {
    const parts = shop(platform => platform === 'web' ? { value: 40, score: -2 } : {});
    const totals = [total(parts, [], -12), total(parts, ['web'], -20), ...COUNTRIES.map(country => total(parts, [country], -10))];
    expect(groupsWith(parts, totals)).toMatchObject([{ series: [], totals: [1], direction: -1 }]);
    expect(sharesOf(groupsWith(parts, totals)[0], 0)).toEqual({ web: 100 });
  });

  test('within another one is told if it is much further off, whichever comes first', () => {
    const all = shop(() => ({ value: 70, score: -2 }));
    expect(groupsWith(all, [total(all, [], -9), total(all, ['de'], -10), total(all, ['fr'], -11)])[0]!.totals).toEqual([0]);
    const one = shop((_, country) => country === 'de' ? { value: 10, expected: 50, score: -2 } : { value: 85, score: -2 });
    expect(groupsWith(one, [total(one, [], -9), total(one, ['de'], -10)])[0]!.totals).toEqual([1, 0]);
  });

  test('two of them, on both sides, go both ways', () => {
    const parts = shop(platform => platform === 'app' ? {} : { value: platform === 'web' ? 40 : 160, score: platform === 'web' ? -2 : 2 });
    const [group] = groupsWith(parts, [total(parts, [], 0), total(parts, ['web'], -20), total(parts, ['mobile'], 20)]);
    expect(group).toMatchObject({ totals: [1, 2], direction: 0 });
    expect(sharesOf(group, 0)).toEqual({ mobile: 50, web: 50 });
  });

  test('beside series on the other side that it does not sum up goes both ways, too', () => {
    const parts = shop(platform => platform === 'app' ? {} : platform === 'web' ? { value: 40, score: -2 } : { value: 160, score: 30 });
    const [group] = groupsWith(parts, [total(parts, [], 0), total(parts, ['web'], -20), total(parts, ['mobile'], 20)]);
    expect(group).toMatchObject({ series: [4, 5, 6, 7], totals: [1], direction: 0 });
    expect(sharesOf(group, 0)).toEqual({ mobile: 50, web: 50 });
  });

  test('contributions add up to 100 in its direction, though single series go both ways', () => {
    const parts = shop((platform, country) => ({ value: country === 'at' ? 130 : platform === 'web' ? 40 : 80, score: 1 }));
    const [group] = groupsWith(parts, [total(parts, [], -9)]);
    expect(sharesOf(group, 1)).toEqual({ be: 33.34, de: 33.33, fr: 33.33, at: 0 });
    expect(sharesOf(group, 0)).toEqual({ web: 71.43, app: 14.29, mobile: 14.28 });
  });

  test('is explained by a series that is too new for a score: a new country', () => {
    const parts = [...shop(), { dimensionValues: ['web', 'us'], value: 500, expected: NaN }];
    expect(groupsWith(parts, [total(parts, [], 9)])).toEqual([]);
    const less = shop().map((part, index) => index < 12 && !part.dimensionValues.includes('us') ? { ...part, value: 160, score: 2 } : part);
    const both = [...less, { dimensionValues: ['web', 'us'], value: 500, expected: NaN }];
    expect(groupsWith(both, [total(both, [], 9)])).toMatchObject([{ totals: [0] }]);
  });

  test('is told where new series took the place of others and make more of it: a new version that crashes', () => {
    const groupOf = (replaced: number, brought: number): MeasureGroup | undefined => {
      const parts = [
        ...shop(platform => platform === 'web' ? { value: 100 - replaced } : {}),
        ...COUNTRIES.map(country => ({ dimensionValues: ['new web', country], value: brought, expected: NaN })),
      ];
      return groupsWith(parts, [{ ...total(parts, [], 9, 1200), lower: 840, upper: 1560 }])[0];
    };
    expect(groupOf(50, 250)).toMatchObject({ series: [], totals: [0], newcomers: [12, 13, 14, 15], direction: 1 });
    expect(sharesOf(groupOf(50, 250), 0)).toEqual({ 'new web': 100, 'app': 0, 'mobile': 0, 'web': 0 });
    // what is lost may be chance
    expect(groupOf(40, 250)).toBeUndefined();
    expect(groupOf(0, 250)).toBeUndefined();
  });

  test('without an anomalous total nothing changes', () => {
    const parts = shop((platform, country) => platform === 'web' && country === 'de' ? { value: 0, score: -30 } : {});
    const { totals, ...with0 } = groupsWith(parts, [total(parts, [], 0)])[0]!;
    const { totals: none, ...without } = groupsWith(parts, [])[0]!;
    expect([totals, none]).toEqual([[], []]);
    expect(with0).toEqual(without);
  });
});

describe('what comes now and then', () => {
  test('a series that is missing counts with all that it was expected to add', () => {
    const parts = shop(platform => platform === 'web' ? { value: NaN } : {});
    const [group] = groupsWith(parts, [total(parts, [], -9), ...COUNTRIES.map(country => total(parts, [country], -9))]);
    expect(group).toMatchObject({ series: [], totals: [0], direction: -1 });
    expect(sharesOf(group, 0)).toMatchObject({ web: 100, app: 0 });
  });

  test('of rows that come seldom, more of them raise the total, and fewer lower it, in all dimension values alike', () => {
    const sparse = (hasRow: (index: number) => boolean): Part[] => (
      shop().map((part, index) => ({ ...part, share: 0.25, value: hasRow(index) ? 100 : NaN })));
    const more = sparse(index => index % 4 !== 0);
    expect(sharesOf(groupsWith(more, [total(more, [], 9)])[0], 0)).toEqual({ app: 33.34, mobile: 33.33, web: 33.33 });
    const fewer = sparse(() => false);
    expect(sharesOf(groupsWith(fewer, [total(fewer, [], -9)])[0], 0)).toEqual({ app: 33.34, mobile: 33.33, web: 33.33 });
    const ofOne = sparse(index => index < 4);
    expect(sharesOf(groupsWith(ofOne, [total(ofOne, [], 9)])[0], 0)).toEqual({ app: 100, mobile: 0, web: 0 });
  });

  test('a platform that is gone for so long that the total does without it has no part in what comes then', () => {
    const parts = shop(platform => ({ web: { value: NaN }, app: { value: 60, score: -2 } })[platform] ?? {});
    const [group] = groupsWith(parts, [total(parts, [], -9, 800)]);
    expect(sharesOf(group, 0)).toEqual({ app: 100, mobile: 0, web: 0 });
  });

  test('of a shop that is open half of the day, all of a row is expected in its hours', () => {
    const parts = shop(platform => ({ share: 0.5, value: platform === 'web' ? 55 : 85, score: -1 }));
    const [group] = groupsWith(parts, [total(parts, [], -9, 1200)]);
    expect(sharesOf(group, 0)).toEqual({ web: 60, app: 20, mobile: 20 });
  });
});

describe('what series are expected to add to their total', () => {
  const expectedOf = (expected: number[], shares: number[], ofTotal: number, values = expected): number[] => (
    [...expectedInTotal(Float64Array.from(expected), Float64Array.from(shares), Float64Array.from(values), ofTotal)]);

  test('makes up what is expected of it, as near as their chances of a value go', () => {
    const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
    expect(sum(expectedOf([100, 100, 100], [1, 0.5, 0.1], 130))).toBeCloseTo(130, -0.5);
    expect(expectedOf([100, 100], [0.5, 0.5], 500)).toEqual([100, 100]);
    expect(expectedOf([100, 100], [1, 0], 1e300)).toEqual([100, 0]);
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    const anySeries = fc.tuple(fc.double({ min: 0.1, max: 1e6, noNaN: true }), share);
    fc.assert(fc.property(fc.array(anySeries, { minLength: 1 }), share, (series, part) => {
      const ofTotal = part * sum(series.map(([expected]) => expected));
      const found = expectedOf(series.map(([expected]) => expected), series.map(([, each]) => each), ofTotal);
      expect(Math.abs(sum(found) / ofTotal - 1)).toBeLessThan(0.15);
      expect(found.every((each, index) => each >= 0 && each <= series[index]![0])).toBe(true);
    }));
  });

  test('is less of what has no value where less is expected of the total', () => {
    expect(expectedOf([100, 100, 100], [1, 1, 1], 200, [90, NaN, 90])).toEqual([100, 0, 100]);
    expect(expectedOf([100, 100, 100], [1, 1, 1], 250, [90, NaN, 90])).toEqual([100, 50, 100]);
    expect(expectedOf([100, 100, 100], [1, 1, 1], 300, [90, NaN, 90])).toEqual([100, 100, 100]);
    expect(expectedOf([100, 100, 100], [1, 1, 1], 100, [90, NaN, 90])).toEqual([50, 0, 50]);
    expect(expectedOf([100, 100], [0.5, 0.5], 100, [NaN, NaN])).toEqual([50, 50]);
    // what is left over is what the total errs by, but not of one that is small
    expect(expectedOf([100, 100, 100], [1, 1, 1], 210, [90, NaN, 90])).toEqual([100, 0, 100]);
    expect(expectedOf([100, 10, 100], [1, 1, 1], 209, [90, NaN, 90])).toEqual([100, 9, 100]);
  });

  test.each([['not known', NaN], ['0', 0], ['on the other side of it', -5], ['beyond all numbers', Infinity]])(
    'is their share of it where that is %s', (_name, ofTotal) => {
      expect(expectedOf([100, NaN, 40], [0.5, 0.5, 1], ofTotal)).toEqual([50, NaN, 40]);
    });
});

const anyNumber = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(NaN, 0, -0, 1e300, -1e300, 1e30, 5e-324) },
  { weight: 3, arbitrary: fc.double({ min: -1e9, max: 1e9, noNaN: true }) });
const anyScored = { value: anyNumber, expected: anyNumber, score: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -1000, max: 1000 })) };
const anyValue = fc.constantFrom('web', '__proto__', 'constructor', '', 'toString');

test('finite severities, contributions that add up to 100, whatever the values', () => {
  let told = 0;
  const anyPart = fc.record({ ...anyScored, dimensionValues: fc.tuple(anyValue, anyValue), share: fc.double({ min: 0, max: 1, noNaN: true }) });
  const anyTotal = fc.record({ ...anyScored, of: fc.oneof(fc.constant([]), fc.tuple(anyValue)) });
  fc.assert(fc.property(fc.array(anyPart, { maxLength: 30 }), fc.array(anyTotal, { minLength: 1, maxLength: 6 }), (parts, totals) => {
    for (const group of groupsWith(parts, [{ ...totals[0]!, of: [] }, ...totals.slice(1)])) {
      told += group.totals.length;
      expect(group.series.length + group.totals.length).toBeGreaterThan(0);
      expect(group.severity).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
      expect(group.severity).toBeLessThanOrEqual(100);
      for (const { values } of group.contributions) {
        if (values.length === 0) continue;
        expect(values.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(100, 6);
        expect(values.every(({ contribution }) => contribution >= 0)).toBe(true);
      }
    }
  }), { numRuns: 500 });
  expect(told).toBeGreaterThan(100);
});
