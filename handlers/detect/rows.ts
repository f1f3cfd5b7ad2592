import type { Layout } from './layout';
import { listed, shown, UnusableData } from './problem';
import { keptValue } from './series-index';

/** Numbers as databases write them; no `Infinity`, no hexadecimal digits, no separators of thousands. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Numbers beyond this are taken for damage. */
const LARGEST_NUMBER = 1e100;

/**
 * Takes a row. The arrays are used again for the next row. Answers false when the row lies in no interval that is read.
 * @param wall time stamp on the wall clock, in seconds counted as if it were UTC
 * @param combination dimension values, one for each dimension; NULL is empty text
 * @param values one for each measure; NaN where the row has none
 */
export type RowTaker = (wall: number, combination: readonly string[], values: Float64Array) => boolean;

/** Why rows could not be used, by reason, with the first example in words. */
interface Rejection {
  count: number;
  readonly example: string;
}

interface Columns {
  readonly count: number;
  readonly timestamp: number;
  readonly measures: readonly number[];
  readonly dimensions: readonly number[];
}

/** Reads the rows of a metric set's files and counts those that cannot be used. */
export class RowReader {
  /** Rows taken. */
  public rows = 0;
  /** Rows in no interval that is read. */
  public outside = 0;
  private readonly rejections = new Map<string, Rejection>();
  private readonly combination: string[];
  private readonly values: Float64Array;

  public constructor(private readonly layout: Layout, private readonly take: RowTaker) {
    this.combination = layout.dimensions.map(() => '');
    this.values = new Float64Array(layout.measures.length);
  }

  /** Rows outside or unreadable. */
  public get rejected(): number {
    return [...this.rejections.values()].reduce((sum, { count }) => sum + count, this.outside);
  }

  /** Why most of the unreadable rows could not be read, with an example; empty when all could. */
  public get reason(): string {
    const [most] = [...this.rejections.values()].sort((a, b) => b.count - a.count);
    return most === undefined ? '' : `${most.example} (${most.count} of ${this.rows + this.rejected} rows)`;
  }

  /** What to do with the records of one file, the header first. */
  public file(name: string): (record: string[]) => void {
    const { columns: names } = this.layout.csv;
    let columns = names && this.columnsOf(name, names);
    return record => {
      if (columns) this.read(record, columns, name);
      else columns = this.columnsOf(name, record);
    };
  }

  private columnsOf(file: string, header: readonly string[]): Columns {
    const trimmed = header.map(name => name.trim());
    const find = (column: string): number => {
      // Redshift folds names to lower case, whatever the query and the metric set say
      const same = (name: string): boolean => name === column;
      const folded = (name: string): boolean => name.toLowerCase() === column.toLowerCase();
      const matches = trimmed.some(same) ? same : folded;
      const index = trimmed.findIndex(matches);
      if (index < 0) throw new UnusableData(`${file} has no column ${shown(column)}: its columns are ${listed(trimmed)}`);
      if (trimmed.findLastIndex(matches) !== index) throw new UnusableData(`${file} has more than one column ${shown(column)}: its columns are ${listed(trimmed)}`);
      return index;
    };
    return {
      count: header.length,
      timestamp: find(this.layout.timestampColumn),
      measures: this.layout.measures.map(measure => find(measure.name)),
      dimensions: this.layout.dimensions.map(find),
    };
  }

  private read(record: readonly string[], columns: Columns, file: string): void {
    if (record.length !== columns.count) {
      return this.reject('columns', () => `${file} has a row with ${record.length} instead of ${columns.count} columns: ${listed(record)}`);
    }
    const { layout, combination, values } = this;
    const wall = layout.timestamps.parse(record[columns.timestamp]);
    if (Number.isNaN(wall)) {
      return this.reject('timestamp', () => `column ${shown(layout.timestampColumn)} holds ${shown(record[columns.timestamp])}, `
        + `which does not match the format ${shown(layout.timestamps.format)}`);
    }
    for (let measure = 0; measure < values.length; measure++) {
      const text = record[columns.measures[measure]].trim();
      const value = text === '' ? NaN : NUMBER.test(text) ? Number(text) : Infinity;
      if (Math.abs(value) > LARGEST_NUMBER) {
        const { name } = layout.measures[measure];
        return this.reject(`measure ${measure}`, () => `column ${shown(name)} holds ${shown(text)}, which is not a number`);
      }
      values[measure] = value;
    }
    for (let dimension = 0; dimension < combination.length; dimension++) combination[dimension] = keptValue(record[columns.dimensions[dimension]]);
    if (this.take(wall, combination, values)) this.rows += 1;
    else this.outside += 1;
  }

  private reject(reason: string, example: () => string): void {
    const known = this.rejections.get(reason);
    if (known) known.count += 1;
    else this.rejections.set(reason, { count: 1, example: example() });
  }
}
