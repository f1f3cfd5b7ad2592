// SPDX-License-Identifier: Apache-2.0

/** Detections that go on although their attempt has ended, and what later attempts have done meanwhile. */
import type { DetectionOutcome, KnownDetection, PlannedInterval } from '../../../../src/private/contract';
import { pausingIn } from '../breaking';
import { hour, liveKey, shopFile, shopHour } from '../shop';
import { DETECTOR, STATE_BUCKET, World } from '../world';

/** What is asked of the function: an interval, which reading, and the attempt. */
interface Asked {
  readonly number: number;
  readonly reading?: PlannedInterval['reading'];
  readonly attempt?: number;
}

let world: World;
let before: Awaited<ReturnType<World['state']>>;
beforeAll(async () => {
  world = await World.start();
  await world.setUp();
  await world.put('history/000', shopFile('2026-01-12T00:00:00Z', 240));
  await world.learn();
  before = await world.state();
});
afterAll(() => world.close());

const again = (number: number, attempt: number): string => `${liveKey(hour(number)).replace(/^live(.*)000$/, 'again$1')}${attempt}-`;

async function detect({ number, reading, attempt }: Asked, handler = world.handler()): Promise<DetectionOutcome> {
  const interval = { start: hour(number), end: hour(number + 1), ...reading && { reading } };
  const files = reading === 'AGAIN' ? `s3://data/${again(number, attempt!)}` : undefined;
  return await handler({ action: 'detect', detectorArn: DETECTOR, interval, chosenByQuery: false, attempt, files }) as DetectionOutcome;
}

async function known({ number, reading, attempt }: Asked): Promise<KnownDetection> {
  return await world.handler()({
    action: 'known', detectorArn: DETECTOR, interval: { start: hour(number), end: hour(number + 1), ...reading && { reading } }, attempt,
  }) as KnownDetection;
}

/** A detector that has learned the history, and rows of all of a day with and without an anomaly. */
async function begin(): Promise<void> {
  await world.setUp({ status: 'ACTIVE', keepsData: true });
  for (const [key, bytes] of before) await world.put(key, bytes, STATE_BUCKET);
  await world.createAlert();
  for (const number of [0, 1, 2]) await world.put(liveKey(hour(number)), shopHour(hour(number)));
  for (const [attempt, share] of [[1, 0.2], [2, 5]] as const) await world.put(`${again(0, attempt)}000`, shopHour(hour(0), () => share));
}

async function everything(): Promise<unknown> {
  const { items: executions } = await world.store.listExecutions(DETECTOR, { limit: 100 });
  return { executions, groups: await world.groups(), values: [...await world.state()].filter(([key]) => key.includes('values')) };
}

const model = async (): Promise<Buffer> => (await world.state()).get('state/shop/model')!;

/**
 * Goes on at each call of a first attempt, which has found rows with an anomaly, after `meanwhile`: from the first call to the one at which
 * the next attempt is told that the interval was detected.
 *
 * @param meanwhile returns whether it is told so
 */
async function goOnEverywhere(
  reading: PlannedInterval['reading'], meanwhile: () => Promise<boolean>, after: (at: number, late: unknown) => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at++) {
    await begin();
    if (reading === 'AGAIN') await detect({ number: 0, reading: 'FIRST_OF_TWO', attempt: 1 });
    else await world.put(liveKey(hour(0)), shopHour(hour(0), () => 0.2));
    let found = false;
    const { handler } = pausingIn(world, at, async () => { found = await meanwhile(); });
    const late = await detect({ number: 0, reading, attempt: 1 }, handler).catch((error: Error) => error);
    if (found) {
      expect([at, late]).toMatchObject([at, { rows: 4 }]);
      return at - 1;
    }
    await after(at, late);
  }
}

