// SPDX-License-Identifier: Apache-2.0

/** Attempts that fail or fall silent, and what is told of them. */
import { CrawlSteps, hour } from './crawl-steps';
import { before, SETTINGS } from './ledger-table';
import type { CrawlPlan } from '../../../src/private/contract';

const steps = new CrawlSteps();
const { plan, begin, submitted, finished, failed, crawl, item, metrics } = steps;

/** The state machine tells of what is untold, and asks again, until nothing is. */
const tellAll = async (planned: () => Promise<CrawlPlan>) => {
  const told: any[] = [];
  for (let { untold } = await planned(); untold; { untold } = await planned()) {
    told.push(untold.detail);
    await steps.handle({ action: 'told', untold });
  }
  return told;
};

describe('an interval that fails', () => {
  it('is tried again by the next run, and its statement is to be cancelled first', async () => {
    await plan('12:05');
    await begin(hour(10));
    await submitted(hour(10));
    await failed(hour(10));
    expect(await item(10)).toMatchObject({ state: 'FAILED', attempts: 1, error: 'StatementFailed: ERROR: out of disk' });
    expect(await steps.ledger.items('control')).not.toHaveProperty('lease');
    expect((await plan('13:05', 'crawl-2')).intervals).toEqual([hour(10), hour(11), hour(12)]);
    expect((await begin(hour(10), 'crawl-2')).previousStatementId).toBe('statement');
    await finished(hour(10), 'crawl-2');
    expect(await item(10)).toMatchObject({ state: 'FINISHED', attempts: 2, execution: 'crawl-2' });
    expect(await item(10)).not.toHaveProperty('error');
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
    expect(await item(10)).toMatchObject({ state: 'FAILED', attempts: 3, givenUp: true });
    expect((await plan('12:05', 'crawl-4')).intervals).toEqual([hour(11)]);
    expect(metrics().filter(line => line.IntervalsFailed === 1)).toHaveLength(1);
  });

  it('is not given up by attempts that found the detector stopped, however many there were', async () => {
    const attempt = async (number: number, Error: string, undecided = true): Promise<any> => {
      await plan('12:05', `crawl-${number}`);
      const { exhausted } = await begin(hour(10), `crawl-${number}`);
      await steps.handle({ action: 'failed', settings: SETTINGS, interval: hour(10), execution: `crawl-${number}`, error: { Error, Cause: 'it learns' }, undecided });
      return exhausted;
    };
    for (const number of [1, 2, 3, 4, 5]) expect(await attempt(number, 'DetectorStopped')).toBe('');
    expect(await item(10)).toMatchObject({ state: 'FAILED', attempts: 5, uncounted: 5, error: 'DetectorStopped: it learns' });
    for (const number of [6, 7]) expect(await attempt(number, 'StatementFailed', false)).toBe('');
    expect(await item(10)).not.toHaveProperty('givenUp');
    await attempt(8, 'StatementFailed', false);
    expect(await item(10)).toMatchObject({ attempts: 8, givenUp: true });
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
    expect(await steps.ledger.items('untold')).toEqual({});
  });

  it.each([
    ['PutItemCommand', `${hour(10).start} crawl-1`], ['PutItemCommand', hour(10).start], ['GetItemCommand', 'watermark'], ['DeleteItemCommand', 'lease'],
  ] as const)('is told of and counted wherever the function breaks that records it (before %s %s)', async (command, start) => {
    const settings = { ...SETTINGS, maxAttempts: 1 };
    await plan('12:05', 'crawl-1', settings);
    await begin(hour(10), 'crawl-1', settings);
    const broken = steps.ledger.handler(before(steps.ledger.client, command, start, async () => { throw new Error('broken'); }));
    const event = { action: 'failed', settings, interval: hour(10), execution: 'crawl-1', error: { Error: 'StatementFailed', Cause: 'out of disk' } } as const;
    await expect(broken(event)).rejects.toThrow('broken');
    steps.ledger.now += 80 * 60_000;
    const told = await tellAll(() => plan('12:05', 'crawl-2', settings));
    const known = command === 'PutItemCommand' && start !== hour(10).start
      ? { name: 'ExecutionSilent', message: 'execution crawl-1 fell silent during attempt 1 of 1: it was stopped, or could not tell why it failed' }
      : { name: 'StatementFailed', message: 'out of disk' };
    expect(told.map(({ execution, attempt, error }) => ({ execution, attempt, error }))).toContainEqual({ execution: 'crawl-1', attempt: 1, error: known });
    const { intervals } = await plan('12:05', 'crawl-2', settings);
    if (intervals[0].start === hour(10).start) {
      expect((await begin(hour(10), 'crawl-2', settings)).exhausted).not.toBe('');
      await failed(hour(10), 'crawl-2', { settings });
    }
    expect(await item(10)).toMatchObject({ state: 'FAILED', givenUp: true });
    expect(metrics().filter(line => line.IntervalsFailed === 1).length).toBeGreaterThanOrEqual(1);
  });

  it('is tried once more where the last execution ended without a word: the detector may have its rows', async () => {
    for (const attempt of [1, 2, 3]) {
      await plan('12:05', `crawl-${attempt}`);
      expect(await begin(hour(10), `crawl-${attempt}`)).toMatchObject({ repeated: attempt > 1, exhausted: '' });
      steps.ledger.now += 80 * 60_000;
    }
    const silent = 'ExecutionSilent: execution crawl-3 fell silent during attempt 3 of 3: it was stopped, or could not tell why it failed';
    expect((await plan('12:05', 'crawl-4')).intervals[0]).toEqual(hour(10));
    expect(await item(10)).toMatchObject({ state: 'FAILED', error: silent });
    expect(await begin(hour(10), 'crawl-4')).toMatchObject({ repeated: true, exhausted: silent });
    expect(await begin(hour(10), 'crawl-4')).toMatchObject({ repeated: true, exhausted: silent });
    await failed(hour(10), 'crawl-4', { Cause: silent });
    expect((await plan('12:05', 'crawl-5')).intervals).toEqual([hour(11)]);
    expect(await item(10)).toMatchObject({ state: 'FAILED', givenUp: true, error: `StatementFailed: ${silent}` });
    const told = await tellAll(() => plan('12:05', 'crawl-5'));
    expect(told.map(({ execution, attempt, givenUp }) => [execution, attempt, givenUp])).toEqual([
      ['crawl-1', 1, false], ['crawl-2', 2, false], ['crawl-3', 3, false], ['crawl-4', 4, true],
    ]);
  });

  it('is told of where a function had begun it that went on after its execution had ended, when the next plan was made', async () => {
    await plan('12:05');
    const late = steps.ledger.handler(before(steps.ledger.client, 'PutItemCommand', hour(10).start, async () => {
      steps.ledger.now += 80 * 60_000;
      await plan('12:05', 'crawl-2');
    }));
    await late({ action: 'begin', settings: SETTINGS, interval: hour(10), execution: 'crawl-1' });
    expect(await begin(hour(10), 'crawl-2')).toMatchObject({ repeated: true, exhausted: '' });
    expect((await tellAll(() => plan('12:05', 'crawl-2'))).map(({ execution, attempt }) => [execution, attempt])).toEqual([['crawl-1', 1]]);
  });

  it('is told of with the number of its attempt where a function had begun it that went on after its execution had failed to', async () => {
    await plan('12:05');
    await failed(hour(10), 'crawl-1', { Cause: 'no answer' });
    // the late function: it had the lease when it looked
    await plan('12:05');
    await begin(hour(10));
    await submitted(hour(10));
    steps.ledger.now += 80 * 60_000;
    await plan('12:05', 'crawl-2');
    expect((await tellAll(() => plan('12:05', 'crawl-2'))).map(({ execution, attempt, statementId, error }) => [execution, attempt, statementId, error.message]))
      .toEqual([['crawl-1', 1, 'statement', 'no answer']]);
    expect(await item(10)).toMatchObject({ state: 'FAILED', attempts: 1, error: 'StatementFailed: no answer' });
  });

  it('is not given up while the detector has its rows, or may have them', async () => {
    for (const attempt of [1, 2, 3, 4, 5]) {
      await plan('12:05', `crawl-${attempt}`);
      expect((await begin(hour(10), `crawl-${attempt}`)).exhausted).toBe(attempt > 3 ? 'StatementFailed: no table' : '');
      const { untold } = await failed(hour(10), `crawl-${attempt}`, { Cause: 'no table', undecided: true });
      expect(untold!.detail).toMatchObject({ attempt, givenUp: false });
    }
    await plan('12:05', 'crawl-6');
    await begin(hour(10), 'crawl-6');
    await finished(hour(10), 'crawl-6');
    expect(await item(10)).toMatchObject({ state: 'FINISHED', attempts: 6 });
  });

  it('a run that breaks after its interval was finished has no failed interval to tell of', async () => {
    await plan('12:05');
    await crawl(hour(10));
    expect(await failed(hour(10))).toEqual({});
    expect(await steps.ledger.items('untold')).toEqual({});
  });

  it('keeps a readable, bounded reason: the message of a Lambda error, hostile text as it is', async () => {
    await plan('11:05');
    await begin(hour(10));
    await failed(hour(10), 'crawl-1', { Cause: JSON.stringify({ errorType: 'RangeError', errorMessage: `<b>$$'"\n漢${'🙂'.repeat(3000)}`, trace: [] }) });
    const { error } = await item(10);
    expect(error.startsWith('RangeError: <b>$$\'"\n漢🙂🙂')).toBe(true);
    expect(Array.from(error)).toHaveLength(1000);
  });

  it('a failure before the attempt was begun is no attempt, and gives the lease back', async () => {
    await plan('11:05');
    expect((await failed(hour(10))).untold!.detail).toMatchObject({ attempt: 0, givenUp: false, statementId: '' });
    expect(await steps.ledger.items('interval')).toEqual({});
    expect(await steps.ledger.items('control')).not.toHaveProperty('lease');
  });
});
