// SPDX-License-Identifier: Apache-2.0

/** Files of JSON lines, and filters on dimension values, as a metric set can ask for. */
import { gzipSync } from 'node:zlib';
import { HISTORY_START, hour, liveKey, SHOP_HEADER, shopFile, shopHour } from './shop';
import { DETECTOR, World } from './world';
import type { DetectionOutcome, PlannedInterval } from '../../../src/private/contract';

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

const CSV = { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' } as const;
const source = (format: object): never => ({
  S3SourceConfig: {
    RoleArn: 'arn:aws:iam::123456789012:role/data',
    TemplatedPathList: ['s3://data/live/{{yyyyMMdd}}/{{HHmm}}/'],
    HistoricalDataPathList: ['s3://data/history/'],
    FileFormatDescriptor: format,
  },
}) as never;
const json = (more: object = {}): never => source({ JsonFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ...more } });

/** The rows of a CSV file as JSON lines. */
function lines(csv: string): string {
  const names = SHOP_HEADER.split(',');
  return csv.split('\n').slice(1).map(row => JSON.stringify(Object.fromEntries(row.split(',').map((cell, index) => (
    [names[index], index === 1 || index === 2 ? Number(cell) : cell]))))).join('\n');
}

test('JSON lines are read as the same rows of CSV are', async () => {
  await world.setUp();
  await world.put('history/000', shopFile(HISTORY_START, 24 * 21));
  const handler = world.handler();
  const outcome = await world.learn(handler);
  const detection = await world.detectHour(handler, 0, shopHour(hour(0), platform => platform === 'web' ? 3 : 1));
  const scores = (await world.groups()).map(({ measure, score }) => ({ measure, score }));
  expect(scores).toHaveLength(2);

  await world.setUp({ definition: { MetricSource: json() } });
  await world.put('history/000', lines(shopFile(HISTORY_START, 24 * 21)));
  const again = world.handler();
  expect(await world.learn(again)).toEqual(outcome);
  const { bytes: _bytes, anomalyGroupIds: _ids, ...same } = detection;
  expect(await world.detectHour(again, 0, lines(shopHour(hour(0), platform => platform === 'web' ? 3 : 1)))).toMatchObject(same);
  expect((await world.groups()).map(({ measure, score }) => ({ measure, score }))).toEqual(scores);
});

test('packed JSON lines with all that JSON can hold: what cannot be used is counted, with its reason', async () => {
  await world.setUp({ definition: { MetricSource: json({ FileCompression: 'GZIP' }) } });
  const row = (more: object): string => JSON.stringify({ timestamp: '2026-01-01 00:00:00', views: 1, revenue: 2.5, platform: 'web', marketplace: 'de', unknown: [1, 2], ...more });
  const hostile = '"; drop table x\n,\u{1F600} __proto__';
  await world.put('history/000', gzipSync(`\ufeff${[
    row({}), row({ views: '7' }), row({ revenue: null }), row({ marketplace: hostile }), row({ platform: undefined }), row({ platform: 5 }), '', row({ Views: 3, views: undefined }),
    'no json', '[1]', '"text"', row({ views: 'many' }), row({ timestamp: 'later' }), row({ views: { a: 1 } }),
  ].join('\r\n')}\n`));
  const outcome = await world.learn();
  expect(outcome).toMatchObject({ rows: 7, rowsRejected: 6, detectorStatus: 'LEARNING' });
  const warning = world.logged.find(({ message }) => message === 'rows of the history were not used')!;
  expect(JSON.stringify(warning.fields)).toContain('the file has a row with 1 instead of 5 columns');
  expect(JSON.stringify(warning.fields)).toContain('which is not a number');
});

