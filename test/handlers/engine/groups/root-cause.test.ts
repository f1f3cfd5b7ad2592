// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { FALLS, L_TYPE, makeCase, makeFewValues, type RootCauseCase, S_TYPE } from '../../../../bench/root-cause-cases';
import { findRootCauses, type Leaves } from '../../../../handlers/engine';
import { normal, randomOf } from '../samples';

/** 10 x 6 x 5 leaves of about 1,000 with 5 % noise; those that `factor` gives another factor than 1 have that times the forecast. */
function leavesOf(factor: (codes: readonly number[]) => number, more: Partial<Leaves> = {}, size = 1000): Leaves {
  const random = randomOf(7);
  const cardinalities = [10, 6, 5];
  const combinations = Array.from({ length: 300 }, (_, leaf) => [Math.floor(leaf / 30), Math.floor(leaf / 5) % 6, leaf % 5]);
  const expected = Float64Array.from(combinations, () => size * (0.5 + random()));
  return {
    expected,
    values: expected.map((forecast, leaf) => forecast * factor(combinations[leaf]!) * (1 + 0.05 * normal(random))),
    codes: cardinalities.map((_, dimension) => Int32Array.from(combinations, codes => codes[dimension]!)),
    cardinalities,
    ...more,
  };
}

const codesOf = (leaves: Leaves, direction: 1 | -1): (readonly number[])[] => findRootCauses(leaves, direction).map(({ codes }) => codes);
const causesOf = ({ leaves }: RootCauseCase): (readonly number[])[] => codesOf(leaves, -1);

