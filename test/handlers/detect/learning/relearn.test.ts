// SPDX-License-Identifier: Apache-2.0

import { DetectorModel } from '../../../../handlers/detect/model/detector-model';
import { liveKey, shopFile, shopHour, webDown } from '../shop';
import { DETECTOR, STATE_BUCKET, World } from '../world';

const MODEL = 'state/shop/model';
const START = '2026-01-01T00:00:00Z';
/** Hours of history, then hours that are detected before the model is damaged. */
const HISTORY = 240;
const DETECTED = 30;
const at = (number: number): string => new Date(Date.parse(START) + (HISTORY + number) * 3_600_000).toISOString().replace('.000', '');

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

/** The content of an hour: the newest hours before the damage and the hour after it are anomalous. */
const content = (number: number): string => shopHour(at(number), number >= DETECTED - 1 && number <= DETECTED ? webDown : undefined);

async function detect(number: number): ReturnType<World['detect']> {
  await world.put(liveKey(at(number)), content(number));
  return world.detect(at(number));
}

/** Brings back the detector that is running. */
let bringBack: (() => Promise<void>) | undefined;

/** A detector that has learned its history and detected hours since. */
async function running(): Promise<Buffer> {
  if (bringBack === undefined) {
    await world.setUp();
    await world.createAlert();
    await world.put('history/000', shopFile(START, HISTORY));
    await world.learn();
    for (let number = 0; number < DETECTED; number++) await detect(number);
    bringBack = await world.keep();
  } else {
    await bringBack();
  }
  return (await world.state()).get(MODEL)!;
}

const damages: [string, (model: Buffer) => Buffer][] = [
  ['truncated', model => model.subarray(0, model.length - 1000)],
  ['truncated in its header', model => model.subarray(0, 10)],
  ['empty', () => Buffer.alloc(0)],
  ['foreign', () => Buffer.from('{"model": "of something else"}')],
  ['changed in one bit', model => {
    const changed = Buffer.from(model);
    changed[Math.floor(model.length / 2)]! ^= 4; // eslint-disable-line no-bitwise
    return changed;
  }],
  ['of a later version', model => {
    const changed = Buffer.from(model);
    changed.write('LMD3', 'latin1');
    return changed;
  }],
];

