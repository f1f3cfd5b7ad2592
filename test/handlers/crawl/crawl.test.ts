// SPDX-License-Identifier: Apache-2.0

import { CrawlSteps, at, detection, DONE, hour } from './crawl-steps';
import { before, readHistory, SETTINGS } from './ledger-table';
import type { CrawlPlan } from '../../../src/private/contract';

const steps = new CrawlSteps();
const { plan, begin, submitted, finished, failed, crawl, item, metrics } = steps;

describe('planning', () => {
  it('lists the intervals whose delay is over, oldest first', async () => {
    expect(await plan('12:05')).toEqual({ intervals: [hour(10), hour(11)], reason: '' });
  });

  it('waits for the delay, to the second, and then gives the lease back', async () => {
    const { intervals, reason } = await steps.handle({ action: 'plan', settings: SETTINGS, scheduledTime: '2026-11-23T11:04:59Z', execution: 'crawl-1' }) as CrawlPlan;
    expect(intervals).toEqual([]);
    expect(reason).toBe('nothing is missing up to 2026-11-23T11:04:59Z with a delay of 300 seconds');
    expect(await steps.ledger.items('control')).not.toHaveProperty('lease');
    expect((await plan('11:05', 'crawl-2')).intervals).toEqual([hour(10)]);
  });

  it('says what scheduled time it cannot read', async () => {
    await expect(steps.handle({ action: 'plan', settings: SETTINGS, scheduledTime: '<aws.scheduler.scheduled-time>', execution: 'crawl-1' }))
      .rejects.toThrow('scheduledTime must be an instant such as 2026-11-23T10:00:00Z, found "<aws.scheduler.scheduled-time>"');
  });

  it('an execution crawls no more than the catch-up limit, the next one goes on', async () => {
    const settings = { ...SETTINGS, catchUpLimit: 2 };
    expect((await plan('15:05', 'crawl-1', settings)).intervals).toEqual([hour(10), hour(11)]);
    await crawl(hour(10), 'crawl-1', settings);
    expect((await plan('15:05', 'crawl-1', settings)).intervals).toEqual([hour(11)]);
    await crawl(hour(11), 'crawl-1', settings);
    expect(await plan('15:05', 'crawl-1', settings)).toEqual({
      intervals: [], reason: '2 intervals crawled, as many as one execution may (catchUpLimit): the next run goes on',
    });
    expect((await plan('15:05', 'crawl-2', settings)).intervals).toEqual([hour(12), hour(13)]);
  });

  it('reports how far the crawl has fallen behind', async () => {
    await plan('15:05');
    await crawl(hour(10));
    expect(metrics()).toContainEqual(expect.objectContaining({ Connector: 'Ecommerce', IntervalsCrawled: 1, RowsUnloaded: 21, CrawlLag: 4 * 3600 + 300 }));
    expect(metrics().find(line => line.IntervalsCrawled)).toMatchObject({ DetectionDelay: expect.any(Number), UnloadTime: expect.any(Number) });
    expect(metrics()[0]._aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'RedshiftLookout', Dimensions: [['Connector']] });
  });
});

