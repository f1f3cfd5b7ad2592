// SPDX-License-Identifier: Apache-2.0

import { CommandLine } from './command';

const CONFIG = { timestampColumn: { name: 'day', format: 'yyyy-MM-dd' }, metrics: [{ name: 'orders', aggregation: 'SUM' }], frequency: 'P1D' };
const FIRST = Date.parse('2022-01-01') / 864e5;
const DAYS = 4 * 365;
/** Holidays of Germany that have the same date every year, and two of Bavaria alone. */
const CLOSED = /-(01-01|05-01|10-03|12-25|12-26|01-06|11-01)$/;

const dateOf = (day: number): string => new Date(day * 864e5).toISOString().slice(0, 10);
const rows = Array.from({ length: DAYS }, (_, index) => {
  const date = dateOf(FIRST + index);
  return `${date},${Math.round(1000 * (1 + 0.03 * Math.sin((FIRST + index) * 12.9898)) * (CLOSED.test(date) ? 0.2 : 1))}`;
});

const command = new CommandLine();
afterAll(() => command.remove());

/** Dates of the last year on which the back test finds an anomaly. */
function anomalies(holidays?: string): string[] {
  command.write('data/orders.csv', ['day,orders', ...rows].join('\n'));
  command.write('config.json', { ...CONFIG, holidays });
  const run = command.backtest('--detect-from', '2025-01-01 00:00:00');
  expect(run).toMatchObject({ code: 0 });
  const found = command.rows('out/scores.csv').filter(({ anomaly }) => anomaly === '1').map(({ timestamp }) => timestamp!.slice(0, 10));
  if (holidays !== undefined) expect(command.read('out/report.html')).toContain(`, holidays of ${holidays}.`);
  command.remove('out');
  return found;
}

test('holidays of the configuration are no anomalies', () => {
  expect(anomalies()).toEqual(expect.arrayContaining(['2025-01-06', '2025-05-01', '2025-10-03', '2025-11-01', '2025-12-25']));
  expect(anomalies('DE-BY')).toEqual([]);
});

test('a back test without holidays says whose its anomalies are', () => {
  command.write('data/orders.csv', ['day,orders', ...rows].join('\n'));
  command.write('config.json', CONFIG);
  const run = command.backtest('--detect-from', '2025-01-01 00:00:00');
  const { warnings } = command.json<{ warnings: string[] }>('out/summary.json');
  expect(warnings).toEqual([expect.stringMatching(/^\d+ of the \d+ days on which an anomaly group begins are public holidays of .*: try "holidays": "[A-Z]{2}" in the configuration/)]);
  expect(run.stderr).toContain(`warning: ${warnings[0]}\n`);
  expect(command.read('out/report.html')).toContain('days on which an anomaly group begins are public holidays of');
  command.remove('out');
});

test('by the hour a holiday of the configuration may be as a Sunday is', () => {
  const FIRST_HOUR = Date.parse('2025-01-06') / 36e5;
  const hours = Array.from({ length: 18 * 7 * 24 }, (_, index) => {
    const moment = new Date((FIRST_HOUR + index) * 36e5);
    const isSunday = moment.getUTCDay() === 0 || ['2025-04-18', '2025-04-21', '2025-05-01'].includes(moment.toISOString().slice(0, 10));
    const usual = 1000 * (isSunday ? 0.5 : 1) * (1.2 - Math.cos(Math.PI * moment.getUTCHours() / 12));
    return `${moment.toISOString().slice(0, 13)},${Math.round(usual * (1 + 0.05 * Math.sin(index * 12.9898)))}`;
  });
  const found = (holidays?: string): string[] => {
    command.write('data/orders.csv', ['hour,orders', ...hours].join('\n'));
    command.write('config.json', { ...CONFIG, timestampColumn: { name: 'hour', format: "yyyy-MM-dd'T'HH" }, frequency: 'PT1H', holidays });
    expect(command.backtest('--detect-from', '2025-04-14 00:00:00', '--explain', 'orders')).toMatchObject({ code: 0 });
    return [...new Set(command.rows('out/scores.csv').filter(({ anomaly }) => anomaly === '1').map(({ timestamp }) => timestamp!.slice(0, 10)))];
  };
  expect(found()).toEqual(expect.arrayContaining(['2025-04-18', '2025-05-01']));
  command.remove('out');
  expect(found('DE')).toEqual([]);
  expect(command.rows('out/explanations.csv').filter(({ timestamp }) => timestamp === '2025-05-01 12:00:00')).toEqual([
    expect.objectContaining({ reason: 'as on a weekend as it is a public holiday' }),
  ]);
  command.remove('out');
});

test('a part of a country that there is not is refused with those that there are', () => {
  command.write('data/orders.csv', ['day,orders', ...rows].join('\n'));
  command.write('config.json', { ...CONFIG, holidays: 'DE-XX' });
  const run = command.backtest();
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('config.json: holidays is "DE-XX": no holidays are known of this part of DE; give "DE" or one of DE-BB, DE-BE');
});
