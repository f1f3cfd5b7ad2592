// SPDX-License-Identifier: Apache-2.0

import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { readChunk, readHistory, SETTINGS, startLedger, type TestLedger } from './ledger-table';
import type { CrawlPlan, HistoryPlan } from '../../../src/private/contract';

let ledger: TestLedger;
let handle: Awaited<ReturnType<TestLedger['fresh']>>;
beforeAll(async () => { ledger = await startLedger(); });
afterAll(async () => ledger.stop());
beforeEach(async () => {
  handle = await ledger.fresh();
  jest.spyOn(console, 'log').mockImplementation(() => undefined); // metrics
});

const planHistory = async (now: string, execution = 'bootstrap-1', settings = SETTINGS) =>
  await handle({ action: 'planHistory', settings, now, execution }) as HistoryPlan;
const plan = async (scheduledTime: string, execution = 'crawl-1', settings = SETTINGS) =>
  await handle({ action: 'plan', settings, scheduledTime, execution }) as CrawlPlan;

it('the history ends with the newest interval whose delay is over', async () => {
  const unload = await planHistory('2026-11-23T10:05:00.123Z');
  expect(unload).toMatchObject({
    interval: { start: '2026-11-21T10:00:00Z', end: '2026-11-23T10:00:00Z' },
    folder: expect.stringMatching(/^s3:\/\/data\/history\/20261121-1100-[0-9a-f]{12}-$/),
    statementName: 'Ecommerce history 2026-11-21T10:00:00Z to 2026-11-23T10:00:00Z',
    previousStatementId: '',
    chosenByQuery: false,
    remaining: 1,
  });
  expect(unload.sql).toContain("ts >= '2026-11-21 11:00:00' and ts < '2026-11-23 11:00:00'");
  expect(unload.clientToken).toMatch(/^[0-9a-f]{64}$/);
  expect((await planHistory('2026-11-23T10:04:59Z', 'bootstrap-0b').catch(error => error.message))).toContain('started later');
});

it('the delay of an interval that has just ended is waited for', async () => {
  expect((await planHistory('2026-11-23T10:04:59Z')).interval.end).toBe('2026-11-23T09:00:00Z');
});

it('asked again it answers the same', async () => {
  expect(await planHistory('2026-11-23T10:05:00Z')).toEqual(await planHistory('2026-11-23T10:05:00Z'));
});

it('the historical query is used where there is one, and may choose its rows itself', async () => {
  const unload = await planHistory('2026-11-23T10:05:00Z', 'bootstrap-1', { ...SETTINGS, historicalQuery: 'select * from t where ts < dateadd(hour, -1, sysdate)' });
  expect(unload.sql).toContain('select * from t where ts < dateadd(hour, -1, sysdate)');
  expect(unload.chosenByQuery).toBe(true);
  await expect(planHistory('2026-11-23T10:05:00Z', 'bootstrap-2', { ...SETTINGS, historicalQuery: "select '{{ end }}'" }))
    .rejects.toThrow('historicalQuery contains the unknown placeholder "{{ end }}"');
});

it('nothing is crawled before the history is finished; then the crawl begins at its end', async () => {
  expect(await plan('2026-11-23T10:05:00Z')).toEqual({ intervals: [], reason: 'no history run has finished yet: the crawl begins at its end' });
  const { interval } = await planHistory('2026-11-23T10:05:00Z');
  await handle({ action: 'historySubmitted', execution: 'bootstrap-1', interval, statementId: 's-1' });
  expect((await plan('2026-11-23T11:05:00Z')).reason).toBe('the history is being read by bootstrap-1: the crawl begins at its end');
  await handle({ action: 'historyUnloaded', execution: 'bootstrap-1', interval, statement: { Id: 's-1', Status: 'FINISHED', ResultRows: 12, Duration: 3_000_000 } });
  expect(await planHistory('2026-11-23T10:05:00Z')).toMatchObject({ remaining: 0, sql: '', previousStatementId: '' });
  await handle({ action: 'historyFinished', execution: 'bootstrap-1' });
  expect((await plan('2026-11-23T11:05:00Z')).intervals).toEqual([{ start: '2026-11-23T10:00:00Z', end: '2026-11-23T11:00:00Z' }]);
  expect(await ledger.items('history')).toEqual({
    'bootstrap-1': {
      from: '2026-11-21T10:00:00Z',
      to: '2026-11-23T10:00:00Z',
      grid: 'PT1H Europe/Berlin',
      source: expect.any(String),
      state: 'FINISHED',
      folder: 's3://data/history/',
      startedAt: '2026-11-23T10:05:00Z',
      finishedAt: '2026-11-23T10:05:00Z',
      reading: 'bootstrap-1',
      chunks: 1,
      chunksRead: 1,
      chunk: { start: '2026-11-21T10:00:00Z', end: '2026-11-23T10:00:00Z' },
      rows: 12,
      statementMilliseconds: 3,
    },
  });
  expect(await ledger.items('historyChunk')).toEqual({
    '2026-11-21T10:00:00Z': expect.objectContaining({ end: '2026-11-23T10:00:00Z', state: 'FINISHED', statementId: 's-1', rows: 12, prefix: expect.stringMatching(/^s3:\/\/data\/history\/20261121-1100-/) }),
  });
});

