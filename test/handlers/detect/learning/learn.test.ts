// SPDX-License-Identifier: Apache-2.0

import { gzipSync } from 'node:zlib';
import { SeriesIndex } from '../../../../handlers/input/series-index';
import type { Store } from '../../../../handlers/lookout/store';
import { OWNER_TAGS, type Frequency } from '../../../../src/private/contract';
import { HISTORY_DAYS, HISTORY_START, hour, liveKey, SHOP_HEADER, shopFile, shopHour, shopRows, webDown } from '../shop';
import { DATA_ROLE, DETECTOR, type Setup, World } from '../world';

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

const START = '2026-01-01T00:00:00Z';
const HISTORY = shopFile(START, 120);
const [, ...ROWS] = HISTORY.split('\n');

/** Learns a history given as files, in a new world. */
async function learn(files: Record<string, string | Buffer>, setup: Setup = {}, backTest = false): ReturnType<World['learn']> {
  await world.setUp({ status: backTest ? 'BACK_TEST_ACTIVATING' : 'ACTIVATING', ...setup });
  for (const [name, content] of Object.entries(files)) await world.put(`history/${name}`, content);
  return world.learn(world.handler(), backTest);
}

/** The model's bytes, which are the same only if the same was learned. */
const model = async (): Promise<Buffer> => (await world.state()).get('state/shop/model')!;

const LEARNED = { detectorStatus: 'ACTIVE', intervals: 120, rows: 480, rowsRejected: 0, timeSeries: 8 };

