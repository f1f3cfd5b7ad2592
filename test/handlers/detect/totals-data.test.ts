// SPDX-License-Identifier: Apache-2.0

/** Totals of data that is not a row of each combination in each hour. */
import { type Change, NOISY_PLATFORMS, NOISY_SETUP, noisyFile, noisyHour, seldom } from './noisy-shop';
import { hour, liveKey } from './shop';
import { type Setup, World } from './world';
import { DetectorModel } from '../../../handlers/detect/model/detector-model';
import type { GroupRecord } from '../../../handlers/lookout/store';

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

/** Number of an hour's interval, which its noise depends on. */
const numberOf = (number: number): number => Date.parse(hour(number)) / 3_600_000;

async function detect(number: number, change: Change): Promise<void> {
  await world.detectHour(world.handler(), number, noisyHour(hour(number), change));
}

async function learned(history: string, setup: Setup = {}): Promise<void> {
  await world.setUp({ ...setup, definition: { ...NOISY_SETUP.definition, ...setup.definition } });
  await world.put('history/000', history);
  expect(await world.learn()).toMatchObject({ detectorStatus: 'ACTIVE' });
}

const groupsOf = async (measure = 'views'): Promise<GroupRecord[]> => (await world.groups()).filter(group => group.measure === measure);
const namesOf = ({ series }: GroupRecord): string[] => series.map(({ dimensions }) => dimensions.map(({ value }) => value).join(' '));
const sharesOf = (group: GroupRecord, dimension: string): number[] => (
  group.contributions.find(each => each.dimension === dimension)!.values.map(({ contribution }) => contribution));

describe('combinations with a row in six of ten hours', () => {
  let bringBack: () => Promise<void>;
  beforeAll(async () => {
    await learned(noisyFile('2026-01-01T00:00:00Z', 24 * 21, 3600, index => seldom(numberOf(index - 24 * 21), 0.6)));
    bringBack = await world.keep();
  });
  beforeEach(() => bringBack());

  test('are no anomaly as they are', async () => {
    for (let number = 0; number < 24; number++) await detect(number, seldom(numberOf(number), 0.6));
    expect(await world.groups()).toEqual([]);
  });

  test.each([['a fifth', 0.12], ['all', 1]])('that have %s of their rows at once are one: all of them take part', async (_name, chance) => {
    await detect(0, seldom(numberOf(0), 0.6));
    for (const number of [1, 2]) await detect(number, seldom(numberOf(number), chance));
    const [group, ...others] = await groupsOf();
    expect(others).toEqual([]);
    expect(namesOf(group!)).toContain('');
    expect(group!.rootCauses).toMatchObject([{ dimensions: [], share: 100 }]);
    expect(group!.rootCauses![0]!.consistency).toBeGreaterThan(60);
    const shares = sharesOf(group!, 'platform');
    expect(shares).toHaveLength(NOISY_PLATFORMS.length);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(30);
  });
});

test('combinations with a row in nine of ten hours, of which one platform has none any more: that explains the fall', async () => {
  await learned(noisyFile('2026-01-01T00:00:00Z', 24 * 21, 3600, index => seldom(numberOf(index - 24 * 21), 0.9)));
  const withoutWeb = (number: number): Change => (platform, country) => platform === 'web' ? undefined : seldom(numberOf(number), 0.9)(platform, country);
  await detect(0, seldom(numberOf(0), 0.9));
  await detect(1, withoutWeb(1));
  const [group] = await groupsOf();
  expect(namesOf(group!)).toEqual(['']);
  expect(group!.rootCauses!.map(({ dimensions }) => dimensions)).toEqual([[{ name: 'platform', value: 'web' }]]);
  expect(Math.max(...sharesOf(group!, 'platform'))).toBeGreaterThan(80);
});

