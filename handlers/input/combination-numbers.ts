// SPDX-License-Identifier: Apache-2.0

import { ByteKeys } from './byte-keys';
import type { CsvRecord } from './csv-scanner';
import type { RowColumns } from './row-columns';
import { keptValue, type SeriesIndex } from './series-index';

/** Finds the numbers of combinations of dimension values by their bytes: only values not seen before become text. */
export class CombinationNumbers {
  /** For each dimension the codes of its values. */
  private readonly values: ByteKeys[];
  private readonly codes: Int32Array;
  /** Combinations as they stand in a file, quotes and delimiters too. */
  private asWritten = new ByteKeys();

  private readonly delimiterBytes: number;
  /** Columns for which `asWritten` holds. */
  private columns?: RowColumns;

  /** @param onAdded called when the series got a new combination */
  public constructor(private readonly series: SeriesIndex, delimiter: string, private readonly onAdded: () => void) {
    this.delimiterBytes = Buffer.byteLength(delimiter);
    this.values = series.dimensions.map(() => new ByteKeys());
    this.codes = new Int32Array(series.dimensions.length);
  }

  /**
   * Number of a record's combination, which is added when it is not known.
   * @param columns of the record's file
   */
  public findOrAdd(record: CsvRecord, columns: RowColumns): number {
    if (columns !== this.columns) this.changeColumns(columns);
    const { dimensions, neighbours } = columns;
    if (neighbours === undefined || record.isChanged) return this.byValues(record, dimensions);
    // dimensions that stand side by side are looked up at once, as they are written
    const { bytes, written } = record;
    const start = written[neighbours.first];
    const end = written[neighbours.last + 1] - this.delimiterBytes;
    const known = this.asWritten.find(bytes, start, end);
    if (known !== undefined) return known;
    const number = this.byValues(record, dimensions);
    this.asWritten.add(bytes, start, end, number);
    return number;
  }

  private byValues(record: CsvRecord, columns: Int32Array): number {
    const { codes, series } = this;
    for (let dimension = 0; dimension < codes.length; dimension++) codes[dimension] = this.code(record, dimension, columns[dimension]);
    const before = series.count;
    const number = series.findOrAddCodes(codes);
    if (number === before) this.onAdded();
    return number;
  }

  private code(record: CsvRecord, dimension: number, column: number): number {
    const keys = this.values[dimension];
    const [start, end] = [record.starts[column], record.ends[column]];
    let code = keys.find(record.bytes, start, end);
    if (code === undefined) {
      code = this.series.codeOrAdd(dimension, keptValue(record.text(column)));
      keys.add(record.bytes, start, end, code);
    }
    return code;
  }

  /** What is written the same means something else where the columns have another order. */
  private changeColumns(columns: RowColumns): void {
    if (this.columns !== undefined && String(this.columns.dimensions) !== String(columns.dimensions)) this.asWritten = new ByteKeys();
    this.columns = columns;
  }
}
