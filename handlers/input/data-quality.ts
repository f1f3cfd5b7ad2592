// SPDX-License-Identifier: Apache-2.0

import { UnusableData } from './unusable-data';

/** Examples kept of each reason. */
const EXAMPLES = 5;

/** Fewer unreadable rows than this fail nothing as long as other rows can be used: people write a few odd rows into every table. */
const TOLERATED_ROWS = 10;

/**
 * Share of unreadable rows above which data is not used.
 *
 * In an interval, rows that are left out make sums too small, which looks like an outage: more than a row in twenty and the interval fails,
 * to be detected when the data is mended. A history is seldom mended, and what is learned from it bears a few bad intervals, so it may
 * have twice as many.
 */
const TOLERATED_SHARE = { interval: 0.05, history: 0.1 };

/** Why a row was rejected: its number of columns, its time stamp, or the number of a measure. */
export type RejectionReason = 'columns' | 'timestamp' | 'number';

/** A row that was rejected. */
export interface RejectedExample {
  /** Name of the file, as it was given to the reader. */
  readonly file: string;
  /** Line of the file on which the row begins, counted from 1. */
  readonly line: number;
  /** What is wrong with the row, in words. */
  readonly text: string;
}

/** Rows rejected for one reason in one column. */
export interface RejectedRows {
  readonly reason: RejectionReason;
  /** Name of the column; absent where the row has the wrong number of them. */
  readonly column?: string;
  readonly rows: number;
  /** The first few. */
  readonly examples: readonly RejectedExample[];
}

/** What became of the rows of some files. */
export interface DataQuality {
  /** All rows, headers left out. */
  readonly rows: number;
  readonly rowsUsed: number;
  /** Rows in intervals that are not read. Nothing is wrong with them. */
  readonly rowsOutside: number;
  /** Rows that cannot be read. */
  readonly rowsRejected: number;
  /** Rejected rows by reason and column, most rows first. */
  readonly rejected: readonly RejectedRows[];
}

type CountedRows = Omit<RejectedRows, 'rows' | 'examples'> & { rows: number; readonly examples: RejectedExample[] };

/** Counts rejected rows and keeps the first of each reason. */
export class Rejections {
  private readonly reasons = new Map<string, CountedRows>();
  private total = 0;

  /** Number of rows. */
  public get rows(): number {
    return this.total;
  }

  /** By reason and column, most rows first. */
  public get list(): RejectedRows[] {
    return [...this.reasons.values()].map(rejected => ({ ...rejected, examples: [...rejected.examples] })).sort((a, b) => b.rows - a.rows);
  }

  /** @param describe called for the first few rows of a reason */
  public add(reason: RejectionReason, column: string | undefined, describe: () => RejectedExample): void {
    this.total += 1;
    const key = JSON.stringify([reason, column]);
    let known = this.reasons.get(key);
    if (known === undefined) this.reasons.set(key, known = { reason, ...(column === undefined ? {} : { column }), rows: 0, examples: [] });
    known.rows += 1;
    if (known.examples.length < EXAMPLES) known.examples.push(describe());
  }
}

/** Why most of the rejected rows were rejected, with the first example, in one sentence; empty when none was. */
export function mainReason({ rejected: [most], rows }: DataQuality): string {
  if (most === undefined) return '';
  const [{ file, line, text }] = most.examples;
  return `${text} (${most.rows} of ${rows} rows), first in line ${line} of ${file}`;
}

/** Whether rows may be used though some others cannot be read. */
export function isTolerated(rowsRejected: number, rows: number, what: keyof typeof TOLERATED_SHARE): boolean {
  return rowsRejected <= TOLERATED_ROWS || rowsRejected <= TOLERATED_SHARE[what] * rows;
}

/**
 * Lets data with a few unreadable rows pass: up to 10, or up to 5 % of an interval's and 10 % of a history's rows, while any row can be read.
 * Rows outside the intervals that are read count as readable.
 * @throws UnusableData with the main reason
 */
export function checkQuality(quality: DataQuality, what: keyof typeof TOLERATED_SHARE): void {
  const { rows, rowsRejected } = quality;
  if (rowsRejected > 0 && rowsRejected === rows) throw new UnusableData(`no row of the ${what} can be used: ${mainReason(quality)}`);
  if (!isTolerated(rowsRejected, rows, what)) {
    throw new UnusableData(`${rowsRejected} of ${rows} rows of the ${what} cannot be used: ${mainReason(quality)}; `
      + `${TOLERATED_ROWS} rows, or ${TOLERATED_SHARE[what] * 100} %, may be left out`);
  }
}