test('a platform that was given up explains nothing that comes later', async () => {
  const hours = 24 * 28;
  const isGone = (index: number): boolean => index >= hours - 24 * 12;
  await learned(noisyFile('2025-12-25T00:00:00Z', hours, 3600, index => platform => platform === 'web' && isGone(index) ? undefined : 1));
  const usual: Change = platform => platform === 'web' ? undefined : 1;
  for (let number = 0; number < 4; number++) await detect(number, usual);
  expect(await world.groups()).toEqual([]);
  await detect(4, (platform, country) => usual(platform, country) && (platform === 'app' ? 0.4 : 1));
  const [group] = await groupsOf();
  expect(group!.rootCauses!.map(({ dimensions }) => dimensions)).toEqual([[{ name: 'platform', value: 'app' }]]);
  await detect(5, usual);
  await detect(6, usual);
  await detect(7, (platform, country) => usual(platform, country) && 0.6);
  const [newest] = await groupsOf();
  const contributing = newest!.contributions.find(({ dimension }) => dimension === 'platform')!.values.filter(({ contribution }) => contribution > 0);
  expect(contributing.map(({ value }) => value).sort()).toEqual(['app', 'mobile']);
  expect(newest!.rootCauses!.flatMap(({ dimensions }) => dimensions)).not.toContainEqual({ name: 'platform', value: 'web' });
});

test('the hour that comes twice when clocks are put back is no anomaly, nor are the hours after it, and one later is', async () => {
  // clocks are put back in Berlin on 2026-10-25 at 03:00, 01:00 in UTC
  const start = '2026-09-27T00:00:00Z';
  await learned(noisyFile(start, 24 * 28), { definition: { Timezone: 'Europe/Berlin' } });
  const before = Date.parse('2026-10-25T00:00:00') / 1000;
  const file = (wall: number, factor: number): string => noisyHour(new Date(wall * 1000).toISOString(), () => factor);
  const detectWall = async (wall: number, offset: number, seconds: number, factor: number): Promise<void> => {
    const at = new Date(wall * 1000).toISOString();
    await world.put(liveKey(at), file(wall, factor));
    await world.detect(new Date((wall - offset) * 1000).toISOString().replace('.000', ''), world.handler(), { seconds });
  };
  for (let number = 0; number < 6; number++) {
    const isTwice = number === 2;
    await detectWall(before + number * 3600, number <= 2 ? 7200 : 3600, isTwice ? 7200 : 3600, isTwice ? 2 : 1);
  }
  expect(await world.groups()).toEqual([]);
  const model = DetectorModel.decode((await world.state()).get('state/shop/model')!);
  expect(model.newest).toBe(before + 5 * 3600);
  await detectWall(before + 6 * 3600, 3600, 3600, 0.6);
  expect((await groupsOf()).map(namesOf)).toEqual([['']]);
});

test('of daily data with holidays: a holiday that is down every time is no anomaly, another day like it is', async () => {
  const DAY = 86_400;
  const first = Date.parse('2024-01-01T00:00:00Z') / 1000;
  // Germany's, most of which fall on a weekday
  const holidays = ['2024-05-01', '2024-05-09', '2024-05-20', '2024-10-03', '2024-12-25', '2024-12-26', '2025-01-01', '2025-04-18', '2025-04-21',
    '2025-05-01', '2025-05-29', '2025-06-09', '2025-10-03', '2025-12-25', '2025-12-26', '2026-01-01', '2026-04-03', '2026-04-06', '2026-05-01'];
  const factorOf = (day: number): number => holidays.includes(new Date(day * 1000).toISOString().slice(0, 10)) ? 0.6 : 1;
  const days = (Date.parse('2026-05-14T00:00:00Z') / 1000 - first) / DAY;
  await learned(noisyFile(new Date(first * 1000).toISOString(), days, DAY, index => () => factorOf(first + index * DAY)), {
    frequency: 'P1D', tags: { 'cdk-redshift-lookout:holidays': 'DE' },
  });
  const model = DetectorModel.decode((await world.state()).get('state/shop/model')!);
  expect(model.totals.size).toBe(8);
  const bringBack = await world.keep();
  const detectDay = async (date: string, factor: number): Promise<string[][]> => {
    await bringBack();
    await world.put(`live/${date.replaceAll('-', '')}/0000/000`, noisyHour(`${date}T00:00:00Z`, () => factor, DAY));
    await world.detect(`${date}T00:00:00Z`, world.handler(), { seconds: DAY });
    return (await groupsOf()).map(namesOf);
  };
  expect(await detectDay('2026-05-14', 0.6)).toEqual([]); // Ascension Day
  expect(await detectDay('2026-05-21', 0.6)).toEqual([expect.arrayContaining([''])]);
});
