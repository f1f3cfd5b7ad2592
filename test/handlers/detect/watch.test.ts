// SPDX-License-Identifier: Apache-2.0

/** Detection without a crawl: learning from the intervals' folders, and looking for intervals that have ended. */
import { hour, liveKey, shopFile, shopHour, webDown } from './shop';
import { DETECTOR, World } from './world';
import type { WatchOutcome } from '../../../handlers/detect/watch';
import { OWNER_TAGS } from '../../../src/private/contract';

let world: World;
let handler: ReturnType<World['handler']>;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

/** Time at which an hour has ended, and so many seconds more. */
const ended = (number: number, seconds = 300): string => new Date(Date.parse(hour(number + 1)) + seconds * 1000).toISOString();
const watch = async (time: string, detectorArn?: string): Promise<WatchOutcome> => await handler({ action: 'watch', time, ...detectorArn && { detectorArn } }) as WatchOutcome;
/** Looks, and does what was handed over. */
async function look(time: string): Promise<string[]> {
  await watch(time);
  const runs = world.watched.splice(0);
  const outcomes = await Promise.all(runs.map(run => handler(run) as Promise<WatchOutcome>));
  return outcomes.flatMap(({ intervals }) => intervals.map(({ start }) => start));
}

describe('learning without a history path', () => {
  const live = (template: string, keyOf: (start: string) => string, hours: readonly number[]): Promise<void> => world.setUp({
    history: [],
    definition: { MetricSource: sourceOf(template) },
  }).then(() => hours.reduce((before, number) => before.then(() => world.put(keyOf(hour(number)), shopHour(hour(number)))), Promise.resolve()));
  const sourceOf = (template: string): never => ({
    S3SourceConfig: {
      RoleArn: 'arn:aws:iam::123456789012:role/data',
      TemplatedPathList: [template],
      HistoricalDataPathList: [],
      FileFormatDescriptor: { CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' } },
    },
  }) as never;
  const hours = Array.from({ length: 100 }, (_, number) => number - 100);

  test.each<[string, string, (start: string) => string]>([
    ['by day and time', 's3://data/live/{{yyyyMMdd}}/{{HHmm}}', liveKey],
    ['as Hive does', 's3://data/hive/intvl_date={{yyyy-MM-dd}}/intvl_hhmm={{HHmm}}/', start => (
      `hive/intvl_date=${start.slice(0, 10)}/intvl_hhmm=${start.slice(11, 16).replace(':', '')}/part.csv`)],
    ['in one key', 's3://data/{{yyyy/MM/dd/HH-mm}}/', start => `${start.slice(0, 10).replaceAll('-', '/')}/${start.slice(11, 16).replace(':', '-')}/a.csv`],
  ])('takes the intervals\' folders, named %s', async (_, template, keyOf) => {
    await live(template, keyOf, hours);
    handler = world.handler();
    expect(await world.learn(handler)).toMatchObject({ detectorStatus: 'ACTIVE', intervals: 100, rows: 400, rowsRejected: 0, timeSeries: 8 });
  });

  test('leaves out what is no interval\'s folder, rows of other intervals, and an interval that goes on', async () => {
    await live('s3://data/live/{{yyyyMMdd}}/{{HHmm}}', liveKey, hours.slice(-3));
    await world.put('live/20260121/2330/000', shopHour(hour(-1))); // not on the hour
    await world.put('live/20260121/notes/000', 'no rows');
    await world.put('live/README', 'no rows');
    await world.put('live/20260231/0000/000', 'no such day');
    await world.put(liveKey(hour(-2)).replace('000', '001'), shopHour(hour(-50))); // an hour that has no folder
    const now = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString().replace('.000', '');
    await world.put(liveKey(now), shopHour(now));
    handler = world.handler();
    expect(await world.learn(handler)).toMatchObject({ detectorStatus: 'LEARNING', intervals: 3, rows: 12, rowsRejected: 4 });
  });

  test('begins with nothing where there are no folders yet', async () => {
    await live('s3://data/live/{{yyyyMMdd}}/{{HHmm}}', liveKey, []);
    handler = world.handler();
    expect(await world.learn(handler)).toMatchObject({ detectorStatus: 'LEARNING', intervals: 0 });
  });
});

describe('looking for intervals', () => {
  beforeEach(async () => { handler = await world.learned(); });

  const put = (...numbers: number[]): Promise<unknown> => (
    Promise.all(numbers.map(number => world.put(liveKey(hour(number)), shopHour(hour(number))))));

  test('detects each when it has ended and the offset has passed, once', async () => {
    await put(0, 1);
    expect(await look(ended(0, 299))).toEqual([]); // the history has the hour before
    expect(await look(ended(0, 300))).toEqual([hour(0)]);
    expect(await look(ended(0, 600))).toEqual([]);
    expect(await look(ended(1))).toEqual([hour(1)]);
    expect((await world.store.listExecutions(DETECTOR, { limit: 10 })).items.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
  });

  test('begins with the newest where the history ended before', async () => {
    await put(5);
    expect(await look(ended(5))).toEqual([hour(5)]);
  });

  test('makes up for what was missed, the oldest first, and finds its anomalies', async () => {
    await put(0, 1, 3);
    await world.put(liveKey(hour(2)), shopHour(hour(2), webDown));
    await look(ended(0));
    expect(await look(ended(3))).toEqual([hour(1), hour(2), hour(3)]);
    const groups = await world.groups();
    expect(groups.map(({ measure }) => measure).sort()).toEqual(['revenue', 'views']);
    expect(groups[0].start).toBe(Date.parse(hour(2)) / 1000);
  });

  test('notes an interval that cannot be read as failed, and goes on', async () => {
    await put(0, 2);
    await world.put(liveKey(hour(1)), 'no,such,columns\n1,2,3\n');
    await look(ended(0));
    expect(await look(ended(2))).toEqual([hour(1), hour(2)]);
    const { items } = await world.store.listExecutions(DETECTOR, { limit: 3 });
    expect(items.map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED', 'COMPLETED']);
    expect(items[1].failureReason).toContain('has no column "platform"');
    expect(await look(ended(2, 900))).toEqual([]);
  });

  test('tries again what fails for another reason', async () => {
    await put(0);
    let refusals = 2;
    world.refusesRoles = () => refusals-- > 0;
    handler = world.handler();
    expect(await look(ended(0))).toEqual([hour(0)]);
    expect((await world.store.getExecution(DETECTOR, Date.parse(hour(0)) / 1000))?.status).toBe('COMPLETED');
  });

  test('takes up again what a run left when it was ended', async () => {
    await put(0, 1);
    await look(ended(0));
    await world.store.putExecution({ detectorArn: DETECTOR, start: Date.parse(hour(1)) / 1000, status: 'IN_PROGRESS' });
    expect(await look(ended(1, 600))).toEqual([]);
    expect(await look(ended(1, 1200))).toEqual([hour(1)]);
  });

  test('begins no interval before the one that goes on, or was left, at intervals of less than the function\'s time', async () => {
    const at = (minutes: number): string => new Date(Date.parse(hour(0)) + minutes * 60_000).toISOString().replace('.000', '');
    await world.setUp({ frequency: 'PT5M', status: 'ACTIVE' });
    await world.put('history/000', shopFile(at(-5 * 300), 300, 300));
    await world.store.changeStatus(DETECTOR, ['ACTIVE'], 'ACTIVATING', 1);
    handler = world.handler();
    await world.learn(handler);
    for (const minutes of [0, 5, 10, 15, 20]) await world.put(liveKey(at(minutes)), shopHour(at(minutes)));
    // the offset is five minutes
    expect(await look(at(10))).toEqual([at(0)]);
    await world.store.putExecution({ detectorArn: DETECTOR, start: Date.parse(at(5)) / 1000, status: 'IN_PROGRESS' });
    for (const minutes of [15, 20, 25]) expect(await look(at(minutes))).toEqual([]);
    expect(await look(at(30))).toEqual([at(5), at(10), at(15), at(20)]);
    const { items } = await world.store.listExecutions(DETECTOR, { limit: 5 });
    expect(items.map(({ status, outcome }) => [status, (outcome as { rows: number } | undefined)?.rows])).toEqual(Array.from({ length: 5 }, () => ['COMPLETED', 4]));
  });

  test('begins no interval when the function\'s time is short', async () => {
    await put(0);
    await look(ended(-1));
    expect(await handler({ action: 'watch', time: ended(0), detectorArn: DETECTOR }, { getRemainingTimeInMillis: () => 60_000 })).toEqual({ started: [], intervals: [] });
  });

  test.each([
    ['a connector\'s detector', () => world.store.changeDetectorTags(DETECTOR, () => ({ [OWNER_TAGS.resource]: 'Connector' }))],
    ['a detector that was stopped', () => world.store.changeStatus(DETECTOR, ['ACTIVE'], 'DEACTIVATED', 1)],
    ['a detector without live path', () => world.store.changeMetricSet('arn:aws:lookoutmetrics:eu-central-1:123456789012:MetricSet/shop/set', set => ({
      ...set,
      definition: { ...set.definition, MetricSource: { S3SourceConfig: { ...set.definition.MetricSource.S3SourceConfig, TemplatedPathList: [] } } },
    }))],
  ])('leaves %s alone', async (_, change) => {
    await put(0);
    await change();
    expect(await watch(ended(0))).toEqual({ started: [], intervals: [] });
    expect(await watch(ended(0), DETECTOR)).toEqual({ started: [], intervals: [] });
  });

  test('a detector that was deleted meanwhile is no failure', async () => {
    await world.store.deleteDetector(DETECTOR);
    expect(await watch(ended(0), DETECTOR)).toEqual({ started: [], intervals: [] });
  });
});