describe('when the history is read again', () => {
  beforeEach(async () => readHistory(handle, '2026-11-23T10:05:00Z'));

  it('the crawl stands still, and goes on at the new end: what became due meanwhile is in the history', async () => {
    await planHistory('2026-11-23T13:10:00Z', 'bootstrap-2');
    expect((await plan('2026-11-23T14:05:00Z')).reason).toContain('being read by bootstrap-2');
    await readHistory(handle, '2026-11-23T13:10:00Z', 'bootstrap-2');
    expect((await plan('2026-11-23T14:05:00Z')).intervals).toEqual([{ start: '2026-11-23T13:00:00Z', end: '2026-11-23T14:00:00Z' }]);
  });

  it('an interval that was under way counts once: its execution finishes it, and the next one begins at the newer bound', async () => {
    const { intervals: [interval] } = await plan('2026-11-23T11:05:00Z');
    await handle({ action: 'begin', settings: SETTINGS, interval, execution: 'crawl-1' });
    await readHistory(handle, '2026-11-23T12:30:00Z', 'bootstrap-2');
    await handle({ action: 'finished', settings: SETTINGS, interval, execution: 'crawl-1', statement: { Id: 's', Status: 'FINISHED' } });
    expect((await ledger.items('control')).watermark.next).toBe('2026-11-23T12:00:00Z');
    await expect(handle({ action: 'begin', settings: SETTINGS, interval: { start: '2026-11-23T11:00:00Z', end: '2026-11-23T12:00:00Z' }, execution: 'crawl-1' }))
      .rejects.toThrow('the interval 2026-11-23T11:00:00Z is not the next one to crawl: the crawl stands at 2026-11-23T12:00:00Z');
  });

  it('with a delay that was made longer, it holds all that was crawled before, for a detector that learns anew', async () => {
    await readHistory(handle, '2026-11-23T10:30:00Z', 'bootstrap-2', { ...SETTINGS, delaySeconds: 7200 });
    expect((await ledger.items('history'))['bootstrap-2'].to).toBe('2026-11-23T10:00:00Z');
    expect((await ledger.items('control')).watermark.next).toBe('2026-11-23T10:00:00Z');
  });

  it('an execution with another query, or on another warehouse or bucket, crawls nothing of what follows', async () => {
    const warehouse = { ClusterIdentifier: 'orders', Database: 'shop', SecretArn: 'secret' };
    const { intervals: [interval] } = await plan('2026-11-23T11:05:00Z', 'old');
    const begin = (settings = SETTINGS, more: object = {}) => handle({ action: 'begin', settings, interval, execution: 'old', ...more });
    await begin();
    const changed = { ...SETTINGS, query: SETTINGS.query.replace('views', 'views * 2 as views') };
    await readHistory(handle, '2026-11-23T10:30:00Z', 'bootstrap-2', changed, warehouse);
    // of the plan that it made before
    await expect(begin()).rejects.toThrow('the history was read by another query, or from another warehouse or bucket');
    const planned = async (settings = changed, more: object = { warehouse }) => (
      handle({ action: 'plan', settings, scheduledTime: '2026-11-23T11:05:00Z', execution: 'old', ...more }) as Promise<CrawlPlan>);
    for (const given of [planned(SETTINGS), planned({ ...changed, bucketName: 'other' }), planned(changed, { warehouse: { ...warehouse, Database: 'old' } })]) {
      expect(await given).toMatchObject({ intervals: [], reason: expect.stringContaining('another query') });
    }
    expect(await ledger.items('control')).not.toHaveProperty('lease');
    expect((await planned(changed, { warehouse: { ...warehouse, SecretArn: 'rotated' } })).intervals).toEqual([interval]);
  });

  it('for another frequency, the crawl begins at the end of the new history, also where the old one was ahead', async () => {
    const daily = { ...SETTINGS, frequency: 'P1D' as const };
    expect((await plan('2026-11-24T00:00:00Z', 'crawl-1', daily)).reason)
      .toContain('the history was read for intervals of PT1H Europe/Berlin, and the connector now has P1D Europe/Berlin');
    await readHistory(handle, '2026-11-23T12:00:00Z', 'bootstrap-2', daily);
    expect((await plan('2026-11-24T00:00:00Z', 'crawl-1', daily)).intervals).toEqual([{ start: '2026-11-22T23:00:00Z', end: '2026-11-23T23:00:00Z' }]);
  });

  it('the statement of a run that has not ended is to be cancelled first', async () => {
    const { interval } = await planHistory('2026-11-23T12:00:00Z', 'bootstrap-2');
    await handle({ action: 'historySubmitted', execution: 'bootstrap-2', interval, statementId: 's-2' });
    expect((await planHistory('2026-11-23T12:01:00Z', 'bootstrap-3')).previousStatementId).toBe('s-2');
    expect((await planHistory('2026-11-23T12:01:00Z', 'bootstrap-3')).previousStatementId).toBe('s-2');
  });

  it('a run that was overtaken changes nothing when it ends', async () => {
    await planHistory('2026-11-23T12:05:00Z', 'bootstrap-2');
    await planHistory('2026-11-23T13:05:00Z', 'bootstrap-3');
    await handle({ action: 'historyFinished', execution: 'bootstrap-2' });
    expect((await plan('2026-11-23T14:05:00Z')).reason).toContain('being read by bootstrap-3');
    await readHistory(handle, '2026-11-23T13:05:00Z', 'bootstrap-3');
    await handle({ action: 'historyFailed', execution: 'bootstrap-2', error: { Error: 'late', Cause: '' } });
    expect((await plan('2026-11-23T14:05:00Z')).intervals).toHaveLength(1);
  });

  it('a run that failed holds the crawl back with its reason, until one finishes', async () => {
    await planHistory('2026-11-23T12:05:00Z', 'bootstrap-2');
    await handle({ action: 'historyFailed', execution: 'bootstrap-2', error: { Error: 'StatementFailed', Cause: 'ERROR: permission denied for relation "orders"' } });
    expect((await plan('2026-11-23T14:05:00Z')).reason)
      .toContain('the history run bootstrap-2 failed: StatementFailed: ERROR: permission denied for relation "orders". The crawl begins when');
    expect((await ledger.items('history'))['bootstrap-2']).toMatchObject({ state: 'FAILED', error: 'StatementFailed: ERROR: permission denied for relation "orders"' });
    await readHistory(handle, '2026-11-23T13:05:00Z', 'bootstrap-3');
    expect((await plan('2026-11-23T14:05:00Z')).intervals).toHaveLength(1);
  });

  it('so does a run that could not be planned', async () => {
    const cause = JSON.stringify({ errorType: 'Error', errorMessage: 'query contains $$', trace: ['…'] });
    await handle({ action: 'historyFailed', execution: 'bootstrap-2', error: { Error: 'Error', Cause: cause } });
    expect((await plan('2026-11-23T14:05:00Z')).reason).toContain('the history run bootstrap-2 failed: query contains $$.');
  });
});

