// SPDX-License-Identifier: Apache-2.0

import { CommandLine } from './command';
import type { Frequency } from '../../src/private/contract';

const command = new CommandLine();
afterAll(() => command.remove());

const MINUTES: Partial<Record<Frequency, number>> = { PT5M: 5, PT10M: 10, PT1H: 60 };
/** When clocks of Berlin are put back, and forward. */
const [BACK, FORWARD] = [Date.parse('2025-10-26T01:00:00Z'), Date.parse('2026-03-29T01:00:00Z')];

/** Scores of the three days around a change after two weeks of steady rows, dated with their offset. */
function scores(frequency: Frequency, change: number): Record<string, string>[] {
  const minutes = MINUTES[frequency]!;
  const [days, after] = [14, 2];
  const rows = Array.from({ length: (days + after) * 1440 / minutes }, (_, number) => {
    const at = new Date(change + (number * minutes - days * 1440) * 60_000).toISOString().replace('.000', '');
    return `${at},${100 + number * 7_919 % 11},${40 + number * 7_919 % 7}`;
  });
  command.write('rows.csv', ['at,views,latency', ...rows].join('\n'));
  command.write('config.json', {
    timestampColumn: { name: 'at', format: "yyyy-MM-dd'T'HH:mm:ssX" },
    metrics: [{ name: 'views', aggregation: 'SUM' }, { name: 'latency', aggregation: 'AVG' }],
    frequency,
    timezone: 'Europe/Berlin',
  });
  const from = new Date(change - 86_400_000).toISOString().slice(0, 10);
  expect(command.run('backtest', '--data', 'rows.csv', '--config', 'config.json', '--out', 'out', '--detect-from', from)).toMatchObject({ code: 0 });
  return command.rows('out/scores.csv');
}

test.each<[Frequency, number]>([['PT5M', 24], ['PT10M', 12], ['PT1H', 2]])('%s: the hour that comes twice is one interval, whose sums are not judged', (frequency, times) => {
  const found = scores(frequency, BACK);
  const [views, latency] = found.filter(({ timestamp }) => timestamp === '2025-10-26 02:00:00');
  // all rows of both hours are in it
  expect(Number(views.value)).toBeGreaterThanOrEqual(100 * times);
  expect(views).toMatchObject({ metric: 'views', expected: '', score: '0', severity: '0', anomaly: '0' });
  expect(latency.expected).not.toBe('');
  expect(found.filter(({ anomaly }) => anomaly === '1')).toEqual([]);
  expect(found.filter(({ timestamp }) => timestamp > '2025-10-26 02:00:00' && timestamp < '2025-10-26 03:00:00')).toEqual([]);
  expect(command.json<{ findings: object[] }>('out/summary.json').findings).toEqual([]);
  expect(command.rows('out/explanations.csv').find(({ metric, timestamp }) => metric === 'views' && timestamp === '2025-10-26 02:00:00')!.explanation).toMatch(/^not judged: where clocks are put back/);
});

test.each<Frequency>(['PT5M', 'PT10M', 'PT1H'])('%s: where clocks are put forward nothing is missing', frequency => {
  const found = scores(frequency, FORWARD);
  expect(found.filter(({ anomaly, value }) => anomaly === '1' || value === '')).toEqual([]);
  expect(found.filter(({ timestamp }) => timestamp >= '2026-03-29 02:00:00' && timestamp < '2026-03-29 03:00:00')).toEqual([]);
  expect(command.json<{ findings: object[] }>('out/summary.json').findings).toEqual([]);
});