test('another filter lets nothing stay of what was learned', async () => {
  const filter = (value: string): never => [{ Name: 'platform', FilterList: [{ DimensionValue: value }] }] as never;
  await world.setUp({ definition: { DimensionFilterList: filter('web') } as object });
  await world.put('history/000', shopFile(HISTORY_START, 24 * 21));
  await world.learn();
  await world.detectHour(world.handler(), 0, shopHour(hour(0))); // newer than the history
  const SET = 'arn:aws:lookoutmetrics:eu-central-1:123456789012:MetricSet/shop/set';
  const activate = async (value: string): Promise<unknown> => {
    await world.store.changeMetricSet(SET, set => ({ ...set, definition: { ...set.definition, DimensionFilterList: filter(value) } }));
    await world.store.changeStatus(DETECTOR, ['ACTIVE'], 'ACTIVATING', 1);
    world.logged.length = 0;
    await world.learn();
    return world.logged.some(({ message }) => message === 'the model is newer than the history and stays');
  };
  expect(await activate('web')).toBe(true);
  expect(await activate('mobile')).toBe(false);
});

test.each([
  ['one value of one dimension', [{ Name: 'platform', FilterList: [{ DimensionValue: 'web', FilterOperation: 'EQUALS' as const }] }], 4, 2],
  ['several values', [{ Name: 'marketplace', FilterList: [{ DimensionValue: 'de' }, { DimensionValue: 'fr' }, { DimensionValue: 'none' }] }], 8, 4],
  ['several dimensions', [{ Name: 'platform', FilterList: [{ DimensionValue: 'web' }] }, { Name: 'marketplace', FilterList: [{ DimensionValue: 'fr' }] }], 2, 1],
])('only rows with %s are read', async (_, DimensionFilterList, timeSeries, rowsAnHour) => {
  for (const format of [source({ CsvFormatDescriptor: CSV }), json()]) {
    await world.setUp({ definition: { MetricSource: format, DimensionFilterList } as object });
    const content = shopFile(HISTORY_START, 200);
    await world.put('history/000', 'JsonFormatDescriptor' in (format as any).S3SourceConfig.FileFormatDescriptor ? lines(content) : content);
    expect(await world.learn()).toMatchObject({ timeSeries, rows: 200 * rowsAnHour, rowsRejected: 0, detectorStatus: 'ACTIVE' });
  }
});

test.each([['CSV', source({ CsvFormatDescriptor: CSV }), (csv: string) => csv], ['JSON lines', json(), lines]])(
  'the second reading of an interval, of %s and with a filter, replaces the first', async (_, format, written) => {
    await world.setUp({ definition: { MetricSource: format, DimensionFilterList: [{ Name: 'platform', FilterList: [{ DimensionValue: 'web' }] }] } as object });
    await world.put('history/000', written(shopFile(HISTORY_START, 24 * 21)));
    const handler = world.handler();
    await world.learn(handler);
    const read = async (number: number, reading: PlannedInterval['reading'], name: string, content: string): Promise<DetectionOutcome> => {
      const folder = liveKey(hour(number)).replace(/^live(.*)000$/, reading === 'AGAIN' ? 'again$1' : 'live$1');
      await world.put(`${folder}${name}000`, written(content));
      return await handler({
        action: 'detect',
        detectorArn: DETECTOR,
        interval: { start: hour(number), end: hour(number + 1), reading },
        chosenByQuery: false,
        ...reading === 'AGAIN' && { files: `s3://data/${folder}${name}` },
      }) as DetectionOutcome;
    };
    // what the filter leaves out is more than usual, and no matter
    const low = await read(0, 'FIRST_OF_TWO', '', shopHour(hour(0), platform => platform === 'web' ? 0.2 : 5));
    expect(low).toMatchObject({ rows: 2, rowsRejected: 0, timeSeries: 4, anomalyGroupIds: [expect.any(String), expect.any(String)] });
    await read(1, 'FIRST_OF_TWO', '', shopHour(hour(1)));
    const complete = await read(0, 'AGAIN', 'a1-', shopHour(hour(0), platform => platform === 'web' ? 1 : 5));
    expect(complete).toMatchObject({ rows: 2, rowsRejected: 0, timeSeries: 4, anomalyGroupIds: [] });
    expect([...complete.withdrawnGroupIds!].sort()).toEqual([...low.anomalyGroupIds].sort());
    expect(await world.groups()).toEqual([]);
    expect(await read(1, 'AGAIN', 'a1-', shopHour(hour(1)))).toMatchObject({ rows: 2, anomalyGroupIds: [] });
    expect(world.logged.filter(({ message }) => message.includes('it is learned again'))).toEqual([]);
  },
);
