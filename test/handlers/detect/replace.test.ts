// SPDX-License-Identifier: Apache-2.0

import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { hour, liveKey, SHOP_HEADER, shopFile, shopHour, shopRows } from './shop';
import { DATA_BUCKET, DETECTOR, STATE_BUCKET, World } from './world';
import { renamed, replaceGroups } from '../../../handlers/detect/groups/replaced-groups';
import { DetectorModel } from '../../../handlers/detect/model/detector-model';
import type { GroupRecord } from '../../../handlers/lookout/store';
import type { DetectionOutcome, PlannedInterval } from '../../../src/private/contract';

const HISTORY_START = '2026-01-12T00:00:00Z';

let world: World;
let learnedModel: Buffer;
let learnedValues: [string, Buffer][];
beforeAll(async () => {
  world = await World.start();
  await world.setUp();
  await world.put('history/000', shopFile(HISTORY_START, 240));
  await world.learn();
  const state = await world.state();
  learnedModel = state.get('state/shop/model')!;
  learnedValues = [...state].filter(([key]) => key.includes('/values/'));
});
afterAll(() => world.close());

type Handler = ReturnType<World['handler']>;

/** What an hour holds: a share of its usual rows' values, no rows at all, or those of a platform beside that nobody has seen before. */
type Content = number | 'no rows' | 'new platform';

async function begin(): Promise<void> {
  await world.setUp({ status: 'ACTIVE', keepsData: true });
  await world.put('state/shop/model', learnedModel, STATE_BUCKET);
  const { Contents: files = [] } = await world.client.send(new ListObjectsV2Command({ Bucket: DATA_BUCKET, Prefix: 'live/' }));
  for (const { Key } of files) await world.client.send(new DeleteObjectCommand({ Bucket: DATA_BUCKET, Key }));
  for (const [key, bytes] of learnedValues) await world.put(key, bytes, STATE_BUCKET);
  await world.createAlert();
}

function file(number: number, content: Content): string {
  if (content === 'no rows') return SHOP_HEADER;
  if (content !== 'new platform') return shopHour(hour(number), () => content);
  return [shopHour(hour(number)), ...shopRows(Date.parse(hour(number)) / 1000).map(row => row.replace(/mobile|web/, 'tv'))].join('\n');
}

async function detect(number: number, reading: PlannedInterval['reading'], files: string | undefined, handler: Handler): Promise<DetectionOutcome> {
  const interval: PlannedInterval = { start: hour(number), end: hour(number + 1), ...reading && { reading } };
  return await handler({ action: 'detect', detectorArn: DETECTOR, interval, chosenByQuery: false, ...files && { files } }) as DetectionOutcome;
}

async function first(number: number, content: Content, reading: PlannedInterval['reading'] = 'FIRST_OF_TWO', handler = world.handler()): Promise<DetectionOutcome> {
  await world.put(liveKey(hour(number)), file(number, content));
  return detect(number, reading, undefined, handler);
}

const filesOf = (number: number, attempt: string): string => `s3://data/${liveKey(hour(number)).replace(/^live(.*)000$/, 'again$1')}${attempt}-`;

/** In a folder of its own, as the crawl does. */
async function again(number: number, content: Content, attempt = 'a1', handler = world.handler()): Promise<DetectionOutcome> {
  const files = filesOf(number, attempt);
  await world.put(`${files.replace('s3://data/', '')}000`, file(number, content));
  return detect(number, 'AGAIN', files, handler);
}

/** Groups without what says how they came about; groups of the same end and score are listed by their ids. */
async function groups(): Promise<unknown[]> {
  return (await world.groups()).map(({ id: _id, alertsSent: _sent, related: _related, ...group }) => group)
    .sort((a, b) => a.start - b.start || (a.measure < b.measure ? -1 : 1));
}

