import { readHistory, SETTINGS, startLedger, type TestLedger } from './ledger-table';
import type { CrawlPlan, UnloadPlan } from '../../../src/private/contract';

let ledger: TestLedger;
let handle: Awaited<ReturnType<TestLedger['fresh']>>;
beforeAll(async () => { ledger = await startLedger(); });
afterAll(async () => ledger.stop());
beforeEach(async () => {
  handle = await ledger.fresh();
  jest.spyOn(console, 'log').mockImplementation(() => undefined); // metrics
});

const planHistory = async (now: string, execution = 'bootstrap-1', settings = SETTINGS) =>
  await handle({ action: 'planHistory', settings, now, execution }) as UnloadPlan;
const plan = async (scheduledTime: string, execution = 'crawl-1', settings = SETTINGS) =>
  await handle({ action: 'plan', settings, scheduledTime, execution }) as CrawlPlan;

it('the history ends with the newest interval whose delay is over', async () => {
  const unload = await planHistory('2026-11-23T10:05:00.123Z');
  expect(unload).toMatchObject({
    interval: { start: '2026-11-21T10:00:00Z', end: '2026-11-23T10:00:00Z' },
    folder: 's3://data/history/',
    statementName: 'Ecommerce history 2026-11-21T10:00:00Z to 2026-11-23T10:00:00Z',
    previousStatementId: '',
    chosenByQuery: false,
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
  await planHistory('2026-11-23T10:05:00Z');
  await handle({ action: 'historySubmitted', execution: 'bootstrap-1', statementId: 's-1' });
  expect((await plan('2026-11-23T11:05:00Z')).reason).toBe('the history is being read by bootstrap-1: the crawl begins at its end');
  await handle({ action: 'historyFinished', execution: 'bootstrap-1', statement: { Id: 's-1', Status: 'FINISHED', ResultRows: 12, Duration: 3_000_000 } });
  expect((await plan('2026-11-23T11:05:00Z')).intervals).toEqual([{ start: '2026-11-23T10:00:00Z', end: '2026-11-23T11:00:00Z' }]);
  expect(await ledger.items('history')).toEqual({
    'bootstrap-1': {
      from: '2026-11-21T10:00:00Z',
      to: '2026-11-23T10:00:00Z',
      grid: 'PT1H Europe/Berlin',
      state: 'FINISHED',
      folder: 's3://data/history/',
      startedAt: '2026-11-23T10:05:00Z',
      finishedAt: '2026-11-23T10:05:00Z',
      statementId: 's-1',
      rows: 12,
      statementMilliseconds: 3,
    },
  });
});

describe('when the history is read again', () => {
  beforeEach(async () => readHistory(handle, '2026-11-23T10:05:00Z'));

  it('the crawl stands still, and goes on at the new end: what became due meanwhile is in the history', async () => {
    await planHistory('2026-11-23T13:10:00Z', 'bootstrap-2');
    expect((await plan('2026-11-23T14:05:00Z')).reason).toContain('being read by bootstrap-2');
    await handle({ action: 'historyFinished', execution: 'bootstrap-2', statement: { Id: 's-2', Status: 'FINISHED' } });
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

  it('a crawl that is ahead of the new history stays where it is', async () => {
    await readHistory(handle, '2026-11-23T10:30:00Z', 'bootstrap-2', { ...SETTINGS, delaySeconds: 7200 });
    expect((await ledger.items('control')).watermark.next).toBe('2026-11-23T10:00:00Z');
  });

  it('for another frequency, the crawl begins at the end of the new history, also where the old one was ahead', async () => {
    const daily = { ...SETTINGS, frequency: 'P1D' as const };
    expect((await plan('2026-11-24T00:00:00Z', 'crawl-1', daily)).reason)
      .toContain('the history was read for intervals of PT1H Europe/Berlin, and the connector now has P1D Europe/Berlin');
    await readHistory(handle, '2026-11-23T12:00:00Z', 'bootstrap-2', daily);
    expect((await plan('2026-11-24T00:00:00Z', 'crawl-1', daily)).intervals).toEqual([{ start: '2026-11-22T23:00:00Z', end: '2026-11-23T23:00:00Z' }]);
  });

  it('the statement of a run that has not ended is to be cancelled first', async () => {
    await planHistory('2026-11-23T12:00:00Z', 'bootstrap-2');
    await handle({ action: 'historySubmitted', execution: 'bootstrap-2', statementId: 's-2' });
    expect((await planHistory('2026-11-23T12:01:00Z', 'bootstrap-3')).previousStatementId).toBe('s-2');
    expect((await planHistory('2026-11-23T12:01:00Z', 'bootstrap-3')).previousStatementId).toBe('s-2');
  });

  it('a run that was overtaken changes nothing when it ends', async () => {
    await planHistory('2026-11-23T12:05:00Z', 'bootstrap-2');
    await planHistory('2026-11-23T13:05:00Z', 'bootstrap-3');
    await handle({ action: 'historyFinished', execution: 'bootstrap-2', statement: { Id: 's-2', Status: 'FINISHED' } });
    expect((await plan('2026-11-23T14:05:00Z')).reason).toContain('being read by bootstrap-3');
    await handle({ action: 'historyFinished', execution: 'bootstrap-3', statement: { Id: 's-3', Status: 'FINISHED' } });
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

it('a run that the ledger does not know cannot finish', async () => {
  await expect(handle({ action: 'historyFinished', execution: 'bootstrap-9', statement: { Id: 's', Status: 'FINISHED' } }))
    .rejects.toThrow('the history run bootstrap-9 is not in the ledger');
});

it('an unknown action is refused', async () => {
  await expect(handle({ action: 'begone' } as never)).rejects.toThrow('action "begone" is unknown to the crawl function');
});
