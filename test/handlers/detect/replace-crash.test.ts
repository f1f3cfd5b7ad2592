// SPDX-License-Identifier: Apache-2.0

/** A second reading that breaks anywhere, and what is asked for then. */
import { breakingIn } from './breaking';
import { hour, liveKey, shopFile, shopHour } from './shop';
import { DETECTOR, STATE_BUCKET, World } from './world';
import type { DetectionOutcome, KnownDetection, PlannedInterval } from '../../../src/private/contract';

/** Files of the second readings that hold the complete rows, and of one that holds other rows. */
const FILES = ['a1', 'a2', 'other'];

let world: World;
let before: Awaited<ReturnType<World['state']>>;
let groupsBefore: Awaited<ReturnType<World['groups']>>;
let executionsBefore: Awaited<ReturnType<World['store']['listExecutions']>>['items'];
beforeAll(async () => {
  world = await World.start();
  await world.setUp();
  await world.put('history/000', shopFile('2026-01-12T00:00:00Z', 240));
  await world.learn();
  await world.createAlert();
  // the anomaly of hour 0 is none when its rows are complete; hour 1 has one; hour 2 has one only when its rows are complete
  for (const [number, share] of [0.2, 0.2, 1].entries()) {
    await world.put(liveKey(hour(number)), shopHour(hour(number), () => share));
    await detect(number, 'FIRST_OF_TWO');
  }
  for (const attempt of FILES) {
    await world.put(`${filesOf(0, attempt).replace('s3://data/', '')}000`, shopHour(hour(0), () => attempt === 'other' ? 5 : 1));
  }
  await world.put(liveKey(hour(3)), shopHour(hour(3)));
  [before, groupsBefore] = [await world.state(), await world.groups()];
  executionsBefore = (await world.store.listExecutions(DETECTOR, { limit: 100 })).items;
});
afterAll(() => world.close());

const filesOf = (number: number, attempt: string): string => `s3://data/${liveKey(hour(number)).replace(/^live(.*)000$/, 'again$1')}${attempt}-`;

async function detect(number: number, reading: PlannedInterval['reading'], files?: string, handler = world.handler()): Promise<DetectionOutcome> {
  const interval = { start: hour(number), end: hour(number + 1), reading };
  return await handler({ action: 'detect', detectorArn: DETECTOR, interval, chosenByQuery: false, files }) as DetectionOutcome;
}

async function begin(): Promise<void> {
  await world.setUp({ status: 'ACTIVE', keepsData: true });
  for (const [key, bytes] of before) await world.put(key, bytes, STATE_BUCKET);
  for (const group of groupsBefore) await world.store.putGroup(group);
  for (const execution of executionsBefore) await world.store.putExecution(execution);
  await world.createAlert();
}

async function everything(): Promise<unknown> {
  const { items: executions } = await world.store.listExecutions(DETECTOR, { limit: 100 });
  return { groups: await world.groups(), executions, values: [...await world.state()].filter(([key]) => key.includes('values')) };
}

/** Groups without what says how they came about; groups of the same end and score are listed by their ids. */
async function groups(): Promise<unknown[]> {
  return (await world.groups()).map(({ id: _id, alertsSent: _sent, related: _related, ...group }) => group)
    .sort((a, b) => a.start - b.start || (a.measure < b.measure ? -1 : 1));
}

let calls: string[];
let outcomes: DetectionOutcome[];
let expected: unknown;
let expectedGroups: unknown;
beforeAll(async () => {
  await begin();
  const counting = breakingIn(world, Infinity, 'before', true);
  outcomes = [await detect(0, 'AGAIN', filesOf(0, 'a1'), counting.handler)];
  calls = [...counting.calls];
  outcomes.push(await detect(3, 'FIRST_OF_TWO'));
  expected = await everything();
  expectedGroups = await groups();
  expect(outcomes[0]).toMatchObject({ anomalyGroupIds: [], alertsDelivered: 0 });
  expect((await world.groups()).map(({ start }) => start)).toEqual([0, 1].map(() => Date.parse(hour(1)) / 1000));
  expect(calls.length).toBeGreaterThan(12);
});

