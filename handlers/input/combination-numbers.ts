import { ByteKeys } from './byte-keys';
import type { CsvRecord } from './csv-scanner';
import type { RowColumns } from './row-columns';
import { keptValue, type SeriesIndex } from './series-index';

const FIRST_KEY_BYTES = 256;

/** Bytes before each value that say how long it is. */
const LENGTH_BYTES = 4;

/** Finds the numbers of combinations of dimension values by their bytes: only those not seen before become text. */
export class CombinationNumbers {
  private readonly byValues = new ByteKeys();
  private asWritten = new ByteKeys();
  private key = new Uint8Array(FIRST_KEY_BYTES);

  private readonly delimiterBytes: number;
  /** Columns for which `asWritten` holds. */
  private columns?: RowColumns;

  /** @param onAdded called when the series got a new combination */
  public constructor(private readonly series: SeriesIndex, delimiter: string, private readonly onAdded: () => void) {
    this.delimiterBytes = Buffer.byteLength(delimiter);
  }

  /**
   * Number of a record's combination, which is added when it is not known.
   * @param columns of the record's file
   */
  public findOrAdd(record: CsvRecord, columns: RowColumns): number {
    if (columns !== this.columns) this.changeColumns(columns);
    const { dimensions, neighbours } = columns;
    if (neighbours !== undefined && !record.isChanged) {
      // dimensions that stand side by side are looked up as they are written, quotes and delimiters too
      const { written } = record;
      const end = written[neighbours.last + 1] - this.delimiterBytes;
      return this.find(record, dimensions, this.asWritten, record.bytes, written[neighbours.first], end);
    }
    const length = this.writeKey(record, dimensions);
    return this.find(record, dimensions, this.byValues, this.key, 0, length);
  }

  private find(record: CsvRecord, dimensions: Int32Array, keys: ByteKeys, bytes: Uint8Array, start: number, end: number): number {
    const known = keys.find(bytes, start, end);
    if (known !== undefined) return known;
    const before = this.series.combinations.length;
    const number = this.series.findOrAdd(Array.from(dimensions, column => keptValue(record.text(column))));
    keys.add(bytes, start, end, number);
    if (number === before) this.onAdded();
    return number;
  }

  /** What is written the same means something else where the columns have another order. */
  private changeColumns(columns: RowColumns): void {
    if (this.columns !== undefined && String(this.columns.dimensions) !== String(columns.dimensions)) this.asWritten = new ByteKeys();
    this.columns = columns;
  }

  /** Each value after its length, so that no two combinations have the same key. */
  private writeKey(record: CsvRecord, columns: Int32Array): number {
    const { bytes, starts, ends } = record;
    let { key } = this;
    let at = 0;
    for (let dimension = 0; dimension < columns.length; dimension++) {
      const start = starts[columns[dimension]];
      const length = ends[columns[dimension]] - start;
      if (at + LENGTH_BYTES + length > key.length) key = this.growKey(at + LENGTH_BYTES + length);
      // a byte takes the lowest bits of what it is given
      for (let digit = 0, rest = length; digit < LENGTH_BYTES; digit++, rest = Math.floor(rest / 256)) key[at++] = rest;
      for (let index = 0; index < length; index++) key[at++] = bytes[start + index];
    }
    return at;
  }

  private growKey(length: number): Uint8Array<ArrayBuffer> {
    const key = new Uint8Array(2 * length);
    key.set(this.key);
    return this.key = key;
  }
}