describe('the lease', () => {
  it('a run that finds it taken leaves its scheduled time, and the holder crawls up to there', async () => {
    await plan('11:05');
    await begin(hour(10));
    expect(await plan('12:05', 'crawl-2')).toEqual({ intervals: [], reason: 'execution crawl-1 is crawling, and will crawl up to 2026-11-23T12:05:00Z too' });
    await plan('11:35', 'crawl-3'); // earlier: changes nothing
    await submitted(hour(10));
    await finished(hour(10));
    expect((await plan('11:05')).intervals).toEqual([hour(11)]);
    await crawl(hour(11));
    expect((await plan('11:05')).intervals).toEqual([]);
    expect(await steps.ledger.items('control')).not.toHaveProperty('lease');
  });

  it.each([['GetItemCommand', 'watermark', 2], ['DeleteItemCommand', 'lease', 1]] as const)(
    'a scheduled time that is left while the holder finds nothing more to do is not forgotten (before %s %s)', async (command, start, nth) => {
      const interrupted = before(steps.ledger.client, command, start, async () => plan('11:05', 'crawl-2'), nth);
      expect(await steps.ledger.handler(interrupted)({ action: 'plan', settings: SETTINGS, scheduledTime: at('11:00'), execution: 'crawl-1' }))
        .toEqual({ intervals: [hour(10)], reason: '' });
    });

  it('an execution that loses it while it finishes an interval leaves it to the one that has begun it anew', async () => {
    const overtaken = before(steps.ledger.client, 'PutItemCommand', hour(10).start, async () => {
      steps.ledger.now += 80 * 60_000;
      await plan('11:05', 'crawl-2');
      await begin(hour(10), 'crawl-2');
    });
    await plan('11:05');
    await begin(hour(10));
    await expect(steps.ledger.handler(overtaken)({ action: 'finished', settings: SETTINGS, interval: hour(10), execution: 'crawl-1', statement: DONE }))
      .rejects.toMatchObject({ name: 'LeaseLost' });
    expect(await item(10)).toMatchObject({ state: 'UNLOADING', execution: 'crawl-2' });
    expect((await steps.ledger.items('control')).watermark.next).toBe(hour(10).start);
    await finished(hour(10), 'crawl-2');
  });

  it('its holder may plan again', async () => {
    expect(await plan('12:05')).toEqual(await plan('12:05'));
  });

  it('lapses a quarter of an hour after the query time limit, and each step of its holder renews it', async () => {
    await plan('11:05');
    steps.ledger.now += 74 * 60_000;
    await begin(hour(10));
    steps.ledger.now += 74 * 60_000;
    await submitted(hour(10));
    steps.ledger.now += 74 * 60_000;
    expect((await plan('12:05', 'crawl-2')).reason).toContain('execution crawl-1 is crawling');
    steps.ledger.now += 2 * 60_000;
    expect((await plan('12:05', 'crawl-2')).intervals).toEqual([hour(10), hour(11)]);
  });

  it('an execution that has lost it can do nothing any more', async () => {
    await plan('11:05');
    await begin(hour(10));
    steps.ledger.now += 80 * 60_000;
    await plan('11:05', 'crawl-2');
    const lost = { name: 'LeaseLost', message: expect.stringContaining('execution crawl-1 may not') };
    await expect(submitted(hour(10), 'crawl-1', 'late')).rejects.toMatchObject(lost);
    await expect(finished(hour(10))).rejects.toMatchObject(lost);
    await expect(begin(hour(10))).rejects.toMatchObject(lost);
    // what it had started is known to the one that took over, who cancels it
    expect((await begin(hour(10), 'crawl-2')).previousStatementId).toBe('late');
    await failed(hour(10));
    expect(await item(10)).toMatchObject({ state: 'UNLOADING', execution: 'crawl-2', attempts: 2 });
    expect((await steps.ledger.items('control')).lease.execution).toBe('crawl-2');
  });

  it('nobody can begin without it', async () => {
    await expect(begin(hour(10))).rejects.toMatchObject({ name: 'LeaseLost', message: expect.stringContaining('it does not hold the crawl\'s lease') });
  });
});