describe('the history', () => {
  let expected: Buffer;
  beforeAll(async () => {
    expect(await learn({ '000': HISTORY })).toEqual(LEARNED);
    expected = await model();
  });

  test.each<[string, Record<string, string | Buffer>, Setup]>([
    ['in several files, each with a header, some empty', {
      '0000_part_00': [SHOP_HEADER, ...ROWS.slice(0, 200)].join('\n'),
      '0001_part_00': '',
      '0002_part_00': SHOP_HEADER,
      'manifest': `${SHOP_HEADER}\n`,
      '0003_part_00': [SHOP_HEADER, ...ROWS.slice(200)].join('\r\n'),
    }, {}],
    ['compressed', { '000.gz': gzipSync(HISTORY), '001.gz': '', '002.gz': gzipSync('') }, { csv: { FileCompression: 'GZIP' } }],
    ['with a byte order mark, blank lines and another delimiter', { '000': `\uFEFF${HISTORY.replaceAll(',', '|').replaceAll('\n', '\n\n')}` }, { csv: { Delimiter: '|' } }],
    ['all quoted', { '000': HISTORY.split('\n').map(row => row.replace(/[^,]+/g, '"$&"')).join('\n') }, {}],
    ['in single quotes', { '000': HISTORY.replaceAll(',web,', ',\'web\',') }, { csv: { QuoteSymbol: '\'' } }],
    ['without quotes', { '000': HISTORY }, { csv: { QuoteSymbol: '' } }],
    ['in another charset', { '000': Buffer.from(HISTORY, 'utf16le') }, { csv: { Charset: 'UTF-16LE' } }],
    ['without header', { '000': ROWS.join('\n') }, { csv: { ContainsHeader: false, HeaderList: SHOP_HEADER.split(',') } }],
    ['with other columns, in another order and case', {
      '000': [SHOP_HEADER, ...ROWS].map((row, index) => [index ? 'x' : 'Comment', ...row.split(',').reverse()].join(',')).join('\n').replace('timestamp', 'TIMESTAMP'),
    }, {}],
    ['beside folders', { '000': HISTORY, 'older/000': shopFile('2025-06-01T00:00:00Z', 10) }, {}],
    ['in one file that the path names', { '000': HISTORY, '001': 'unused' }, { history: ['s3://data/history/000'] }],
    ['in a folder without slash', { '000': HISTORY }, { history: ['s3://data/history'] }],
  ])('%s', async (_name, files, setup) => {
    expect(await learn(files, setup)).toEqual(LEARNED);
    expect((await model()).equals(expected)).toBe(true);
  });

  test('of another charset holds its letters', async () => {
    expect(await learn({ '000': Buffer.from(HISTORY.replaceAll(',de', ',Köln'), 'latin1') }, { csv: { Charset: 'ISO-8859-1' } })).toEqual(LEARNED);
    expect((await model()).toString('utf8')).toContain('"Köln"');
  });

  test('with rows of the far future or past is learned without them', async () => {
    const strays = ['9999-12-31 00:00:00,1,1,web,de', '1900-01-01 00:00:00,1,1,web,de'];
    expect(await learn({ '000': [HISTORY, ...strays].join('\n') })).toEqual({ ...LEARNED, rowsRejected: 2 });
    expect((await model()).equals(expected)).toBe(true);
  });

  describe('that goes on into the future, as that of the published sample data', () => {
    const [days, future] = [HISTORY_DAYS + 4, 4 * 24];
    const files = { '000': shopFile(HISTORY_START, 24 * days) };
    beforeEach(() => { jest.spyOn(Date, 'now').mockReturnValue(Date.parse(hour(0)) + 1_800_000); });
    afterEach(() => { jest.restoreAllMocks(); });

    test('is learned up to the newest interval that is complete, and what comes is detected', async () => {
      expect(await learn(files)).toMatchObject({ detectorStatus: 'ACTIVE', intervals: 24 * HISTORY_DAYS, rowsRejected: 4 * future });
      await world.put(liveKey(hour(0)), shopHour(hour(0), webDown));
      expect(await world.detect(hour(0))).toMatchObject({ timeSeries: 8, anomalyGroupIds: [expect.any(String), expect.any(String)] });
    });

    test('waits for the offset too', async () => {
      jest.spyOn(Date, 'now').mockReturnValue(Date.parse(hour(0)) + 299_000);
      expect(await learn(files)).toMatchObject({ intervals: 24 * HISTORY_DAYS - 1 });
    });

    test('is taken as it is by a back test, and for a connector, whose crawl has a clock of its own', async () => {
      expect(await learn(files, {}, true)).toMatchObject({ detectorStatus: 'BACK_TEST_COMPLETE', intervals: 24 * days });
      expect(await learn(files, { tags: { [OWNER_TAGS.resource]: 'Detector' } })).toMatchObject({ intervals: 24 * days });
    });

    test('is none where all of it lies there', async () => {
      expect(await learn({ '000': shopFile(hour(0), 48) })).toMatchObject({ detectorStatus: 'LEARNING', intervals: 0 });
    });
  });

  test('averages where the metric set says so', async () => {
    const rows = ['2026-01-01 00:10:00,1,10,web,de', '2026-01-01 00:50:00,4,20,web,de', '2026-01-01 00:59:59,,30,web,de'];
    await learn({ '000': [SHOP_HEADER, ...rows].join('\n') }, {
      definition: { MetricList: [{ MetricName: 'views', AggregationFunction: 'AVG' }, { MetricName: 'revenue', AggregationFunction: 'SUM' }] },
    });
    const series = new SeriesIndex(['views', 'revenue'], ['platform', 'marketplace'], [['web', 'de']]);
    const read = await world.values().read(DETECTOR, [series.timeSeriesId(0), series.timeSeriesId(1)], Date.parse(START) / 1000, 1);
    expect(read.values.map(values => [...values])).toEqual([[2.5], [60]]);
  });

  test.each<[string, Record<string, string>, Setup]>([
    ['no files', {}, {}], ['empty files', { '000': '', '001': SHOP_HEADER }, {}], ['no path', {}, { history: [] }],
  ])('%s: there is nothing to learn yet', async (_name, files, setup) => {
    expect(await learn(files, setup)).toEqual({ detectorStatus: 'LEARNING', intervals: 0, rows: 0, rowsRejected: 0, timeSeries: 0 });
    await world.put('live/20260106/0000/000', shopHour('2026-01-06T00:00:00Z'));
    expect(await world.detect('2026-01-06T00:00:00Z')).toMatchObject({ rows: 4, timeSeries: 8, detectorStatus: 'LEARNING' });
  });
});