describe.each([['first', undefined], ['second', 'AGAIN']] as const)('a detection of a %s reading that goes on', (_name, reading) => {
  test('when a later attempt has read other rows: all is of the later one', async () => {
    await begin();
    if (reading === 'AGAIN') await detect({ number: 0, reading: 'FIRST_OF_TWO', attempt: 1 });
    await detect({ number: 0, reading, attempt: 2 });
    await detect({ number: 1, attempt: 1 });
    const expected = await everything();
    const overtaken = await goOnEverywhere(reading, async () => {
      const { found } = await known({ number: 0, reading, attempt: 2 });
      if (found) return true; // the crawl finishes the interval, and reads nothing anew
      await world.put(liveKey(hour(0)), shopHour(hour(0)));
      await detect({ number: 0, reading, attempt: 2 });
      return false;
    }, async (at, late) => {
      // asked late enough, it finds the answer of the later attempt
      if (late instanceof Error) expect([at, late.message]).toEqual([at, expect.stringContaining('takes nothing more of attempt 1 at the interval')]);
      await detect({ number: 1, attempt: 1 });
      expect([at, await everything()]).toEqual([at, expected]);
    });
    expect(overtaken).toBeGreaterThan(5);
  });

  test('when the interval has been given up: the detector has nothing of it', async () => {
    await begin();
    if (reading === 'AGAIN') await detect({ number: 0, reading: 'FIRST_OF_TWO', attempt: 1 });
    await detect({ number: 1, attempt: 1 });
    const { groups, values } = await everything() as { groups: unknown; values: unknown };
    const refused = await goOnEverywhere(reading, async () => (await known({ number: 0, reading, attempt: 2 })).found, async (at, late) => {
      expect([at, (late as Error).name]).toEqual([at, 'OvertakenAttempt']);
      const execution = await world.store.getExecution(DETECTOR, Date.parse(hour(0)) / 1000);
      expect([at, execution?.status]).not.toEqual([at, 'FAILED']); // whoever gave it up says why
      await detect({ number: 1, attempt: 1 });
      expect([at, await everything()]).toMatchObject([at, { groups, values }]);
    });
    expect(refused).toBeGreaterThan(5);
  });
});

test('an attempt that was not ruled out detects, and so does whoever has no number', async () => {
  await begin();
  await known({ number: 0, attempt: 2 });
  expect(await detect({ number: 0, attempt: 2 })).toMatchObject({ rows: 4 });
  await begin();
  await known({ number: 0, attempt: 3 });
  await expect(detect({ number: 0, attempt: 2 })).rejects.toThrow('takes nothing more of attempt 2');
  expect(await detect({ number: 0 })).toMatchObject({ rows: 4 });
});

test('an interval that was given up stays so when later ones are tried', async () => {
  await begin();
  await known({ number: 0, attempt: 4 });
  await known({ number: 1, attempt: 2 });
  await expect(detect({ number: 0, attempt: 3 })).rejects.toThrow(`takes nothing more of attempt 3 at the interval ${hour(0)}`);
  expect(await detect({ number: 1, attempt: 2 })).toMatchObject({ rows: 4 });
});

test('the model is written only where a fence is new', async () => {
  await begin();
  const unfenced = await model();
  await known({ number: 0 });
  expect(await model()).toEqual(unfenced);
  await known({ number: 0, attempt: 3 });
  const fenced = await model();
  expect(fenced).not.toEqual(unfenced);
  for (const attempt of [1, 2, 3]) expect(await known({ number: 0, attempt })).toEqual({ found: false });
  expect(await model()).toEqual(fenced);
  await detect({ number: 0, attempt: 3 });
  const detected = await model();
  expect(await known({ number: 0, attempt: 4 })).toMatchObject({ found: true });
  expect(await model()).toEqual(detected);
});

test('a second reading of what a history holds that was learned meanwhile is refused, whatever its attempt; what follows the history is not', async () => {
  await begin();
  await world.put(`${again(-1, 1)}000`, shopHour(hour(-1), () => 0.2));
  const learned = await model();
  for (const attempt of [1, 9]) {
    const refused = await detect({ number: -1, reading: 'AGAIN', attempt }).catch((error: Error) => error) as Error;
    expect([refused.name, refused.message]).toEqual(['OvertakenAttempt', expect.stringContaining('or a history was learned that holds it')]);
    expect(await known({ number: -1, reading: 'AGAIN', attempt: attempt + 1 })).toEqual({ found: false });
  }
  expect(await model()).toEqual(learned);
  await detect({ number: 0, reading: 'FIRST_OF_TWO', attempt: 1 });
  expect(await detect({ number: 0, reading: 'AGAIN', attempt: 1 })).toMatchObject({ files: `s3://data/${again(0, 1)}` });
});
