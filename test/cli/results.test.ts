// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from './command';
import { BandFile } from '../../cli/backtest/band-file';
import { Progress } from '../../cli/progress';

const command = new CommandLine();
beforeAll(() => {
  const hours = Array.from({ length: 200 }, (_, hour) => `${new Date(Date.UTC(2026, 0, 1, hour)).toISOString().slice(0, 19).replace('T', ' ')},5`);
  command.write('data/hours.csv', ['at,views', ...hours].join('\n'));
  command.write('config.json', {
    timestampColumn: { name: 'at', format: 'yyyy-MM-dd HH:mm:ss' }, metrics: [{ name: 'views', aggregation: 'SUM' }], frequency: 'PT1H',
  });
});
afterAll(() => command.remove());

test('a disk that is full is told, and is no bug to report', () => {
  mkdirSync(join(command.folder, 'out'), { recursive: true });
  // Linux's device on which there is never room
  symlinkSync('/dev/full', join(command.folder, 'out/scores.csv.unfinished'));
  expect(command.backtest()).toMatchObject({
    code: 1, stdout: '', stderr: expect.stringMatching(/\nerror: results cannot be written to --out "out": ENOSPC: no space left on device, write\n$/),
  });
  expect(readdirSync(join(command.folder, 'out'))).toEqual([]);
});

test('a time that is none and an unknown metric are told before anything is read and earlier results are removed', () => {
  expect(command.backtest().code).toBe(0);
  const before = readdirSync(join(command.folder, 'out'));
  command.write('data/broken.csv', 'no,such,columns\n');
  expect(command.backtest('--detect-from', 'noon')).toMatchObject({ code: 2, stderr: expect.stringContaining('--detect-from must be a time such as') });
  expect(command.backtest('--explain', 'sales')).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no metric "sales", but "views"') });
  expect(readdirSync(join(command.folder, 'out'))).toEqual(before);
  command.remove('data/broken.csv');
});

test('bands wait in a file without a name, so that a run that is killed leaves no large hidden file', () => {
  const band = new BandFile(join(command.folder, '.band'));
  const numbers = (first: number): Float64Array => Float64Array.of(first, first + 1);
  for (const first of [0, 10]) {
    const scores = { expected: numbers(first + 100), lower: numbers(first + 200), upper: numbers(first + 300) };
    band.write({ values: numbers(first), scores });
  }
  expect(existsSync(join(command.folder, '.band'))).toBe(false);
  expect(band.read(1, 0, 2)).toEqual({
    values: Float64Array.of(1, 11), expected: Float64Array.of(101, 111), lower: Float64Array.of(201, 211), upper: Float64Array.of(301, 311),
  });
  band.remove();
});

test('progress stays on one line of a narrow terminal', () => {
  jest.useFakeTimers({ now: 0 });
  const written: string[] = [];
  const progress = new Progress({ isTTY: true, columns: 40, write: text => written.push(String(text)) > 0 });
  jest.setSystemTime(1_000);
  jest.advanceTimersByTime(1_000);
  progress.update(() => 'detecting 2026-01-01 00:00:00  1 of 300 intervals, 0 anomaly groups');
  jest.useRealTimers();
  expect(written).toEqual([`\r\u001b[K${'detecting 2026-01-01 00:00:00  1 of 300 intervals, 0 anomaly groups'.slice(0, 39)}`]);
});
