// SPDX-License-Identifier: Apache-2.0

import { hour, liveKey, SHOP_HEADER, shopHour, shopRows } from './shop';
import { DETECTOR, World } from './world';

let world: World;
let handler: ReturnType<World['handler']>;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

describe('new dimension values', () => {
  test('become series, which are told apart whatever they hold', async () => {
    handler = await world.learned();
    const hostile = ['<script>alert(1)</script>', '__proto__', 'a,b', 'say ""hi""', 'two\nlines', '\u{1F600}'.repeat(30), 'x'.repeat(41), '', 'toString', '1:a'];
    const rows = hostile.map((value, index) => `2026-01-22 00:00:00,${index + 1},1.5,"${value}",de`);
    // the separators of keys must not run together
    rows.push('2026-01-22 00:00:00,50,1,a,1:b', '2026-01-22 00:00:00,51,1,a1:,b');
    expect(await world.detectHour(handler, 0, [SHOP_HEADER, ...rows].join('\n'))).toMatchObject({ rows: 12, rowsRejected: 0, timeSeries: 24 });
    expect(await world.detectHour(handler, 1, [SHOP_HEADER, ...rows].join('\n').replaceAll('00:00:00', '01:00:00'))).toMatchObject({ rows: 12, timeSeries: 24 });
  });

  test('beyond the quota of time series are left out, which is told', async () => {
    process.env.MAXIMUM_TIME_SERIES = '11';
    try {
      handler = await world.learned();
      const rows = ['app', 'tv', 'radio'].map(platform => `2026-01-22 00:00:00,5,1.5,${platform},de`);
      const interval = [shopHour(hour(0)), ...rows].join('\n');
      expect(await world.detectHour(handler, 0, interval)).toMatchObject({ rows: 7, rowsRejected: 0, timeSeries: 10, combinationsLeftOut: 2 });
      expect(world.logged.find(({ message }) => message.startsWith('combinations of dimension values were left out'))?.fields)
        .toMatchObject({ leftOut: 2, timeSeries: 10, maximum: 11 });
      expect((await world.store.getExecution(DETECTOR, Date.parse(hour(0)) / 1000))?.outcome).toMatchObject({ combinationsLeftOut: 2 });
      // room for more: the next interval takes them in
      process.env.MAXIMUM_TIME_SERIES = '14';
      handler = world.handler();
      const next = await world.detectHour(handler, 1, interval.replaceAll('00:00:00', '01:00:00'));
      expect(next).toMatchObject({ timeSeries: 14 });
      expect(next).not.toHaveProperty('combinationsLeftOut');
    } finally {
      delete process.env.MAXIMUM_TIME_SERIES;
    }
  });

  test('may be as long as they like', async () => {
    handler = await world.learned();
    const long = 'é'.repeat(60_000);
    const rows = [`2026-01-22 00:00:00,1,1,${long}a,de`, `2026-01-22 00:00:00,1,1,${long}b,de`];
    expect(await world.detectHour(handler, 0, [SHOP_HEADER, ...rows].join('\n'))).toMatchObject({ rows: 2, timeSeries: 4 });
  });
});

describe('rows that cannot be used', () => {
  test.each([
    ['a time stamp of another format', '22/01/2026 00:00,1,1,web,de'],
    ['an empty time stamp', ',1,1,web,de'],
    ['text for a number', '2026-01-22 00:00:00,many,1,web,de'],
    ['a number with separators', '2026-01-22 00:00:00,"1,000",1,web,de'],
    ['infinity', '2026-01-22 00:00:00,Infinity,1,web,de'],
    ['a hexadecimal number', '2026-01-22 00:00:00,0x10,1,web,de'],
    ['a number that is none', '2026-01-22 00:00:00,1e400,1,web,de'],
    ['too few columns', '2026-01-22 00:00:00,1'],
    ['too many columns', '2026-01-22 00:00:00,1,1,web,de,extra'],
    ['HTML', '<td>x</td>'],
  ])('%s: the row is counted, the others are used', async (_name, row) => {
    handler = await world.learned({}, 5);
    const outcome = await world.detectHour(handler, 0, [SHOP_HEADER, row, ...shopRows(Date.parse(hour(0)) / 1000), ''].join('\n'));
    expect(outcome).toMatchObject({ rows: 4, rowsRejected: 1, timeSeries: 8 });
    expect(world.logged.find(({ message }) => message === 'rows could not be read')?.fields.reason).toContain('1 of 5 rows');
  });

  test('NULL measures have no value, NULL dimensions are empty text', async () => {
    handler = await world.learned({}, 5);
    expect(await world.detectHour(handler, 0, [SHOP_HEADER, '2026-01-22 00:00:00,,5,web,de', '2026-01-22 00:00:00,1,2,,de'].join('\n')))
      .toMatchObject({ rows: 2, rowsRejected: 0, timeSeries: 3 });
  });

  test.each([
    ['a missing column', 'timestamp,revenue,platform,marketplace\n2026-01-22 00:00:00,1,web,de', 'has no column "views": its columns are "timestamp", "revenue"'],
    ['a column that comes twice', 'timestamp,views,views,revenue,platform,marketplace\n', 'has more than one column "views"'],
    ['a quote that is never closed', `${SHOP_HEADER}\n2026-01-22 00:00:00,1,1,"web,de\n2026-01-22 00:00:00,1,1,web,de`, 'cannot be read as CSV: Quote Not Closed'],
  ])('%s fails the interval in words, and the next attempt may mend it', async (_name, content, words) => {
    handler = await world.learned({}, 5);
    const state = await world.state();
    await expect(world.detectHour(handler, 0, content)).rejects.toThrow(words);
    await expect(world.detectHour(handler, 0, content)).rejects.toThrow(`s3://data/${liveKey(hour(0))}`);
    const execution = await world.store.getExecution(DETECTOR, Date.parse(hour(0)) / 1000);
    expect(execution?.status).toBe('FAILED');
    expect(execution?.failureReason).toContain(words.slice(0, 20));
    expect(await world.state()).toEqual(state);
    expect(await world.detectHour(handler, 0, shopHour(hour(0)))).toMatchObject({ rows: 4, anomalyGroupIds: [] });
  });
});

describe('a query without placeholders', () => {
  test('is counted for the interval that holds most of its rows', async () => {
    handler = await world.learned();
    const content = [SHOP_HEADER, ...shopRows(Date.parse(hour(1)) / 1000), ...shopRows(Date.parse(hour(0)) / 1000).slice(0, 1)].join('\n');
    await world.put(liveKey(hour(0)), content);
    const outcome = await world.detect(hour(0), handler, { chosenByQuery: true });
    expect(outcome).toMatchObject({ interval: { start: hour(1), end: hour(2) }, rows: 4, rowsRejected: 1 });
    await world.put(liveKey(hour(0)), '');
    expect(await world.detect(hour(0), handler, { chosenByQuery: true })).toEqual(outcome);
  });

  test('keeps to the interval asked for where there are as many rows, and to no rows of the far future', async () => {
    handler = await world.learned();
    const far = shopRows(Date.parse('9000-01-01T00:00:00Z') / 1000);
    const content = [SHOP_HEADER, ...shopRows(Date.parse(hour(0)) / 1000), ...shopRows(Date.parse(hour(1)) / 1000), ...far, ...far].join('\n');
    await world.put(liveKey(hour(0)), content);
    expect(await world.detect(hour(0), handler, { chosenByQuery: true })).toMatchObject({ interval: { start: hour(0) }, rows: 4, rowsRejected: 12 });
  });
});
