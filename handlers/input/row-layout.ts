// SPDX-License-Identifier: Apache-2.0

import type { TimestampFormat } from '../shared/time-format';

/** How the files are written. */
export interface CsvFormat {
  readonly gzip: boolean;
  /** A name of the WHATWG Encoding standard. */
  readonly charset: string;
  /** One character or more. */
  readonly delimiter: string;
  /** Empty: nothing is quoted. */
  readonly quote: string;
  /** Names of the columns; absent: each file has a header. */
  readonly columns?: readonly string[];
  /** The files are JSON lines, of which CSV rows with these `columns` are made. */
  readonly json?: true;
}

/** One measure of the rows. */
export interface Measure {
  readonly name: string;
  readonly aggregation: 'SUM' | 'AVG';
}

/** What the columns of the rows mean. */
export interface RowLayout {
  readonly timestampColumn: string;
  readonly timestamps: TimestampFormat;
  readonly measures: readonly Measure[];
  readonly dimensions: readonly string[];
  readonly csv: CsvFormat;
  /** By number of the dimension: its values, where only rows with some of them are read. */
  readonly filters?: readonly (ReadonlySet<string> | undefined)[];
}