describe('a history that cannot be used makes the detector FAILED', () => {
  test.each<[string, Record<string, string | Buffer>, Setup, string]>([
    ['missing column', { '000': HISTORY.replace('views', 'clicks') }, {}, 's3://data/history/000 has no column "views": its columns are "timestamp", "clicks", "revenue", "platform", "marketplace"'],
    ['other format', { '000': HISTORY }, { definition: { TimestampColumn: { ColumnName: 'timestamp', ColumnFormat: 'dd/MM/yyyy HH:mm' } } },
      'no row of the history can be used: column "timestamp" holds "2026-01-01 00:00:00", which does not match the format "dd/MM/yyyy HH:mm"; "yyyy-MM-dd HH:mm:ss" does (480 of 480 rows)'],
    ['impossible format', { '000': HISTORY }, { definition: { TimestampColumn: { ColumnName: 'timestamp', ColumnFormat: 'yyyy-MM-dd hh:mm:ss' } } }, 'AM/PM marker'],
    ['text for numbers', { '000': HISTORY.replace(/(:00),\d+/g, '$1,<b>many</b>') }, {}, 'column "views" holds "<b>many</b>", which is not a number (480 of 480 rows)'],
    ['numbers too large', { '000': HISTORY.replace(/(:00),\d+/g, '$1,-2e100') }, {}, 'column "views" holds "-2e100", which is beyond 1e+100 (480 of 480 rows)'],
    ['numbers beyond all numbers', { '000': HISTORY.replace(/(:00),\d+/g, '$1,-1e400') }, {}, 'column "views" holds "-1e400", which is beyond 1e+100 (480 of 480 rows)'],
    ['empty measures', { '000': HISTORY.replace(/(:00),\d+,[\d.]+/g, '$1,,') }, {}, 'no row of the history can be used: "views", "revenue" are empty in all of 480 rows'],
    ['other columns than the header', { '000': HISTORY.replaceAll('\n2026', '\nx,2026') }, {}, 'has a row with 6 instead of 5 columns'],
    ['no gzip', { '000': HISTORY }, { csv: { FileCompression: 'GZIP' } }, 's3://data/history/000 cannot be read as GZIP: incorrect header check; is it complete, and compressed at all?'],
    ['cut gzip', { '000': gzipSync(HISTORY).subarray(0, 500) }, { csv: { FileCompression: 'GZIP' } }, 'cannot be read as GZIP'],
    ['unknown charset', { '000': HISTORY }, { csv: { Charset: 'EBCDIC' } }, 'charset "EBCDIC" is not known'],
    ['quote that is never closed', { '000': `${HISTORY}\n"` }, {}, 'cannot be read as CSV: Quote Not Closed'],
    ['no header and no names', { '000': HISTORY }, { csv: { ContainsHeader: false } }, 'give a HeaderList'],
    ['too many series', {
      '000': [SHOP_HEADER, ...Array.from({ length: 25_001 }, (_, index) => `2026-01-01 00:00:00,1,1,user ${index},de`)].join('\n'),
    }, {}, 'has more than 50000 time series (metrics times combinations of dimension values): dimension "platform" alone has 25001 values or more, leave it out or group it, or raise maximumTimeSeriesPerDetector of the service'],
    ['wrong path', { '000': HISTORY }, { history: ['file:///etc/passwd'] }, 'is no S3 path'],
    ['other source', {}, { definition: { MetricSource: { AthenaSourceConfig: {} } as never } }, 'has the source AthenaSourceConfig: only an S3SourceConfig'],
  ])('%s', async (_name, files, setup, reason) => {
    const outcome = await learn(files, setup);
    expect(outcome).toMatchObject({ detectorStatus: 'FAILED', failureReason: expect.stringContaining(reason) });
    const detector = await world.store.getDetector(DETECTOR);
    expect(detector).toMatchObject({ status: 'FAILED', failureType: 'ACTIVATION_FAILURE', failureReason: outcome.failureReason });
    expect(detector!.failureReason!.length).toBeLessThanOrEqual(256);
    expect((await world.state()).size).toBe(0);
  });

  test.each<[Frequency, number]>([['PT5M', 5_000], ['PT10M', 10_000], ['P1D', 50_000]])('too many series of %s: %d', async (frequency, most) => {
    const rows = Array.from({ length: most / 2 + 1 }, (_, index) => `2026-01-01 00:00:00,1,1,user ${index},de`);
    const { failureReason } = await learn({ '000': [SHOP_HEADER, ...rows].join('\n') }, { frequency });
    expect(failureReason).toContain(`has more than ${most} time series`);
    await learn({ '000': [SHOP_HEADER, ...rows.slice(1)].join('\n') }, { frequency });
    expect((await world.store.getDetector(DETECTOR))!.failureReason).toBeUndefined();
  });

  test('more series than the quota that the service sets', async () => {
    process.env.MAXIMUM_TIME_SERIES = '7';
    try {
      expect(await learn({ '000': HISTORY })).toMatchObject({
        detectorStatus: 'FAILED',
        failureReason: expect.stringMatching(/more than 7 time series .*, or raise maximumTimeSeriesPerDetector of the service/),
      });
      process.env.MAXIMUM_TIME_SERIES = '8';
      expect(await learn({ '000': HISTORY })).toEqual(LEARNED);
    } finally {
      delete process.env.MAXIMUM_TIME_SERIES;
    }
  });

  test('long pieces of data are cut', async () => {
    const { failureReason } = await learn({ '000': `${SHOP_HEADER}\n${'\u{1F600}\n'.repeat(5000).replace(/^|$/g, '"')},1,1,web,de` });
    expect(failureReason!.length).toBeLessThanOrEqual(256);
    expect(failureReason).toContain('(1 of 1 rows)');
  });

  test('a role or bucket that cannot be used is tried again, then named', async () => {
    await world.setUp({ history: ['s3://missing/history/'] });
    const waits: number[] = [];
    await expect(world.learn(world.handler({ wait: async ms => { waits.push(ms); } }))).rejects.toThrow(`s3://missing/history/ cannot be read as role ${DATA_ROLE}: NoSuchBucket`);
    expect(waits).toEqual([2000, 4000, 8000, 16_000]);
    expect(await world.store.getDetector(DETECTOR)).toMatchObject({ status: 'FAILED', failureReason: expect.stringContaining('s3://missing/history/') });
  });

  test('a role that cannot be assumed yet is tried again', async () => {
    await world.setUp();
    await world.put('history/000', HISTORY);
    let waits = 0;
    world.refusesRoles = () => waits < 2;
    expect(await world.learn(world.handler({ wait: async () => { waits += 1; } }))).toEqual(LEARNED);
    expect(waits).toBe(2);
    expect(world.logged.find(({ message }) => message.includes('trying again'))?.fields.reason).toContain('AccessDenied: not allowed to assume');
  });

  test('one that takes too long says so before the function is ended', async () => {
    await world.setUp();
    const rows = ROWS.slice(0, 100);
    await world.put('history/000', [SHOP_HEADER, ...Array.from({ length: 600 }, () => rows).flat()].join('\n'));
    const outcome = await world.handler()({ action: 'learn', detectorArn: DETECTOR, backTest: false }, { getRemainingTimeInMillis: () => 30_000 });
    expect(outcome).toMatchObject({
      detectorStatus: 'FAILED',
      failureReason: 'the history is too large to be learned in the function\'s time: 50000 rows of 8 time series were read; shorten it, or leave out dimensions',
    });
  });

  describe('of many values', () => {
    beforeEach(async () => {
      await world.setUp();
      // 5,000 series in each of 6 hours: 240 kB in memory at least
      const rows = Array.from({ length: 60_000 }, (_, row) => `2026-01-01 0${Math.floor(row / 10_000)}:00:00,1,1,user ${row % 2_500},de`);
      await world.put('history/000', [SHOP_HEADER, ...rows].join('\n'));
    });
    afterEach(() => delete process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);

    test('one that the memory cannot hold says so before there is none left', async () => {
      process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE = '0.25';
      expect(await world.learn()).toMatchObject({
        detectorStatus: 'FAILED',
        failureReason: 'the history is too large for the function\'s memory of 0.25 MB: 50000 rows of 5000 time series were read; shorten it, or leave out dimensions',
      });
    });

    test('one that it can hold is learned', async () => {
      process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE = '3008';
      expect(await world.learn()).toMatchObject({ detectorStatus: 'LEARNING', rows: 60_000 });
    });

    test.each([[60_010, 'FAILED'], [60_030, 'LEARNING']])('the time that is left must be enough to learn them too: %d ms', async (left, detectorStatus) => {
      expect(await world.handler()({ action: 'learn', detectorArn: DETECTOR, backTest: false }, { getRemainingTimeInMillis: () => left })).toMatchObject({ detectorStatus });
    });
  });
});

