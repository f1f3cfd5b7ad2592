import { createHash } from 'node:crypto';

/** Longest dimension value kept as it is, in characters. Records and messages of ten dimensions then stay within their limits. */
const VALUE_LENGTH = 1024;

/**
 * Numbers the combinations of dimension values, in the order in which they were first seen. Each has one series for each measure:
 * series number = combination * measures + measure.
 */
export class SeriesIndex {
  private readonly numbers = new Map<string, number>();
  private readonly timeSeriesIds: string[] = [];
  private allIds: readonly string[] = [];

  /**
   * @param measures names of the measures
   * @param dimensions names of the dimensions
   * @param combinations dimension values of each combination, as `combinations` gave them
   */
  public constructor(
    public readonly measures: readonly string[], public readonly dimensions: readonly string[], public readonly combinations: string[][] = [],
  ) {
    for (const [number, values] of combinations.entries()) this.numbers.set(keyOf(values), number);
  }

  /** Number of series. */
  public get size(): number {
    return this.combinations.length * this.measures.length;
  }

  /** Number of a combination; -1 when it is not known. */
  public find(values: readonly string[]): number {
    return this.numbers.get(keyOf(values)) ?? -1;
  }

  /** Number of a combination, which is added when it is not known. */
  public findOrAdd(values: readonly string[]): number {
    const key = keyOf(values);
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.combinations.length;
      this.numbers.set(key, number);
      this.combinations.push([...values]);
    }
    return number;
  }

  /** Measure and dimension values of a series. */
  public describe(series: number): { readonly measure: number; readonly dimensionValues: readonly string[] } {
    const measure = series % this.measures.length;
    return { measure, dimensionValues: this.combinations[(series - measure) / this.measures.length] };
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
    const named = this.dimensions.map((name, index) => [name, dimensionValues[index]]);
    return createHash('sha512').update(JSON.stringify([this.measures[measure], named])).digest('hex');
  }
}

/** No two lists of values have the same key, whatever the values hold. */
function keyOf(values: readonly string[]): string {
  let key = '';
  for (const value of values) key += `${value.length}:${value}`;
  return key;
}

/** A dimension value as it is kept: very long ones end in their hash, so that they stay apart. */
export function keptValue(value: string): string {
  if (value.length <= VALUE_LENGTH) return value;
  const hash = createHash('sha256').update(value).digest('hex');
  return `${value.slice(0, VALUE_LENGTH - hash.length - 1).replace(/[\uD800-\uDBFF]$/, '')}…${hash}`;
}
