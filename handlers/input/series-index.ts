// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { NumberTuples } from './number-tuples';

/** Longest dimension value kept as it is, in characters. Records and messages of ten dimensions then stay within their limits. */
const VALUE_LENGTH = 1024;

/**
 * Numbers the combinations of dimension values, in the order in which they were first seen. Each has one series for each measure:
 * series number = combination * measures + measure.
 *
 * The values of a dimension are numbered too, by codes in the order in which they were first seen, and a combination is kept as its codes:
 * 50,000 combinations are made of a few hundred texts mostly.
 */
export class SeriesIndex {
  /** For each dimension its values, by code. */
  public readonly values: readonly (readonly string[])[];
  private readonly known: string[][];
  private readonly codesOfValues: Map<string, number>[];
  private readonly tuples: NumberTuples;
  private readonly tuple: Int32Array;
  /** Dimension values of the combinations that were asked for; up to `listed` there are all of them. */
  private readonly texts: string[][] = [];
  private listed = 0;
  private readonly timeSeriesIds: string[] = [];
  private allIds: readonly string[] = [];

  /**
   * @param measures names of the measures
   * @param dimensions names of the dimensions
   * @param combinations dimension values of combinations that are known already, in the order of their numbers
   */
  public constructor(
    public readonly measures: readonly string[], public readonly dimensions: readonly string[], combinations: readonly (readonly string[])[] = [],
  ) {
    this.known = dimensions.map(() => []);
    this.values = this.known;
    this.codesOfValues = dimensions.map(() => new Map());
    this.tuples = new NumberTuples(dimensions.length);
    this.tuple = new Int32Array(dimensions.length);
    for (const values of combinations) this.findOrAdd(values);
  }

  /** Number of combinations. */
  public get count(): number {
    return this.tuples.count;
  }

  /** Number of series. */
  public get size(): number {
    return this.tuples.count * this.measures.length;
  }

  /** For each dimension the code of its value in each combination. Valid until a combination is added. */
  public get codes(): Int32Array[] {
    return this.tuples.numbers;
  }

  /** Code of a combination's value of a dimension. */
  public code(combination: number, dimension: number): number {
    return this.tuples.at(combination, dimension);
  }

  /** Dimension values of all combinations, by number; the same list, which grows with the combinations. */
  public get combinations(): readonly (readonly string[])[] {
    for (; this.listed < this.count; this.listed++) this.combination(this.listed);
    return this.texts;
  }

  /** Dimension values of a combination. */
  public combination(number: number): readonly string[] {
    return this.texts[number] ??= this.known.map((values, dimension) => values[this.code(number, dimension)]);
  }

  /** Makes room for so many combinations, which are then added in less time. */
  public reserve(count: number): void {
    this.tuples.reserve(count);
  }

  /** Number of a combination; -1 when it is not known. */
  public find(values: readonly string[]): number {
    const { tuple } = this;
    for (let dimension = 0; dimension < tuple.length; dimension++) tuple[dimension] = this.codeOf(dimension, values[dimension]);
    return this.findCodes(tuple);
  }

  /** Number of a combination, which is added when it is not known. */
  public findOrAdd(values: readonly string[]): number {
    const { tuple } = this;
    for (let dimension = 0; dimension < tuple.length; dimension++) tuple[dimension] = this.codeOrAdd(dimension, values[dimension]);
    return this.findOrAddCodes(tuple);
  }

  /** Code of a dimension's value; -1 when it is not known. */
  public codeOf(dimension: number, value: string): number {
    return this.codesOfValues[dimension].get(value) ?? -1;
  }

  /** Code of a dimension's value, which is added when it is not known. */
  public codeOrAdd(dimension: number, value: string): number {
    const codes = this.codesOfValues[dimension];
    let code = codes.get(value);
    if (code === undefined) {
      code = this.known[dimension].push(value) - 1;
      codes.set(value, code);
    }
    return code;
  }

  /** Number of the combination with these codes, one a dimension; -1 when it is not known. */
  public findCodes(codes: Int32Array): number {
    return this.tuples.find(codes);
  }

  /** The same; the combination is added when it is not known. */
  public findOrAddCodes(codes: Int32Array): number {
    return this.tuples.findOrAdd(codes);
  }

  /** Measure and dimension values of a series. */
  public describe(series: number): SeriesName {
    return new SeriesName(this, series);
  }

  /** TimeSeriesId of a series: 128 hexadecimal digits, the same in every run, for the same measure and dimension values only. */
  public timeSeriesId(series: number): string {
    return this.timeSeriesIds[series] ??= this.computeId(series);
  }

  /** TimeSeriesIds of all series, in the order of their numbers; the same list until a series is added. */
  public allTimeSeriesIds(): readonly string[] {
    if (this.allIds.length !== this.size) this.allIds = Array.from({ length: this.size }, (_, series) => this.timeSeriesId(series));
    return this.allIds;
  }

  private computeId(series: number): string {
    const { measure, dimensionValues } = this.describe(series);
    return timeSeriesIdOf(this.measures[measure], this.dimensions.map((name, index) => [name, dimensionValues[index]] as const));
  }
}

/** TimeSeriesId: 128 hexadecimal digits for a measure and some dimension values. */
export function timeSeriesIdOf(measure: string, dimensionValues: readonly (readonly [name: string, value: string])[]): string {
  return createHash('sha512').update(JSON.stringify([measure, dimensionValues])).digest('hex');
}

/** What a series is about. */
export class SeriesName {
  /** Index of the measure. */
  public readonly measure: number;

  public constructor(private readonly index: SeriesIndex, private readonly series: number) {
    this.measure = series % index.measures.length;
  }

  /** One value for each dimension. Looked up when asked for: groups ask for the measure of each of 50,000 series, and for the values of few. */
  public get dimensionValues(): readonly string[] {
    return this.index.combination((this.series - this.measure) / this.index.measures.length);
  }
}

/** A dimension value as it is kept: very long ones end in their hash, so that they stay apart. */
export function keptValue(value: string): string {
  if (value.length <= VALUE_LENGTH) return value;
  const hash = createHash('sha256').update(value).digest('hex');
  return `${value.slice(0, VALUE_LENGTH - hash.length - 1).replace(/[\uD800-\uDBFF]$/, '')}…${hash}`;
}
