// SPDX-License-Identifier: Apache-2.0

import { CommandLine } from './command';
import { HISTORY_DAYS, HISTORY_START, hour, SHOP_HEADER, shopFile, shopRows } from '../handlers/detect/shop';

/** Hours detected: an outage of one platform, three hours without any row, a level that stays, and a platform that stops for good. */
const HOURS = 96;
const OUTAGE = 10;
const SILENT = [20, 21, 22];
const SHIFT = 30;
const STOP = HOURS - 6;

const isoHour = (number: number): string => hour(number).slice(0, 19).replace('T', ' ');
function rowsOf(number: number): string[] {
  if (SILENT.includes(number)) return [];
  const rows = shopRows(Date.parse(hour(number)) / 1000, (platform, marketplace) => {
    if (number === OUTAGE) return platform === 'web' ? 0.1 : 1;
    return platform === 'web' && marketplace === 'fr' && number >= SHIFT ? 2 : 1;
  });
  return rows.filter(row => number < STOP || !row.includes(',mobile,')).map(row => row.replace(',mobile,', ',<b>mobile</b>,'));
}

interface Summary { readonly findings: readonly { readonly text: string }[] }
interface Groups {
  readonly AnomalyGroupList: readonly {
    readonly AnomalyGroupId: string;
    readonly PrimaryMetricName: string;
    readonly StartTime: string;
    readonly RootCauseList: readonly { readonly DimensionList: readonly object[]; readonly SharePercentage: number }[];
    readonly InterMetricImpactList: readonly object[];
  }[];
}

const command = new CommandLine();
afterAll(() => command.remove());
let run: ReturnType<CommandLine['run']>;
beforeAll(() => {
  command.write('data/history.csv', shopFile(HISTORY_START, 24 * HISTORY_DAYS).replaceAll(',mobile,', ',<b>mobile</b>,'));
  command.write('data/live.csv', [SHOP_HEADER, ...Array.from({ length: HOURS }, (_, number) => rowsOf(number)).flat()].join('\n'));
  command.write('config.json', {
    timestampColumn: { name: 'timestamp', format: 'yyyy-MM-dd HH:mm:ss' },
    metrics: [{ name: 'views', aggregation: 'SUM' }, { name: 'revenue', aggregation: 'SUM' }],
    dimensions: ['platform', 'marketplace'],
    frequency: 'PT1H',
    timezone: 'Asia/Tokyo',
  });
  run = command.backtest('--detect-from', isoHour(0));
});

test('missing data: each stretch once, in summary, terminal and report', () => {
  expect(run).toMatchObject({ code: 0 });
  expect(command.json<Summary>('out/summary.json').findings).toEqual([
    { type: 'NO_ROWS', from: isoHour(SILENT[0]), intervals: 3, isOngoing: false, text: `no rows for 3 intervals from ${isoHour(SILENT[0]).slice(0, 16)}` },
    {
      type: 'VALUE_STOPPED',
      dimension: 'platform',
      value: '<b>mobile</b>',
      from: isoHour(STOP),
      intervals: HOURS - STOP,
      isOngoing: true,
      text: `platform=<b>mobile</b> stopped reporting: no rows for 6 intervals from ${isoHour(STOP).slice(0, 16)} to the end`,
    },
  ]);
  expect(run.stdout).toContain('missing    no rows for 3 intervals from ');
  expect(run.stdout).toContain('; platform=<b>mobile</b> stopped reporting: no rows for 6 intervals');
  const html = command.read('out/report.html');
  expect(html.match(/<h2>.*?<\/h2>/g)).toEqual(['<h2>Severity over time</h2>', '<h2>Anomaly groups</h2>', '<h2>Missing data</h2>', '<h2>The most severe</h2>']);
  expect(html).toContain('not every red interval has one');
  expect(html).toContain('no rows of platform=&#60;b&#62;mobile&#60;/b&#62;');
  expect(html).not.toContain('<b>mobile');
});

test('groups: what explains each, and the groups of other metrics that it goes with', () => {
  const at = `${isoHour(OUTAGE).slice(0, 16).replace(' ', 'T')}+09:00[Asia/Tokyo]`;
  const groups = command.json<Groups>('out/groups.json').AnomalyGroupList.filter(({ StartTime }) => StartTime === at);
  expect(groups.map(({ PrimaryMetricName }) => PrimaryMetricName).sort()).toEqual(['revenue', 'views']);
  for (const [index, group] of groups.entries()) {
    expect(group.RootCauseList[0].DimensionList).toEqual([{ DimensionName: 'platform', DimensionValue: 'web' }]);
    expect(group.RootCauseList[0].SharePercentage).toBeGreaterThan(90);
    const other = groups[1 - index];
    expect(group.InterMetricImpactList).toEqual([
      expect.objectContaining({ AnomalyGroupId: other.AnomalyGroupId, MetricName: other.PrimaryMetricName, RelationshipType: expect.any(String) }),
    ]);
  }
  expect(command.read('out/report.html')).toMatch(/<td>platform=web (9\d|100)%<\/td>/);
});

test('explanations: which members spoke, and when a new level was learned', () => {
  const rows = command.rows('out/explanations.csv');
  const outage = rows.find(({ timestamp, metric }) => timestamp === isoHour(OUTAGE) && metric === 'views')!;
  expect(outage).toMatchObject({ platform: 'web', anomaly: '1', reason: 'anomaly', member: expect.stringContaining('seasonal') });
  const shifted = rows.filter(({ metric, platform, marketplace, timestamp }) => (
    metric === 'views' && platform === 'web' && marketplace === 'fr' && timestamp >= isoHour(SHIFT)));
  const learned = shifted.find(({ reason }) => reason === 'new level')!;
  expect(learned.explanation).toContain('it has lasted so long that it is learned as the new level');
  const before = shifted.filter(({ timestamp }) => timestamp > isoHour(SHIFT) && timestamp < learned.timestamp);
  expect(new Set(before.map(({ member, reason }) => `${member}: ${reason}`))).toEqual(new Set(['seasonal while an event goes on: anomaly']));
});