async function values(hours: number): Promise<unknown> {
  const { series } = DetectorModel.decode((await world.state()).get('state/shop/model')!);
  const read = await world.values().read(DETECTOR, series.allTimeSeriesIds(), Date.parse(hour(hours - 1)) / 1000, hours);
  expect(read.values.length).toBeGreaterThanOrEqual(8);
  // a series of the first reading that the second one does not hold is known, and has no value
  const found = series.allTimeSeriesIds().map((id, index): [string, number[]] => [id, [...read.values[index]]]);
  return Object.fromEntries(found.filter(([, all]) => all.some(value => !Number.isNaN(value))));
}

describe('the second reading of an interval', () => {
  beforeEach(begin);

  test('too low at first and complete then: the anomaly is there no more, and nobody is told of it again', async () => {
    const low = await first(0, 0.2);
    expect(low).toMatchObject({ rows: 4, alertsDelivered: 2, anomalyGroupIds: [expect.any(String), expect.any(String)] });
    await first(1, 1);
    const complete = await again(0, 1);
    expect(complete).toMatchObject({ rows: 4, anomalyGroupIds: [], alertsDelivered: 0, files: filesOf(0, 'a1') });
    expect([...complete.withdrawnGroupIds!].sort()).toEqual([...low.anomalyGroupIds].sort());
    expect(await world.groups()).toEqual([]);
    expect(await world.store.getGroup(DETECTOR, low.anomalyGroupIds[0])).toBeUndefined();
    expect(world.published).toHaveLength(2);
  });

  test('usual at first and anomalous then: the anomaly is found and told, once', async () => {
    expect(await first(0, 1)).toMatchObject({ anomalyGroupIds: [] });
    await first(1, 1);
    const found = await again(0, 3);
    expect(found).toMatchObject({ alertsDelivered: 2 });
    expect(await world.groups()).toMatchObject([0, 1].map(() => ({ start: Date.parse(hour(0)) / 1000, end: Date.parse(hour(0)) / 1000 })));
    expect((await world.groups())[0].series[0].observed).toBeGreaterThan(2 * (await world.groups())[0].series[0].expected);
    expect(await detect(0, 'AGAIN', filesOf(0, 'a1'), world.handler())).toEqual(found);
    await again(0, 3, 'a2');
    await again(1, 1);
    expect(world.published).toHaveLength(2);
    expect(await world.groups()).toHaveLength(2);
  });

  test('the same rows change nothing', async () => {
    for (const number of [0, 1, 2]) await first(number, number === 1 ? 0.2 : 1);
    const before = await world.groups();
    for (const number of [0, 1, 2]) expect(await again(number, number === 1 ? 0.2 : 1)).toMatchObject({ rows: 4, alertsDelivered: 0 });
    expect(await world.groups()).toEqual(before);
    expect(world.published).toHaveLength(2);
  });

  test('of a group of several intervals: it keeps its id and is not told again, until nothing of it is left', async () => {
    for (const number of [0, 1, 2, 3]) await first(number, number === 3 ? 1 : 0.2);
    const ids = (await world.groups()).map(({ id }) => id);
    const origin = Date.parse(hour(0)) / 1000;
    const spans = async () => (await world.groups()).map(({ id, start, end }) => [ids.includes(id), (start - origin) / 3600, (end - start) / 3600]);
    expect(await spans()).toEqual([[true, 0, 2], [true, 0, 2]]);
    await again(0, 1);
    expect(await spans()).toEqual([[true, 1, 1], [true, 1, 1]]);
    await again(1, 1);
    expect(await spans()).toEqual([[true, 2, 0], [true, 2, 0]]);
    await first(4, 0.2); // goes on after a pause
    expect(await spans()).toEqual([[true, 2, 2], [true, 2, 2]]);
    await again(2, 1);
    expect(await spans()).toEqual([[true, 4, 0], [true, 4, 0]]);
    await again(3, 1);
    expect(world.published).toHaveLength(2);
    await again(4, 1);
    expect(await world.groups()).toEqual([]);
    expect(world.published).toHaveLength(2);
  });

  test('a group goes back to what it was before the interval', async () => {
    for (const [number, share] of [0.2, 0.2, 1].entries()) await first(number, share);
    await again(0, 0.2);
    const [known] = await world.groups();
    await again(1, 1);
    expect(await world.groups()).toMatchObject([0, 1].map(() => ({ start: known.start, end: known.start })));
    expect((await world.groups()).map(({ id }) => id)).toContain(known.id);
    expect(world.published).toHaveLength(2);
  });

  test('rows of a combination that the first reading did not hold', async () => {
    await first(0, 1);
    await first(1, 1);
    expect(await again(0, 'new platform')).toMatchObject({ rows: 8, timeSeries: 12 });
    expect(await first(2, 1)).toMatchObject({ timeSeries: 8 });
    expect(await again(1, 1)).toMatchObject({ timeSeries: 8 });
  });

  test('refuses files that are not the interval\'s, and leaves what was detected', async () => {
    const before = await first(0, 1);
    await expect(detect(0, 'AGAIN', 's3://data/history/', world.handler())).rejects.toThrow('do not lie in s3://data/again/20260122/0000/');
    expect(await world.store.getExecution(DETECTOR, Date.parse(hour(0)) / 1000)).toMatchObject({ status: 'COMPLETED', outcome: before });
  });

  test('a model that is learned again numbers its series in another way: what people said stays with theirs', async () => {
    await begin();
    const withPlatform = (number: number, platform: string): string => (
      [shopHour(hour(number)), ...shopRows(Date.parse(hour(number)) / 1000).map(row => row.replace(/mobile|web/, platform))].join('\n'));
    for (const [number, platform] of [[0, 'tv'], [1, 'radio'], [2, 'radio']] as const) {
      await world.put(liveKey(hour(number)), withPlatform(number, platform));
      await detect(number, 'FIRST_OF_TWO', undefined, world.handler());
    }
    const model = DetectorModel.decode((await world.state()).get('state/shop/model')!);
    const judged = model.series.combinations.findIndex(known => known.includes('tv')) * model.series.measures.length + 1;
    const about = model.series.timeSeriesId(judged);
    model.judged = [{ groupId: 'a group', series: judged, wallSeconds: 0, score: 9, isAnomaly: true, at: 1 }];
    await world.put('state/shop/model', Buffer.from(model.encode()), STATE_BUCKET);
    await world.put('state/shop/model-settled', 'damaged', STATE_BUCKET);
    const files = filesOf(2, 'a1');
    await world.put(`${files.replace('s3://data/', '')}000`, withPlatform(2, 'radio'));
    await detect(2, 'AGAIN', files, world.handler());
    const learned = DetectorModel.decode((await world.state()).get('state/shop/model')!);
    expect(learned.judged.map(({ series }) => learned.series.timeSeriesId(series))).toEqual([about]);
  });

  test('a settled model that is lost or damaged is learned again', async () => {
    for (const number of [0, 1, 2]) await first(number, 0.2);
    await world.put('state/shop/model-settled', 'damaged', STATE_BUCKET);
    for (const number of [0, 1, 2]) await again(number, 1);
    expect(world.logged.filter(({ message }) => message.startsWith('the settled model cannot be read'))).toHaveLength(1);
    expect(await world.groups()).toEqual([]);
    expect(await first(3, 1)).toMatchObject({ anomalyGroupIds: [] });
  });

  test('of an interval that the detector has not learned is a first one', async () => {
    expect(await again(0, 0.2)).toMatchObject({ rows: 4, alertsDelivered: 2 });
    expect(await again(0, 0.2, 'a2')).toMatchObject({ rows: 4, alertsDelivered: 0 });
    expect(await world.groups()).toHaveLength(2);
  });
});

