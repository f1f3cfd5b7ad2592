// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { ANOMALOUS_SEVERITY, formGroups, type SeriesScores, type MeasureGroup, type SeriesDescription } from '../../../../handlers/engine';
import { ANOMALOUS_SCORE, judgedScore, severityOf } from '../../../../handlers/engine/scores/severity';

interface Item {
  readonly value: number;
  readonly expected: number;
  readonly score: number;
  /** Default: 1. */
  readonly raise?: number;
  /** Default: 1. */
  readonly steepness?: number;
  readonly description: SeriesDescription;
}

function groupsOf(items: readonly Item[], measures = 2, dimensions = 2): MeasureGroup[] {
  const column = (pick: (item: Item) => number): Float64Array => Float64Array.from(items, pick);
  const expected = column(item => item.expected);
  const scores: SeriesScores = {
    expected,
    lower: expected,
    upper: expected,
    score: column(item => item.score),
    raise: column(item => item.raise ?? 1),
    steepness: column(item => item.steepness ?? 1),
    severity: column(item => severityOf(judgedScore(Math.abs(item.score) * (item.raise ?? 1), item.steepness ?? 1))),
  };
  return formGroups(scores, column(item => item.value), series => items[series]!.description, measures, dimensions);
}

const usual: Item = { value: 100, expected: 100, score: 0, description: { measure: 0, dimensionValues: ['pc', 'de'] } };
function anomaly(measure: number, dimensionValues: string[], value: number, score = 8): Item {
  return { value, expected: 100, score, description: { measure, dimensionValues } };
}

const anyItem: fc.Arbitrary<Item> = fc.record({
  value: fc.double({ min: -1e300, max: 1e300, noNaN: true }),
  expected: fc.double({ min: -1e15, max: 1e15, noNaN: true }),
  score: fc.oneof(fc.double({ min: -1000, max: 1000, noNaN: true }), fc.constant(NaN)),
  description: fc.record({ measure: fc.integer({ min: 0, max: 1 }), dimensionValues: fc.tuple(fc.constantFrom('pc', '__proto__', ''), fc.constantFrom('de', 'toString')) }),
}).map(item => ({ ...item, value: item.value === item.expected ? item.expected + 1e6 : item.value }));

describe('groups of one interval', () => {
  test('no anomaly, no group', () => {
    expect(groupsOf([usual, usual, anomaly(0, ['pc', 'de'], 120, ANOMALOUS_SCORE - 0.01)])).toEqual([]);
    expect(groupsOf([])).toEqual([]);
  });

  test('what lasts is judged by its raised score, however small the score itself', () => {
    const lasting = { ...anomaly(0, ['pc', 'de'], 101, 1.9), raise: 8 };
    expect(groupsOf([usual, lasting, anomaly(0, ['app', 'us'], 150, 8)])[0]!.series).toEqual([1, 2]);
    expect(groupsOf([usual, usual, { ...lasting, raise: 1 }])).toEqual([]);
    const [alone] = groupsOf([usual, usual, lasting]);
    expect(alone!.severity).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
    expect(alone!.severity).toBeLessThan(ANOMALOUS_SEVERITY + 1);
  });

  test('a series that is often as far off is in the group all the same, after the others and less severe', () => {
    const often = { ...anomaly(0, ['pc', 'de'], 150, 40), steepness: 0.3 };
    const seldom = anomaly(0, ['app', 'us'], 150, 12);
    const [alone, both] = [[often], [often, seldom]].map(items => groupsOf([usual, usual, ...items])[0]!);
    expect(both!.series).toEqual([3, 2]);
    expect(alone!.series).toEqual([2]);
    expect(alone!.severity).toBeLessThan(groupsOf([usual, usual, { ...often, steepness: 1 }])[0]!.severity);
  });

  test('series without a score are left out', () => {
    expect(groupsOf([{ ...usual, value: NaN, expected: NaN, score: NaN }])).toEqual([]);
  });

  test('one group a measure, its most severe series first, contributions highest first', () => {
    const groups = groupsOf([
      usual, anomaly(0, ['pc', 'de'], 150, 7.6), anomaly(1, ['app', 'us'], 10, 20), anomaly(0, ['app', 'us'], 0, -9), anomaly(0, ['app', 'de'], 150, 8), usual,
    ]);
    expect(groups.map(({ measure, series }) => ({ measure, series }))).toEqual([{ measure: 1, series: [2] }, { measure: 0, series: [3, 4, 1] }]);
    expect(groups[1]!.contributions).toEqual([
      { dimension: 0, values: [{ value: 'app', contribution: 75 }, { value: 'pc', contribution: 25 }] },
      { dimension: 1, values: [{ value: 'de', contribution: 50 }, { value: 'us', contribution: 50 }] },
    ]);
  });

  test('more anomalous series, and more of the measure, are more severe', () => {
    const twenty = Array.from({ length: 20 }, () => usual);
    const severityWith = (...anomalies: Item[]): number => groupsOf([...twenty, ...anomalies])[0]!.severity;
    const one = severityWith(anomaly(0, ['pc', 'de'], 150));
    expect(severityWith(anomaly(0, ['pc', 'de'], 150), anomaly(0, ['pc', 'us'], 150))).toBeGreaterThan(one);
    expect(severityWith(anomaly(0, ['pc', 'de'], 900))).toBeGreaterThan(one);
    expect(severityWith(anomaly(0, ['pc', 'de'], 150, 9))).toBeGreaterThan(one);
  });

  test('a lone series out of 50,000 must be further off than one out of 20, many together need not', () => {
    const crowd = (count: number, anomalies: number, score: number): MeasureGroup[] => groupsOf([
      ...Array.from({ length: count - anomalies }, () => usual), ...Array.from({ length: anomalies }, () => anomaly(0, ['pc', 'de'], 150, score)),
    ]);
    expect(crowd(20, 1, 8.2)).toHaveLength(1);
    expect(crowd(50_000, 1, 8.2)).toHaveLength(0);
    expect(crowd(50_000, 1, 24)).toHaveLength(1);
    expect(crowd(50_000, 5_000, 8.2)[0]!.series).toHaveLength(5_000);
  });

  test('finite severities in order, contributions that add up to 100, whatever the values', () => {
    fc.assert(fc.property(fc.array(anyItem, { maxLength: 40 }), items => {
      for (const group of groupsOf(items)) {
        expect(group.severity).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
        expect(group.severity).toBeLessThanOrEqual(100);
        expect(group.series.every(series => items[series]!.description.measure === group.measure)).toBe(true);
        expect(group.contributions).toHaveLength(2);
        for (const { values } of group.contributions) {
          expect(values.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(100, 6);
          const contributions = values.map(({ contribution }) => contribution);
          expect(contributions).toEqual([...contributions].sort((a, b) => b - a));
          expect(contributions.at(-1)).toBeGreaterThanOrEqual(0);
        }
      }
    }));
  });

  test('the order of the series does not matter', () => {
    fc.assert(fc.property(fc.uniqueArray(anyItem, { maxLength: 30, selector: item => Math.abs(item.score) }), items => {
      const summary = (groups: MeasureGroup[], index: (series: number) => number): unknown => (
        groups.map(({ measure, severity, series }) => ({ measure, severity: severity.toFixed(9), series: series.map(index) })));
      const backwards = groupsOf([...items].reverse());
      expect(summary(backwards, series => items.length - 1 - series)).toEqual(summary(groupsOf(items), series => series));
    }));
  });
});
