// SPDX-License-Identifier: Apache-2.0

import { csvRecords, type FileBeginning, isPacked, jsonObjects, textOf } from './sample-file';

/** What was found, how sure that is and why; without `value` nothing was found. */
export interface Finding<T> {
  readonly value?: T;
  readonly confidence: 'HIGH' | 'LOW' | 'NONE';
  readonly message?: string;
}

/** How a file is written. */
export interface DetectedFormat {
  readonly gzip: Finding<boolean>;
  readonly charset: Finding<string>;
  /** Absent: a file of JSON lines. */
  readonly csv?: {
    readonly containsHeader: Finding<boolean>;
    readonly delimiter: Finding<string>;
    readonly header: Finding<string[]>;
    readonly quote: Finding<string>;
  };
  /** Rows without the header, each with as many cells as the first. */
  readonly rows: string[][];
}

const DELIMITERS = [',', '\t', ';', '|'];
const QUOTES = ['"', '\''];
/** Records that are looked at. */
const RECORDS = 500;
/** Share of the records that must have the same number of cells. */
const REGULAR = 0.9;

/** Finds out how a file is written, from its beginning. */
export function detectFormat(beginning: FileBeginning): DetectedFormat {
  const gzip = isPacked(beginning.bytes);
  const charset = charsetOf(beginning, gzip);
  const format = { gzip, charset: charset.value! };
  const found = { gzip: sure(gzip), charset };
  const text = textOf(beginning, format);
  if (/^\s*\{/.test(text)) {
    try {
      return { ...found, rows: jsonObjects(beginning, format).slice(0, RECORDS).map(object => Object.values(object).map(String)) };
    } catch {
      // a CSV file whose first cell begins with a brace
    }
  }
  return { ...found, ...csvOf(beginning, format, text) };
}

function charsetOf(beginning: FileBeginning, gzip: boolean): Finding<string> {
  const { bytes } = beginning;
  if (!gzip && bytes[0] === 0xff && bytes[1] === 0xfe) return sure('UTF-16LE');
  if (!gzip && bytes[0] === 0xfe && bytes[1] === 0xff) return sure('UTF-16BE');
  if (!textOf(beginning, { gzip, charset: 'UTF-8' }).includes('\uFFFD')) return sure('UTF-8');
  return { value: 'ISO-8859-1', confidence: 'LOW', message: 'The file is not UTF-8; any bytes can be read as ISO-8859-1.' };
}

function csvOf(beginning: FileBeginning, format: { readonly gzip: boolean; readonly charset: string }, text: string): Pick<DetectedFormat, 'csv' | 'rows'> {
  const quote = QUOTES.find(symbol => DELIMITERS.concat('\n').some(before => text.includes(before + symbol)) || text.startsWith(symbol));
  const tried = DELIMITERS.map(delimiter => ({ delimiter, ...regularity(beginning, { ...format, delimiter, quote: quote ?? '"' }) }));
  const best = tried.reduce((one, other) => other.cells > 1 && other.share * other.cells > one.share * one.cells ? other : one);
  const isRegular = best.cells > 1 && best.share >= REGULAR;
  const records = best.records.filter(record => record.length === best.cells);
  const header = headerOf(records);
  return {
    csv: {
      delimiter: best.cells > 1
        ? { value: best.delimiter, confidence: isRegular ? 'HIGH' : 'LOW', ...!isRegular && { message: `Only ${Math.round(100 * best.share)} % of the rows have ${best.cells} columns.` } }
        : { value: ',', confidence: 'NONE', message: 'The rows have one column only.' },
      quote: quote === undefined ? { value: '"', confidence: 'LOW', message: 'Nothing is quoted in the first rows.' } : sure(quote),
      containsHeader: header === undefined
        ? { confidence: 'NONE', message: 'There are too few rows to tell.' }
        : { value: header, confidence: 'HIGH' },
      header: header ? sure(records[0]) : { confidence: 'NONE', message: 'The file has no header: name its columns in HeaderList.' },
    },
    rows: header ? records.slice(1) : records,
  };
}

/** The usual number of cells with a delimiter, and the share of the records that have it. */
function regularity(beginning: FileBeginning, format: Parameters<typeof csvRecords>[1]): { cells: number; share: number; records: string[][] } {
  let records: string[][];
  try {
    records = csvRecords(beginning, format).slice(0, RECORDS);
  } catch {
    return { cells: 0, share: 0, records: [] };
  }
  const counts = new Map<number, number>();
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [cells, most] = [...counts].reduce((one, other) => other[1] > one[1] ? other : one, [0, 0]);
  return { cells, share: records.length === 0 ? 0 : most / records.length, records };
}

/** Whether the first record has no number where those after it have numbers; undefined when no column tells. */
function headerOf([first, ...rest]: readonly string[][]): boolean | undefined {
  if (first === undefined || rest.length === 0) return undefined;
  const isNumber = (cell: string): boolean => cell.trim() !== '' && !Number.isNaN(Number(cell));
  const telling = first.flatMap((_, column) => rest.every(record => record[column].trim() === '' || isNumber(record[column])) ? [column] : []);
  if (telling.length === 0) return undefined;
  return telling.every(column => !isNumber(first[column]));
}

function sure<T>(value: T): Finding<T> {
  return { value, confidence: 'HIGH' };
}