describe('root causes', () => {
  test('one value, a combination, and several of them are found, most of the deviation first', () => {
    expect(codesOf(leavesOf(([a]) => a === 3 ? 0.5 : 1), -1)).toEqual([[3, -1, -1]]);
    expect(codesOf(leavesOf(([a, b]) => a === 3 && b === 2 ? 0.4 : 1), -1)).toEqual([[3, 2, -1]]);
    const several = findRootCauses(leavesOf(([a, b, c]) => a === 3 ? 2 : b === 2 && c === 4 ? 1.5 : 1), 1);
    expect(several.map(({ codes }) => codes)).toEqual([[3, -1, -1], [-1, 2, 4]]);
    expect(several[0]!.share).toBeGreaterThan(several[1]!.share);
    expect(several[0]!.share + several[1]!.share).toBeCloseTo(1, 1);
    expect(several[0]!.consistency).toBe(1);
    expect(several[0]!.deviation).toBeCloseTo(2 / 3, 1);
  });

  test('what goes the other way is no cause', () => {
    const leaves = leavesOf(([a]) => a === 3 ? 0.5 : a === 4 ? 1.5 : 1);
    expect(codesOf(leaves, -1)).toEqual([[3, -1, -1]]);
    expect(codesOf(leaves, 1)).toEqual([[4, -1, -1]]);
  });

  test('noise alone has no cause, and a measure that is off as a whole has one without values', () => {
    expect(codesOf(leavesOf(() => 1), -1)).toEqual([]);
    expect(codesOf(leavesOf(() => 0.5), -1)).toEqual([[-1, -1, -1]]);
  });

  test('all that is there of a measure whose other values report nothing is not all of it', () => {
    const moved = leavesOf(() => 2);
    const gone = (leaf: number): boolean => moved.codes[1]![leaf] !== 4;
    expect(codesOf({ ...moved, values: moved.values.map((value, leaf) => gone(leaf) ? NaN : value) }, 1)).toEqual([[-1, 4, -1]]);
    // as it is where they report 0, as was expected
    const zero = (column: Float64Array): Float64Array => column.map((value, leaf) => gone(leaf) ? 0 : value);
    expect(codesOf({ ...moved, values: zero(moved.values), expected: zero(moved.expected) }, 1)).toEqual([[-1, 4, -1]]);
    // a dimension that never had another value tells nothing
    const codes = [Int32Array.of(0, 0, 0), Int32Array.of(0, 1, 2)];
    const [values, expected, scale] = [Float64Array.of(10, 11, 12), Float64Array.of(20, 22, 24), Float64Array.of(1, 1, 1)];
    expect(codesOf({ values, expected, scale, codes, cardinalities: [1, 3] }, -1)).toEqual([[-1, -1]]);
  });

  test.each([2, 3, 6, 10])('one of %i values that moves alone is not all of the measure, whatever the others do by chance', values => {
    const random = randomOf(3);
    for (let index = 0; index < 200; index++) expect(causesOf(makeFewValues(values, FALLS['one falls'], random))).toEqual([[0]]);
  });

  test('a value that stands out of a small common move is named, and a common move with its noise is all of the measure', () => {
    const few = (factors: readonly number[]): RootCauseCase['leaves'] => {
      const expected = Float64Array.from(factors, (_, index) => 300 + 200 * index);
      const values = expected.map((forecast, index) => forecast * factors[index]!);
      const codes = [Int32Array.from(factors.keys())];
      return { values, expected, scale: expected.map(forecast => 0.05 * forecast), codes, cardinalities: [factors.length] };
    };
    // one usual error down, and two; noise of that size
    expect(codesOf(few([0.3, 0.95]), -1)).toEqual([[0]]);
    expect(codesOf(few([0.3, 0.89, 0.9, 0.91, 0.9, 0.88]), -1)).toEqual([[0]]);
    expect(codesOf(few([0.6, 0.55]), -1)).toEqual([[-1]]);
    expect(codesOf(few([0.3, 0.4, 0.33, 0.25]), -1)).toEqual([[-1]]);
    // by plainly different shares: each is named
    expect(codesOf(few([0.3, 0.75]), -1).map(String).sort()).toEqual(['0', '1']);
  });

  test('several of few values that fall alike are named, and all of them are the measure', () => {
    const random = randomOf(3);
    for (let index = 0; index < 200; index++) {
      for (const [values, falls] of [[3, 'two fall'], [4, 'two fall'], [4, 'all but one fall'], [2, 'all fall'], [3, 'all fall'], [6, 'all fall']] as const) {
        const made = makeFewValues(values, FALLS[falls], random);
        expect(causesOf(made).map(String).sort()).toEqual(made.causes.map(String).sort());
      }
    }
  });

  test('a value that stops and one that appears are found', () => {
    expect(codesOf(leavesOf(([, b]) => b === 2 ? 0 : 1), -1)).toEqual([[-1, 2, -1]]);
    const appeared = leavesOf(() => 1);
    appeared.codes[1]!.forEach((code, leaf) => { if (code === 2) appeared.expected[leaf] = 0; });
    expect(codesOf(appeared, 1)).toEqual([[-1, 2, -1]]);
  });

  test('known errors of the leaves tell noisy leaves from exact ones', () => {
    const leaves = leavesOf(([a]) => a === 3 ? 0.8 : 1);
    const noisy = { ...leaves, scale: leaves.expected.map(forecast => forecast * 5) };
    expect(codesOf(noisy, -1)).toEqual([]);
    expect(codesOf({ ...leaves, scale: leaves.expected.map(forecast => forecast * 0.05) }, -1)).toEqual([[3, -1, -1]]);
  });

  test('huge and missing values change nothing', () => {
    const leaves = leavesOf(([a, b]) => a === 3 && b === 2 ? 0.4 : 1, {}, 1e305);
    leaves.values[0] = NaN;
    leaves.expected[1] = NaN;
    leaves.values[2] = Infinity;
    expect(codesOf(leaves, -1)).toEqual([[3, 2, -1]]);
  });

  test('any leaves give finite shares that add up to 1 at most, with codes that occur', () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(0, 1, 1e308, -1e308, NaN));
    const anyRows = fc.array(fc.tuple(number, number, fc.nat(2), fc.nat(3)), { maxLength: 60 });
    fc.assert(fc.property(anyRows, fc.constantFrom<1 | -1>(1, -1), (rows, direction) => {
      const leaves: Leaves = {
        values: Float64Array.from(rows, row => row[0]),
        expected: Float64Array.from(rows, row => row[1]),
        codes: [Int32Array.from(rows, row => row[2]), Int32Array.from(rows, row => row[3])],
        cardinalities: [3, 4],
      };
      const causes = findRootCauses(leaves, direction);
      expect(causes.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
      for (const { codes, share, consistency } of causes) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(consistency).toBeGreaterThanOrEqual(0.8);
        expect(rows.some(row => codes.every((code, dimension) => code < 0 || row[2 + dimension] === code))).toBe(true);
      }
    }));
  });

  test('made cases of both types are solved better than RiskLoc does (.594 and .703)', () => {
    for (const [type, least] of [[S_TYPE, 0.8], [L_TYPE, 0.9]] as const) {
      const random = randomOf(11);
      let [hits, named] = [0, 0];
      for (let index = 0; index < 12; index++) {
        const { leaves, causes } = makeCase(type, random);
        const change = leaves.values.reduce((sum, value, leaf) => sum + value - leaves.expected[leaf]!, 0);
        const found = codesOf(leaves, change < 0 ? -1 : 1).map(String);
        hits += causes.filter(cause => found.includes(String(cause))).length;
        named += causes.length + found.length;
      }
      expect(2 * hits / named).toBeGreaterThan(least);
    }
  });

  test('50,000 leaves in 10 dimensions are no more than 63 passes: the dimensions that matter are among them', () => {
    const random = randomOf(5);
    const cardinalities = [50, 40, 30, 20, 10, 8, 6, 5, 400, 3000];
    const codes = cardinalities.map(cardinality => Int32Array.from({ length: 50_000 }, () => Math.floor(random() * cardinality)));
    const expected = Float64Array.from({ length: 50_000 }, () => 100 * (0.5 + random()));
    const factorOf = (leaf: number): number => codes[3]![leaf] === 7 && codes[4]![leaf] === 2 ? 0.4 : codes[7]![leaf] === 2 ? 0.7 : 1;
    const values = expected.map((forecast, leaf) => forecast * (1 + 0.1 * normal(random)) * factorOf(leaf));
    expect(codesOf({ values, expected, codes, cardinalities }, -1)).toEqual([
      [-1, -1, -1, -1, -1, -1, -1, 2, -1, -1], [-1, -1, -1, 7, 2, -1, -1, -1, -1, -1],
    ]);
  });
});
