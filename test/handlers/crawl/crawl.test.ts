// SPDX-License-Identifier: Apache-2.0

import { before, readHistory, SETTINGS, startLedger, type TestLedger } from './ledger-table';
import type { AttemptPlan, ConnectorSettings, CrawlPlan, Failure, GivenUpDetail, Interval } from '../../../src/private/contract';

let ledger: TestLedger;
let handle: Awaited<ReturnType<TestLedger['fresh']>>;
let logged: jest.SpyInstance;
beforeAll(async () => { ledger = await startLedger(); });
afterAll(async () => ledger.stop());
beforeEach(async () => {
  ledger.now = Date.parse('2026-11-23T10:05:00Z');
  handle = await ledger.fresh();
  logged = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  await readHistory(handle, '2026-11-23T10:05:00Z'); // the crawl begins at 10:00
});

const hour = (start: number): Interval => ({ start: `2026-11-23T${start}:00:00Z`, end: `2026-11-23T${start + 1}:00:00Z` });
const at = (time: string) => `2026-11-23T${time}:00Z`;
const DONE = { Id: 'statement', Status: 'FINISHED', ResultRows: 21, Duration: 1_500_000_000 };
const plan = async (time: string, execution = 'crawl-1', settings = SETTINGS) =>
  await handle({ action: 'plan', settings, scheduledTime: at(time), execution }) as CrawlPlan;
const begin = async (interval: Interval, execution = 'crawl-1', settings = SETTINGS) =>
  await handle({ action: 'begin', settings, interval, execution }) as AttemptPlan;
const submitted = async (interval: Interval, execution = 'crawl-1', statementId = 'statement') =>
  handle({ action: 'submitted', interval, execution, statementId });
const finished = async (interval: Interval, execution = 'crawl-1', settings = SETTINGS) =>
  handle({ action: 'finished', settings, interval, execution, statement: DONE });
const failed = async (interval: Interval, execution = 'crawl-1', settings = SETTINGS, Cause = 'ERROR: out of disk', more = {}) =>
  await handle({ action: 'failed', settings, interval, execution, error: { Error: 'StatementFailed', Cause }, ...more }) as Failure;
/** The state machine tells of what is untold, and asks again, until nothing is. */
const tellAll = async (planned: () => Promise<CrawlPlan>) => {
  const told: any[] = [];
  for (let { untold } = await planned(); untold; { untold } = await planned()) {
    told.push(untold.detail);
    await handle({ action: 'told', untold });
  }
  return told;
};
const crawl = async (interval: Interval, execution = 'crawl-1', settings = SETTINGS) => {
  await begin(interval, execution, settings);
  await submitted(interval, execution);
  await finished(interval, execution, settings);
};
const metrics = () => logged.mock.calls.map(([line]) => JSON.parse(line));

