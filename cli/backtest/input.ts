import { type DataFile, isGzip, openFile } from './data-files';
import { MAXIMUM_TIME_SERIES } from '../../handlers/detect/detector-model';
import type { Layout } from '../../handlers/detect/layout';
import { readCsvFile } from '../../handlers/input/csv-file';
import { checkQuality, type DataQuality } from '../../handlers/input/data-quality';
import { IntervalTable } from '../../handlers/input/interval-table';
import { RowReader } from '../../handlers/input/row-reader';
import { InputError } from '../errors';

/** Intervals with rows from which a time stamp column is taken for something else. */
const MAXIMUM_INTERVALS = 200_000;

/** The data of a back test: rows aggregated to intervals and time series. */
export interface BacktestData {
  readonly table: IntervalTable;
  readonly files: number;
  /** Bytes of the files as they are stored. */
  readonly bytes: number;
  readonly quality: DataQuality;
}

/**
 * Reads the files of `--data` with the readers of the deployed function.
 * @param path `--data`, named in errors
 * @param onRows called now and then with the number of rows so far
 * @throws InputError when there are no rows, or too many time series or intervals
 * @throws UnusableData when a file is no CSV file or lacks a column, and when too many rows cannot be read
 */
export async function readData(
  path: string, files: readonly DataFile[], layout: Layout, onRows: (rows: number) => void,
): Promise<BacktestData> {
  const { clock } = layout;
  const table = new IntervalTable(layout.measures, layout.dimensions);
  const slots = new Set<number>();
  const slotOf = (wall: number): number => {
    const slot = clock.slotOf(wall);
    if (slots.add(slot).size > MAXIMUM_INTERVALS) throw tooManyIntervals(layout);
    return slot;
  };
  const onCombination = (): void => {
    if (table.series.size > MAXIMUM_TIME_SERIES) throw tooManySeries(table, layout);
  };
  const reader = new RowReader(layout, table, slotOf, { onCombination, onRows: () => onRows(reader.rows) });
  for (const file of files) {
    if (file.size === 0) continue;
    await readCsvFile(file.path, openFile(file), { ...layout.csv, gzip: isGzip(file.path) }, reader.file(file.path));
  }
  const { quality } = reader;
  checkQuality(quality, 'history');
  if (reader.rows === 0) throw new InputError(`${path} has no rows`);
  return { table, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), quality };
}

function tooManyIntervals({ frequency, timestampColumn, timestamps }: Layout): InputError {
  return new InputError(`the rows lie in more than ${MAXIMUM_INTERVALS} intervals of ${frequency}: does column ${JSON.stringify(timestampColumn)} `
    + `match the format ${JSON.stringify(timestamps.format)}?`);
}

function tooManySeries(table: IntervalTable, { dimensions }: Layout): InputError {
  const [widest] = dimensions
    .map((name, index) => ({ name, values: new Set(table.series.combinations.map(combination => combination[index])).size }))
    .sort((a, b) => b.values - a.values);
  return new InputError(`the data has more than ${MAXIMUM_TIME_SERIES} time series (metrics times combinations of dimension values)`
    + (widest ? `: dimension ${JSON.stringify(widest.name)} alone has ${widest.values} values or more, leave it out of the configuration` : ''));
}