test('whatever came late, at the end the detector stands where it would stand if nothing had been late', async () => {
  const content = fc.constantFrom<Content>(1, 1, 1, 0.2, 3, 'no rows', 'new platform');
  let differences = 0;
  const contents = fc.array(fc.tuple(content, content), { minLength: 3, maxLength: 7 });
  await fc.assert(fc.asyncProperty(contents, fc.integer({ min: 1, max: 3 }), async (hours, settle) => {
    await begin();
    let handler = world.handler();
    for (const [number, [, complete]] of hours.entries()) await first(number, complete, undefined, handler);
    await first(hours.length, 0.5, undefined, handler);
    const expected = { groups: await groups(), values: await values(hours.length + 1) };

    await begin();
    handler = world.handler();
    for (let number = 0; number < hours.length + settle; number++) {
      if (number < hours.length) await first(number, hours[number][0], 'FIRST_OF_TWO', handler);
      if (number >= settle) {
        const outcome = await again(number - settle, hours[number - settle][1], 'a1', number % 2 ? handler : world.handler());
        expect(outcome.rows).toBe({ 'no rows': 0, 'new platform': 8 }[hours[number - settle][1] as string] ?? 4);
      }
    }
    await first(hours.length, 0.5, undefined, handler);
    if (hours.some(([early, complete]) => early !== complete)) differences += 1;
    expect({ groups: await groups(), values: await values(hours.length + 1) }).toEqual(expected);
  }), { numRuns: 16, seed: 20260122, endOnFailure: true });
  expect(differences).toBeGreaterThan(8);
}, 120_000);