describe('planning', () => {
  it('lists the intervals whose delay is over, oldest first', async () => {
    expect(await plan('12:05')).toEqual({ intervals: [hour(10), hour(11)], reason: '' });
  });

  it('waits for the delay, to the second, and then gives the lease back', async () => {
    const { intervals, reason } = await handle({ action: 'plan', settings: SETTINGS, scheduledTime: '2026-11-23T11:04:59Z', execution: 'crawl-1' }) as CrawlPlan;
    expect(intervals).toEqual([]);
    expect(reason).toBe('nothing is missing up to 2026-11-23T11:04:59Z with a delay of 300 seconds');
    expect(await ledger.items('control')).not.toHaveProperty('lease');
    expect((await plan('11:05', 'crawl-2')).intervals).toEqual([hour(10)]);
  });

  it('says what scheduled time it cannot read', async () => {
    await expect(handle({ action: 'plan', settings: SETTINGS, scheduledTime: '<aws.scheduler.scheduled-time>', execution: 'crawl-1' }))
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
    expect(await ledger.items('control')).not.toHaveProperty('lease');
  });

  it.each([['GetItemCommand', 'watermark', 2], ['DeleteItemCommand', 'lease', 1]] as const)(
    'a scheduled time that is left while the holder finds nothing more to do is not forgotten (before %s %s)', async (command, start, nth) => {
      const interrupted = before(ledger.client, command, start, async () => plan('11:05', 'crawl-2'), nth);
      expect(await ledger.handler(interrupted)({ action: 'plan', settings: SETTINGS, scheduledTime: at('11:00'), execution: 'crawl-1' }))
        .toEqual({ intervals: [hour(10)], reason: '' });
    });

  it('an execution that loses it while it finishes an interval leaves it to the one that has begun it anew', async () => {
    const overtaken = before(ledger.client, 'PutItemCommand', hour(10).start, async () => {
      ledger.now += 80 * 60_000;
      await plan('11:05', 'crawl-2');
      await begin(hour(10), 'crawl-2');
    });
    await plan('11:05');
    await begin(hour(10));
    await expect(ledger.handler(overtaken)({ action: 'finished', settings: SETTINGS, interval: hour(10), execution: 'crawl-1', statement: DONE }))
      .rejects.toMatchObject({ name: 'LeaseLost' });
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ state: 'UNLOADING', execution: 'crawl-2' });
    expect((await ledger.items('control')).watermark.next).toBe(hour(10).start);
    await finished(hour(10), 'crawl-2');
  });

  it('its holder may plan again', async () => {
    expect(await plan('12:05')).toEqual(await plan('12:05'));
  });

  it('lapses a quarter of an hour after the query time limit, and each step of its holder renews it', async () => {
    await plan('11:05');
    ledger.now += 74 * 60_000;
    await begin(hour(10));
    ledger.now += 74 * 60_000;
    await submitted(hour(10));
    ledger.now += 74 * 60_000;
    expect((await plan('12:05', 'crawl-2')).reason).toContain('execution crawl-1 is crawling');
    ledger.now += 2 * 60_000;
    expect((await plan('12:05', 'crawl-2')).intervals).toEqual([hour(10), hour(11)]);
  });

  it('an execution that has lost it can do nothing any more', async () => {
    await plan('11:05');
    await begin(hour(10));
    ledger.now += 80 * 60_000;
    await plan('11:05', 'crawl-2');
    const lost = { name: 'LeaseLost', message: expect.stringContaining('execution crawl-1 may not') };
    await expect(submitted(hour(10), 'crawl-1', 'late')).rejects.toMatchObject(lost);
    await expect(finished(hour(10))).rejects.toMatchObject(lost);
    await expect(begin(hour(10))).rejects.toMatchObject(lost);
    // what it had started is known to the one that took over, who cancels it
    expect((await begin(hour(10), 'crawl-2')).previousStatementId).toBe('late');
    await failed(hour(10));
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ state: 'UNLOADING', execution: 'crawl-2', attempts: 2 });
    expect((await ledger.items('control')).lease.execution).toBe('crawl-2');
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
    await handle({
      action: 'finished',
      settings: SETTINGS,
      interval: hour(10),
      execution: 'crawl-1',
      statement: { ...DONE, ResultRows: -1, Duration: -1 },
      detection: {
        interval: hour(10), rows: 7, bytes: 512, rowsRejected: 1, timeSeries: 3, anomalyGroupIds: ['g-1'], alertsDelivered: 0, alertsUndelivered: 0, detectorStatus: 'ACTIVE',
      },
    });
    expect(await ledger.items('interval')).toEqual({
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

  it('begun again by the same execution before a statement was accepted is the same attempt', async () => {
    await plan('11:05');
    expect(await begin(hour(10))).toEqual(await begin(hour(10)));
    await submitted(hour(10));
    const second = await begin(hour(10));
    expect(second.statementName).toContain('attempt 2');
    expect(second.previousStatementId).toBe('statement');
  });

  it('every attempt has a token of its own', async () => {
    await plan('12:05');
    const first = await begin(hour(10));
    await failed(hour(10));
    await plan('12:05', 'crawl-2');
    expect((await begin(hour(10), 'crawl-2')).clientToken).not.toBe(first.clientToken);
  });

  it('finished twice counts once', async () => {
    await plan('12:05');
    await crawl(hour(10));
    await finished(hour(10));
    expect(metrics().filter(line => line.IntervalsCrawled)).toHaveLength(1);
    await crawl(hour(11));
    await finished(hour(10)); // an answer that comes very late changes nothing
    expect((await ledger.items('control')).watermark.next).toBe(hour(12).start);
    await expect(begin(hour(10))).rejects.toThrow('is not the next one to crawl');
  });

  it('an execution that dies between finishing the interval and moving on leaves no double', async () => {
    await plan('12:05');
    const dying = before(ledger.client, 'PutItemCommand', 'watermark', async () => { throw new Error('the function died'); });
    await begin(hour(10));
    await expect(ledger.handler(dying)({ action: 'finished', settings: SETTINGS, interval: hour(10), execution: 'crawl-1', statement: DONE })).rejects.toThrow('died');
    ledger.now += 80 * 60_000;
    expect((await plan('12:05', 'crawl-2')).intervals).toEqual([hour(11)]);
  });

  it('the rows of a statement are counted where detection does not tell', async () => {
    await plan('11:05');
    await crawl(hour(10));
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ rows: 21, statementMilliseconds: 1500 });
  });

  it('SQL that cannot be unloaded is no attempt', async () => {
    await plan('11:05');
    await expect(begin(hour(10), 'crawl-1', { ...SETTINGS, query: "select '{{ start }}'" })).rejects.toThrow('unknown placeholder "{{ start }}"');
    expect(await ledger.items('interval')).toEqual({});
  });
});