describe('an attempt', () => {
  it('is written to the ledger, step by step', async () => {
    await plan('11:05');
    const unload = await begin(hour(10));
    expect(unload).toMatchObject({
      interval: hour(10), folder: 's3://data/live/20261123/1100/', statementName: 'Ecommerce 2026-11-23T10:00:00Z attempt 1', previousStatementId: '', chosenByQuery: false,
    });
    expect(unload.sql).toContain("ts >= '2026-11-23 11:00:00' and ts < '2026-11-23 12:00:00'");
    expect(unload.clientToken).toMatch(/^[0-9a-f]{64}$/);
    await submitted(hour(10));
    await steps.handle({
      action: 'finished',
      settings: SETTINGS,
      interval: hour(10),
      execution: 'crawl-1',
      statement: { ...DONE, ResultRows: -1, Duration: -1 },
      detection: { interval: hour(10), ...detection(7, 1, ['g-1']) },
    });
    expect(await steps.ledger.items('interval')).toEqual({
      [hour(10).start]: {
        end: hour(10).end,
        state: 'FINISHED',
        attempts: 1,
        execution: 'crawl-1',
        statementId: 'statement',
        folder: 's3://data/live/20261123/1100/',
        startedAt: at('10:05'),
        finishedAt: at('10:05'),
        rows: 7,
        bytes: 512,
        rowsRejected: 1,
        anomalyGroupIds: ['g-1'],
      },
    });
  });

  it('begun again by the same execution is the same attempt until it has ended', async () => {
    await plan('11:05');
    const first = await begin(hour(10));
    expect(await begin(hour(10))).toEqual(first);
    await submitted(hour(10));
    expect(await begin(hour(10))).toEqual(first);
    expect(await item(10)).toMatchObject({ attempts: 1, statementId: 'statement' });
    await failed(hour(10));
    await plan('11:05');
    const second = await begin(hour(10));
    expect(second.statementName).toContain('attempt 2');
    expect(second.previousStatementId).toBe('statement');
  });

  describe('after another', () => {
    const again = async (execution: string, settings = SETTINGS) => {
      await plan('12:05', execution, settings);
      const { clientToken, statementName } = await begin(hour(10), execution, settings);
      return { clientToken, statementName };
    };
    let first: Awaited<ReturnType<typeof again>>;
    beforeEach(async () => { first = await again('crawl-1'); });

    it('submits a statement of its own when it is known what became of the other', async () => {
      await submitted(hour(10));
      await failed(hour(10));
      const second = await again('crawl-2');
      expect(second.clientToken).not.toBe(first.clientToken);
      expect([first.statementName, second.statementName].map(name => name.replace(/^.*attempt/, 'attempt'))).toEqual(['attempt 1', 'attempt 2']);
    });

    it('asks for the statement of the other as long as nobody knows whether there is one', async () => {
      await failed(hour(10), 'crawl-1', { Cause: 'no answer' });
      expect(await again('crawl-2')).toEqual(first);
      steps.ledger.now += 2 * 3_600_000; // killed
      expect(await again('crawl-3')).toEqual(first);
      await submitted(hour(10), 'crawl-3');
      await failed(hour(10), 'crawl-3', { undecided: true });
      expect((await again('crawl-4')).clientToken).not.toBe(first.clientToken);
    });

    it('does not when the statement is another', async () => {
      await failed(hour(10));
      expect((await again('crawl-2', { ...SETTINGS, unloadRoleArn: `${SETTINGS.unloadRoleArn}-changed` })).clientToken).not.toBe(first.clientToken);
    });

    it('does not when the Data API refuses it, as it does for another warehouse', async () => {
      await steps.handle({
        action: 'failed', settings: SETTINGS, interval: hour(10), execution: 'crawl-1', error: { Error: 'RedshiftData.ValidationException', Cause: 'ClientToken' },
      });
      expect((await again('crawl-2')).clientToken).not.toBe(first.clientToken);
    });
  });

  it('finished twice counts once', async () => {
    await plan('12:05');
    await crawl(hour(10));
    await finished(hour(10));
    expect(metrics().filter(line => line.IntervalsCrawled)).toHaveLength(1);
    await crawl(hour(11));
    await finished(hour(10)); // an answer that comes very late changes nothing
    expect((await steps.ledger.items('control')).watermark.next).toBe(hour(12).start);
    await expect(begin(hour(10))).rejects.toThrow('is not the next one to crawl');
  });

  it('an execution that dies between finishing the interval and moving on leaves no double', async () => {
    await plan('12:05');
    const dying = before(steps.ledger.client, 'PutItemCommand', 'watermark', async () => { throw new Error('the function died'); });
    await begin(hour(10));
    await expect(steps.ledger.handler(dying)({ action: 'finished', settings: SETTINGS, interval: hour(10), execution: 'crawl-1', statement: DONE })).rejects.toThrow('died');
    steps.ledger.now += 80 * 60_000;
    expect((await plan('12:05', 'crawl-2')).intervals).toEqual([hour(11)]);
  });

  it('the rows of a statement are counted where detection does not tell', async () => {
    await plan('11:05');
    await crawl(hour(10));
    expect(await item(10)).toMatchObject({ rows: 21, statementMilliseconds: 1500 });
  });

  it('SQL that cannot be unloaded is no attempt', async () => {
    await plan('11:05');
    await expect(begin(hour(10), 'crawl-1', { ...SETTINGS, query: "select '{{ start }}'" })).rejects.toThrow('unknown placeholder "{{ start }}"');
    expect(await steps.ledger.items('interval')).toEqual({});
  });
});

it('intervals of another frequency that start at the same time stand for nothing', async () => {
  await plan('12:05');
  await crawl(hour(10));
  const tenMinutes = { ...SETTINGS, frequency: 'PT10M' as const, historyIntervals: 500 };
  await readHistory(steps.handle, '2026-11-23T11:05:00Z', 'bootstrap-2', tenMinutes);
  steps.ledger.now += 80 * 60_000;
  await steps.handle({ action: 'plan', settings: tenMinutes, scheduledTime: at('11:15'), execution: 'crawl-2' });
  expect((await steps.ledger.items('control')).watermark).toEqual({ next: at('11:00'), grid: 'PT10M Europe/Berlin', source: expect.any(String) });
  await crawl({ start: at('11:00'), end: at('11:10') }, 'crawl-2', tenMinutes);
  expect((await steps.ledger.items('interval'))[at('11:00')]).toMatchObject({ end: at('11:10'), state: 'FINISHED' });
});
