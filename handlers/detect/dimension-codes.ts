import type { SeriesIndex } from '../input/series-index';

/** Codes of the series indexes in use: numbering tens of thousands of values takes longer than a search. */
const KNOWN = new WeakMap<object, DimensionCodes>();

/** The dimension values of all combinations as numbers, for work on many of them at once. */
export class DimensionCodes {
  /** The codes of a series index, brought up to date with the combinations that it has by now. */
  public static of(series: Pick<SeriesIndex, 'combinations' | 'dimensions'>): DimensionCodes {
    let codes = KNOWN.get(series);
    if (codes === undefined) KNOWN.set(series, codes = new DimensionCodes(series.dimensions.length));
    codes.add(series.combinations);
    return codes;
  }

  /** For each dimension its values, by number. */
  public readonly values: string[][];
  private readonly numbers: Map<string, number>[];
  private columns: Int32Array[];
  private count = 0;

  private constructor(dimensions: number) {
    this.values = Array.from({ length: dimensions }, () => []);
    this.numbers = this.values.map(() => new Map());
    this.columns = this.values.map(() => new Int32Array(0));
  }

  /** For each dimension the number of its value in each combination. */
  public get codes(): Int32Array[] {
    return this.columns.map(column => column.subarray(0, this.count));
  }

  private add(combinations: readonly (readonly string[])[]): void {
    if (combinations.length > (this.columns[0]?.length ?? Infinity)) {
      this.columns = this.columns.map(column => {
        const larger = new Int32Array(Math.ceil(1.5 * combinations.length));
        larger.set(column);
        return larger;
      });
    }
    for (; this.count < combinations.length; this.count++) {
      for (const [dimension, column] of this.columns.entries()) {
        const value = combinations[this.count][dimension];
        let number = this.numbers[dimension].get(value);
        if (number === undefined) {
          number = this.values[dimension].push(value) - 1;
          this.numbers[dimension].set(value, number);
        }
        column[this.count] = number;
      }
    }
  }
}
