// SPDX-License-Identifier: Apache-2.0

import type { RowLayout } from './row-layout';
import { listed, shown, UnusableData } from './unusable-data';

/** Where a file has the columns of a layout. */
export interface RowColumns {
  /** Number of columns of the file. */
  readonly count: number;
  readonly timestamp: number;
  readonly measures: Int32Array;
  readonly dimensions: Int32Array;
  /** First and last column of the dimensions, where they stand side by side, in any order. */
  readonly neighbours?: { readonly first: number; readonly last: number };
}

/**
 * Finds the columns by the names in a file's header.
 * @throws UnusableData when a column is missing or comes twice
 */
export function findColumns(
  file: string, header: readonly string[], layout: Pick<RowLayout, 'timestampColumn' | 'measures' | 'dimensions'>,
): RowColumns {
  const names = header.map(name => name.trim());
  const find = (column: string): number => {
    // Redshift folds names to lower case, whatever the query and the metric set say
    const same = (name: string): boolean => name === column;
    const folded = (name: string): boolean => name.toLowerCase() === column.toLowerCase();
    const matches = names.some(same) ? same : folded;
    const index = names.findIndex(matches);
    if (index < 0) throw new UnusableData(`${file} has no column ${shown(column)}: its columns are ${listed(names)}`);
    if (names.findLastIndex(matches) !== index) throw new UnusableData(`${file} has more than one column ${shown(column)}: its columns are ${listed(names)}`);
    return index;
  };
  const dimensions = Int32Array.from(layout.dimensions, find);
  const [first, last] = [Math.min(...dimensions), Math.max(...dimensions)];
  return {
    count: names.length,
    timestamp: find(layout.timestampColumn),
    measures: Int32Array.from(layout.measures, measure => find(measure.name)),
    dimensions,
    neighbours: last - first + 1 === dimensions.length ? { first, last } : undefined,
  };
}