describe('groups that were formed again', () => {
  const group = (id: string, start: number, end: number, alertsSent: string[] = [], measure = 'views'): GroupRecord => ({
    detectorArn: DETECTOR, id, measure, start, end, score: 80, contributions: [], series: [], seriesCount: 1, alertsSent,
  });

  test('two parts of a group that was told are told no more', () => {
    const { groups: found, withdrawn } = replaceGroups([group('known', 1, 9, ['pager'])], [group('a', 1, 3), group('b', 7, 9)], [], 1);
    expect(found.map(({ id, alertsSent }) => [id, alertsSent])).toEqual([['known', ['pager']], ['b', ['pager']]]);
    expect(withdrawn).toEqual([]);
  });

  test('two groups that become one are told no more than either was', () => {
    const known = [group('old', 1, 3, ['pager']), group('new', 7, 9, ['mail'])];
    const { groups: found, withdrawn } = replaceGroups(known, [group('old', 1, 9)], [], 3);
    expect(found.map(({ id, alertsSent }) => [id, [...alertsSent].sort()])).toEqual([['old', ['mail', 'pager']]]);
    expect(withdrawn).toEqual(['new']);
  });

  test('a group that falls apart stays its part before the interval, and nothing is told again', () => {
    const open = { record: group('known', 1, 2), members: [], peak: 80, intervals: 2 };
    const { groups: found, withdrawn } = replaceGroups([group('known', 1, 9, ['pager'])], [group('b', 7, 9)], [open], 3);
    expect(found.map(({ id, start, end, alertsSent }) => [id, start, end, alertsSent])).toEqual([['known', 1, 2, ['pager']], ['b', 7, 9, ['pager']]]);
    expect(withdrawn).toEqual([]);
  });

  test('a group that ended before the interval stays as it is', () => {
    const open = { record: group('open', 1, 2), members: [], peak: 80, intervals: 2 };
    expect(replaceGroups([group('known', 1, 2, ['pager'])], [], [open], 3)).toMatchObject({ groups: [], withdrawn: [] });
  });

  test('another measure, or another time, is another group', () => {
    const known = [group('known', 1, 3, ['pager'])];
    const { groups: found, withdrawn } = replaceGroups(known, [group('a', 1, 3, [], 'revenue'), group('b', 5, 6)], [], 1);
    expect(found.map(({ id, alertsSent }) => [id, alertsSent])).toEqual([['a', []], ['b', []]]);
    expect(withdrawn).toEqual(['known']);
  });

  test('related groups are named as people know them', () => {
    const related = [{ measure: 'revenue', groupId: 'b', type: 'EFFECT_OF_INPUT_ANOMALY_GROUP' as const }];
    expect(renamed({ ...group('a', 1, 2), related }, new Map([['b', 'known']]))).toMatchObject({ id: 'a', related: [{ groupId: 'known' }] });
  });
});
