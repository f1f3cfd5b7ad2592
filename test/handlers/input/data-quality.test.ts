// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readCsvFile } from '../../../handlers/input/csv-file';
import { checkQuality, mainReason } from '../../../handlers/input/data-quality';
import { IntervalTable } from '../../../handlers/input/interval-table';
import { formatAdvice } from '../../../handlers/input/rejection-advice';
import type { RowLayout } from '../../../handlers/input/row-layout';
import { RowReader } from '../../../handlers/input/row-reader';
import { TimestampFormat } from '../../../handlers/shared/time-format';

const HOUR = Date.parse('2026-01-05T00:00:00Z') / 1000;
const LAYOUT: RowLayout = {
  timestampColumn: 'ts',
  timestamps: new TimestampFormat('yyyy-MM-dd HH:mm:ss', 'UTC'),
  measures: [{ name: 'views', aggregation: 'SUM' }],
  dimensions: ['shop'],
  csv: { gzip: false, charset: 'UTF-8', delimiter: ',', quote: '"' },
};
const GOOD = '2026-01-05 00:00:00,a,1';

/** Reads the rows of one hour; those of other hours are outside. */
async function read(files: Record<string, string>): Promise<RowReader> {
  const table = new IntervalTable(LAYOUT.measures, LAYOUT.dimensions);
  const reader = new RowReader(LAYOUT, table, wall => wall >= HOUR && wall < HOUR + 3600 ? HOUR : NaN);
  for (const [name, content] of Object.entries(files)) await readCsvFile(name, Readable.from([Buffer.from(content)]), LAYOUT.csv, reader.file(name));
  return reader;
}

const lines = (count: number, row: string): string[] => Array.from({ length: count }, () => row);
const file = (...rows: readonly string[]): string => ['ts,shop,views', ...rows].join('\n');

test('each row that cannot be read is counted, the first of each reason with file and line', async () => {
  const { quality } = await read({
    'a.csv': file(GOOD, '5 January,a,1', '', '2026-01-05 00:00:00,"two\nlines",many', GOOD, '2026-01-05 00:00:00,a'),
    'b.csv': file(GOOD, '2026-01-05 01:00:00,a,1', ...lines(7, '2026-01-05 00:00:00,a,<b>much</b>')),
  });
  expect(quality).toMatchObject({ rows: 14, rowsUsed: 3, rowsOutside: 1, rowsRejected: 10 });
  expect(quality.rejected.map(({ reason, column, rows, examples }) => [reason, column, rows, examples.length])).toEqual([
    ['number', 'views', 8, 5], ['timestamp', 'ts', 1, 1], ['columns', undefined, 1, 1],
  ]);
  expect(quality.rejected.map(({ examples: [first] }) => first)).toEqual([
    { file: 'a.csv', line: 5, text: 'column "views" holds "many", which is not a number' },
    { file: 'a.csv', line: 3, text: 'column "ts" holds "5 January", which does not match the format "yyyy-MM-dd HH:mm:ss"' },
    { file: 'a.csv', line: 8, text: 'the file has a row with 2 instead of 3 columns: "2026-01-05 00:00:00", "a"' },
  ]);
  expect(quality.rejected[0].examples[1]).toMatchObject({ file: 'b.csv', line: 4 });
  expect(mainReason(quality)).toBe('column "views" holds "many", which is not a number (8 of 14 rows), first in line 5 of a.csv');
});

test.each([
  ['PostgreSQL with an offset', '2026-01-05 00:00:00+01,a,1', '"yyyy-MM-dd HH:mm:ssX" does'],
  ['ISO 8601', '2026-01-05T00:00:00.000Z,a,1', '"yyyy-MM-dd\'T\'HH:mm:ssX" does'],
  ['a German spreadsheet', '05.01.2026 00:00,a,1', '"dd.MM.yyyy HH:mm" does'],
  ['a warehouse with its time zone', '2026-01-05 00:00:00 UTC,a,1', '"yyyy-MM-dd HH:mm:ss z" does'],
  ['a decimal comma', '2026-01-05 00:00:00,a,"1.310,25"', 'which is not a number; write numbers with a decimal point and nothing between thousands'],
])('a row as %s writes it: the message says how it can be read', async (_name, row, advice) => {
  const { quality } = await read({ 'a.csv': file(row) });
  expect(quality.rejected[0].examples[0].text).toMatch(new RegExp(`${advice}$`));
});

test.each([
  ['MM/dd/yyyy HH:mm', '13/01/2026 00:00', '"dd/MM/yyyy HH:mm" does'], ['dd.MM.yyyy', '01.13.2026', '"MM.dd.yyyy" does'], ['MMM dd yyyy', '13 01 2026', ''], ['MM/dd/yyyy', '13/13/2026', ''],
])('of %s, which does not read %s, day and month are exchanged where that helps', (format, text, advice) => {
  expect(formatAdvice(format, text)).toBe(advice && `; ${advice}`);
});

test.each(['05/01/2026 00:00', '2026-13-05 00:00:00', '5 January', '2026-13-05 00:00:00+01', ''])('no format is proposed for %j', async text => {
  const { quality } = await read({ 'a.csv': file(`${text},a,1`) });
  expect(quality.rejected[0].examples[0].text).toMatch(/does not match the format "yyyy-MM-dd HH:mm:ss"$/);
});

