// SPDX-License-Identifier: Apache-2.0

/** New time series take the place of all known ones: what a group tells in its first interval, when alerts are sent, and later. */
import { liveKey } from './shop';
import { World } from './world';
import { normal, randomOf } from '../engine/samples';

const START = Date.parse('2026-01-01T00:00:00Z') / 1000;
const HOURS = 336;
const HEADER = 'at,country,platform,version,views';
const COUNTRIES = ['de', 'fr', 'it', 'es', 'uk'];
const random = randomOf(5);
const at = (hour: number): string => new Date((START + hour * 3600) * 1000).toISOString().replace('.000', '');

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

/** Rows of an hour, of one version of an app. */
function rows(hour: number, version: string, shareOf: (platform: string) => number): string[] {
  const usual = 1000 * (1 + 0.5 * Math.sin(hour / 24 * 2 * Math.PI));
  return COUNTRIES.flatMap(country => ['app', 'web'].map(platform => [
    at(hour).slice(0, 19).replace('T', ' '), country, platform, version, Math.round(usual * shareOf(platform) * (1 + 0.05 * normal(random))),
  ].join()));
}

test('a new version of all has half of the views of a platform: the group tells that platform from its first interval on', async () => {
  await world.setUp({
    definition: {
      MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }],
      DimensionList: ['country', 'platform', 'version'],
      TimestampColumn: { ColumnName: 'at', ColumnFormat: 'yyyy-MM-dd HH:mm:ss' },
    },
  });
  await world.put('history/000', [HEADER, ...Array.from({ length: HOURS }, (_, hour) => rows(hour, '1', () => 1)).flat()].join('\n'));
  await world.learn();
  for (let hour = HOURS; hour < HOURS + 3; hour++) {
    await world.put(liveKey(at(hour)), [HEADER, ...rows(hour, '2', platform => platform === 'app' ? 0.5 : 1)].join('\n'));
    await world.detect(at(hour));
    const [group, ...others] = await world.groups();
    expect(others).toEqual([]);
    expect([group!.start, group!.end, group!.seriesCount]).toEqual([START + HOURS * 3600, START + hour * 3600, group!.series.length]);
    const [most] = group!.contributions.find(({ dimension }) => dimension === 'platform')!.values;
    expect(most!.value).toBe('app');
    expect(most!.contribution).toBeGreaterThan(90);
    for (const { values } of group!.contributions) expect(values.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(100, 0);
  }
});
