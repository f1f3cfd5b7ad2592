// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readCsvFile } from '../../../handlers/input/csv-file';
import { IntervalTable } from '../../../handlers/input/interval-table';
import type { RowLayout } from '../../../handlers/input/row-layout';
import { RowReader } from '../../../handlers/input/row-reader';
import { keptValue, SeriesIndex } from '../../../handlers/input/series-index';
import { SeriesTranslation } from '../../../handlers/input/series-translation';
import { TimestampFormat } from '../../../handlers/shared/time-format';
import { WallClock } from '../../../handlers/shared/wall-clock';

const CLOCK = new WallClock('UTC', 'PT1H');
const LAYOUT: RowLayout = {
  timestampColumn: 'ts',
  timestamps: new TimestampFormat('yyyy-MM-dd HH:mm:ss', 'UTC'),
  measures: [{ name: 'amount', aggregation: 'SUM' }, { name: 'price', aggregation: 'AVG' }],
  dimensions: ['shop', 'till'],
  csv: { gzip: false, charset: 'UTF-8', delimiter: ',', quote: '"' },
};
const BASE = Date.parse('2026-01-01T00:00:00Z') / 1000;

interface Row { readonly at: number; readonly shop: string; readonly till: string; readonly amount: number | null; readonly price: number | null }

const hostile = fc.constantFrom('a', '', ' ', '"', '""', ',', 'a,b', 'a\nb', 'a\r\nb', '__proto__', 'constructor', '<b>&amp;</b>', '$$', '\u{1F600}', '1:a', 'NULL', '\'');
const row: fc.Arbitrary<Row> = fc.record({
  at: fc.integer({ min: 0, max: 3 * 3600 }).map(offset => BASE + offset),
  shop: hostile,
  till: fc.oneof(hostile, fc.string({ unit: 'grapheme', maxLength: 5 }).map(text => text.replace(/^\uFEFF/, ''))),
  // whole numbers: their sums do not depend on the order
  amount: fc.option(fc.integer({ min: -1e9, max: 1e9 })),
  price: fc.option(fc.integer({ min: 0, max: 1e6 })),
});

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const csv = (rows: readonly Row[]): string => ['ts,shop,till,amount,price', ...rows.map(({ at, shop, till, amount, price }) => [
  new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' '), quoted(shop), quoted(till), amount ?? '', price ?? '',
].join(','))].join('\n');

/** Reads files, each in pieces of some bytes, into a table. */
async function read(files: readonly string[], pieceBytes: number): Promise<IntervalTable> {
  const table = new IntervalTable(LAYOUT.measures, LAYOUT.dimensions);
  const reader = new RowReader(LAYOUT, table, wall => CLOCK.slotOf(wall));
  for (const [index, file] of files.entries()) {
    const bytes = Buffer.from(file);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
    await readCsvFile(`file ${index}`, Readable.from(pieces), LAYOUT.csv, reader.file(`file ${index}`));
  }
  expect(reader.rejected).toBe(0);
  return table;
}

/** A table's content, by what its numbers stand for. */
function content(table: IntervalTable): Map<string, number> {
  const found = new Map<string, number>();
  for (const slot of table.slots) {
    for (const [series, value] of table.values(slot).entries()) {
      const { measure, dimensionValues } = table.series.describe(series);
      if (!Number.isNaN(value)) found.set(JSON.stringify([slot, measure, dimensionValues]), value);
    }
  }
  return found;
}

/** The same, computed plainly. */
function plainly(rows: readonly Row[]): Map<string, number> {
  const lists = new Map<string, number[]>();
  for (const { at, shop, till, amount, price } of rows) {
    for (const [measure, value] of [amount, price].entries()) {
      const key = JSON.stringify([Math.floor(at / 3600) * 3600, measure, [shop, till]]);
      if (value !== null) lists.set(key, [...lists.get(key) ?? [], value]);
    }
  }
  return new Map([...lists].map(([key, values]) => {
    const sum = values.reduce((total, value) => total + value, 0);
    return [key, JSON.parse(key)[1] === 0 ? sum : sum / values.length];
  }));
}