describe('a model that cannot be read', () => {
  let expected: Awaited<ReturnType<World['detect']>>;
  let groups: unknown;
  let model: Buffer;
  let publishedAtAll: number;
  beforeAll(async () => {
    model = await running();
    expected = await detect(DETECTED);
    groups = await world.groups();
    publishedAtAll = world.published.length;
    expect([expected.anomalyGroupIds.length, publishedAtAll]).toEqual([2, 2]);
  });

  test.each(damages)('because it is %s is learned again, and the interval is detected as if nothing had happened', async (_name, damage) => {
    await running();
    await world.put(MODEL, damage(model), STATE_BUCKET);
    expect(await detect(DETECTED)).toEqual(expected);
    expect(await world.groups()).toEqual(groups);
    expect(world.published).toHaveLength(publishedAtAll);
    expect(world.counts).toContainEqual({ modelsRelearned: 1 });
    const [error] = world.logged.filter(({ level }) => level === 'error');
    expect(error).toMatchObject({ message: 'the model cannot be read: it is learned again', fields: { reason: expect.stringContaining('"state/shop/model"') } });
    const state = await world.state();
    expect(state.get(String(error!.fields.keptAs))).toEqual(damage(model));
    const again = DetectorModel.decode(state.get(MODEL)!);
    expect([again.learned, again.series.size, again.newest]).toEqual([HISTORY + DETECTED + 1, 8, Date.parse(at(DETECTED)) / 1000]);

    expect(await detect(DETECTED + 1)).toMatchObject({ timeSeries: 8 });
    expect(world.counts.filter(counts => counts.modelsRelearned)).toHaveLength(1);
  });

  test('because it is gone is learned again, too, and nothing is kept aside', async () => {
    await running();
    await world.remove(MODEL);
    expect(await detect(DETECTED)).toEqual(expected);
    expect([await world.groups(), world.published.length]).toEqual([groups, publishedAtAll]);
    expect(world.counts).toContainEqual({ modelsRelearned: 1 });
    expect([...(await world.state()).keys()].filter(key => key.includes('model'))).toEqual([MODEL]);
  });

  test('because it is gone with the detector leaves nothing of it', async () => {
    await running();
    await world.remove(MODEL);
    await world.put(liveKey(at(DETECTED)), content(DETECTED));
    const { store } = world;
    let asked = 0;
    const deleting = new Proxy(store, {
      get: (target, name) => name !== 'getDetector' ? target[name as 'getGroup'].bind(target)
        : async (arn: string) => ({ ...(await target.getDetector(arn))!, ...asked++ > 0 && { status: 'DELETING' } }),
    });
    await expect(world.detect(at(DETECTED), world.handler({ store: deleting }))).rejects.toThrow('detector shop is DELETING');
    expect((await world.state()).has(MODEL)).toBe(false);
  });

  test('and whose newest interval was not finished: the interval is detected, no alert is sent twice', async () => {
    await running();
    await detect(DETECTED);
    const start = Date.parse(at(DETECTED)) / 1000;
    await world.store.putExecution({ detectorArn: DETECTOR, start, status: 'IN_PROGRESS' });
    await world.put(MODEL, 'no model', STATE_BUCKET);
    expect((await world.detect(at(DETECTED))).anomalyGroupIds.sort()).toEqual([...expected.anomalyGroupIds].sort());
    expect(world.published).toHaveLength(publishedAtAll);
    expect((await world.groups()).map(({ id, start: first, end }) => [id, first, end]).sort())
      .toEqual((groups as Awaited<ReturnType<World['groups']>>).map(({ id, start: first, end }) => [id, first, end]).sort());
  });

  test('asked twice at once is learned again once', async () => {
    await running();
    await world.put(MODEL, 'no model', STATE_BUCKET);
    await world.put(liveKey(at(DETECTED)), content(DETECTED));
    const outcomes = await Promise.all([world.detect(at(DETECTED)), world.detect(at(DETECTED))]);
    expect(outcomes.map(({ anomalyGroupIds }) => anomalyGroupIds)).toEqual([expected.anomalyGroupIds, expected.anomalyGroupIds]);
    expect(await world.groups()).toEqual(groups);
  });

  test('without a history that can be used: the values that were kept are learned', async () => {
    await running();
    await world.put('history/000', 'other,columns\n1,2');
    await world.put(MODEL, 'no model', STATE_BUCKET);
    expect(await detect(DETECTED)).toMatchObject({ timeSeries: 8, detectorStatus: 'ACTIVE', anomalyGroupIds: expect.arrayContaining([expect.any(String)]) });
    expect(world.logged.map(({ message }) => message)).toContain('the history cannot be used: only recent values are learned again');
    expect(DetectorModel.decode((await world.state()).get(MODEL)!).learned).toBe(HISTORY + DETECTED + 1);
  });

  test('an older interval that is asked for again is not detected anew', async () => {
    await running();
    const execution = (await world.store.getExecution(DETECTOR, Date.parse(at(3)) / 1000))!;
    await world.store.putExecution({ ...execution, outcome: undefined });
    await world.put(MODEL, 'no model', STATE_BUCKET);
    await world.put(liveKey(at(3)), shopHour(at(3), webDown));
    expect(await world.detect(at(3))).toMatchObject({ rows: 4, anomalyGroupIds: [] });
  });

  test('and that cannot be learned in time fails the interval, and leaves everything for the next try', async () => {
    await running();
    await world.put(MODEL, 'no model', STATE_BUCKET);
    await world.put(liveKey(at(DETECTED)), content(DETECTED));
    const event = { action: 'detect' as const, detectorArn: DETECTOR, interval: { start: at(DETECTED), end: at(DETECTED + 1) }, chosenByQuery: false };
    await expect(world.handler()(event, { getRemainingTimeInMillis: () => 30_000 })).rejects.toThrow('time is too short to learn it again');
    expect(await world.store.getExecution(DETECTOR, Date.parse(at(DETECTED)) / 1000)).toMatchObject({ status: 'FAILED' });
    expect((await world.state()).get(MODEL)!.toString()).toBe('no model');
    expect(await world.detect(at(DETECTED))).toEqual(expected);
  });
});