test('rows are counted one by one where time stamps repeat those of the row before, whatever that row was', async () => {
  const stamps = { good: '2026-01-05 00:00:00', outside: '2026-01-05 01:00:00', unreadable: '5 January 2026, noon' };
  const row = fc.record({
    stamp: fc.constantFrom(...Object.keys(stamps) as (keyof typeof stamps)[]), isQuoted: fc.boolean(), end: fc.constantFrom(',a,1', ',a', ',a,x', ',"a""b",1', ',"a\nb",1'),
  });
  await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 30 }), fc.integer({ min: 1, max: 300 }), async (rows, pieceBytes) => {
    const written = rows.map(({ stamp, isQuoted, end }) => (isQuoted || stamp === 'unreadable' ? `"${stamps[stamp]}"` : stamps[stamp]) + end);
    const bytes = Buffer.from(file(...written));
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
    const reader = new RowReader(LAYOUT, new IntervalTable(LAYOUT.measures, LAYOUT.dimensions), wall => wall === HOUR ? HOUR : NaN);
    await readCsvFile('a.csv', Readable.from(pieces), LAYOUT.csv, reader.file('a.csv'));
    const reasons = rows.map(({ stamp, end }) => end === ',a' ? 'columns' : stamp === 'unreadable' ? 'timestamp' : end === ',a,x' ? 'number' : stamp);
    const count = (wanted: string): number => reasons.filter(reason => reason === wanted).length;
    expect(reader.quality).toMatchObject({ rows: rows.length, rowsUsed: count('good'), rowsOutside: count('outside') });
    for (const reason of ['columns', 'timestamp', 'number']) {
      expect(reader.quality.rejected.find(rejected => rejected.reason === reason)?.rows ?? 0).toBe(count(reason));
    }
  }), { numRuns: 200 });
});

test('a time stamp is not taken for the header above it', async () => {
  const header = '2026-01-05 00:00:00';
  const reader = new RowReader({ ...LAYOUT, timestampColumn: header }, new IntervalTable(LAYOUT.measures, LAYOUT.dimensions), wall => wall);
  for (const name of ['a.csv', 'b.csv']) {
    await readCsvFile(name, Readable.from([Buffer.from(`${header},shop,views\n${header},a,1\n2026-01-05 01:00:00,a,1\n`)]), LAYOUT.csv, reader.file(name));
  }
  expect(reader.quality).toMatchObject({ rowsUsed: 4, rowsRejected: 0 });
});

test('the examples of hostile data are short, and JSON', async () => {
  const { quality } = await read({ 'a.csv': file(`"${'"" <script>\n'.repeat(10_000)}",__proto__,1`, `constructor,${'x,'.repeat(5000)}1`) });
  for (const { examples } of quality.rejected) expect(examples[0].text.length).toBeLessThan(250);
  expect(JSON.parse(JSON.stringify(quality))).toEqual(quality);
});

describe('data is refused', () => {
  const bad = '2026-01-05 00:00:00,a,x';
  const outside = '2026-01-04 00:00:00,a,1';
  test.each([
    ['an odd row or two pass', [...lines(10, bad), GOOD], {}],
    ['any number of rows outside the interval pass', [...lines(500, outside), GOOD], {}],
    ['5 % of an interval pass', [...lines(20, bad), ...lines(380, GOOD)], {}],
    ['more do not', [...lines(21, bad), ...lines(379, GOOD)], { interval: '21 of 400 rows of the interval cannot be used: column "views" holds "x"' }],
    ['11 rows of 20 do not', [...lines(11, bad), ...lines(9, GOOD)], { interval: '11 of 20 rows', history: '11 of 20 rows of the history cannot be used' }],
    ['10 % of a history pass', [...lines(40, bad), ...lines(360, GOOD)], { interval: '40 of 400 rows' }],
    ['more do not', [...lines(41, bad), ...lines(359, GOOD)], { interval: 'of a.csv; 10 rows, or 5 %, may be left out', history: 'of a.csv; 10 rows, or 10 %, may be left out' }],
    ['where no row can be read, one is enough', [bad], { interval: 'no row of the interval can be used', history: 'no row of the history can be used' }],
    ['no rows are no bad rows', [], {}],
  ] as [string, string[], { interval?: string; history?: string }][])('%s', async (_name, rows, refused) => {
    const { quality } = await read({ 'a.csv': file(...rows) });
    for (const what of ['interval', 'history'] as const) {
      const check = (): void => checkQuality(quality, what);
      const words = refused[what];
      if (words === undefined) expect(check).not.toThrow();
      else expect(check).toThrow(words);
    }
  });
});

test('columns may have another order in each file, and stand apart', async () => {
  const table = new IntervalTable(LAYOUT.measures, ['shop', 'till']);
  const reader = new RowReader({ ...LAYOUT, dimensions: ['shop', 'till'] }, table, wall => wall);
  for (const [name, content] of Object.entries({
    'a.csv': 'ts,shop,till,views\n2026-01-05 00:00:00,a,b,1\n2026-01-05 00:00:00,"a",b,10',
    'b.csv': 'ts,till,shop,views\n2026-01-05 00:00:00,a,b,100\n2026-01-05 00:00:00,b,a,1000',
    'c.csv': 'till,views,shop,ts\nb,10000,a,2026-01-05 00:00:00\n"b",,"a",2026-01-05 00:00:00',
  })) {
    await readCsvFile(name, Readable.from([Buffer.from(content)]), LAYOUT.csv, reader.file(name));
  }
  expect(table.series.combinations).toEqual([['a', 'b'], ['b', 'a']]);
  expect([...table.values(HOUR)]).toEqual([11_011, 100]);
});

test('a wrong file fails at once, whatever was read before', async () => {
  await expect(read({ 'a.csv': file(GOOD), 'b.csv': 'ts,shop,clicks\n' })).rejects.toThrow('b.csv has no column "views": its columns are "ts", "shop", "clicks"');
});
