// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { CONFIG, HEADER, time } from './shop-rows';
import { readConfig } from '../../cli/backtest/config';
import { findDataFiles } from '../../cli/backtest/data-files';
import { detectorOf } from '../../cli/backtest/detector';
import { DiskTable } from '../../cli/backtest/disk-table';
import { readData } from '../../cli/backtest/input';
import { ResultsFolder } from '../../cli/backtest/results-folder';
import { runBacktest } from '../../cli/backtest/run';
import { Stopwatch } from '../../cli/backtest/stopwatch';
import { planTimeline } from '../../cli/backtest/timeline';
import { OutputError } from '../../cli/errors';
import { Progress } from '../../cli/progress';
import { IntervalTable } from '../../handlers/input/interval-table';
import { WallClock } from '../../handlers/shared/wall-clock';
import type { Frequency } from '../../src/private/contract';

const folder = mkdtempSync(join(tmpdir(), 'disk-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MEASURES = [{ name: 'amount', aggregation: 'SUM' }, { name: 'price', aggregation: 'AVG' }, { name: 'stock', aggregation: 'SUM' }] as const;

function layout(frequency: Frequency) {
  return { measures: MEASURES, dimensions: ['shop'], clock: new WallClock('UTC', frequency) };
}

function bits({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

describe('values that the memory does not hold', () => {
  const special = fc.constantFrom(NaN, 0, -0, 1e100, -1e100, 0.1, 5e-324);
  const number = fc.oneof(special, special, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
  const row = fc.record({
    // before 1970 and long after, close to each other and far apart
    interval: fc.oneof(fc.integer({ min: -3, max: 300 }), fc.constantFrom(-100_000, 256, 255, 512, 1_000_000)),
    shop: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(2047, 2500)),
    values: fc.tuple(number, number, number),
  });

  test.each([['PT5M', 300], ['PT1H', 3600], ['P1D', 86_400]] as const)('are aggregated to the bit as in memory, whatever the order of the rows: %s', (frequency, seconds) => {
    let onDisk = 0;
    fc.assert(fc.property(fc.array(row, { maxLength: 60 }), fc.constantFrom(1, 40_000, 1e9), fc.boolean(), (rows, limit, isTwice) => {
      const plain = new IntervalTable(MEASURES, ['shop']);
      const table = new DiskTable(layout(frequency), join(folder, 'values'), limit);
      for (const { interval, shop, values } of rows) {
        for (const each of [plain, table]) {
          for (let known = each.series.count; known <= shop; known++) each.series.findOrAdd([`shop ${known}`]);
          each.add(interval * seconds, shop, Float64Array.from(values));
        }
      }
      expect(table.slots).toEqual(plain.slots);
      onDisk += limit === 1 && rows.length > 0 ? 1 : 0;
      for (const slot of isTwice ? plain.slots : []) expect(bits(table.values(slot)).equals(bits(plain.values(slot)))).toBe(true);
      for (const slot of plain.slots) {
        expect(table.rows(slot)).toBe(plain.rows(slot));
        expect(bits(table.values(slot)).equals(bits(plain.values(slot)))).toBe(true);
        table.release(slot);
        expect([table.rows(slot), ...new Set(table.values(slot))]).toEqual([0, NaN]);
      }
      expect(table.slots).toEqual([]);
      table.remove();
    }));
    expect(onDisk).toBeGreaterThan(10);
    expect(existsSync(join(folder, 'values'))).toBe(false);
  });

  test('are no more than the limit in memory, nor than what a stretch of time has', () => {
    const limit = 1_000_000;
    const table = new DiskTable(layout('PT5M'), join(folder, 'values'), limit);
    for (let shop = 0; shop < 100; shop++) table.series.findOrAdd([`shop ${shop}`]);
    let most = 0;
    for (let interval = 0; interval < 3000; interval++) {
      for (let shop = 0; shop < 100; shop++) table.add(interval * 300, shop, Float64Array.of(Math.PI * interval, shop / 7, NaN));
      most = Math.max(most, table.bytes);
    }
    expect(most).toBeLessThanOrEqual(limit);
    expect(table.fileBytes).toBeGreaterThan(8_000_000);
    for (const slot of table.slots) {
      const values = table.values(slot);
      expect([values[0], values[298]]).toEqual([Math.PI * (slot / 300), 99 / 7]);
      most = Math.max(most, table.bytes);
      table.release(slot);
    }
    expect(most).toBeLessThanOrEqual(limit);
    expect(table.bytes).toBe(0);
    table.remove();
  });

  test('nothing is written where the memory holds all', () => {
    const table = new DiskTable(layout('P1D'), join(folder, 'no/such/folder'));
    table.add(0, table.series.findOrAdd(['a']), Float64Array.of(1, 2, 3));
    expect([...table.values(0)]).toEqual([1, 2, 3]);
    expect(table.fileBytes).toBe(0);
    table.remove();
  });

  test('a disk that is full is told as such, not as a file of the data that cannot be read', () => {
    const path = join(folder, 'full');
    // Linux's device on which there is never room
    symlinkSync('/dev/full', path);
    const table = new DiskTable(layout('PT1H'), path, 1);
    const fill = () => {
      for (let count = 0; count < 1000; count++) table.add(0, table.series.findOrAdd(['a']), Float64Array.of(count, count, count));
    };
    expect(fill).toThrow(OutputError);
    expect(fill).toThrow(/^what the memory need not hold cannot be kept in .*full: ENOSPC/);
    table.remove();
  });
});

test('a back test of values on disk gives the same results', async () => {
  const data = join(folder, 'data');
  mkdirSync(data);
  // in two files, the newest hours first, and the shops one after the other
  const rows = Array.from({ length: 700 * 12 }, (_, row) => {
    const [hour, shop] = [699 - row % 700, Math.floor(row / 700)];
    const isOut = hour > 600 && hour < 606 && shop < 6;
    return `${time(hour)},shop ${shop},${isOut ? 0 : 100 + 50 * Math.sin(hour / 24 * 2 * Math.PI + shop) + hour * 7 % 5},${hour % 9 + shop / 3}`;
  });
  rows.forEach((_, row) => row % 5 === 0 && rows.push(rows[row]));
  writeFileSync(join(data, '1.csv'), [HEADER, ...rows.filter((_, row) => row % 2 === 0)].join('\n'));
  writeFileSync(join(data, '2.csv'), [HEADER, ...rows.filter((_, row) => row % 2 === 1)].join('\n'));
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(CONFIG));
  const detector = await detectorOf(readConfig(config), config);
  const results = await Promise.all([1e9, 10_000].map(async limit => {
    const out = new ResultsFolder(join(folder, `out${limit}`), data);
    const table = new DiskTable(detector.layout, out.scratch('values'), limit);
    const read = await readData(data, findDataFiles(data), detector.layout, table, () => undefined);
    const timeline = planTimeline(table, detector.layout.clock);
    const run = runBacktest(detector, read, timeline, out, [], new Stopwatch(), new Progress(process.stderr));
    run.band.remove();
    run.totalsBand.remove();
    table.remove();
    const files = readdirSync(out.path);
    return { fileBytes: table.fileBytes, groups: run.groups, files, texts: files.map(file => readFileSync(join(out.path, file), 'utf8')) };
  }));
  const [inMemory, onDisk] = results;
  expect(inMemory.files).toEqual(['explanations.csv.unfinished', 'scores.csv.unfinished', 'totals.csv.unfinished']);
  expect([inMemory.fileBytes > 0, onDisk.fileBytes > 0]).toEqual([false, true]);
  expect(inMemory.groups.length).toBeGreaterThan(0);
  expect({ ...onDisk, fileBytes: 0 }).toEqual(inMemory);
});
