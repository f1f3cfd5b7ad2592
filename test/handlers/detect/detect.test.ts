// SPDX-License-Identifier: Apache-2.0

import { HISTORY_DAYS, HISTORY_START, hour, liveKey, SHOP_HEADER, shopFile, shopHour, shopRows, webDown } from './shop';
import { ALERT_ROLE, DATA_ROLE, DETECTOR, World } from './world';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let world: World;
let handler: ReturnType<World['handler']>;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

describe('an interval', () => {
  test('that is as usual has no anomalies', async () => {
    handler = await world.learned();
    await world.createAlert({ threshold: 0 });
    expect(await world.detectHour(handler, 0, shopHour(hour(0)))).toEqual({
      interval: { start: hour(0), end: hour(1) },
      rows: 4,
      bytes: Buffer.byteLength(shopHour(hour(0))),
      rowsRejected: 0,
      timeSeries: 8,
      anomalyGroupIds: [],
      alertsDelivered: 0,
      alertsUndelivered: 0,
      detectorStatus: 'ACTIVE',
    });
    expect(await world.groups()).toEqual([]);
    expect(world.published).toEqual([]);
  });

  test('that is not has a group for each measure, which is readable before its alert is sent', async () => {
    handler = await world.learned();
    await world.createAlert();
    await world.createAlert({ name: 'off', status: 'INACTIVE' });
    await world.createAlert({ name: 'high', threshold: 100 });
    let readable = 0;
    world.refuses = () => {
      void world.groups().then(found => { readable = found.length; });
      return false;
    };
    const outcome = await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    expect(outcome.anomalyGroupIds).toHaveLength(2);
    expect(outcome.alertsDelivered).toBe(2);
    expect(readable).toBe(2);
    const found = await world.groups();
    expect(found.map(group => group.measure).sort()).toEqual(['revenue', 'views']);
    const views = found.find(group => group.measure === 'views')!;
    expect(views).toMatchObject({
      detectorArn: DETECTOR,
      id: expect.stringMatching(UUID),
      start: Date.parse(hour(0)) / 1000,
      end: Date.parse(hour(0)) / 1000,
      seriesCount: 2,
      alertsSent: [expect.stringContaining(':Alert:pager')],
    });
    expect(views.score).toBeGreaterThan(70);
    expect(views.score).toBe(Math.round(views.score * 100) / 100);
    expect(views.contributions[0]).toEqual({ dimension: 'platform', values: [{ value: 'web', contribution: 100 }] });
    expect(views.series[0]).toMatchObject({
      timeSeriesId: expect.stringMatching(/^[0-9a-f]{128}$/), dimensions: [{ name: 'platform', value: 'web' }, { name: 'marketplace', value: expect.any(String) }],
    });
    expect(views.series[0].observed).toBeLessThan(views.series[0].lower);
    expect(views.series[0].severity).toBeGreaterThanOrEqual(views.series[1].severity);
  });

  test('is read and alerted as the roles of metric set and alert', async () => {
    handler = await world.learned();
    await world.createAlert();
    const keys: string[] = [];
    world.refuses = ({ accessKey }) => { keys.push(accessKey); return false; };
    await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    expect(new Set(keys)).toEqual(new Set([ALERT_ROLE.split('/')[1]]));
    const assumed = world.assumed.map(({ RoleArn, RoleSessionName }) => [RoleArn, RoleSessionName]);
    expect(assumed).toContainEqual([DATA_ROLE, 'redshift-lookout-detect']);
    expect(assumed).toContainEqual([ALERT_ROLE, 'redshift-lookout-detect']);
  });

  test('asked for again answers the same and learns nothing', async () => {
    handler = await world.learned();
    await world.createAlert();
    const outcome = await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    const state = await world.state();
    await world.put(liveKey(hour(0)), shopHour(hour(0)));
    expect(await world.detect(hour(0), handler)).toEqual(outcome);
    expect(await world.detect(hour(0), world.handler())).toEqual(outcome);
    expect(await world.state()).toEqual(state);
    expect(world.published).toHaveLength(2);
  });

  test('that follows an anomalous one goes on with its group; an alert is sent once', async () => {
    handler = await world.learned();
    await world.createAlert();
    const first = await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    const second = await world.detectHour(handler, 1, shopHour(hour(1), platform => platform === 'web' ? 0.1 : 3));
    expect(second.anomalyGroupIds.sort()).toEqual(first.anomalyGroupIds.sort());
    expect(second.alertsDelivered).toBe(0);
    const [group] = await world.groups();
    expect(group).toMatchObject({ start: Date.parse(hour(0)) / 1000, end: Date.parse(hour(1)) / 1000, seriesCount: 4 });
    expect(new Set(group.series.map(series => series.timeSeriesId)).size).toBe(4);
    expect(world.published).toHaveLength(2);
    await world.detectHour(handler, 2, shopHour(hour(2)));
    await world.detectHour(handler, 3, shopHour(hour(3)));
    const later = await world.detectHour(handler, 4, shopHour(hour(4), webDown));
    expect(later.anomalyGroupIds).not.toEqual(expect.arrayContaining([first.anomalyGroupIds[0]]));
    expect(later.alertsDelivered).toBe(2);
  });

  test('that is usual does not end an event that goes on after it', async () => {
    handler = await world.learned();
    await world.createAlert();
    const first = await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    const usual = await world.detectHour(handler, 1, shopHour(hour(1)));
    expect(usual).toMatchObject({ anomalyGroupIds: [], alertsDelivered: 0 });
    const third = await world.detectHour(handler, 2, shopHour(hour(2), webDown));
    expect(third.anomalyGroupIds.sort()).toEqual(first.anomalyGroupIds.sort());
    expect(third.alertsDelivered).toBe(0);
    expect((await world.groups()).map(({ start, end }) => (end - start) / 3600)).toEqual([2, 2]);
  });

  test('less anomalous than the one before leaves series as they were at their worst, and counts in what explains them; lasting is more severe', async () => {
    handler = await world.learned();
    await world.detectHour(handler, 0, shopHour(hour(0), platform => platform === 'web' ? 0.75 : 1));
    const before = new Map((await world.groups()).map(group => [group.id, group]));
    await world.detectHour(handler, 1, shopHour(hour(1), (platform, marketplace) => platform === 'web' ? marketplace === 'de' ? 0.78 : 0.82 : 1));
    for (const group of await world.groups()) {
      const { id, start, score, contributions, rootCauses, series } = before.get(group.id)!;
      expect(group).toMatchObject({ id, start, end: start + 3600, series, seriesCount: 2 });
      expect(group.score).toBeGreaterThan(score);
      expect(group.score).toBeLessThanOrEqual(100);
      for (const { rootCauses: told } of [{ rootCauses }, group]) expect(told).toMatchObject([{ dimensions: [{ name: 'platform', value: 'web' }], consistency: 100 }]);
      const ofGermany = ({ contributions: told }: Pick<typeof group, 'contributions'>): number => (
        told.find(({ dimension }) => dimension === 'marketplace')!.values.find(({ value }) => value === 'de')!.contribution);
      // a quarter less of each, and then 22 % and 18 %
      expect(ofGermany(group)).toBeGreaterThan(ofGermany({ contributions }));
    }
    expect(before.size).toBe(2);
  });

  test('that was left out does not end the groups, two do', async () => {
    handler = await world.learned();
    const first = await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    const third = await world.detectHour(handler, 2, shopHour(hour(2), webDown));
    expect(third.anomalyGroupIds.sort()).toEqual(first.anomalyGroupIds.sort());
    const sixth = await world.detectHour(handler, 5, shopHour(hour(5), webDown));
    expect(sixth.anomalyGroupIds).toHaveLength(2);
    expect(sixth.anomalyGroupIds).not.toEqual(expect.arrayContaining([first.anomalyGroupIds[0]]));
  });

  test('without rows is done and has no values', async () => {
    handler = await world.learned();
    const nothing = { rows: 0, bytes: 0, rowsRejected: 0, timeSeries: 0, anomalyGroupIds: [] };
    expect(await world.detect(hour(0), handler)).toMatchObject(nothing);
    expect(await world.detectHour(handler, 1, '')).toMatchObject(nothing);
    expect(await world.detectHour(handler, 2, SHOP_HEADER)).toMatchObject({ ...nothing, bytes: SHOP_HEADER.length });
    expect(await world.store.getExecution(DETECTOR, Date.parse(hour(0)) / 1000)).toMatchObject({ status: 'COMPLETED' });
    expect((await world.detectHour(handler, 3, shopHour(hour(3), webDown))).anomalyGroupIds).toHaveLength(2);
  });

  test('takes the rows from its start to before its end, and counts the others', async () => {
    handler = await world.learned();
    const [first] = shopRows(Date.parse(hour(1)) / 1000);
    const at = (text: string): string => first.replace(/^[^,]+/, text);
    const outcome = await world.detectHour(handler, 1, [
      SHOP_HEADER, at('2026-01-22 01:00:00'), at('2026-01-22 01:59:59.999999'), at('2026-01-22 02:00:00'), at('2026-01-22 00:59:59.999'),
    ].join('\n'));
    expect(outcome).toMatchObject({ rows: 2, rowsRejected: 2, timeSeries: 2 });
    expect(world.counts.at(-1)).toMatchObject({ rowsRejected: 2 });
  });

  test('earlier than what was learned is done and changes nothing', async () => {
    handler = await world.learned();
    await world.detectHour(handler, 1, shopHour(hour(1)));
    const state = await world.state();
    expect(await world.detectHour(handler, 0, shopHour(hour(0), webDown))).toMatchObject({ rows: 4, anomalyGroupIds: [] });
    expect(await world.state()).toEqual(state);
    expect(world.logged.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test('is kept for the series\' values', async () => {
    handler = await world.learned();
    await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    const [group] = await world.groups();
    const read = await world.values().read(DETECTOR, [group.series[0].timeSeriesId, 'unknown'], group.end, 24 * 28 + 1);
    expect(read.starts).toHaveLength(673);
    expect(read.starts.at(-1)).toBe(group.end);
    expect(read.values[0].at(-1)).toBe(group.series[0].observed);
    expect(read.values[0].filter(value => !Number.isNaN(value))).toHaveLength(HISTORY_DAYS * 24 + 1);
    expect(read.values[1].every(Number.isNaN)).toBe(true);
  });

  test('of another time zone is its wall clock\'s, in folder, rows and alert', async () => {
    await world.setUp({ definition: { Timezone: 'Europe/Berlin' } });
    await world.put('history/000', shopFile(HISTORY_START, 24 * 100));
    handler = world.handler();
    await world.learn(handler);
    await world.createAlert();
    // 2026-04-11 00:00 in Berlin
    const start = '2026-04-10T22:00:00Z';
    await world.put('live/20260411/0000/000', shopHour('2026-04-11T00:00:00Z', webDown));
    expect(await world.detect(start, handler)).toMatchObject({ rows: 4, rowsRejected: 0, alertsDelivered: 2 });
    expect(JSON.parse(world.published[0].Message).timestamp).toBe('2026-04-11T00:00+02:00[Europe/Berlin]');
  });
});

describe('a detector that', () => {
  test('is still learning reports nothing, and becomes active with enough intervals', async () => {
    await world.setUp();
    await world.put('history/000', shopFile('2026-01-18T04:00:00Z', 92));
    handler = world.handler();
    expect(await world.learn(handler)).toMatchObject({ detectorStatus: 'LEARNING', intervals: 92 });
    await world.createAlert({ threshold: 0 });
    for (let number = 0; number < 3; number++) {
      expect(await world.detectHour(handler, number, shopHour(hour(number), webDown))).toMatchObject({ detectorStatus: 'LEARNING', anomalyGroupIds: [] });
    }
    expect(await world.detectHour(handler, 3, '')).toMatchObject({ detectorStatus: 'LEARNING' });
    expect(await world.detectHour(handler, 4, shopHour(hour(4)))).toMatchObject({ detectorStatus: 'ACTIVE', anomalyGroupIds: [] });
    expect((await world.store.getDetector(DETECTOR))?.status).toBe('ACTIVE');
    expect(await world.groups()).toEqual([]);
    expect(world.published).toEqual([]);
  });

  test.each(['INACTIVE', 'ACTIVATING', 'DEACTIVATED', 'FAILED', 'BACK_TEST_COMPLETE'] as const)('is %s detects nothing, and says what to do', async status => {
    await world.setUp({ status });
    const interval = { start: hour(0), end: hour(1) };
    const refusals = [world.detect(hour(0)), world.handler()({ action: 'known', detectorArn: DETECTOR, interval, attempt: 2 })];
    for (const refused of refusals) {
      const { name, message } = await refused.then(() => undefined, (error: Error) => error) as Error;
      expect(name).toBe('DetectorStopped');
      expect(message).toContain(`detector shop is ${status}: intervals are detected only while it is LEARNING or ACTIVE. `);
      expect(message).toContain(status === 'FAILED' ? 'It has failed: no reason is known. Correct the cause' : 'activate it again: the interval is tried until then, and is not given up');
    }
    expect(await world.store.getExecution(DETECTOR, Date.parse(hour(0)) / 1000)).toBeUndefined();
  });

  test('is not there, has no model, or another metric set than it learned, says so', async () => {
    handler = await world.learned();
    const event = { action: 'detect' as const, detectorArn: `${DETECTOR}x`, interval: { start: hour(0), end: hour(1) }, chosenByQuery: false };
    await expect(handler(event)).rejects.toThrow(`there is no detector "${DETECTOR}x"`);
    await world.setUp({ status: 'ACTIVE' });
    await expect(world.detect(hour(0))).rejects.toThrow('has no model in the state bucket');
    handler = await world.learned();
    const { items: [metricSet] } = await world.store.listMetricSets(DETECTOR, { limit: 1 });
    await world.store.putMetricSet({ ...metricSet, definition: { ...metricSet.definition, DimensionList: ['platform'] } });
    await expect(world.detect(hour(0))).rejects.toThrow('was learned with other measures, dimensions');
  });

  test('is asked for no interval says so', async () => {
    handler = await world.learned({}, 5);
    await expect(world.detect('2026-01-22T00:30:00Z')).rejects.toThrow('no PT1H interval of UTC starts at');
    await expect(world.detect('yesterday')).rejects.toThrow();
    await expect(handler({ action: 'dance' } as never)).rejects.toThrow('action must be "learn", "detect", "known", "sample", "deliver" or "watch", found "dance"');
  });
});

describe('the model', () => {
  test('is not downloaded again by a function that is warm, and is when another has changed it', async () => {
    handler = await world.learned();
    const downloads: number[] = [];
    world.client.middlewareStack.add((next, { commandName }) => async args => {
      try {
        const result = await next(args);
        if (commandName === 'GetObjectCommand') downloads.push(200);
        return result;
      } catch (error) {
        const status = (error as { $metadata?: { httpStatusCode: number } }).$metadata?.httpStatusCode;
        if (commandName === 'GetObjectCommand') downloads.push(status!);
        throw error;
      }
    }, { step: 'initialize', name: 'downloads' });
    try {
      await world.detectHour(handler, 0, shopHour(hour(0)));
      expect(downloads).toEqual([304, 404]);
      await world.put(liveKey(hour(1)), shopHour(hour(1)));
      await world.detect(hour(1), world.handler());
      downloads.length = 0;
      await world.detectHour(handler, 2, shopHour(hour(2)));
      expect(downloads[0]).toBe(200);
    } finally {
      world.client.middlewareStack.remove('downloads');
    }
  });
});
