// SPDX-License-Identifier: Apache-2.0

import { hour, liveKey, SHOP_HEADER, shopHour, shopRows } from './shop';
import { DETECTOR, STATE_BUCKET, World } from './world';
import type { DataFinding, DetectionOutcome } from '../../../src/private/contract';

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

/** Rows of an hour without those of some platforms. */
function hourWithout(start: string, platforms: readonly string[]): string {
  return [SHOP_HEADER, ...shopRows(Date.parse(start) / 1000).filter(row => !platforms.includes(row.split(',')[3]))].join('\n');
}

/** Detects hours, each in an environment of its own, so that nothing is remembered but the model. */
async function detectHours(from: number, to: number, content: (start: string) => string): Promise<DetectionOutcome[]> {
  const outcomes: DetectionOutcome[] = [];
  for (let number = from; number < to; number++) outcomes.push(await world.detectHour(world.handler(), number, content(hour(number))));
  return outcomes;
}

const findingsOf = (outcomes: readonly DetectionOutcome[]): (readonly DataFinding[])[] => outcomes.map(({ dataFindings = [] }) => dataFindings);
const warnings = (): string[] => world.logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
const counted = (): unknown[] => world.counts.flatMap(counts => 'dataMissing' in counts ? [counts.dataMissing] : []);

test('a dimension value that stopped reporting is told once when it is found and once when it is back', async () => {
  await world.learned();
  const outcomes = await detectHours(0, 8, start => start < hour(5) ? hourWithout(start, ['web']) : shopHour(start));
  const stopped = { type: 'VALUE_STOPPED', dimension: 'platform', value: 'web', since: hour(0) };
  expect(findingsOf(outcomes)).toEqual([
    [], [],
    [{ ...stopped, status: 'BEGAN', intervals: 3, text: 'platform=web stopped reporting: no rows for 3 intervals' }],
    [], [],
    [{ ...stopped, status: 'RETURNED', intervals: 5, text: 'platform=web reports again after 5 intervals without rows' }],
    [], [],
  ]);
  expect(outcomes.map(({ dataMissing }) => dataMissing)).toEqual([undefined, undefined, 1, 1, 1, undefined, undefined, undefined]);
  expect(counted()).toEqual([0, 0, 1, 1, 1, 0, 0, 0]);
  expect(warnings()).toEqual(['missing data: platform=web stopped reporting: no rows for 3 intervals']);
  // asked for again it answers the same and warns no more
  expect(await world.detect(hour(2))).toEqual(outcomes[2]);
  expect(warnings()).toHaveLength(1);
});

test('a value that was told stays missing while a larger one, in which it lies, is missing too', async () => {
  await world.setUp();
  const hourOf = (start: string, without: readonly string[]): string => {
    const rows = shopRows(Date.parse(start) / 1000);
    const all = [...rows, ...rows.filter(row => row.includes('web')).slice(0, 1).map(row => row.replace(/\b(de|fr)\b/, 'it'))];
    return [SHOP_HEADER, ...all.filter(row => !without.some(value => row.split(',').includes(value)))].join('\n');
  };
  const history = Array.from({ length: 24 * 10 }, (_, index) => hourOf(hour(index - 24 * 10), []).split('\n').slice(1)).flat();
  await world.put('history/000', [SHOP_HEADER, ...history].join('\n'));
  await world.learn();
  const outcomes = await detectHours(0, 12, start => (
    hourOf(start, [...start < hour(10) ? ['it'] : [], ...start >= hour(4) && start < hour(8) ? ['web'] : []])));
  expect(findingsOf(outcomes).flatMap((found, number) => found.map(({ text }) => `${number}: ${text}`))).toEqual([
    '2: marketplace=it stopped reporting: no rows for 3 intervals',
    '6: platform=web stopped reporting: no rows for 3 intervals',
    '8: platform=web reports again after 4 intervals without rows',
    '10: marketplace=it reports again after 10 intervals without rows',
  ]);
  expect(outcomes.map(({ dataMissing = 0 }) => dataMissing)).toEqual([0, 0, 1, 1, 1, 1, 2, 2, 1, 1, 0, 0]);
});

test('intervals without any row are told from the first one on, and end no other finding', async () => {
  await world.learned();
  await detectHours(0, 3, start => hourWithout(start, ['web']));
  const outcomes = await detectHours(3, 8, start => start < hour(6) ? SHOP_HEADER : hourWithout(start, start < hour(7) ? ['web'] : []));
  expect(findingsOf(outcomes).map(found => found.map(({ text }) => text))).toEqual([
    ['no rows for 1 interval'], [], [], ['rows again after 3 intervals without any'], ['platform=web reports again after 7 intervals without rows'],
  ]);
  expect(findingsOf(outcomes)[3][0]).toMatchObject({ type: 'NO_ROWS', status: 'RETURNED', since: hour(3), intervals: 3 });
  expect(outcomes.map(({ dataMissing }) => dataMissing)).toEqual([1, 1, 1, 1, undefined]);
});