describe('an interval that fails', () => {
  it('is tried again by the next run, and its statement is to be cancelled first', async () => {
    await plan('12:05');
    await begin(hour(10));
    await submitted(hour(10));
    await failed(hour(10));
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ state: 'FAILED', attempts: 1, error: 'StatementFailed: ERROR: out of disk' });
    expect(await ledger.items('control')).not.toHaveProperty('lease');
    expect((await plan('13:05', 'crawl-2')).intervals).toEqual([hour(10), hour(11), hour(12)]);
    expect((await begin(hour(10), 'crawl-2')).previousStatementId).toBe('statement');
    await finished(hour(10), 'crawl-2');
    const item = (await ledger.items('interval'))[hour(10).start];
    expect(item).toMatchObject({ state: 'FINISHED', attempts: 2, execution: 'crawl-2' });
    expect(item).not.toHaveProperty('error');
  });

  it('is listed as failed after the last attempt, and the crawl goes on', async () => {
    for (const attempt of [1, 2, 3]) {
      expect((await plan('12:05', `crawl-${attempt}`)).intervals[0]).toEqual(hour(10));
      await begin(hour(10), `crawl-${attempt}`);
      const detail = {
        connector: 'Ecommerce',
        execution: `crawl-${attempt}`,
        ...hour(10),
        attempt,
        givenUp: attempt === 3,
        again: false,
        statementId: '',
        error: { name: 'StatementFailed', message: 'ERROR: out of disk' },
      };
      const untold = { detailType: 'Redshift Lookout Interval Failed', detail };
      expect((await failed(hour(10), `crawl-${attempt}`)).untold).toMatchObject(untold);
      expect((await failed(hour(10), `crawl-${attempt}`)).untold).toMatchObject(untold); // the state machine may ask twice
    }
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ state: 'FAILED', attempts: 3, givenUp: true });
    expect((await plan('12:05', 'crawl-4')).intervals).toEqual([hour(11)]);
    expect(metrics().filter(line => line.IntervalsFailed === 1)).toHaveLength(1);
  });

  it('is told of by the next plan, and the one after, until an event has told of it', async () => {
    await plan('12:05');
    await begin(hour(10));
    await failed(hour(10)); // the execution dies before the event, or the bus takes none
    const { untold } = await plan('12:05', 'crawl-2');
    expect(untold).toMatchObject({ detailType: 'Redshift Lookout Interval Failed', detail: { ...hour(10), execution: 'crawl-1', attempt: 1 } });
    expect((await plan('12:05', 'crawl-2')).untold).toEqual(untold);
    await begin(hour(10), 'crawl-2');
    await failed(hour(10), 'crawl-2'); // untold as well, and the first one still is
    const told = await tellAll(() => plan('12:05', 'crawl-3'));
    expect(told).toEqual([expect.objectContaining({ execution: 'crawl-1' }), expect.objectContaining({ execution: 'crawl-2', attempt: 2 })]);
    expect(await ledger.items('untold')).toEqual({});
  });

  it.each([
    ['PutItemCommand', `${hour(10).start} crawl-1`], ['PutItemCommand', hour(10).start], ['GetItemCommand', 'watermark'], ['DeleteItemCommand', 'lease'],
  ] as const)('is told of and counted wherever the function breaks that records it (before %s %s)', async (command, start) => {
    const settings = { ...SETTINGS, maxAttempts: 1 };
    await plan('12:05', 'crawl-1', settings);
    await begin(hour(10), 'crawl-1', settings);
    const broken = ledger.handler(before(ledger.client, command, start, async () => { throw new Error('broken'); }));
    const event = { action: 'failed', settings, interval: hour(10), execution: 'crawl-1', error: { Error: 'StatementFailed', Cause: 'out of disk' } } as const;
    await expect(broken(event)).rejects.toThrow('broken');
    ledger.now += 80 * 60_000;
    const told = await tellAll(() => plan('12:05', 'crawl-2', settings));
    const known = command === 'PutItemCommand' && start !== hour(10).start
      ? { name: 'ExecutionSilent', message: 'execution crawl-1 fell silent during attempt 1 of 1: it was stopped, or could not tell why it failed' }
      : { name: 'StatementFailed', message: 'out of disk' };
    expect(told.map(({ execution, attempt, error }) => ({ execution, attempt, error }))).toContainEqual({ execution: 'crawl-1', attempt: 1, error: known });
    const { intervals } = await plan('12:05', 'crawl-2', settings);
    if (intervals[0].start === hour(10).start) {
      expect((await begin(hour(10), 'crawl-2', settings)).exhausted).not.toBe('');
      await failed(hour(10), 'crawl-2', settings);
    }
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ state: 'FAILED', givenUp: true });
    expect(metrics().filter(line => line.IntervalsFailed === 1).length).toBeGreaterThanOrEqual(1);
  });

  it('is tried once more where the last execution ended without a word: the detector may have its rows', async () => {
    for (const attempt of [1, 2, 3]) {
      await plan('12:05', `crawl-${attempt}`);
      expect(await begin(hour(10), `crawl-${attempt}`)).toMatchObject({ repeated: attempt > 1, exhausted: '' });
      ledger.now += 80 * 60_000;
    }
    const silent = 'ExecutionSilent: execution crawl-3 fell silent during attempt 3 of 3: it was stopped, or could not tell why it failed';
    expect((await plan('12:05', 'crawl-4')).intervals[0]).toEqual(hour(10));
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ state: 'FAILED', error: silent });
    expect(await begin(hour(10), 'crawl-4')).toMatchObject({ repeated: true, exhausted: silent });
    expect(await begin(hour(10), 'crawl-4')).toMatchObject({ repeated: true, exhausted: silent });
    await failed(hour(10), 'crawl-4', SETTINGS, silent);
    expect((await plan('12:05', 'crawl-5')).intervals).toEqual([hour(11)]);
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ state: 'FAILED', givenUp: true, error: `StatementFailed: ${silent}` });
    const told = await tellAll(() => plan('12:05', 'crawl-5'));
    expect(told.map(({ execution, attempt, givenUp }) => [execution, attempt, givenUp])).toEqual([
      ['crawl-1', 1, false], ['crawl-2', 2, false], ['crawl-3', 3, false], ['crawl-4', 4, true],
    ]);
  });

  it('is told of where a function had begun it that went on after its execution had ended, when the next plan was made', async () => {
    await plan('12:05');
    const late = ledger.handler(before(ledger.client, 'PutItemCommand', hour(10).start, async () => {
      ledger.now += 80 * 60_000;
      await plan('12:05', 'crawl-2');
    }));
    await late({ action: 'begin', settings: SETTINGS, interval: hour(10), execution: 'crawl-1' });
    expect(await begin(hour(10), 'crawl-2')).toMatchObject({ repeated: true, exhausted: '' });
    expect((await tellAll(() => plan('12:05', 'crawl-2'))).map(({ execution, attempt }) => [execution, attempt])).toEqual([['crawl-1', 1]]);
  });

  it('is not given up while the detector has its rows, or may have them', async () => {
    for (const attempt of [1, 2, 3, 4, 5]) {
      await plan('12:05', `crawl-${attempt}`);
      expect((await begin(hour(10), `crawl-${attempt}`)).exhausted).toBe(attempt > 3 ? 'StatementFailed: no table' : '');
      const { untold } = await failed(hour(10), `crawl-${attempt}`, SETTINGS, 'no table', { undecided: true });
      expect(untold!.detail).toMatchObject({ attempt, givenUp: false });
    }
    await plan('12:05', 'crawl-6');
    await begin(hour(10), 'crawl-6');
    await finished(hour(10), 'crawl-6');
    expect((await ledger.items('interval'))[hour(10).start]).toMatchObject({ state: 'FINISHED', attempts: 6 });
  });

  it('a run that breaks after its interval was finished has no failed interval to tell of', async () => {
    await plan('12:05');
    await crawl(hour(10));
    expect(await failed(hour(10))).toEqual({});
    expect(await ledger.items('untold')).toEqual({});
  });

  it('keeps a readable, bounded reason: the message of a Lambda error, hostile text as it is', async () => {
    await plan('11:05');
    await begin(hour(10));
    await failed(hour(10), 'crawl-1', SETTINGS, JSON.stringify({ errorType: 'RangeError', errorMessage: `<b>$$'"\n漢${'🙂'.repeat(3000)}`, trace: [] }));
    const { error } = (await ledger.items('interval'))[hour(10).start];
    expect(error.startsWith('RangeError: <b>$$\'"\n漢🙂🙂')).toBe(true);
    expect(Array.from(error)).toHaveLength(1000);
  });

  it('a failure before the attempt was begun is no attempt, and gives the lease back', async () => {
    await plan('11:05');
    expect((await failed(hour(10))).untold!.detail).toMatchObject({ attempt: 0, givenUp: false, statementId: '' });
    expect(await ledger.items('interval')).toEqual({});
    expect(await ledger.items('control')).not.toHaveProperty('lease');
  });
});

