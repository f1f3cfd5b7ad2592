// SPDX-License-Identifier: Apache-2.0

import { CombinationNumbers } from './combination-numbers';
import type { CsvRecord } from './csv-scanner';
import { type DataQuality, mainReason, type RejectionReason, Rejections } from './data-quality';
import { DimensionFilters } from './dimension-filters';
import type { IntervalTable } from './interval-table';
import { parseNumber } from './number-bytes';
import { formatAdvice, numberAdvice } from './rejection-advice';
import { findColumns, type RowColumns } from './row-columns';
import type { RowLayout } from './row-layout';
import { TimestampSlots, UNREADABLE_TIMESTAMP } from './timestamp-slots';
import { listed, shown } from './unusable-data';

/** Numbers beyond this are taken for damage. */
const LARGEST_NUMBER = 1e100;

/** Rows after which `onRows` is called. */
const ROWS_BETWEEN_CALLS = 50_000;

/** What happens while rows are read, for those who want to know. May throw to end the reading. */
export interface RowEvents {
  /** The table's series have a new combination of dimension values. */
  readonly onCombination?: () => void;
  /** A row has a time stamp, of this interval, and a number that cannot be read. */
  readonly onNumberRejected?: (slot: number) => void;
  /** Another 50,000 rows were used. */
  readonly onRows?: () => void;
}

/** Adds the rows of a metric set's files to an interval table, and counts those that cannot be used. */
export class RowReader {
  private used = 0;
  private notRead = 0;
  private readonly rejections = new Rejections();
  private readonly slots: TimestampSlots;
  private readonly combinations: CombinationNumbers;
  private readonly filters?: DimensionFilters;
  private readonly values: Float64Array;
  /** Slot of the record before; undefined where that was no row, or none with the right number of columns. */
  private slotBefore?: number;

  /**
   * @param slotOf slot of the interval for a time on the wall clock, in seconds counted as if it were UTC; NaN when that interval is not
   *   read. Called once for a time stamp's text, so its answers must not change.
   */
  public constructor(
    private readonly layout: RowLayout, private readonly table: IntervalTable, slotOf: (wall: number) => number,
    private readonly events: RowEvents = {},
  ) {
    this.slots = new TimestampSlots(layout.timestamps, slotOf);
    this.combinations = new CombinationNumbers(table.series, layout.csv.delimiter, () => events.onCombination?.());
    this.filters = layout.filters && new DimensionFilters(layout.filters);
    this.values = new Float64Array(layout.measures.length);
  }

  /** Rows used. */
  public get rows(): number {
    return this.used;
  }

  /** Rows outside the intervals that are read, or unreadable. Those that a filter leaves out are not counted at all. */
  public get rejected(): number {
    return this.notRead + this.rejections.rows;
  }

  /** Why most of the unreadable rows could not be read, with an example; empty when all could. */
  public get reason(): string {
    return mainReason(this.quality);
  }

  /** What became of the rows so far. */
  public get quality(): DataQuality {
    return {
      rows: this.rows + this.rejected,
      rowsUsed: this.used,
      rowsOutside: this.notRead,
      rowsRejected: this.rejections.rows,
      rejected: this.rejections.list,
    };
  }

  /**
   * What to do with the records of one file, the header first.
   * @param name of the file, for examples and errors
   * @throws UnusableData when a column is missing or comes twice
   */
  public file(name: string): (record: CsvRecord) => void {
    const { columns: names } = this.layout.csv;
    let columns = names && findColumns(name, names, this.layout);
    this.slotBefore = undefined;
    return record => {
      if (columns) this.read(record, columns, name);
      else columns = findColumns(name, texts(record), this.layout);
    };
  }

  private read(record: CsvRecord, columns: RowColumns, file: string): void {
    const before = this.slotBefore;
    this.slotBefore = undefined;
    if (record.length !== columns.count) {
      return this.reject(record, file, 'columns', undefined, () => `the file has a row with ${record.length} instead of ${columns.count} columns: ${listed(texts(record))}`);
    }
    const { bytes, starts, ends } = record;
    const { values } = this;
    const slot = before !== undefined && record.repeats[columns.timestamp] === 1
      ? before : this.slots.find(bytes, starts[columns.timestamp], ends[columns.timestamp]);
    this.slotBefore = slot;
    if (slot === UNREADABLE_TIMESTAMP) return this.rejectTimestamp(record, file, columns.timestamp);
    for (let measure = 0; measure < values.length; measure++) {
      const column = columns.measures[measure];
      const value = parseNumber(bytes, starts[column], ends[column]);
      // NaN, which stands for NULL, is not beyond anything
      if (value > LARGEST_NUMBER || value < -LARGEST_NUMBER) {
        this.events.onNumberRejected?.(slot);
        return this.rejectNumber(record, file, column, measure, value);
      }
      values[measure] = value;
    }
    if (Number.isNaN(slot)) {
      this.notRead += 1;
      return;
    }
    if (this.filters?.pass(record, columns.dimensions) === false) return;
    this.table.add(slot, this.combinations.findOrAdd(record, columns), values);
    this.used += 1;
    if (this.used % ROWS_BETWEEN_CALLS === 0) this.events.onRows?.();
  }

  private rejectTimestamp(record: CsvRecord, file: string, column: number): void {
    const { timestampColumn, timestamps } = this.layout;
    this.reject(record, file, 'timestamp', timestampColumn, () => `column ${shown(timestampColumn)} holds ${shown(record.text(column))}, `
      + `which does not match the format ${shown(timestamps.format)}${formatAdvice(timestamps.format, record.text(column))}`);
  }

  private rejectNumber(record: CsvRecord, file: string, column: number, measure: number, value: number): void {
    const { name } = this.layout.measures[measure];
    this.reject(record, file, 'number', name, () => {
      const text = record.text(column).trim();
      const problem = Number.isFinite(value) || /\d/.test(text) && Math.abs(Number(text)) === Infinity ? `beyond ${LARGEST_NUMBER}` : `not a number${numberAdvice(text)}`;
      return `column ${shown(name)} holds ${shown(text)}, which is ${problem}`;
    });
  }

  private reject(record: CsvRecord, file: string, reason: RejectionReason, column: string | undefined, describe: () => string): void {
    this.rejections.add(reason, column, () => ({ file, line: record.line, text: describe() }));
  }
}

function texts(record: CsvRecord): string[] {
  return Array.from({ length: record.length }, (_, cell) => record.text(cell));
}