test('a value that stopped before the history\'s end is told with the first interval', async () => {
  await world.setUp();
  const hours = Array.from({ length: 24 * 10 }, (_, index) => hour(index - 24 * 10));
  const rows = hours.flatMap((start, index) => hourWithout(start, index < hours.length - 30 ? [] : ['mobile']).split('\n').slice(1));
  await world.put('history/000', [SHOP_HEADER, ...rows].join('\n'));
  await world.learn();
  const outcomes = await detectHours(0, 2, start => hourWithout(start, ['mobile']));
  expect(findingsOf(outcomes)).toEqual([[expect.objectContaining({ value: 'mobile', status: 'BEGAN', since: hour(-30), intervals: 31 })], []]);
});

test('a value is told in full and, in the text, on one line', async () => {
  const name = `__proto__ ${'x'.repeat(300)}<b>`;
  await world.setUp();
  const hours = Array.from({ length: 24 * 10 }, (_, index) => hour(index - 24 * 10));
  const rows = hours.flatMap(start => shopRows(Date.parse(start) / 1000)).map(row => row.replace('web', `"${name}\n;"`));
  await world.put('history/000', [SHOP_HEADER, ...rows].join('\n'));
  await world.learn();
  const [,, third] = findingsOf(await detectHours(0, 3, start => hourWithout(start, ['web'])));
  expect(third).toEqual([expect.objectContaining({ dimension: 'platform', value: `${name}\n;`, status: 'BEGAN' })]);
  expect(third[0].text).toMatch(/^platform=__proto__ x{50,100}… stopped reporting: no rows for 3 intervals$/);
});

test('a run that broke after its interval was learned tells it all the same', async () => {
  await world.learned();
  await detectHours(0, 2, start => hourWithout(start, ['web']));
  const { store } = world;
  const broken = Object.assign(Object.create(store) as typeof store, {
    putExecution: async (record: Parameters<typeof store.putExecution>[0]) => {
      if (record.status === 'COMPLETED') throw new Error('the connection broke');
      await store.putExecution(record);
    },
  });
  await world.put(liveKey(hour(2)), hourWithout(hour(2), ['web']));
  await expect(world.detect(hour(2), world.handler({ store: broken }))).rejects.toThrow('the connection broke');
  expect((await world.detect(hour(2))).dataFindings).toEqual([expect.objectContaining({ value: 'web', status: 'BEGAN' })]);
  expect(warnings()).toHaveLength(1);
});

test('a model that was written before begins anew to learn who reports', async () => {
  await world.learned();
  const bytes = (await world.state()).get('state/shop/model')!;
  // a file of version 1: no checksum, and no member that came later
  const end = 16 + bytes.readUInt32LE(4);
  const { missingData, toldMissing, ...header } = JSON.parse(bytes.toString('utf8', 16, end)) as Record<string, unknown>;
  expect([missingData, toldMissing]).toEqual([expect.any(String), []]);
  const text = Buffer.from(JSON.stringify({ ...header, version: 1 }));
  const start = Buffer.from('LMDL\0\0\0\0', 'latin1');
  start.writeUInt32LE(Math.ceil(text.length / 8) * 8, 4);
  const padding = Buffer.alloc(Math.ceil(text.length / 8) * 8 - text.length, ' ');
  await world.put('state/shop/model', Buffer.concat([start, text, padding, bytes.subarray(end)]), STATE_BUCKET);

  const withoutWeb = (at: string): string => hourWithout(at, ['web']);
  expect(findingsOf(await detectHours(0, 3, withoutWeb)).flat()).toEqual([]);
  expect(findingsOf(await detectHours(3, 80, shopHour)).flat()).toEqual([]);
  const found = findingsOf(await detectHours(80, 88, withoutWeb)).flat();
  expect(found).toEqual([expect.objectContaining({ value: 'web', status: 'BEGAN', since: hour(80) })]);
  expect(world.counts).not.toContainEqual({ modelsRelearned: 1 });
});

test('a back test keeps in its executions what stopped', async () => {
  await world.setUp({ status: 'BACK_TEST_ACTIVATING' });
  const hours = Array.from({ length: 24 * 10 }, (_, index) => hour(index));
  const isOut = (index: number): boolean => index >= 200 && index < 210;
  const rows = hours.flatMap((start, index) => hourWithout(start, isOut(index) ? ['web'] : []).split('\n').slice(1));
  await world.put('history/000', [SHOP_HEADER, ...rows].join('\n'));
  await world.learn(world.handler(), true);
  const { items } = await world.store.listExecutions(DETECTOR, { limit: 100 });
  const told = items.flatMap(({ start, outcome }) => (
    ((outcome as DetectionOutcome).dataFindings ?? []).map(({ status, value }) => [start, status, value])));
  const at = (index: number): number => Date.parse(hour(index)) / 1000;
  expect(told.sort()).toEqual([[at(202), 'BEGAN', 'web'], [at(210), 'RETURNED', 'web']]);
});