describe('a query that chooses its rows itself', () => {
  const settings: ConnectorSettings = { ...SETTINGS, query: 'select * from t where ts < DATEADD(hour, 0, getdate()) and ts > DATEADD(hour, -1, getdate())' };

  it('is run for the newest interval only; the others are listed as failed', async () => {
    expect((await plan('13:05', 'crawl-1', settings)).intervals).toEqual([hour(12)]);
    expect((await begin(hour(12), 'crawl-1', settings)).chosenByQuery).toBe(true);
    await handle({
      action: 'finished',
      settings,
      interval: hour(12),
      execution: 'crawl-1',
      statement: DONE,
      detection: {
        interval: hour(11), rows: 7, bytes: 512, rowsRejected: 0, timeSeries: 3, anomalyGroupIds: [], alertsDelivered: 0, alertsUndelivered: 0, detectorStatus: 'ACTIVE',
      },
    });
    const items = await ledger.items('interval');
    expect(items[hour(10).start]).toMatchObject({ state: 'FAILED', givenUp: true, error: expect.stringContaining('the query has no {{start}} and {{end}}') });
    expect(items[hour(11).start]).toMatchObject({ state: 'FAILED', givenUp: true, attempts: 0 });
    expect(items[hour(12).start]).toMatchObject({ state: 'FINISHED', countedFor: hour(11).start });
    expect(metrics()).toContainEqual(expect.objectContaining({ IntervalsFailed: 2 }));
    expect((await plan('13:05', 'crawl-1', settings)).intervals).toEqual([]);
  });

  it('also after a gap of months', async () => {
    const { intervals, untold } = await handle({ action: 'plan', settings, scheduledTime: '2026-12-03T10:05:00Z', execution: 'crawl-1' }) as CrawlPlan;
    expect(untold).toMatchObject({
      detailType: 'Redshift Lookout Intervals Given Up',
      detail: {
        connector: 'Ecommerce', execution: 'crawl-1', count: 239, start: hour(10).start, end: '2026-12-03T09:00:00Z', error: expect.stringContaining('the interval was missed'),
      },
    });
    expect(intervals).toEqual([{ start: '2026-12-03T09:00:00Z', end: '2026-12-03T10:00:00Z' }]);
    expect(Object.values(await ledger.items('interval')).filter(item => item.givenUp)).toHaveLength(239);
  });

  it('what was given up is told until an event has told of it, whatever is lost', async () => {
    const lost = async (execution: string) => await handle({ action: 'plan', settings, scheduledTime: '2026-11-23T13:05:00Z', execution }) as CrawlPlan;
    const givenUp = { count: 2, start: hour(10).start, end: hour(11).end, error: expect.stringContaining('the interval was missed') };
    const detail = async (execution: string) => (await lost(execution)).untold!.detail;
    expect(await detail('crawl-1')).toMatchObject(givenUp); // the answer is lost, and the state machine asks again
    expect(await detail('crawl-1')).toMatchObject(givenUp);
    expect((await plan('13:05', 'crawl-2', settings))).not.toHaveProperty('untold'); // the one that crawls tells
    ledger.now += 10 * 3600_000;
    const untold = (await lost('crawl-3')).untold!;
    expect(untold.detail).toMatchObject(givenUp);
    await handle({ action: 'told', untold: { ...untold, version: 'of an earlier plan' } });
    expect(await detail('crawl-3')).toMatchObject(givenUp);
    await handle({ action: 'told', untold });
    await handle({ action: 'told', untold });
    expect(await lost('crawl-3')).not.toHaveProperty('untold');
  });

  it('a plan that breaks between giving up and telling is made up for by the next one', async () => {
    for (const start of [hour(10).start, hour(11).start, 'watermark', 'given up']) {
      handle = await ledger.fresh();
      await readHistory(handle, '2026-11-23T10:05:00Z');
      const breaks = async () => { throw new Error('broken'); };
      const broken = ledger.handler(before(ledger.client, 'PutItemCommand', start, breaks));
      await expect(broken({ action: 'plan', settings, scheduledTime: '2026-11-23T13:05:00Z', execution: 'crawl-1' })).rejects.toThrow('broken');
      const { untold, intervals } = await plan('13:05', 'crawl-1', settings);
      const { count, start: first, end } = untold!.detail as GivenUpDetail;
      expect([start, count, first, end, intervals]).toEqual([start, 2, hour(10).start, hour(11).end, [hour(12)]]);
    }
  });
});

it('intervals of another frequency that start at the same time stand for nothing', async () => {
  await plan('12:05');
  await crawl(hour(10));
  const tenMinutes = { ...SETTINGS, frequency: 'PT10M' as const, historyIntervals: 500 };
  await readHistory(handle, '2026-11-23T11:05:00Z', 'bootstrap-2', tenMinutes);
  ledger.now += 80 * 60_000;
  await handle({ action: 'plan', settings: tenMinutes, scheduledTime: at('11:15'), execution: 'crawl-2' });
  expect((await ledger.items('control')).watermark).toEqual({ next: at('11:00'), grid: 'PT10M Europe/Berlin' });
  await crawl({ start: at('11:00'), end: at('11:10') }, 'crawl-2', tenMinutes);
  expect((await ledger.items('interval'))[at('11:00')]).toMatchObject({ end: at('11:10'), state: 'FINISHED' });
});
