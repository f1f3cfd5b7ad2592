// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from './command';
import { readConfig } from '../../cli/backtest/config';
import { detectorOf } from '../../cli/backtest/detector';
import { DiskTable } from '../../cli/backtest/disk-table';
import { readData } from '../../cli/backtest/input';
import { InputError } from '../../cli/errors';

const command = new CommandLine();
beforeAll(() => command.write('config.json', {
  timestampColumn: { name: 'at', format: 'yyyy-MM-dd HH:mm:ss' }, metrics: [{ name: 'views', aggregation: 'SUM' }], frequency: 'PT1H',
}));
afterEach(() => command.remove('data'));
afterAll(() => command.remove());

/** Rows of a day in January, an hour each. */
function day(number: number): string {
  return ['at,views', ...Array.from({ length: 24 }, (_, hour) => `2026-01-${String(number).padStart(2, '0')} ${String(hour).padStart(2, '0')}:00:00,5`), ''].join('\n');
}

function summary(): { readonly counts: object; readonly warnings: readonly string[] } {
  return command.json('out/summary.json');
}

test('files and folders by links are read, each once: twice, rows would be added up twice', () => {
  for (let number = 1; number <= 7; number++) command.write(`data/${number}.csv`, day(number));
  command.write('elsewhere/8.csv', day(8));
  command.write('elsewhere/9.csv', day(9));
  const link = (target: string, path: string): void => symlinkSync(join(command.folder, target), join(command.folder, path));
  link('elsewhere', 'data/more');
  link('elsewhere/8.csv', 'data/8.csv');
  link('data', 'data/again');
  expect(command.backtest()).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning: data') });
  expect(summary().counts).toMatchObject({ files: 9, rows: 9 * 24 });
  expect(new Set(command.rows('out/scores.csv').map(({ value }) => value))).toEqual(new Set(['5']));
});

test('what is not read in the folder is told: rows may be in there', () => {
  for (let number = 1; number <= 7; number++) command.write(`data/${number}.csv`, day(number));
  command.write('data/_SUCCESS', '');
  command.write('data/.DS_Store', 'no rows');
  expect(command.backtest().code).toBe(0);
  expect(summary()).toMatchObject({ counts: { files: 7, filesNotRead: 0 }, warnings: [] });
  // a copy that an editor keeps must not be added up with its file
  command.write('data/.ipynb_checkpoints/1-checkpoint.csv', day(1));
  command.write('data/8.csv.zst', 'packed');
  const { code, stderr } = command.backtest();
  expect(code).toBe(0);
  expect(stderr).toContain(`warning: 2 files or folders of the data are not read, such as "${join('data', '.ipynb_checkpoints')}": names of files end in .csv or .gz`);
  expect(summary().counts).toMatchObject({ files: 7, filesNotRead: 2, rows: 7 * 24 });
});

test('a folder without data says what it holds', () => {
  command.write('data/1.txt', day(1));
  expect(command.backtest()).toMatchObject({ code: 2, stderr: expect.stringContaining(`nor one without an extension, but "${join('data', '1.txt')}"`) });
});

test('a link that leads nowhere, and data that is no file', () => {
  mkdirSync(join(command.folder, 'data'));
  symlinkSync('nowhere', join(command.folder, 'data/1.csv'));
  expect(command.backtest()).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: --data "data" cannot be read: ENOENT.*1\.csv/) });
  expect(command.run('backtest', '--data', '/dev/null', '--config', 'config.json', '--out', 'out')).toMatchObject({
    code: 2, stderr: 'error: --data "/dev/null" is neither a file nor a folder: save the rows in a file first\n',
  });
});

test('a file that the system does not let read is bad input, and no bug to report', async () => {
  const config = join(command.folder, 'config.json');
  const { layout } = await detectorOf(readConfig(config), config);
  const gone = { files: [{ path: 'gone.csv', size: 5 }], notRead: [] };
  const reading = readData('data', gone, layout, new DiskTable(layout, join(command.folder, '.values')), () => undefined);
  await expect(reading).rejects.toThrow(InputError);
  await expect(reading).rejects.toThrow(/^gone\.csv cannot be read: ENOENT/);
});
