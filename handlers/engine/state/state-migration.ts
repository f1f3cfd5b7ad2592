// SPDX-License-Identifier: Apache-2.0

import type { ModelSettings } from '../calendar/calendar';

/** A column as a file names it: a row holds one number of each series. */
export interface StoredColumn {
  readonly name: string;
  /** `float64`, `float32`, `int…` or `uint…`, with the bits of a number. */
  readonly type: string;
  readonly rows: number;
}

/** Numbers of a row. */
export type RowNumbers = Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** Fills a column of the state from a column of another type or with another number of rows. `from` and `to` give a row's numbers. */
export type ColumnMigration = (stored: StoredColumn, from: (row: number) => RowNumbers, to: (row: number) => RowNumbers) => void;

/**
 * What becomes of a column that this engine keeps with another type or another number of rows than the file has. A column that is not
 * listed begins anew for every series, as does one that the file lacks: so give a column another name when its numbers come to mean
 * something else.
 *
 * Listed are the numbers that mean the same in whatever type they are held. Season slots are not: with other slots they are learned again.
 */
const MIGRATIONS: Readonly<Record<string, ColumnMigration>> = {
  level: sameNumbers,
  mean: sameNumbers,
  scale: sameNumbers,
  deviation: sameNumbers,
  cycle: sameNumbers,
  week: sameNumbers,
  noise: sameNumbers,
  points: sameNumbers,
  errors: sameNumbers,
  regressionErrors: sameNumbers,
  weekMisses: bitsOfThree,
  firstSeen: sameNumbers,
};

/** The migration of a column from what a file has of it to what the engine keeps; undefined where it begins anew. */
export function migrationOf(stored: StoredColumn, kept: StoredColumn): ColumnMigration | undefined {
  if (!Object.hasOwn(MIGRATIONS, kept.name)) return undefined;
  const migration = MIGRATIONS[kept.name];
  return migration === sameNumbers && stored.rows !== kept.rows ? undefined : migration;
}

/** Takes each number over, as near as the new type can hold it. */
function sameNumbers(stored: StoredColumn, from: (row: number) => RowNumbers, to: (row: number) => RowNumbers): void {
  for (let row = 0; row < stored.rows; row++) {
    const target = to(row);
    const numbers = from(row);
    if (target instanceof Float64Array || target instanceof Float32Array) {
      target.set(numbers);
      continue;
    }
    const bits = 8 * target.BYTES_PER_ELEMENT;
    const isSigned = target instanceof Int32Array || target instanceof Int16Array || target instanceof Int8Array;
    const most = 2 ** (isSigned ? bits - 1 : bits) - 1;
    const least = isSigned ? -most - 1 : 0;
    for (let series = 0; series < numbers.length; series++) target[series] = Math.min(most, Math.max(least, numbers[series]!));
  }
}

/** A number of 24 bits for each weekday becomes three of 8. */
function bitsOfThree({ type, rows }: StoredColumn, from: (row: number) => RowNumbers, to: (row: number) => RowNumbers): void {
  if (type !== 'uint32') return;
  for (let row = 0; row < 3 * rows; row++) {
    const numbers = from(Math.floor(row / 3));
    const target = to(row);
    for (let series = 0; series < numbers.length; series++) target[series] = Math.floor(numbers[series]! / 256 ** (row % 3)) % 256;
  }
}

/** Columns of a file of version 1, in their order: these files do not name them. */
export function columnsOfVersion1({ intervalSeconds }: ModelSettings): StoredColumn[] {
  const isDaily = intervalSeconds === 86_400;
  const one = (type: string, ...names: string[]): StoredColumn[] => names.map(name => ({ name, type, rows: 1 }));
  return [
    ...one('float64', 'level', 'mean'),
    ...one('float32', 'scale', 'deviation', 'cycleError', 'weekError', 'surprise', 'unrest', 'anomalySize', 'runMean', 'runSpread'),
    { name: 'cycle', type: 'float32', rows: isDaily ? 7 : 86_400 / intervalSeconds },
    { name: 'week', type: 'float32', rows: isDaily ? 0 : 168 },
    { name: 'noise', type: 'float32', rows: isDaily ? 7 : 24 },
    ...one('uint32', 'points', 'errors', 'firstSeen'),
    { name: 'weekMisses', type: 'uint32', rows: isDaily ? 0 : 7 },
    ...one('uint16', 'runLength'),
    ...one('uint8', 'kind'),
  ];
}