describe('learning again', () => {
  test('a repeated event finds the detector in another state and changes nothing', async () => {
    await learn({ '000': HISTORY });
    const before = await world.state();
    expect(await world.learn()).toMatchObject({ detectorStatus: 'ACTIVE', intervals: 0 });
    expect(await world.state()).toEqual(before);
  });

  test('two events at once leave the detector as one does', async () => {
    await world.setUp();
    await world.put('history/000', HISTORY);
    const outcomes = await Promise.all([world.learn(), world.learn()]);
    expect(outcomes.map(outcome => outcome.detectorStatus)).toContain('ACTIVE');
    expect(await world.store.getDetector(DETECTOR)).toMatchObject({ status: 'ACTIVE' });
    expect((await world.store.getDetector(DETECTOR))!.failureReason).toBeUndefined();
  });

  test('a detector that was stopped for a while keeps what it has learned since its history', async () => {
    await learn({ '000': HISTORY });
    await world.put('live/20260106/0000/000', shopHour('2026-01-06T00:00:00Z'));
    await world.detect('2026-01-06T00:00:00Z');
    const before = await model();
    await world.store.changeStatus(DETECTOR, ['ACTIVE'], 'ACTIVATING', 1);
    expect(await world.learn()).toMatchObject({ detectorStatus: 'ACTIVE' });
    expect((await model()).equals(before)).toBe(true);
  });

  test('a newer history, another definition or a damaged model are learned anew', async () => {
    await learn({ '000': HISTORY });
    const before = await model();
    const again = async (): Promise<Buffer> => {
      await world.store.changeStatus(DETECTOR, ['ACTIVE'], 'ACTIVATING', 1);
      expect(await world.learn()).toMatchObject({ detectorStatus: 'ACTIVE' });
      return model();
    };
    await world.put('state/shop/model', 'no model', 'state');
    expect((await again()).equals(before)).toBe(true);
    await world.put('history/001', [SHOP_HEADER, ...shopRows(Date.parse('2026-01-06T00:00:00Z') / 1000)].join('\n'));
    const newer = await again();
    expect(newer.equals(before)).toBe(false);
    const { items: [metricSet] } = await world.store.listMetricSets(DETECTOR, { limit: 1 });
    await world.store.putMetricSet({ ...metricSet, definition: { ...metricSet.definition, DimensionList: ['platform'] } });
    expect((await again()).equals(newer)).toBe(false);
  });

  test('a detector that is gone when it has been learned is left alone', async () => {
    await world.setUp();
    await world.put('history/000', HISTORY);
    const store = new Proxy(world.store, {
      get: (target, name: keyof Store) => async (...values: unknown[]) => {
        if (name === 'changeStatus') await target.deleteDetector(DETECTOR);
        return (target[name] as (...given: unknown[]) => Promise<unknown>).apply(target, values);
      },
    });
    expect(await world.learn(world.handler({ store }))).toMatchObject({ detectorStatus: 'DELETING' });
    expect(await world.store.getDetector(DETECTOR)).toBeUndefined();
  });
});