test('rows are aggregated as one by one, whatever their order, their files and the pieces in which they come', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(row, { maxLength: 40 })
      .chain(rows => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }), fc.nat(rows.length))),
    fc.integer({ min: 1, max: 200 }),
    async ([rows, shuffled, cut], pieceBytes) => {
      const expected = plainly(rows);
      expect(content(await read([csv(rows)], 65_536))).toEqual(expected);
      expect(content(await read([csv(shuffled.slice(0, cut)), '', csv([]), csv(shuffled.slice(cut))], pieceBytes))).toEqual(expected);
    },
  ), { numRuns: 100 });
});

test('a row exactly on a bound belongs to the interval that it starts', async () => {
  const at = (offset: number): Row => ({ at: BASE + offset, shop: 'a', till: 'b', amount: 1, price: 1 });
  const table = await read([csv([at(-1), at(0), at(3599), at(3600)])], 65_536);
  expect(table.slots.map(slot => [slot - BASE, table.rows(slot)])).toEqual([[-3600, 1], [0, 2], [3600, 1]]);
});

test('no two lists of dimension values are one series', () => {
  fc.assert(fc.property(fc.array(fc.tuple(hostile, hostile, fc.string({ maxLength: 3 })), { maxLength: 30 }), combinations => {
    const index = new SeriesIndex(['m'], ['a', 'b', 'c']);
    const numbers = combinations.map(values => index.findOrAdd(values));
    const different = new Set(combinations.map(values => JSON.stringify(values))).size;
    expect(index.combinations).toHaveLength(different);
    expect(new Set(index.allTimeSeriesIds()).size).toBe(different);
    expect(numbers.map(number => index.combinations[number])).toEqual(combinations);
    const restored = new SeriesIndex(['m'], ['a', 'b', 'c'], JSON.parse(JSON.stringify(index.combinations)) as string[][]);
    expect(combinations.map(values => restored.find(values))).toEqual(numbers);
    expect(restored.find(['never', 'seen', 'before'])).toBe(-1);
  }));
});

test('combinations are found in another index as by their texts', () => {
  const values = fc.array(fc.tuple(hostile, fc.nat(300).map(String)), { maxLength: 400 });
  fc.assert(fc.property(values, values, fc.boolean(), (here, there, isAdded) => {
    const from = new SeriesIndex(['m'], ['a', 'b'], here);
    const [to, plain] = [new SeriesIndex(['m'], ['a', 'b'], there), new SeriesIndex(['m'], ['a', 'b'], there)];
    const translation = new SeriesTranslation(from, to);
    for (let combination = 0; combination < from.count; combination++) {
      const texts = from.combination(combination);
      expect(translation.numberOf(combination, isAdded)).toBe(isAdded ? plain.findOrAdd(texts) : plain.find(texts));
    }
    expect(to.combinations).toEqual(plain.combinations);
    expect(to.values).toEqual(plain.values);
    // what the other index learns later is found too
    for (const texts of from.combinations) to.findOrAdd(texts);
    expect(from.combinations.map((texts, combination) => translation.numberOf(combination, false) === to.find(texts))).not.toContain(false);
  }), { numRuns: 50 });
});

test('an index without dimensions has one combination', () => {
  const index = new SeriesIndex(['views', 'revenue'], []);
  expect([index.find([]), index.findOrAdd([]), index.findOrAdd([]), index.find([]), index.size]).toEqual([-1, 0, 0, 0, 2]);
  expect(new SeriesTranslation(index, new SeriesIndex(['views', 'revenue'], [])).numberOf(0, false)).toBe(-1);
});

test('time series ids depend on measure and dimension values, not on when the series was first seen', () => {
  const early = new SeriesIndex(['views', 'revenue'], ['platform'], [['web']]);
  const late = new SeriesIndex(['views', 'revenue'], ['platform'], [['mobile'], ['web']]);
  expect(early.timeSeriesId(1)).toBe(late.timeSeriesId(3));
  expect(early.timeSeriesId(0)).not.toBe(early.timeSeriesId(1));
});

test('values of up to 1,024 characters are kept as they are; longer ones stay apart', () => {
  expect(keptValue('x'.repeat(1024))).toBe('x'.repeat(1024));
  const [first, second] = ['a', 'b'].map(end => keptValue(`${'\u{1F600}'.repeat(800)}${end}`));
  expect(first).not.toBe(second);
  expect(first.length).toBeLessThanOrEqual(1024);
  expect(Buffer.from(first).toString()).toBe(first);
});
