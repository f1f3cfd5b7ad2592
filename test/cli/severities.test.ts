// SPDX-License-Identifier: Apache-2.0

import { CommandLine } from './command';

const command = new CommandLine();
afterAll(() => command.remove());

interface Groups {
  readonly AnomalyGroupList: readonly {
    readonly TimeSeriesList: readonly { readonly Timestamp: string; readonly MetricValue: number; readonly Severity: number }[];
  }[];
}

/** Numbers from 0 to 1 that look random, always the same. */
function* random(): Generator<number> {
  for (let state = 1; ; state = (state * 48_271) % 2_147_483_647) yield state / 2_147_483_647;
}

test('a time series of a group is as severe as scores.csv says, also where it is often far off', () => {
  const numbers = random();
  const next = (): number => numbers.next().value as number;
  // every week has its spikes, and some are larger
  const value = (): number => 100 + 4 * next() + (next() < 0.02 ? 20 * next() / next() : 0);
  const rows = Array.from({ length: 24 * 60 }, (_, hour) => (
    `${new Date(Date.UTC(2026, 0, 1, hour)).toISOString().slice(0, 19).replace('T', ' ')},${value().toFixed(3)}`));
  command.write('data/rows.csv', ['at,views', ...rows].join('\n'));
  command.write('config.json', { timestampColumn: { name: 'at', format: 'yyyy-MM-dd HH:mm:ss' }, metrics: [{ name: 'views', aggregation: 'SUM' }], frequency: 'PT1H' });
  expect(command.backtest()).toMatchObject({ code: 0 });
  const severities = new Map(command.rows('out/scores.csv').map(({ timestamp, severity }) => [timestamp.slice(0, 16), Number(severity)]));
  const series = command.json<Groups>('out/groups.json').AnomalyGroupList.flatMap(({ TimeSeriesList }) => TimeSeriesList);
  expect(series.length).toBeGreaterThan(5);
  for (const { Timestamp, Severity } of series) {
    // those of scores.csv are raised while an event lasts
    expect(Severity).toBeLessThanOrEqual(severities.get(Timestamp.slice(0, 16).replace('T', ' '))! + 0.01);
  }
});