describe('a back test', () => {
  /** 20 days, with anomalies in what is tested and in what is learned. */
  const DAYS = 20;
  const TESTED = Date.parse(START) / 1000 + 0.7 * DAYS * 86_400;
  const history = [SHOP_HEADER, ...Array.from({ length: DAYS * 24 }, (_, index) => {
    const at = Date.parse(START) / 1000 + index * 3600;
    return shopRows(at, platform => platform === 'web' && [24 * 10 + 5, 24 * 16, 24 * 16 + 1, 24 * 18 + 7].includes(index) ? 0.2 : 1);
  }).flat()].join('\n');

  test('learns the first 70 % and detects the rest', async () => {
    await world.setUp({ status: 'BACK_TEST_ACTIVATING' });
    await world.createAlert();
    await world.put('history/000', history);
    expect(await world.learn(world.handler(), true)).toMatchObject({ detectorStatus: 'BACK_TEST_COMPLETE', intervals: 480, timeSeries: 8 });
    const { items: groups } = await world.store.listGroups(DETECTOR, { limit: 100 });
    expect(groups.filter(group => group.start < TESTED)).toEqual([]);
    const at = (index: number): number => Date.parse(START) / 1000 + index * 3600;
    for (const [first, last] of [[24 * 16, 24 * 16 + 1], [24 * 18 + 7, 24 * 18 + 7]]) {
      expect(groups).toContainEqual(expect.objectContaining({ measure: 'views', start: at(first), end: at(last) }));
    }
    const { items: executions } = await world.store.listExecutions(DETECTOR, { limit: 500 });
    expect(executions).toHaveLength(144);
    expect(executions.every(({ status, start }) => status === 'COMPLETED' && start >= TESTED)).toBe(true);
    expect(world.published.length).toBeGreaterThanOrEqual(4);
    const read = await world.values().read(DETECTOR, [groups[0].series[0].timeSeriesId], groups[0].end, 24 * 10);
    expect(read.values[0].some(Number.isNaN)).toBe(false);

    // one that broke off is run again: the same groups, no alert twice
    const sent = world.published.length;
    await world.store.changeStatus(DETECTOR, ['BACK_TEST_COMPLETE'], 'BACK_TEST_ACTIVE', 1);
    await world.learn(world.handler(), true);
    expect((await world.store.listGroups(DETECTOR, { limit: 100 })).items).toEqual(groups);
    expect(world.published).toHaveLength(sent);
  });

  test.each([['too short', { '000': HISTORY }, 'has 120 intervals with rows, a back test of PT1H needs 138 or more (s3://data/history/)'], ['absent', {}, 'has 0 intervals']])(
    'fails when the history is %s', async (_name, files, reason) => {
      expect(await learn(files, {}, true)).toMatchObject({ detectorStatus: 'FAILED', failureReason: expect.stringContaining(reason) });
      expect(await world.store.getDetector(DETECTOR)).toMatchObject({ failureType: 'BACK_TEST_ACTIVATION_FAILURE' });
    },
  );
});
