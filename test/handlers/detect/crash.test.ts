// SPDX-License-Identifier: Apache-2.0

import { S3Client } from '@aws-sdk/client-s3';
import { breakingIn } from './breaking';
import { liveKey, shopFile, shopHour, webDown } from './shop';
import { DETECTOR, STATE_BUCKET, World } from './world';
import { ModelStore } from '../../../handlers/detect/model/model-store';
import type { Store } from '../../../handlers/lookout/store';

const HOURS = ['2026-01-11T00:00:00Z', '2026-01-11T01:00:00Z', '2026-01-11T02:00:00Z'];

let world: World;
let learnedModel: Buffer;
beforeAll(async () => {
  world = await World.start();
  await world.setUp();
  await world.put('history/000', shopFile('2026-01-01T00:00:00Z', 240));
  await world.learn();
  learnedModel = (await world.state()).get('state/shop/model')!;
  for (const start of HOURS) await world.put(liveKey(start), shopHour(start, webDown));
});
afterAll(() => world.close());

/** A detector that has learned, with anomalies in the hours to come. */
async function begin(): Promise<void> {
  await world.setUp({ status: 'ACTIVE', keepsData: true });
  await world.put('state/shop/model', learnedModel, STATE_BUCKET);
  await world.createAlert();
}

const breaking = (at: number, when: 'before' | 'after', killed: boolean) => breakingIn(world, at, when, killed);

async function everything(): Promise<unknown> {
  const { items: groups } = await world.store.listGroups(DETECTOR, { limit: 100 });
  const { items: executions } = await world.store.listExecutions(DETECTOR, { limit: 100 });
  return { groups, executions, state: await world.state() };
}

describe('a run that breaks at any call and is repeated', () => {
  let expected: unknown;
  let outcomes: unknown[];
  let calls: string[];

  beforeAll(async () => {
    await begin();
    const counting = breaking(Infinity, 'before', true);
    outcomes = [await world.detect(HOURS[0], counting.handler)];
    calls = [...counting.calls];
    outcomes.push(await world.detect(HOURS[1], counting.handler));
    expected = await everything();
    expect(outcomes[0]).toMatchObject({ anomalyGroupIds: [expect.any(String), expect.any(String)], alertsDelivered: 2 });
  });

  test.each([
    ['before', true], ['after', true], ['before', false],
  ] as const)('breaks %s a call (killed: %s): the interval is learned once, with the same groups, values and outcome', async (when, killed) => {
    expect(calls.length).toBeGreaterThan(12);
    for (let at = 1; at <= calls.length; at++) {
      await begin();
      const { handler } = breaking(at, when, killed);
      const broken = await world.detect(HOURS[0], handler).then(() => undefined, (error: Error) => error);
      expect([at, broken?.message]).toEqual([at, expect.stringContaining('broken')]);
      // a function that only met an error stays warm and is asked again
      const repeated = await world.detect(HOURS[0], killed ? world.handler() : handler);
      expect([at, repeated]).toEqual([at, outcomes[0]]);
      // sent twice only where the run broke between sending and noting that it was sent
      const betweenSendingAndNoting = calls[at - 1] === 'putGroup' && when === 'before';
      expect([at, world.published.length]).toEqual([at, betweenSendingAndNoting && world.published.length === 3 ? 3 : 2]);
      expect([at, await world.detect(HOURS[1])]).toEqual([at, outcomes[1]]);
      expect([at, await everything()]).toEqual([at, expected]);
    }
  });

  test('and is followed by the next interval at once: what was learned is finished, what was not is left out', async () => {
    let finished = 0;
    for (let at = 1; at <= calls.length; at++) {
      await begin();
      await world.detect(HOURS[0], breaking(at, 'before', true).handler).catch(() => undefined);
      const modelWasWritten = !(await world.state()).get('state/shop/model')!.equals(learnedModel);
      await world.detect(HOURS[1]);
      const execution = await world.store.getExecution(DETECTOR, Date.parse(HOURS[0]) / 1000);
      if (modelWasWritten) {
        finished += 1;
        expect([at, execution?.status, execution?.outcome]).toEqual([at, 'COMPLETED', outcomes[0]]);
        expect([at, await everything()]).toEqual([at, expected]);
      } else {
        expect([at, execution?.status]).not.toEqual([at, 'COMPLETED']);
        const { items } = await world.store.listGroups(DETECTOR, { limit: 10 });
        expect(items).toHaveLength(2);
        // no values stay of an interval that was given up before the model had learned it
        const { values } = await world.values().read(DETECTOR, [items[0].series[0].timeSeriesId], Date.parse(HOURS[1]) / 1000, 2);
        expect([at, [...values[0]].map(Number.isNaN)]).toEqual([at, [true, false]]);
      }
    }
    expect(finished).toBeGreaterThan(4);
  });

  test('reads other rows the second time: only the second reading counts', async () => {
    for (let at = 1; at <= calls.indexOf('PutObjectCommand') + 1; at++) {
      await begin();
      await world.detect(HOURS[0], breaking(at, 'before', true).handler).catch(() => undefined);
      await world.put(liveKey(HOURS[0]), shopHour(HOURS[0]));
      const repeated = await world.detect(HOURS[0]);
      await world.put(liveKey(HOURS[0]), shopHour(HOURS[0], webDown));
      expect(repeated).toMatchObject({ anomalyGroupIds: [] });
      expect((await world.store.listGroups(DETECTOR, { limit: 10 })).items).toEqual([]);
    }
  });
});

