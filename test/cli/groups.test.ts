// SPDX-License-Identifier: Apache-2.0

import { CommandLine } from './command';
import { CONFIG } from './shop-rows';
import { normal, poisson, randomOf } from '../handlers/engine/samples';

const START = Date.parse('2026-01-05T00:00:00Z');
const COUNTRIES = Array.from({ length: 12 }, (_, country) => `c${country}`);

interface Group {
  readonly StartTime: string;
  readonly EndTime: string;
  readonly PrimaryMetricName: string;
  readonly RootCauseList: readonly { readonly DimensionList: readonly { readonly DimensionName: string; readonly DimensionValue: string }[] }[];
  readonly MetricLevelImpactList: readonly { readonly ContributionMatrix: { readonly DimensionContributionList: readonly Contributions[] } }[];
}

interface Contributions {
  readonly DimensionName: string;
  readonly DimensionValueContributionList: readonly { readonly DimensionValue: string; readonly ContributionScore: number }[];
}

const command = new CommandLine();
afterAll(() => command.remove());

const stamp = (minutes: number): string => new Date(START + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');

/** Groups of a back test, in order of time; the start and end of each in minutes since the beginning. */
function groupsOf(config: object, rows: readonly string[], detectFrom: number): (Group & { readonly span: readonly [number, number] })[] {
  command.write('config.json', { ...CONFIG, ...config });
  command.write('data/rows.csv', rows.join('\n'));
  expect(command.backtest('--detect-from', stamp(detectFrom))).toMatchObject({ code: 0 });
  const minutes = (time: string): number => (Date.parse(time.replace('[UTC]', '')) - START) / 60_000;
  return command.json<{ AnomalyGroupList: Group[] }>('out/groups.json').AnomalyGroupList
    .map(group => ({ ...group, span: [minutes(group.StartTime), minutes(group.EndTime)] as const })).sort((a, b) => a.span[0] - b.span[0]);
}

describe('a new version takes the place of the one before', () => {
  const HOURS = 360;
  const RELEASE = 300;

  /** Sessions and crashes of an app, of which ever more users have version 2 after the release. */
  const rows = (crashesOf: (platform: string, version: string) => number): string[] => {
    const random = randomOf(5);
    const lines = ['at,country,platform,version,sessions,crashes'];
    for (let hour = 0; hour < HOURS; hour++) {
      const share = hour < RELEASE ? 0 : 1 - Math.exp(-(hour - RELEASE + 1) / 12);
      for (const country of COUNTRIES) {
        for (const platform of ['android', 'ios']) {
          for (const [version, part] of [['1', 1 - share], ['2', share]] as const) {
            const sessions = Math.round(1000 * part * (1 + 0.05 * normal(random)));
            const crashes = poisson(random, sessions * crashesOf(platform, version));
            if (sessions > 0) lines.push([stamp(60 * hour), country, platform, version, sessions, crashes].join());
          }
        }
      }
    }
    return lines;
  };
  const config = {
    metrics: ['sessions', 'crashes'].map(name => ({ name, aggregation: 'SUM' })), dimensions: ['country', 'platform', 'version'],
  };

  test('and crashes: that is told on the first day, with the version and the platform of it', () => {
    const groups = groupsOf(config, rows((platform, version) => platform === 'android' && version === '2' ? 0.05 : 0.01), 60 * 240);
    const [first] = groups.filter(({ PrimaryMetricName }) => PrimaryMetricName === 'crashes');
    expect(first!.span[0]).toBeGreaterThanOrEqual(60 * RELEASE);
    expect(first!.span[0]).toBeLessThan(60 * (RELEASE + 12));
    expect(first!.RootCauseList[0]!.DimensionList).toContainEqual({ DimensionName: 'version', DimensionValue: '2' });
    const shares = first!.MetricLevelImpactList[0]!.ContributionMatrix.DimensionContributionList
      .map(({ DimensionName, DimensionValueContributionList: [most] }) => [DimensionName, most!.DimensionValue, most!.ContributionScore > 80]);
    expect(shares).toEqual(expect.arrayContaining([['platform', 'android', true], ['version', '2', true]]));
    // a bar for these, too, though there are more countries than bars
    const bars = command.read('out/report.html').split('<article>').find(article => article.includes('<b>crashes</b>'))!.split('class="contributions"')[1];
    expect(bars).toMatch(/country = c\d+.*platform = android.*version = 2/s);
  });

  test('and is like it: what the old one loses is not told as lost by all of the metric', () => {
    const groups = groupsOf(config, rows(() => 0.01), 60 * 240);
    const named = groups.flatMap(({ RootCauseList }) => RootCauseList.map(({ DimensionList }) => DimensionList.at(-1)?.DimensionValue));
    expect(new Set(named)).toEqual(new Set(['1']));
  });
});

test('at intervals of ten minutes, what comes and goes within an hour in a series is one event; in another series it is another one', () => {
  const random = randomOf(6);
  const first = 12 * 24 * 60;
  /** Minutes after the first at which shops are off. */
  const off: Record<string, readonly number[]> = { a: [0, 40, 100, 200], b: [140], c: [] };
  const lines = ['at,shop,latency'];
  for (let minutes = 0; minutes < 13 * 24 * 60; minutes += 10) {
    for (const [shop, times] of Object.entries(off)) lines.push(`${stamp(minutes)},${shop},${times.includes(minutes - first) ? 200 : 100 + normal(random)}`);
  }
  const groups = groupsOf({ metrics: [{ name: 'latency', aggregation: 'AVG' }], frequency: 'PT10M' }, lines, first - 12 * 60);
  expect(groups.map(({ span: [start, end] }) => [start - first, end - first])).toEqual([[0, 100], [140, 140], [200, 200]]);
});

test('a sensor that is stuck at a usual value is told, with that it is stuck', () => {
  const random = randomOf(6);
  const first = 16 * 24 * 60;
  const lines = ['at,shop,degrees'];
  const held: Record<string, number> = {};
  for (let minutes = 0; minutes < 17 * 24 * 60; minutes += 10) {
    for (const shop of ['a', 'b']) {
      const isHeld = shop === 'a' && minutes > first && minutes <= first + 180;
      if (!isHeld) held[shop] = minutes === first ? 20.125 : 20 + normal(random);
      lines.push(`${stamp(minutes)},${shop},${held[shop]!.toFixed(3)}`);
    }
  }
  const groups = groupsOf({ metrics: [{ name: 'degrees', aggregation: 'AVG' }], frequency: 'PT10M' }, lines, first - 12 * 60);
  expect(groups.map(({ span: [start, end] }) => [start - first, end - first])).toEqual([[50, 180]]);
  const { AnomalyGroupList: [group] } = command.json<{ AnomalyGroupList: { TimeSeriesList: unknown[] }[] }>('out/groups.json');
  expect(group!.TimeSeriesList).toMatchObject([{ DimensionList: [{ DimensionName: 'shop', DimensionValue: 'a' }], MetricValue: 20.125, IsStuck: true }]);
  expect(command.read('out/report.html')).toContain('stuck at 20.13');
  expect(command.read('out/report.html')).toContain('stuck at one value: shop=a 100%');
  expect(command.read('out/explanations.csv')).toContain('stuck at one value');
});
