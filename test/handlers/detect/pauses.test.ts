// SPDX-License-Identifier: Apache-2.0

/** At intervals of less than an hour a group goes on within an hour: what readers of the API, alerts, second readings and a model that is learned again make of it. */
import * as fc from 'fast-check';
import { liveKey, SHOP_HEADER, shopFile, shopHour } from './shop';
import { DETECTOR, STATE_BUCKET, TOPIC, World } from './world';
import { ALERT_TAGS, type DetectionOutcome, type PlannedInterval } from '../../../src/private/contract';

const MODEL = 'state/shop/model';
const SECONDS = 600;
const START = '2026-01-01T00:00:00Z';
const HISTORY = 12 * 144;
const FIRST = Date.parse(START) / 1000 + HISTORY * SECONDS;
const at = (number: number): string => new Date((FIRST + number * SECONDS) * 1000).toISOString().replace('.000', '');

let world: World;
let bringBack: () => Promise<void>;
beforeAll(async () => {
  world = await World.start();
  await world.setUp({ frequency: 'PT10M', definition: { MetricList: [{ MetricName: 'views', AggregationFunction: 'AVG' }] } });
  await world.put('history/000', shopFile(START, HISTORY, SECONDS));
  await world.learn();
  bringBack = await world.keep();
});
beforeEach(() => bringBack());
afterAll(() => world.close());

/** A platform that is down, nothing, or no rows at all. */
type Content = 'web' | 'mobile' | 'usual' | 'no rows';

const file = (number: number, content: Content): string => content === 'no rows' ? SHOP_HEADER : shopHour(at(number), platform => platform === content ? 0.2 : 1);

async function detect(number: number, content: Content, reading?: PlannedInterval['reading']): Promise<DetectionOutcome> {
  const key = reading === 'AGAIN' ? liveKey(at(number)).replace('live/', 'again/').replace(/000$/, 'a1-') : liveKey(at(number));
  await world.put(reading === 'AGAIN' ? `${key}000` : key, file(number, content));
  const interval: PlannedInterval = { start: at(number), end: at(number + 1), ...reading && { reading } };
  return await world.handler()({
    action: 'detect', detectorArn: DETECTOR, interval, chosenByQuery: false, ...reading === 'AGAIN' && { files: `s3://data/${key}` },
  }) as DetectionOutcome;
}

/** First and last interval of each group. */
const spans = async (): Promise<number[][]> => (await world.groups())
  .map(({ start, end }) => [(start - FIRST) / SECONDS, (end - FIRST) / SECONDS]).sort((a, b) => a[0]! - b[0]!);
const stored = async (): Promise<unknown[]> => (await world.groups())
  .map(({ id: _id, alertsSent: _sent, ...group }) => group).sort((a, b) => a.start - b.start);

async function detectAll(contents: readonly Content[], from = 0): Promise<DetectionOutcome[]> {
  const outcomes = [];
  for (const [index, content] of contents.entries()) outcomes.push(await detect(from + index, content));
  return outcomes;
}

const quiet = (count: number): Content[] => Array.from({ length: count }, () => 'usual');

test('ends with its newest anomaly while it pauses, and is told once; reminders come when it goes on', async () => {
  await world.createAlert({ tags: { [ALERT_TAGS.remindAfterHours]: '1' } });
  await detectAll(['web', ...quiet(5)]);
  expect(await spans()).toEqual([[0, 0]]);
  expect(world.published).toHaveLength(1);
  await detectAll(['web'], 6);
  expect(await spans()).toEqual([[0, 6]]);
  expect(world.published).toHaveLength(2);
  await detectAll(quiet(6), 7);
  expect(world.published).toHaveLength(2);
  await detectAll(['web'], 13);
  expect(await spans()).toEqual([[0, 13]]);
  await detectAll([...quiet(7), 'web'], 14);
  expect(await spans()).toEqual([[0, 13], [21, 21]]);
});

test('an alert that was delivered late, while its group paused, is not sent nor counted again', async () => {
  await world.createAlert();
  world.refuses = ({ parameters }) => parameters.TopicArn === TOPIC;
  expect(await detect(0, 'web')).toMatchObject({ alertsDelivered: 0, alertsUndelivered: 1 });
  await detectAll(quiet(2), 1);
  world.refuses = () => false;
  const [late] = world.later;
  expect(await world.handler()(late!)).toEqual({ delivered: true });
  expect(await detect(3, 'web')).toMatchObject({ alertsDelivered: 0, alertsUndelivered: 0 });
  expect(await spans()).toEqual([[0, 3]]);
  expect(world.published).toHaveLength(1);
});

test.each([2, 4, 5])('a model that is lost in interval %i is learned again, with the group that pauses', async lost => {
  const contents: Content[] = ['usual', 'web', ...quiet(4), 'web', 'usual'];
  await detectAll(contents);
  const expected = await stored();
  expect(await spans()).toEqual([[1, 6]]);
  await bringBack();
  await detectAll(contents.slice(0, lost));
  await world.put(MODEL, 'damaged', STATE_BUCKET);
  await detectAll(contents.slice(lost), lost);
  expect(await stored()).toEqual(expected);
});

test('whatever came late, groups with pauses are as if nothing had been late', async () => {
  const content = fc.constantFrom<Content>('usual', 'usual', 'usual', 'usual', 'web', 'mobile', 'no rows');
  const contents = fc.array(fc.tuple(content, content, fc.boolean()), { minLength: 8, maxLength: 14 });
  await fc.assert(fc.asyncProperty(contents, fc.integer({ min: 1, max: 7 }), async (all, settle) => {
    const readings = all.map(([early, complete, isLate]): [Content, Content] => [isLate ? early : complete, complete]);
    await bringBack();
    await detectAll(readings.map(([, complete]) => complete));
    const expected = await stored();
    await bringBack();
    for (let number = 0; number < readings.length + settle; number++) {
      if (number < readings.length) await detect(number, readings[number]![0], 'FIRST_OF_TWO');
      if (number >= settle) await detect(number - settle, readings[number - settle]![1], 'AGAIN');
    }
    expect(await stored()).toEqual(expected);
  }), { numRuns: 12, seed: 281126, endOnFailure: true });
}, 240_000);
