// SPDX-License-Identifier: Apache-2.0

import { CommandLine } from './command';
import type { GroupRecord } from '../../handlers/lookout/store';
import { HISTORY_START, SHOP_HEADER, shopFile, shopRows } from '../handlers/detect/shop';
import { World } from '../handlers/detect/world';

/** Days learned, hours detected after them, and what happens in those. */
const DAYS = 21;
const HOURS = 72;
const FIRST = Date.parse(HISTORY_START) / 1000 + DAYS * 86_400;
const factor = (hour: number) => (platform: string, marketplace: string): number => {
  if (hour === 5 || hour === 6) return platform === 'web' ? 0.2 : 1;
  // an event with one hour in it that has no rows
  if (hour >= 60 && hour <= 63) return platform === 'mobile' ? 0.2 : 1;
  return hour === 30 && marketplace === 'de' ? 3 : 1;
};
const rowsOf = (hour: number): string[] => hour === 50 || hour === 61 ? [] : shopRows(FIRST + hour * 3600, factor(hour));
const instant = (hour: number): string => new Date((FIRST + hour * 3600) * 1000).toISOString().replace('.000', '');

const command = new CommandLine();
let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(async () => {
  await world.close();
  command.remove();
});

test('a back test finds what the deployed functions find, group by group', async () => {
  const handler = await world.learned({}, DAYS);
  for (let hour = 0; hour < HOURS; hour++) {
    const start = instant(hour);
    await world.put(`live/${start.slice(0, 10).replaceAll('-', '')}/${start.slice(11, 16).replace(':', '')}/000`, [SHOP_HEADER, ...rowsOf(hour)].join('\n'));
    // a function in a new environment, now and then
    await world.detect(start, hour % 10 === 0 ? world.handler() : handler);
  }
  const deployed = await world.groups();

  command.write('data/history.csv', shopFile(HISTORY_START, 24 * DAYS));
  command.write('data/live.csv', [SHOP_HEADER, ...Array.from({ length: HOURS }, (_, hour) => rowsOf(hour)).flat()].join('\n'));
  command.write('config.json', {
    timestampColumn: { name: 'timestamp', format: 'yyyy-MM-dd HH:mm:ss' },
    metrics: [{ name: 'views', aggregation: 'SUM' }, { name: 'revenue', aggregation: 'SUM' }],
    dimensions: ['platform', 'marketplace'],
    frequency: 'PT1H',
  });
  const run = command.backtest('--detect-from', instant(0).replace('T', ' ').replace('Z', ''));
  expect(run).toMatchObject({ code: 0 });

  const { AnomalyGroupList: found } = command.json<{ AnomalyGroupList: Record<string, unknown>[] }>('out/groups.json');
  expect(deployed.length).toBeGreaterThanOrEqual(4);
  expect(found.map(asCompared).sort()).toEqual(deployed.map(recordAsCompared).sort());

  // the event with a gap in it is one: for each measure one group from its first hour to its last
  const gapped = deployed.filter(({ start, end }) => start >= FIRST + 60 * 3600 || end >= FIRST + 60 * 3600);
  expect(gapped.map(({ measure, start, end }) => [measure, (start - FIRST) / 3600, (end - FIRST) / 3600]).sort()).toEqual([['revenue', 60, 63], ['views', 60, 63]]);
  expect(world.logged.filter(({ level, message }) => level === 'warn' && message.startsWith('missing data')).map(({ fields }) => fields.since))
    .toEqual([instant(50), instant(61)]);
  const { findings } = command.json<{ findings: { from: string }[] }>('out/summary.json');
  expect(findings.map(({ from }) => from)).toEqual([50, 61].map(hour => instant(hour).replace('T', ' ').replace('Z', '')));

  const anomalous = new Set(command.rows('out/scores.csv').filter(({ anomaly }) => anomaly === '1').map(({ timestamp }) => timestamp));
  expect(anomalous).toEqual(new Set([5, 6, 30, 60, 62, 63].map(hour => instant(hour).replace('T', ' ').replace('Z', ''))));
});

test('a back test tells of the totals that the deployed functions tell of', async () => {
  // many marketplaces with a large noise each, and three hours in which all of them lose what that noise may make
  const noise = (start: number, marketplace: number): number => [1, 2, 3]
    .reduce((sum, wave) => sum + Math.sin(start / 3600 * (12.9898 * wave + marketplace * 7.31)), 0);
  const rows = (start: number, change = 1): string[] => Array.from({ length: 24 }, (_, marketplace) => {
    const views = Math.round(500 * change * Math.exp(0.15 * noise(start, marketplace)));
    return `${new Date(start * 1000).toISOString().slice(0, 19).replace('T', ' ')},${views},${views * 2},${marketplace % 2 === 0 ? 'mobile' : 'web'},m${marketplace}`;
  });
  const [hours, first] = [8, Date.parse(HISTORY_START) / 1000];
  const history = [SHOP_HEADER, ...Array.from({ length: 24 * DAYS }, (_, hour) => rows(first + hour * 3600)).flat()].join('\n');
  const live = (hour: number): string[] => rows(FIRST + hour * 3600, hour >= 3 && hour < 6 ? 0.7 : 1);

  await world.setUp();
  await world.put('history/000', history);
  const handler = world.handler();
  await world.learn(handler);
  for (let hour = 0; hour < hours; hour++) {
    await world.put(`live/20260122/0${hour}00/000`, [SHOP_HEADER, ...live(hour)].join('\n'));
    await world.detect(instant(hour), hour % 2 === 0 ? world.handler() : handler);
  }
  const deployed = await world.groups();
  expect(deployed.map(({ measure, series }) => [measure, series.some(({ dimensions }) => dimensions.length === 0)]).sort()).toEqual([['revenue', true], ['views', true]]);

  command.write('data/history.csv', history);
  command.write('data/live.csv', [SHOP_HEADER, ...Array.from({ length: hours }, (_, hour) => live(hour)).flat()].join('\n'));
  expect(command.backtest('--detect-from', '2026-01-22 00:00:00')).toMatchObject({ code: 0 });
  const { AnomalyGroupList: found } = command.json<{ AnomalyGroupList: Record<string, unknown>[] }>('out/groups.json');
  expect(found.map(asCompared).sort()).toEqual(deployed.map(recordAsCompared).sort());
});

/** A group of `groups.json` and a record of the store, in the same words. */
function asCompared(group: Record<string, unknown>): string {
  const { PrimaryMetricName, StartTime, EndTime, AnomalyGroupScore, TimeSeriesList } = group;
  const series = (TimeSeriesList as { TimeSeriesId: string; MetricValue: number; ExpectedValue: number; Severity: number }[])
    .map(({ TimeSeriesId, MetricValue, ExpectedValue, Severity }) => [TimeSeriesId, MetricValue, ExpectedValue, Severity]);
  return JSON.stringify([PrimaryMetricName, StartTime, EndTime, AnomalyGroupScore, series]);
}

function recordAsCompared({ measure, start, end, score, series }: GroupRecord): string {
  const time = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z[UTC]`;
  return JSON.stringify([measure, time(start), time(end), score, series.map(one => [one.timeSeriesId, one.observed, one.expected, one.severity])]);
}