test.each([
  ['before', true], ['after', true], ['before', false],
] as const)('breaks %s a call (killed: %s) and is repeated: all is as if it had not broken', async (when, killed) => {
  for (let at = 1; at <= calls.length; at++) {
    await begin();
    const { handler } = breakingIn(world, at, when, killed);
    const broken = await detect(0, 'AGAIN', filesOf(0, 'a1'), handler).then(() => undefined, (error: Error) => error);
    expect([at, broken?.message]).toEqual([at, expect.stringContaining('broken')]);
    expect([at, await detect(0, 'AGAIN', filesOf(0, 'a1'), killed ? world.handler() : handler)]).toEqual([at, outcomes[0]]);
    expect([at, await detect(3, 'FIRST_OF_TWO')]).toEqual([at, outcomes[1]]);
    expect([at, await everything()]).toEqual([at, expected]);
    expect(world.published).toEqual([]);
  }
});

test('breaks, and another attempt has unloaded the interval once more: the newest files count', async () => {
  for (let at = 1; at <= calls.length; at++) {
    await begin();
    await detect(0, 'AGAIN', filesOf(0, 'other'), breakingIn(world, at, 'before', true).handler).catch(() => undefined);
    expect([at, await detect(0, 'AGAIN', filesOf(0, 'a2'))]).toMatchObject([at, { rows: 4, files: filesOf(0, 'a2'), anomalyGroupIds: [] }]);
    expect([at, await detect(3, 'FIRST_OF_TWO')]).toEqual([at, outcomes[1]]);
    expect([at, await groups()]).toEqual([at, expectedGroups]);
    expect(world.published).toEqual([]);
  }
});

/** What a later attempt at an interval is told before it unloads anything. */
async function known(number: number, reading: PlannedInterval['reading']): Promise<KnownDetection> {
  return await world.handler()({ action: 'known', detectorArn: DETECTOR, interval: { start: hour(number), end: hour(number + 1), reading } }) as KnownDetection;
}

test.each([['AGAIN', 0], ['FIRST_OF_TWO', 3]] as const)('breaks, and whether the reading (%s) was detected is asked: it is finished, or nothing has changed', async (reading, number) => {
  const files = reading === 'AGAIN' ? filesOf(number, 'a1') : undefined;
  await begin();
  expect(await known(number, reading)).toEqual({ found: false });
  await begin();
  const outcome = await detect(number, reading, files);
  const [after, model] = [await everything(), (await world.state()).get('state/shop/model')];
  const answers: boolean[] = [];
  const { calls: [...most] } = await (async () => {
    await begin();
    const counting = breakingIn(world, Infinity, 'before', true);
    await detect(number, reading, files, counting.handler);
    return counting;
  })();
  for (let at = 1; at <= most.length; at++) {
    await begin();
    await detect(number, reading, files, breakingIn(world, at, 'before', true).handler).catch(() => undefined);
    const answer = await known(number, reading);
    answers.push(answer.found);
    if (answer.found) {
      expect([at, answer.outcome]).toEqual([at, outcome]);
      expect([at, await everything()]).toEqual([at, after]);
      expect((await world.state()).get('state/shop/model')).toEqual(model);
    } else {
      expect([at, (await world.state()).get('state/shop/model')]).toEqual([at, before.get('state/shop/model')]);
    }
    expect(world.published).toEqual([]);
  }
  expect(answers).toEqual([...answers].sort((a, b) => Number(a) - Number(b))); // none before the model is written, all after it
  expect(new Set(answers).size).toBe(2);
});

test('breaks, and is followed by the next interval: what was learned is finished, what was not is as it was', async () => {
  let finished = 0;
  for (let at = 1; at <= calls.length; at++) {
    await begin();
    await detect(0, 'AGAIN', filesOf(0, 'a1'), breakingIn(world, at, 'before', true).handler).catch(() => undefined);
    const wasWritten = !(await world.state()).get('state/shop/model')!.equals(before.get('state/shop/model')!);
    await detect(3, 'FIRST_OF_TWO');
    const execution = await world.store.getExecution(DETECTOR, Date.parse(hour(0)) / 1000);
    expect([at, execution?.status, (execution?.outcome as DetectionOutcome).files]).toEqual([at, 'COMPLETED', wasWritten ? filesOf(0, 'a1') : undefined]);
    if (wasWritten) expect([at, await everything()]).toEqual([at, expected]);
    finished += Number(wasWritten);
  }
  expect(finished).toBeGreaterThan(3);
});

test('two calls at once answer the same, and replace the interval once', async () => {
  await begin();
  const [first, second] = await Promise.all([1, 2].map(() => detect(0, 'AGAIN', filesOf(0, 'a1'))));
  expect(second).toEqual(first);
  await detect(3, 'FIRST_OF_TWO');
  expect(await everything()).toEqual(expected);
});
