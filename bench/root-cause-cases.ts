// SPDX-License-Identifier: Apache-2.0

import type { Leaves } from '../handlers/engine/groups/root-cause/leaves';

/** An interval whose causes are known. */
export interface RootCauseCase {
  readonly leaves: Leaves;
  /** The combinations that were changed: for each the number of the value in every dimension, -1 where it does not matter. */
  readonly causes: readonly (readonly number[])[];
}

/** How cases are made, after the description in the RiskLoc paper (arXiv 2205.10004): S and L type. Ranges are drawn from uniformly. */
export interface CaseType {
  readonly cardinalities: readonly number[];
  readonly noise: readonly [number, number];
  readonly severity: readonly [number, number];
  readonly spread: readonly [number, number];
  readonly anomalies: readonly [number, number];
  readonly elements: readonly [number, number];
  /** All causes name every dimension. */
  readonly deepest: boolean;
}

/** 48,000 leaves in 5 dimensions; 1-3 causes, each of 1-3 combinations of some of the dimensions. */
export const S_TYPE: CaseType = {
  cardinalities: [10, 12, 10, 8, 5], noise: [0, 0.25], severity: [0.2, 1], spread: [0, 0.1], anomalies: [1, 3], elements: [1, 3], deepest: false,
};

/** 36,000 leaves in 4 dimensions; 1-5 causes, each a single leaf. */
export const L_TYPE: CaseType = {
  cardinalities: [10, 24, 10, 15], noise: [0, 0.1], severity: [0.5, 1], spread: [0, 0], anomalies: [1, 5], elements: [1, 1], deepest: true,
};

type Random = () => number;

/** Makes a case. Normal leaves: Weibull values, up to a quarter of them 0, forecasts with relative errors; changed leaves: all by one factor. */
export function makeCase(type: CaseType, random: Random): RootCauseCase {
  const { cardinalities } = type;
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random();
  const whole = ([low, high]: readonly [number, number]): number => low + Math.floor((high - low + 1) * random());
  const size = cardinalities.reduce((product, count) => product * count, 1);
  const codes = cardinalities.map((cardinality, dimension) => {
    const period = cardinalities.slice(dimension + 1).reduce((product, count) => product * count, 1);
    return Int32Array.from({ length: size }, (_, leaf) => Math.floor(leaf / period) % cardinality);
  });

  const zeroes = between([0, 0.25]);
  const noise = between(type.noise);
  const shape = between([0.5, 1]);
  const values = new Float64Array(size);
  const expected = new Float64Array(size);
  for (let leaf = 0; leaf < size; leaf++) {
    const exact = random() < zeroes ? 0 : 100 * (-Math.log(1 - random())) ** (1 / shape);
    const inexact = Math.max(0, exact * (1 + noise * normal(random)));
    const swapped = random() < 0.5;
    values[leaf] = swapped ? inexact : exact;
    expected[leaf] = swapped ? exact : inexact;
  }

  const leaves: Leaves = { values, expected, codes, cardinalities };
  const groups = Array.from({ length: whole(type.anomalies) }, () => ({ severity: between(type.severity) + noise, spread: between(type.spread) }));
  const placed = place(type, groups.length, leaves, whole, random);
  // the changed side follows the sum of the errors, so that the errors do not hide the event
  const isIncrease = sum(values) > sum(expected);
  for (const [index, { severity, spread }] of groups.entries()) {
    for (let leaf = 0; leaf < size; leaf++) {
      if (!placed[index]!.some(cause => cause.every((code, dimension) => code < 0 || codes[dimension]![leaf] === code))) continue;
      const [base, changed] = isIncrease ? [values, expected] : [expected, values];
      changed[leaf] = Math.max(0, base[leaf]! * (1 - severity - spread * normal(random)));
    }
  }
  return { leaves, causes: placed.flat() };
}

/** Which values of a dimension fall: the first, the first two, all but the first, or all of them. */
export const FALLS = {
  'one falls': (index: number) => index === 0,
  'two fall': (index: number) => index < 2,
  'all but one fall': (index: number) => index > 0,
  'all fall': () => true,
} as const;

/** One interval of one dimension with few values, all with 5 % noise, of which some have 30 % to 70 % of what they would have. */
export function makeFewValues(count: number, falls: (index: number) => boolean, random: Random): RootCauseCase {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const expected = Float64Array.from(indexes, index => (300 + 200 * index) * (0.5 + random()));
  const left = 0.3 + 0.4 * random();
  const values = expected.map((forecast, index) => forecast * (falls(index) ? left : 1) * (1 + 0.05 * normal(random)));
  return {
    leaves: { values, expected, scale: expected.map(forecast => 0.05 * forecast), codes: [Int32Array.from(indexes)], cardinalities: [count] },
    causes: indexes.every(falls) ? [[-1]] : indexes.filter(falls).map(index => [index]),
  };
}

/** Combinations for each cause: no two causes in the same dimensions, none inside another. */
function place(type: CaseType, groups: number, leaves: Leaves, whole: (range: readonly [number, number]) => number, random: Random): number[][][] {
  const { cardinalities } = type;
  const dimensions = cardinalities.map((_, dimension) => dimension);
  const placed: number[][][] = [];
  while (placed.length < groups) {
    const level = type.deepest ? cardinalities.length : whole([1, cardinalities.length]);
    const shuffled = dimensions.map(dimension => ({ dimension, key: random() })).sort((a, b) => a.key - b.key);
    const chosen = shuffled.slice(0, level).map(({ dimension }) => dimension);
    const elements = Array.from({ length: whole(type.elements) }, () => dimensions.map(dimension => {
      if (!chosen.includes(dimension)) return -1;
      const used = placed.flat().map(cause => cause[dimension]);
      const free = Array.from({ length: cardinalities[dimension]! }, (_, code) => code).filter(code => !used.includes(code));
      return free[Math.floor(random() * free.length)] ?? NaN;
    }));
    const isPossible = elements.every(cause => cause.every(code => !Number.isNaN(code)));
    const isUnique = new Set(elements.map(String)).size === elements.length;
    const isSame = ([cause]: readonly number[][]): boolean => dimensions.every(dimension => cause![dimension]! < 0 === !chosen.includes(dimension));
    const isNew = level === cardinalities.length || !placed.some(isSame);
    const isVisible = level < cardinalities.length || elements.every(cause => leaves.values[leafOf(cause, cardinalities)]! > 0);
    if (isPossible && isUnique && isNew && isVisible) placed.push(elements);
  }
  return placed;
}

function leafOf(codes: readonly number[], cardinalities: readonly number[]): number {
  return codes.reduce((leaf, code, dimension) => leaf * cardinalities[dimension]! + code, 0);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
