// SPDX-License-Identifier: Apache-2.0

import { CommandLine } from './command';

const command = new CommandLine();
afterAll(() => command.remove());

const CONFIG = {
  timestampColumn: { name: 'at', format: 'yyyy-MM-dd HH:mm:ss' },
  metrics: [{ name: 'views', aggregation: 'SUM' }],
  dimensions: ['shop'],
  frequency: 'PT1H',
  timezone: 'UTC',
};
const HEADER = 'at,shop,views';
const time = (hour: number): string => new Date(Date.UTC(2026, 0, 1, hour)).toISOString().slice(0, 19).replace('T', ' ');

test('all that is given before --detect-from is learned, also what is older than the history of a deployed detector', () => {
  const day = (number: number): string => new Date(Date.UTC(2016, 0, 1 + number)).toISOString().slice(0, 10);
  command.write('long.csv', ['day,orders', ...Array.from({ length: 2_000 }, (_, number) => `${day(number)},${1_000 + number * 7_919 % 101}`), ''].join('\n'));
  command.write('daily.json', { timestampColumn: { name: 'day', format: 'yyyy-MM-dd' }, metrics: [{ name: 'orders', aggregation: 'SUM' }], frequency: 'P1D' });
  const run = command.run('backtest', '--data', 'long.csv', '--config', 'daily.json', '--out', 'long', '--detect-from', `${day(1_990)} 00:00:00`);
  expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining('left out') });
  expect(command.json('long/summary.json')).toMatchObject({
    learnedFrom: '2016-01-01 00:00:00', counts: { intervalsLearned: 1_990, intervalsDetected: 10, rowsLeftOut: 0 },
  });
});

test('years of five minutes are read; too many intervals are told with what to do', () => {
  const minutes = (number: number): string => new Date(Date.UTC(2020, 0, 1) + number * 300_000).toISOString().slice(0, 19).replace('T', ' ');
  const write = (name: string, intervals: number) => command.write(name, ['at,orders', ...Array.from({ length: intervals }, (_, number) => `${minutes(number)},5`)].join('\n'));
  command.write('minutes.json', { timestampColumn: CONFIG.timestampColumn, metrics: [{ name: 'orders', aggregation: 'SUM' }], frequency: 'PT5M' });
  const backtest = (data: string, ...args: string[]) => command.run('backtest', '--data', data, '--config', 'minutes.json', '--out', 'minutes', ...args);
  write('years.csv', 210_000);
  expect(backtest('years.csv', '--detect-from', minutes(209_000)).code).toBe(0);
  expect(command.json('minutes/summary.json')).toMatchObject({ counts: { intervalsLearned: 209_000, intervalsDetected: 1_000 } });
  write('decades.csv', 600_001);
  expect(backtest('decades.csv')).toMatchObject({ code: 2, stderr: expect.stringMatching(/more than 600000 intervals of PT5M: .*\? If so, leave out the oldest rows\n$/) });
});

test('a row of the year 9999 is left out and told about', () => {
  const series = Array.from({ length: 200 }, (_, hour) => `${time(hour)},plain,5`);
  command.write('far.csv', [HEADER, ...series, '9999-12-31 00:00:00,plain,1'].join('\n'));
  command.write('config.json', CONFIG);
  const run = command.run('backtest', '--data', 'far.csv', '--config', 'config.json', '--out', 'far');
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('1 rows were left out') });
  expect(command.json<{ detectedTo: string }>('far/summary.json').detectedTo).toBe(time(199));
});

test('days of a zone with daylight saving have one row each, at midnight of the wall clock', () => {
  const days = Array.from({ length: 60 }, (_, day) => new Date(Date.UTC(2026, 2, 1 + day)).toISOString().slice(0, 10));
  command.write('days.csv', [HEADER, ...days.map(day => `${day} 02:30:00,plain,5`)].join('\n'));
  command.write('days.json', { ...CONFIG, frequency: 'P1D', timezone: 'Europe/Berlin' });
  const run = command.run('backtest', '--data', 'days.csv', '--config', 'days.json', '--out', 'days', '--detect-from', '2026-03-20 00:00:00');
  expect(run.code).toBe(0);
  const timestamps = command.rows('days/scores.csv').map(({ timestamp }) => timestamp);
  expect(timestamps).toEqual(days.slice(19).map(day => `${day} 00:00:00`));
});
