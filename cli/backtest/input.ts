// SPDX-License-Identifier: Apache-2.0

import { type DataFile, type DataFiles, isGzip, openFile } from './data-files';
import { type ColumnInOtherCase, columnsInOtherCase, columnsWithoutValues, type OddData, valuesNotUtf8 } from './data-remarks';
import type { DiskTable } from './disk-table';
import { RejectedNumbers } from './rejected-numbers';
import { SkippedTimes } from './skipped-times';
import { StrayQuotes, type ValuesWithStrayQuote } from './stray-quotes';
import type { Layout } from '../../handlers/detect/layout';
import { readCsvFile } from '../../handlers/input/csv-file';
import type { CsvRecord } from '../../handlers/input/csv-scanner';
import { checkQuality, type DataQuality } from '../../handlers/input/data-quality';
import { findColumns } from '../../handlers/input/row-columns';
import { RowReader } from '../../handlers/input/row-reader';
import { TableLimits } from '../../handlers/input/table-limits';
import { listed, shown } from '../../handlers/input/unusable-data';
import { InputError } from '../errors';

/** What separates the columns of CSV elsewhere. */
const OTHER_SEPARATORS = { ';': 'semicolons', '\t': 'tabs', '|': 'vertical bars' };

/** Most time series of the data, whatever their frequency: here no service sets a quota. */
export const MAXIMUM_TIME_SERIES = 50_000;

/** Most intervals of the data: five years of five minutes. People have more than the history of a detector needs. */
const MAXIMUM_INTERVALS = 600_000;

/** What became of the rows, and what is odd about the data though it can be read. */
export interface BacktestQuality extends DataQuality, OddData {
  readonly valuesWithStrayQuote: readonly ValuesWithStrayQuote[];
}

/** The data of a back test: rows aggregated to intervals and time series. */
export interface BacktestData {
  readonly table: DiskTable;
  readonly files: number;
  /** Paths in the folder that are left out. */
  readonly notRead: readonly string[];
  /** Bytes of the files as they are stored. */
  readonly bytes: number;
  readonly quality: BacktestQuality;
}

/**
 * Reads the files of `--data` with the readers of the deployed function.
 * @param path `--data`, named in errors
 * @param table empty; takes the values
 * @param onRows called now and then with the number of rows so far
 * @throws InputError when there are no rows or no values, and when a file cannot be read or begins with no header
 * @throws UnusableData when a file is no CSV file or lacks a column, when too many rows cannot be read, and when there are too many time
 *   series or intervals
 */
export async function readData(
  path: string, { files, notRead }: DataFiles, layout: Layout, table: DiskTable, onRows: (rows: number) => void,
): Promise<BacktestData> {
  const limits = new TableLimits(table, layout, layout.clock, { timeSeries: MAXIMUM_TIME_SERIES, intervals: MAXIMUM_INTERVALS }, 'data');
  const strayQuotes = new StrayQuotes(layout.dimensions);
  let isNewCombination = false;
  const skipped = new SkippedTimes(layout.clock);
  const rejected = new RejectedNumbers();
  const slotOf = (wall: number): number => {
    const slot = limits.slotOf(wall);
    skipped.look(wall, slot);
    return slot;
  };
  const reader = new RowReader(layout, table, slotOf, {
    onCombination: () => {
      limits.checkTimeSeries();
      isNewCombination = true;
    },
    onNumberRejected: slot => rejected.add(slot),
    onRows: () => onRows(reader.rows),
  });
  const columns = [layout.timestampColumn, ...layout.measures.map(({ name }) => name), ...layout.dimensions];
  const otherCase = new Map<string, ColumnInOtherCase>();
  for (const file of files) {
    if (file.size === 0) continue;
    const read = reader.file(file.path);
    let dimensions: Int32Array | undefined;
    await readFile(file, layout, record => {
      if (dimensions === undefined) {
        const header = Array.from({ length: record.length }, (_, cell) => record.text(cell));
        refuseHeader(file.path, header, layout);
        for (const found of columnsInOtherCase(file.path, header, columns)) if (!otherCase.has(found.column)) otherCase.set(found.column, found);
        dimensions = findColumns(file.path, header, layout).dimensions;
      }
      read(record);
      if (!isNewCombination) return;
      strayQuotes.look(file.path, record, dimensions);
      isNewCombination = false;
    });
  }
  const quality: BacktestQuality = {
    ...reader.quality,
    columnsInOtherCase: [...otherCase.values()],
    columnsWithoutValues: columnsWithoutValues(table),
    valuesNotUtf8: valuesNotUtf8(table.series),
    timesSkipped: skipped.found,
    intervalsRefused: rejected.refused(table),
    valuesWithStrayQuote: strayQuotes.list,
  };
  checkQuality(quality, 'history');
  if (reader.rows === 0) throw new InputError(`${path} has no rows`);
  if (quality.columnsWithoutValues.length === layout.measures.length) {
    throw new InputError(`no row of ${path} can be used: ${listed(quality.columnsWithoutValues)} ${layout.measures.length === 1 ? 'is' : 'are'} empty in all of ${reader.rows} rows`);
  }
  return { table, files: files.length, notRead, bytes: files.reduce((sum, { size }) => sum + size, 0), quality };
}

/** Reads a file record by record. */
async function readFile(file: DataFile, { csv }: Layout, onRecord: (record: CsvRecord) => void): Promise<void> {
  try {
    // before the stream is there: nobody would hear its error when this one is thrown
    const gzip = isGzip(file.path);
    await readCsvFile(file.path, openFile(file), { ...csv, gzip }, onRecord);
  } catch (error) {
    // the system's: no right to read the file, or it is gone by now
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new InputError(`${file.path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Says more of a first line that cannot be a header than that it lacks the columns.
 * @throws InputError when it holds a row, or JSON, or what is no text, or when other characters than commas separate its columns
 */
function refuseHeader(file: string, header: readonly string[], { timestamps }: Layout): void {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000e-\u001f]/.test(header.join())) {
    throw new InputError(`${file} is no CSV file: it holds bytes that text does not have; unpack it, or save it as CSV`);
  }
  if (/^\s*[{[]/.test(header[0])) {
    throw new InputError(`${file} is JSON and no CSV file: save it as CSV, or leave it out of the folder, as the manifest that UNLOAD writes with MANIFEST`);
  }
  if (header.some(name => !Number.isNaN(timestamps.parse(name)))) {
    throw new InputError(`${file} has no header, but begins with a row, ${listed(header)}: write the names of the columns into the first line of each file`);
  }
  // a file of one column has never what a back test needs, which is a time stamp and a metric
  const separator = Object.entries(OTHER_SEPARATORS).find(([character]) => header.length === 1 && header[0].includes(character));
  if (separator === undefined) return;
  throw new InputError(`${file} has only one column, ${shown(header[0])}: its columns are separated by ${separator[1]}; save it separated by commas, `
    + 'as UNLOAD ... CSV writes it');
}