describe('a history in chunks', () => {
  const settings = { ...SETTINGS, historyIntervals: 60, historyChunkIntervals: 24 };
  const NOW = '2026-11-23T10:05:00Z'; // history from 11 hours of November 20th to 10 hours of November 23rd, in Berlin
  const planned = async (execution = 'bootstrap-1', now = NOW, more = settings) => planHistory(now, execution, more);
  const keys = async () => ((await ledger.files.send(new ListObjectsV2Command({ Bucket: 'data' }))).Contents ?? []).map(({ Key }) => Key);
  const put = async (Key: string) => ledger.files.send(new PutObjectCommand({ Bucket: 'data', Key, Body: 'ts' }));

  it('is read by one statement each, oldest first, cut at days of the wall clock', async () => {
    const folders: string[] = [];
    for (let chunk = await planned(); chunk.remaining > 0; chunk = await planned()) {
      folders.push(`${chunk.remaining} ${chunk.folder.replace(/[0-9a-f]{12}-$/, '')} ${chunk.interval.start} ${chunk.interval.end}`);
      expect(await planned()).toEqual(chunk);
      await readChunk(handle, chunk, 'bootstrap-1');
    }
    expect(folders).toEqual([
      '4 s3://data/history/20261120-2300- 2026-11-20T22:00:00Z 2026-11-20T23:00:00Z',
      '3 s3://data/history/20261121-0000- 2026-11-20T23:00:00Z 2026-11-21T23:00:00Z',
      '2 s3://data/history/20261122-0000- 2026-11-21T23:00:00Z 2026-11-22T23:00:00Z',
      '1 s3://data/history/20261123-0000- 2026-11-22T23:00:00Z 2026-11-23T10:00:00Z',
    ]);
    expect((await ledger.items('history'))['bootstrap-1']).toMatchObject({ chunks: 4, chunksRead: 4, rows: 4000, statementMilliseconds: 8000 });
  });

  it('tells its progress as a metric', async () => {
    const log = jest.spyOn(console, 'log');
    log.mockClear();
    await readHistory(handle, NOW, 'bootstrap-1', settings);
    expect(log.mock.calls.map(([line]) => JSON.parse(line).HistoryProgress)).toEqual([0, 25, 50, 75, 100]);
  });

  it('cannot be finished before all of them are read', async () => {
    await readChunk(handle, await planned(), 'bootstrap-1');
    await planned();
    await expect(handle({ action: 'historyFinished', execution: 'bootstrap-1' })).rejects.toThrow('the history run bootstrap-1 has read 1 of 4 chunks');
    expect((await plan('2026-11-23T11:05:00Z')).intervals).toEqual([]);
  });

  it('is gone on with by the run after one that broke; only what its time changes is read again', async () => {
    for (let read = 0; read < 3; read++) await readChunk(handle, await planned(), 'bootstrap-1');
    await planned();
    await handle({ action: 'historyFailed', execution: 'bootstrap-1', error: { Error: 'StatementFailed', Cause: 'out of disk' } });
    expect((await ledger.items('historyChunk'))['2026-11-22T23:00:00Z']).toMatchObject({ state: 'FAILED', error: 'StatementFailed: out of disk' });

    const starts: string[] = [];
    const later = '2026-11-23T12:05:00Z'; // the first chunk of the run before is too old for this one, and the last too short
    for (let chunk = await planned('bootstrap-2', later); chunk.remaining > 0; chunk = await planned('bootstrap-2', later)) {
      starts.push(`${chunk.interval.start} ${chunk.interval.end}`);
      await readChunk(handle, chunk, 'bootstrap-2');
    }
    expect(starts).toEqual(['2026-11-21T00:00:00Z 2026-11-21T23:00:00Z', '2026-11-22T23:00:00Z 2026-11-23T12:00:00Z']);
    await handle({ action: 'historyFinished', execution: 'bootstrap-2' });
    expect((await ledger.items('history'))['bootstrap-2']).toMatchObject({ state: 'FINISHED', reading: 'bootstrap-1', chunks: 3, rows: 3000 });
  });

  it.each([
    ['another query', { ...settings, historicalQuery: "select 1 where '{{start}}' < '{{end}}'" }],
    ['another time zone', { ...settings, timezone: 'UTC' }],
  ])('is begun anew for %s', async (_, changed) => {
    await readChunk(handle, await planned(), 'bootstrap-1');
    expect((await planned('bootstrap-2', NOW, changed)).remaining).toBe(4);
  });

  it('is begun anew in another warehouse, and when the run before was finished', async () => {
    const from = async (Database: string, execution: string) =>
      await handle({ action: 'planHistory', settings, warehouse: { Database }, now: NOW, execution }) as HistoryPlan;
    await readChunk(handle, await from('sales', 'bootstrap-1'), 'bootstrap-1');
    expect((await from('sales', 'bootstrap-2')).remaining).toBe(3);
    expect((await from('archive', 'bootstrap-3')).remaining).toBe(4);
    await readHistory(handle, NOW, 'bootstrap-4', settings);
    expect((await planned('bootstrap-5')).remaining).toBe(4);
  });

  it('a run that was overtaken is told so, before its statement writes what the newer one has written', async () => {
    const { interval } = await planned();
    await planned('bootstrap-2', '2026-11-23T10:06:00Z');
    await expect(handle({ action: 'historySubmitted', execution: 'bootstrap-1', interval, statementId: 's' }))
      .rejects.toThrow('the history run bootstrap-1 is not the newest any more: bootstrap-2 has taken over');
    await handle({ action: 'historyUnloaded', execution: 'bootstrap-1', interval, statement: { Id: 's', Status: 'FINISHED' } });
    expect((await planned('bootstrap-2', '2026-11-23T10:06:00Z')).remaining).toBe(4);
    await expect(planned()).rejects.toThrow('the history run bootstrap-2 started later');
  });

  it('a query that chooses its rows itself is run once', async () => {
    expect(await planned('bootstrap-1', NOW, { ...settings, historicalQuery: 'select * from t where ts < sysdate' } as never)).toMatchObject({ remaining: 1, interval: { end: '2026-11-23T10:00:00Z' } });
  });

  it('a statement of which nobody knows whether there is one is submitted again by the next run, by its token and to its files', async () => {
    const chunked = { ...SETTINGS, historyChunkIntervals: 24 };
    const next = (execution: string) => planHistory('2026-11-23T10:05:00Z', execution, chunked);
    const first = await next('bootstrap-1');
    await handle({ action: 'historyFailed', execution: 'bootstrap-1', error: { Error: 'RedshiftData.SdkClientException', Cause: 'no answer' } });
    const same = { sql: first.sql, clientToken: first.clientToken, folder: first.folder };
    expect(await next('bootstrap-2')).toMatchObject(same);
    expect(await next('bootstrap-2')).toMatchObject(same);
    await handle({ action: 'historyFailed', execution: 'bootstrap-2', error: { Error: 'RedshiftData.SdkClientException', Cause: 'no answer' } });
    const third = await next('bootstrap-3');
    expect(third).toMatchObject(same);
    await handle({ action: 'historySubmitted', execution: 'bootstrap-3', interval: third.interval, statementId: 's-1' });
    await handle({ action: 'historyFailed', execution: 'bootstrap-3', error: { Error: 'StatementFailed', Cause: 'disk full' } });
    const fourth = await next('bootstrap-4');
    expect(fourth.previousStatementId).toBe('s-1');
    expect([fourth.clientToken, fourth.folder]).not.toEqual([first.clientToken, first.folder]);
    expect(fourth.folder).not.toBe(first.folder);
  });

  it('the files of a statement have names that no other has', async () => {
    const { interval, folder, sql } = await planned();
    expect(sql).toContain(`TO '${folder}'`);
    expect(sql).not.toMatch(/CLEANPATH|ALLOWOVERWRITE/);
    await handle({ action: 'historySubmitted', execution: 'bootstrap-1', interval, statementId: 's-1' });
    expect((await planned('bootstrap-2', '2026-11-23T10:06:00Z')).folder).not.toBe(folder);
  });

  it('when all is read, the folder holds what was read and nothing else', async () => {
    const strays = ['history/0000_part_00', 'history/20261120-2300-0123456789ab-0000_part_00', 'history/20261121-0000/0000_part_00'];
    for (const key of [...strays, 'live/20261119/0000/000']) await put(key);
    const unload = async (execution: string, now: string) => {
      const chunk = await planned(execution, now);
      const written = ['0000_part_00', '0001_part_00'].map(name => `${chunk.folder.replace('s3://data/', '')}${name}`);
      for (const key of written) await put(key);
      return { chunk, written };
    };
    const first = await unload('bootstrap-1', NOW);
    await readChunk(handle, first.chunk, 'bootstrap-1');
    const broken = await unload('bootstrap-1', NOW); // its statement fails when files have been written
    await handle({ action: 'historySubmitted', execution: 'bootstrap-1', interval: broken.chunk.interval, statementId: 's-2' });
    const second = await unload('bootstrap-2', '2026-11-23T10:06:00Z');
    expect(second.chunk.interval).toEqual(broken.chunk.interval);
    expect((await keys()).length).toBe(strays.length + 7);
    await readHistory(handle, '2026-11-23T10:06:00Z', 'bootstrap-2', settings);
    expect(await keys()).toEqual([...first.written, ...second.written, 'live/20261119/0000/000'].sort());
  });
});

it('a run that the ledger does not know cannot finish', async () => {
  await expect(handle({ action: 'historyFinished', execution: 'bootstrap-9' }))
    .rejects.toThrow('the history run bootstrap-9 is not in the ledger');
});

it('an unknown action is refused', async () => {
  await expect(handle({ action: 'begone' } as never)).rejects.toThrow('action "begone" is unknown to the crawl function');
});
