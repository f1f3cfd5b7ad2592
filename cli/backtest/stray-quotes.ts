// SPDX-License-Identifier: Apache-2.0

import type { CsvRecord } from '../../handlers/input/csv-scanner';
import { shown } from '../../handlers/input/unusable-data';

/** Values of a dimension with a quote that is not written as CSV writes one: doubled, in a cell between quotes. */
export interface ValuesWithStrayQuote {
  readonly column: string;
  readonly valuesWithStrayQuote: number;
  /** The first of them, and where it is. */
  readonly example: string;
  readonly file: string;
  readonly line: number;
}

/** Finds stray quotes in dimension values, which the reader takes for a part of the value. */
export class StrayQuotes {
  private readonly values: Set<string>[];
  private readonly first: Omit<ValuesWithStrayQuote, 'valuesWithStrayQuote'>[] = [];

  public constructor(private readonly dimensions: readonly string[]) {
    this.values = dimensions.map(() => new Set());
  }

  /** By column, those without left out. */
  public get list(): ValuesWithStrayQuote[] {
    return this.values.flatMap(({ size }, dimension) => size === 0 ? [] : [{ ...this.first[dimension], valuesWithStrayQuote: size }]);
  }

  /**
   * Looks at a row with a new combination of values. Where a cell of it has doubled quotes, nobody can tell.
   * @param columns of the record, by dimension
   */
  public look(file: string, record: CsvRecord, columns: Int32Array): void {
    if (record.isChanged) return;
    for (const [dimension, column] of this.dimensions.entries()) {
      const example = record.text(columns[dimension]);
      if (!example.includes('"')) continue;
      this.first[dimension] ??= { column, example, file, line: record.line };
      this.values[dimension].add(example);
    }
  }
}

/** What the user should look at, in words. */
export function remarksOfStrayQuotes(found: readonly ValuesWithStrayQuote[]): string[] {
  return found.map(({ column, valuesWithStrayQuote: count, example, file, line }) => (
    `${count} ${count === 1 ? 'value' : 'values'} of column ${shown(column)} with a quote that is not written as CSV writes one, such as ${shown(example)} in line ${line} of ${file}: `
      + 'it is taken for a part of the value; where it is none, that is a time series too many'));
}