test('a warm function whose model could not be written forgets what it had learned', async () => {
  await begin();
  await world.detect(HOURS[0]);
  const expected = await world.detect(HOURS[1]);
  const state = await world.state();
  await begin();
  const client = new S3Client({});
  let fails = false;
  client.middlewareStack.add((next, { commandName }) => async args => {
    if (fails && commandName === 'PutObjectCommand' && (args.input as { Key: string }).Key.endsWith('model')) throw new Error('broken');
    return next(args);
  }, { step: 'initialize' });
  const handler = world.handler({ models: new ModelStore(client, STATE_BUCKET) });
  await world.detect(HOURS[0], handler);
  fails = true;
  await expect(world.detect(HOURS[1], handler)).rejects.toThrow('broken');
  fails = false;
  expect(await world.detect(HOURS[1], handler)).toEqual(expected);
  expect(await world.state()).toEqual(state);
});

test('two calls at once for one interval learn it once and answer the same', async () => {
  await begin();
  const [first, second] = await Promise.all([world.detect(HOURS[0]), world.detect(HOURS[0])]);
  expect(second).toEqual(first);
  expect(world.published.length).toBeLessThanOrEqual(4);
  expect(new Set(world.published.map(({ Message }) => JSON.parse(Message).alertEventId)).size).toBe(2);
  const state = await world.state();
  await begin();
  await world.detect(HOURS[0]);
  expect(state).toEqual(await world.state());
});

/** A store in which something happens before the first note that the interval is being detected, and what is asked goes on late. */
const lateBegin = (happens: () => Promise<unknown>): Store => {
  let isLate = false;
  return new Proxy(world.store, {
    get: (target, name: keyof Store) => async (...values: unknown[]) => {
      if (name === 'putExecution' && !isLate) {
        isLate = true;
        await happens();
      }
      return (target[name] as (...given: unknown[]) => Promise<unknown>).apply(target, values);
    },
  });
};

test('a call that comes late, when its interval and the next were detected by others, changes nothing of that', async () => {
  await begin();
  let done: unknown;
  let before: unknown;
  const late = world.handler({
    store: lateBegin(async () => {
      done = await world.detect(HOURS[0]);
      await world.detect(HOURS[1]);
      before = await everything();
    }),
  });
  expect(await world.detect(HOURS[0], late)).toEqual(done);
  expect(await everything()).toEqual(before);
});

test('a call that comes late, when the detector has learned another history, leaves that one\'s values', async () => {
  await begin();
  const models = new ModelStore(world.client, STATE_BUCKET);
  const late = world.handler({
    models: new Proxy(models, {
      get: (target, name: keyof ModelStore) => async (...given: unknown[]) => {
        const answer = await (target[name] as (...values: unknown[]) => Promise<unknown>).apply(target, given);
        if (name === 'save') {
          await world.store.changeStatus(DETECTOR, ['ACTIVE'], 'ACTIVATING', 1);
          await world.put('history/001', shopHour(HOURS[0], () => 3));
          await world.learn();
        }
        return answer;
      },
    }),
  });
  await world.detect(HOURS[0], late);
  await world.put('history/001', ''); // other tests learn without it
  const { items } = await world.store.listGroups(DETECTOR, { limit: 10 });
  const { dimensions, timeSeriesId } = items[0].series[0];
  const { values } = await world.values().read(DETECTOR, [timeSeriesId], Date.parse(HOURS[0]) / 1000, 1);
  const [, views, revenue] = shopHour(HOURS[0], () => 3).split('\n').map(line => line.split(',')).find(cells => dimensions.every(({ value }) => cells.includes(value)))!;
  expect(values[0][0]).toBe(Number(items[0].measure === 'views' ? views : revenue));
});

test('a call that is overtaken by a later interval says so', async () => {
  await begin();
  const slow = world.handler({
    store: new Proxy(world.store, {
      get: (target, name: keyof Store) => async (...values: unknown[]) => {
        const result = await (target[name] as (...given: unknown[]) => Promise<unknown>).apply(target, values);
        if (name === 'putExecution' && (values[0] as { status: string }).status === 'IN_PROGRESS') await world.detect(HOURS[1]);
        return result;
      },
    }),
  });
  await expect(world.detect(HOURS[0], slow)).rejects.toThrow('another call changed the model of detector shop while this interval was detected');
});
