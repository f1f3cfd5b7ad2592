// SPDX-License-Identifier: Apache-2.0

import { ByteKeys } from './byte-keys';
import type { CsvRecord } from './csv-scanner';

/** Which rows are read by the values of their dimensions: those that have one of the given values of each dimension that has any given. */
export class DimensionFilters {
  /** For each dimension 1 or 0 by the bytes of its values: whether it is one of those given. */
  private readonly known: ByteKeys[];

  /** @param values by number of the dimension; undefined: all are read */
  public constructor(private readonly values: readonly (ReadonlySet<string> | undefined)[]) {
    this.known = values.map(() => new ByteKeys());
  }

  /** @param columns of the dimensions in the record's file */
  public pass(record: CsvRecord, columns: Int32Array): boolean {
    return this.values.every((values, dimension) => values === undefined || this.has(record, columns[dimension], this.known[dimension], values));
  }

  private has(record: CsvRecord, column: number, known: ByteKeys, values: ReadonlySet<string>): boolean {
    const { bytes, starts, ends } = record;
    let found = known.find(bytes, starts[column], ends[column]);
    if (found === undefined) {
      found = values.has(record.text(column)) ? 1 : 0;
      known.add(bytes, starts[column], ends[column], found);
    }
    return found === 1;
  }
}
