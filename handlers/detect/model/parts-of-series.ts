// SPDX-License-Identifier: Apache-2.0

import type { Part } from './written-totals';
import type { SeriesIndex } from '../../input/series-index';

/** Combinations of dimension values that a part needs: the sum of fewer is hardly less noisy than they are. */
const LEAST_COMBINATIONS = 10;

/** Values of a dimension, and pairs of values of two, up to which each of them is a part: beyond, some would say nothing of the others. */
const MOST_VALUES = 50;
const MOST_PAIRS = 200;

/** More values than a dimension has: two codes make one number. */
const MOST_CODES = 2 ** 24;

/** Stands for the number of a part where there is none. */
const NO_PART = -1;

/** One way to part the series: not at all, by a dimension, by two dimensions. */
interface Division {
  readonly dimensions: readonly number[];
  readonly mostParts: number;
  /** Combinations of each of its values, or pairs of values; undefined when there are too many of these. */
  combinations?: Map<number, number>;
  /** Numbers of those that are parts. */
  readonly parts: Map<number, number>;
  /** By combination the number of the part that it is in; NO_PART where it is in none. */
  ofCombinations: Int32Array;
}

/**
 * The ways to part time series by their values of no, one or two dimensions; what has a value of each dimension is a time series, and no part.
 * @param dimensions their number
 */
export function divisionsOf(dimensions: number): number[][] {
  const all = Array.from({ length: dimensions }, (_, dimension) => dimension);
  return [[], ...all.map(one => [one]), ...all.flatMap(one => all.slice(one + 1).map(two => [one, two]))]
    .filter(division => division.length < dimensions);
}

/** What sums are made of: all time series, those with one value of a dimension, and those with one value of each of two dimensions. */
export class PartsOfSeries {
  /** In the order in which they came; all series first. */
  public readonly list: Part[] = [];
  /** By the number of dimensions. */
  private readonly divisions: readonly Division[];
  /** Combinations that were counted; none in a model that was read, as long as no other ones come: they would bring no parts that there are not. */
  private counted = 0;
  /** Combinations whose parts are found. */
  private placed = 0;

  /** @param known parts that there are already */
  public constructor(private readonly series: SeriesIndex, known: readonly Part[]) {
    this.divisions = divisionsOf(series.dimensions.length)
      .map(dimensions => ({
        dimensions,
        mostParts: dimensions.length === 2 ? MOST_PAIRS : MOST_VALUES,
        combinations: new Map(),
        parts: new Map(),
        ofCombinations: new Int32Array(0),
      }));
    for (const part of known) {
      const division = this.divisions.find(({ dimensions }) => dimensions.join() === part.map(([dimension]) => dimension).join());
      if (division) this.add(division, part.reduce((key, [, code]) => key * MOST_CODES + code, 0), part);
    }
    if (known.length > 0) this.place(0);
  }

  /** By combination, one list for each way to part the series: the number of the part that it is in, -1 where it is in none. All series first. */
  public get ofCombinations(): readonly Int32Array[] {
    return this.divisions.map(({ ofCombinations }) => ofCombinations);
  }

  /** Whether a combination is in a part. */
  public includes(number: number, combination: number): boolean {
    return this.list[number].every(([dimension, code]) => this.series.code(combination, dimension) === code);
  }

  /**
   * Takes in the combinations that came since, and adds the parts that have enough of them: all series first, then values of the dimensions that have few,
   * then pairs.
   * @param most parts that there may be
   */
  public grow(most: number): void {
    const { series, divisions } = this;
    if (this.placed === series.count) return;
    for (; this.counted < series.count; this.counted++) {
      for (const division of divisions) this.count(division, this.counted);
    }
    const before = this.list.length;
    const sizeOf = ({ combinations }: Division): number => combinations?.size ?? Infinity;
    const inOrder = [...divisions].sort((a, b) => a.dimensions.length - b.dimensions.length || sizeOf(a) - sizeOf(b));
    for (const division of inOrder) {
      for (const [key, combinations] of division.combinations ?? []) {
        if (combinations >= LEAST_COMBINATIONS && this.list.length < most && !division.parts.has(key)) this.add(division, key, partOf(division, key));
      }
      if (this.list.length === 0) break; // where all are too few, the others are too
    }
    this.place(this.list.length > before ? 0 : this.placed);
  }

  /** Finds the parts of the combinations from a number on. */
  private place(from: number): void {
    const { count, values } = this.series;
    for (const division of this.divisions) {
      if (division.ofCombinations.length < count) division.ofCombinations = extended(division.ofCombinations, count);
      const { dimensions, ofCombinations, parts } = division;
      if (dimensions.length === 1) {
        const [dimension] = dimensions;
        const byCode = Int32Array.from(values[dimension], (_, code) => parts.get(code) ?? NO_PART);
        for (let combination = from; combination < count; combination++) {
          ofCombinations[combination] = byCode[this.series.code(combination, dimension)];
        }
      } else if (parts.size > 0) {
        for (let combination = from; combination < count; combination++) {
          ofCombinations[combination] = parts.get(this.keyOf(division, combination)) ?? NO_PART;
        }
      }
    }
    this.placed = count;
  }

  private count(division: Division, combination: number): void {
    const { combinations } = division;
    if (combinations === undefined) return;
    const key = this.keyOf(division, combination);
    combinations.set(key, (combinations.get(key) ?? 0) + 1);
    if (combinations.size > division.mostParts) division.combinations = undefined;
  }

  private keyOf({ dimensions }: Division, combination: number): number {
    let key = 0;
    for (const dimension of dimensions) key = key * MOST_CODES + this.series.code(combination, dimension);
    return key;
  }

  private add(division: Division, key: number, part: Part): void {
    division.parts.set(key, this.list.push(part) - 1);
  }
}

/** The numbers of parts, with room for so many combinations. */
function extended(ofCombinations: Int32Array, count: number): Int32Array {
  const longer = new Int32Array(Math.max(count, 2 * ofCombinations.length)).fill(NO_PART);
  longer.set(ofCombinations);
  return longer;
}

function partOf({ dimensions }: Division, key: number): Part {
  const codes = dimensions.length === 2 ? [Math.floor(key / MOST_CODES), key % MOST_CODES] : [key];
  return dimensions.map((dimension, index) => [dimension, codes[index]] as const);
}
