// SPDX-License-Identifier: Apache-2.0

/**
 * How fast CSV becomes a table of intervals x series: time stamps and numbers parsed, combinations of dimension values looked up, rows
 * aggregated. Beside it csv-parse (strings, nothing parsed or aggregated), in the same process on the same bytes.
 *
 * Run: `tsx bench/csv.ts [megabytes]`; 200 MB by default. Processor time of all threads.
 */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse';
import { readCsvFile } from '../handlers/input/csv-file';
import { IntervalTable } from '../handlers/input/interval-table';
import type { RowLayout } from '../handlers/input/row-layout';
import { RowReader } from '../handlers/input/row-reader';
import { TimestampFormat } from '../handlers/shared/time-format';
import { WallClock } from '../handlers/shared/wall-clock';

const MEGABYTE = 1e6;
const CHUNK_BYTES = 65_536;
const COMBINATIONS = 25_000;
const megabytes = Number(process.argv[2] ?? 200);

const clock = new WallClock('UTC', 'PT1H');
const layout: RowLayout = {
  timestampColumn: 'timestamp',
  timestamps: new TimestampFormat('yyyy-MM-dd HH:mm:ss', 'UTC'),
  measures: [{ name: 'views', aggregation: 'SUM' }, { name: 'revenue', aggregation: 'AVG' }],
  dimensions: ['platform', 'marketplace'],
  csv: { gzip: false, charset: 'UTF-8', delimiter: ',', quote: '"' },
};

/** A day of hourly rows for 25,000 combinations. */
function day(cell: (text: string) => string, order: 'time' | 'series'): Buffer {
  const rows: string[] = [];
  const row = (hour: number, combination: number): string => [
    `2026-01-05 ${String(hour).padStart(2, '0')}:00:00`, `mobile_app_${combination % 500}`, `de${Math.floor(combination / 500)}`,
    String((combination * 31 + hour * 7) % 1000), (combination * 7 % 10_000 / 100).toFixed(2),
  ].map(cell).join(',');
  if (order === 'time') {
    for (let hour = 0; hour < 24; hour++) for (let combination = 0; combination < COMBINATIONS; combination++) rows.push(row(hour, combination));
  } else {
    for (let combination = 0; combination < COMBINATIONS; combination++) for (let hour = 0; hour < 24; hour++) rows.push(row(hour, combination));
  }
  return Buffer.from(`${rows.join('\n')}\n`);
}

const HEADER = Buffer.from('timestamp,platform,marketplace,views,revenue\n');

/** A file of some megabytes: a day's rows again and again, in the chunks in which files are read. */
function* file(rows: Buffer, length = megabytes * MEGABYTE): Generator<Buffer> {
  yield HEADER;
  for (let bytes = 0; bytes < length; bytes += rows.length) {
    for (let at = 0; at < rows.length; at += CHUNK_BYTES) yield rows.subarray(at, at + CHUNK_BYTES);
  }
}

/** Megabytes a second of processor time. */
async function rate(bytes: number, run: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return bytes / (user + system);
}

async function read(content: Readable, gzip: boolean): Promise<void> {
  const table = new IntervalTable(layout.measures, layout.dimensions);
  const reader = new RowReader(layout, table, wall => clock.slotOf(wall));
  await readCsvFile('bench', content, { ...layout.csv, gzip }, reader.file('bench'));
  if (reader.rejected > 0 || table.slots.length !== 24) throw new Error(`unexpected table: ${reader.reason}`);
}

async function readWithPeer(content: Readable): Promise<void> {
  let rows = 0;
  const onRecord = (): undefined => {
    rows += 1;
    return undefined;
  };
  const parser = parse({ bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, on_record: onRecord });
  parser.resume();
  await new Promise((resolve, reject) => content.pipe(parser).on('end', resolve).on('error', reject));
  if (rows === 0) throw new Error('csv-parse found no rows');
}

const plain = (text: string): string => text;
const quoted = (text: string): string => `"${text}"`;
const row = (what: string, figures: readonly string[]): void => console.log(what.padEnd(34) + figures.map(figure => figure.padStart(18)).join(''));

async function main(): Promise<void> {
  console.log(`CSV of ${megabytes} MB, ${COMBINATIONS} combinations of 2 dimensions, 2 measures, Node ${process.version}\n`);
  row('', ['to table', 'csv-parse', 'ratio']);
  for (const [name, cell, order] of [
    ['plain, in order of time', plain, 'time'], ['plain, series by series', plain, 'series'],
    ['all quoted, in order of time', quoted, 'time'], ['all quoted, series by series', quoted, 'series'],
  ] as const) {
    const rows = day(cell, order);
    const bytes = [...file(rows)].reduce((sum, chunk) => sum + chunk.length, 0);
    // compiles the code and takes away what the making of the rows left
    for (let round = 0; round < 3; round++) await read(Readable.from(file(rows, 1)), false);
    await readWithPeer(Readable.from(file(rows, 1)));
    const ours = await rate(bytes, () => read(Readable.from(file(rows)), false));
    const theirs = await rate(bytes, () => readWithPeer(Readable.from(file(rows))));
    row(name, [`${ours.toFixed(0)} MB/s`, `${theirs.toFixed(0)} MB/s`, `x ${(ours / theirs).toFixed(1)}`]);
    if (name !== 'plain, in order of time') continue;
    const packed = gzipSync(Buffer.concat([...file(rows)]));
    row(`${name}, gzip`, [`${(await rate(bytes, () => read(Readable.from([packed]), true))).toFixed(0)} MB/s`]);
  }
}

void main();
