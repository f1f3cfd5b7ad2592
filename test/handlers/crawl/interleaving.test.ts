// SPDX-License-Identifier: Apache-2.0

import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as fc from 'fast-check';
import { Interleaver, type Choice, type Fate } from './interleaver';
import { readHistory, SETTINGS, startLedger, type TestLedger } from './ledger-table';
import type { CrawlPlan, FailedAttemptDetail, Failure, Interval, UntoldFailure } from '../../../src/private/contract';

let ledger: TestLedger;
beforeAll(async () => { ledger = await startLedger(); });
afterAll(async () => ledger.stop());
beforeEach(() => { jest.spyOn(console, 'log').mockImplementation(() => undefined); });

type Handle = Awaited<ReturnType<TestLedger['fresh']>>;
const SEVERE = { ...SETTINGS, maxAttempts: 2, catchUpLimit: 2 };

type FinishedBy = (start: string, execution: string) => void;

/** The Crawl state machine: a step whose function died is asked for once more; what fails then goes to `failed`, and ends the execution. */
async function execution(
  handle: Handle, name: string, scheduledTime: string, statements: readonly boolean[], finishedBy: FinishedBy, settings = SEVERE,
  told: UntoldFailure['detail'][] = [],
): Promise<void> {
  const twice: Handle = async event => handle(event).catch(async error => {
    if (error.name !== 'TimeoutError') throw error;
    return handle(event);
  });
  let statement = 0;
  const tell = async (untold: UntoldFailure) => {
    told.push(untold.detail);
    return twice({ action: 'told', untold }).then(() => true, () => false); // it is told again
  };
  for (;;) {
    let planned: CrawlPlan;
    try {
      planned = await twice({ action: 'plan', settings, scheduledTime, execution: name }) as CrawlPlan;
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') return;
      throw error;
    }
    if (planned.untold && await tell(planned.untold)) continue;
    if (planned.intervals.length === 0) return;
    for (const interval of planned.intervals) {
      try {
        await twice({ action: 'begin', settings, interval, execution: name });
        await twice({ action: 'submitted', interval, execution: name, statementId: `${name} ${statement}` });
        if (statements[statement++ % statements.length] === false) throw Object.assign(new Error('out of disk'), { name: 'StatementFailed' });
        await twice({ action: 'finished', settings, interval, execution: name, statement: { Id: `${name} finished`, Status: 'FINISHED' } });
        finishedBy(interval.start, name);
      } catch (error) {
        const { name: Error, message: Cause } = error as Error;
        const failure = await twice({ action: 'failed', settings, interval, execution: name, error: { Error, Cause } }).catch(() => undefined) as Failure | undefined;
        if (failure?.untold) await tell(failure.untold);
        return; // the execution fails in any case
      }
    }
  }
}

/** Watches what is written: an interval is finished by one execution, a done interval is never touched again, and the watermark never passes one that is not done. */
function watch(): { violations: string[]; observe: (command: any) => void; finishedBy: FinishedBy } {
  const done = new Set<string>();
  const finishers = new Map<string, string>();
  const violations: string[] = [];
  return {
    violations,
    finishedBy(start, name) {
      const first = finishers.get(start) ?? name;
      if (first !== name) violations.push(`${start} was finished by ${first} and by ${name}`);
      finishers.set(start, first);
    },
    observe(command) {
      if (command.constructor.name !== 'PutItemCommand') return;
      const item = unmarshall(command.input.Item);
      if (item.kind === 'interval') {
        if (done.has(item.start)) violations.push(`${item.start} was done and is ${item.state} again by ${item.execution}`);
        if (item.state === 'FINISHED' && !item.statementId.startsWith(item.execution)) {
          violations.push(`${item.start} was finished by ${item.statementId} during the attempt of ${item.execution}`);
        }
        if (item.state === 'FINISHED' || item.givenUp) done.add(item.start);
      }
      if (item.kind === 'control' && item.start === 'watermark') {
        for (let start = Date.parse('2026-11-23T10:00:00Z'); start < Date.parse(item.next); start += 3_600_000) {
          const key = new Date(start).toISOString().replace('.000', '');
          if (!done.has(key)) violations.push(`the watermark passed ${key}, which is not done`);
        }
      }
    },
  };
}

const fates = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Fate>('answered') },
  { weight: 2, arbitrary: fc.constant<Fate>('time passes') },
  { weight: 2, arbitrary: fc.constantFrom<Fate>('answer lost', 'sender dies') },
);
const choices = fc.array(fc.record<Choice>({ pick: fc.nat(7), fate: fates }), { minLength: 20, maxLength: 200 });
const scheduled = fc.constantFrom('2026-11-23T11:05:00Z', '2026-11-23T12:05:00Z', '2026-11-23T13:05:00Z');
/** Turns that an execution waits before it begins. */
const delay = fc.nat(40);
const statements = fc.array(fc.boolean(), { minLength: 1, maxLength: 3 });
const executions = fc.array(fc.record({ scheduled, delay, statements }), { minLength: 2, maxLength: 4 });

it('executions that overlap, fail, die and wake up too late leave no gap and no double', async () => {
  await fc.assert(fc.asyncProperty(executions, choices, async (runs, order) => {
    ledger.now = Date.parse('2026-11-23T13:05:00Z');
    const plain = await ledger.fresh();
    await readHistory(plain, '2026-11-23T10:05:00Z', 'bootstrap-1');
    const watched = watch();
    const told: UntoldFailure['detail'][] = [];
    const interleaver = new Interleaver(ledger.client, order, watched.observe, () => { ledger.now += 80 * 60_000; });
    const handle = ledger.handler(interleaver.interleaved);
    await interleaver.run(runs.map((run, index) => async () => {
      await interleaver.idle(run.delay);
      await execution(handle, `crawl-${index}`, run.scheduled, run.statements, watched.finishedBy, SEVERE, told);
    }));

    expect(watched.violations).toEqual([]);

    // later runs, undisturbed, complete what is missing
    for (let run = 0; run < 3; run++) {
      ledger.now += 80 * 60_000;
      await execution(plain, `later-${run}`, '2026-11-23T13:05:00Z', [true], watched.finishedBy, SEVERE, told);
    }
    const items = await ledger.items('interval');
    const starts = ['2026-11-23T10:00:00Z', '2026-11-23T11:00:00Z', '2026-11-23T12:00:00Z'] satisfies Interval['start'][];
    expect(Object.keys(items).sort()).toEqual(starts);
    for (const start of starts) {
      const { state, givenUp, error, attempts } = items[start];
      expect(state === 'FINISHED' || (givenUp && error !== undefined)).toBe(true);
      // every attempt that failed was told of, whatever broke
      const failed = Array.from({ length: givenUp ? attempts : attempts - 1 }, (_, attempt) => attempt + 1);
      const toldOf = (told as FailedAttemptDetail[]).filter(detail => detail.start === start).map(({ attempt }) => attempt);
      expect(toldOf).toEqual(expect.arrayContaining(failed));
    }
    expect(await ledger.items('control')).toEqual({ watermark: { next: '2026-11-23T13:00:00Z', grid: 'PT1H Europe/Berlin', source: expect.any(String) } });
    expect(await ledger.items('untold')).toEqual({});
  }), { numRuns: 12 });
});

it('what a run asks for that finds another one crawling is crawled by that one, without waiting for the next', async () => {
  const undisturbed = fc.array(fc.record<Choice>({ pick: fc.nat(7), fate: fc.constant<Fate>('answered') }), { minLength: 20, maxLength: 200 });
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ scheduled, delay }), { minLength: 2, maxLength: 4 }), undisturbed, async (runs, order) => {
    const plain = await ledger.fresh();
    await readHistory(plain, '2026-11-23T10:05:00Z', 'bootstrap-1');
    const watched = watch();
    const interleaver = new Interleaver(ledger.client, order, watched.observe, () => undefined);
    const handle = ledger.handler(interleaver.interleaved);
    await interleaver.run(runs.map((run, index) => async () => {
      await interleaver.idle(run.delay);
      await execution(handle, `crawl-${index}`, run.scheduled, [true], watched.finishedBy, SETTINGS);
    }));
    expect(watched.violations).toEqual([]);
    const newest = runs.map(run => run.scheduled).reduce((one, other) => one > other ? one : other);
    expect(await ledger.items('control')).toEqual({ watermark: { next: newest.replace(':05:', ':00:'), grid: 'PT1H Europe/Berlin', source: expect.any(String) } });
  }), { numRuns: 12 });
});

/** Two executions one after the other, of which nothing is lost. */
const UNDISTURBED: [{ scheduled: string; delay: number; statements: boolean[] }[], Choice[]] = [
  [{ scheduled: '2026-11-23T12:05:00Z', delay: 0, statements: [true] }, { scheduled: '2026-11-23T13:05:00Z', delay: 40, statements: [true] }],
  Array.from({ length: 20 }, (): Choice => ({ pick: 0, fate: 'answered' })),
];

it('second readings of executions that overlap, fail, die and wake up too late: each interval is read again once', async () => {
  const settling = { ...SEVERE, settleSeconds: 7200, catchUpLimit: 3 };
  let again = 0;
  await fc.assert(fc.asyncProperty(executions, choices, async (runs, order) => {
    ledger.now = Date.parse('2026-11-23T13:05:00Z');
    const plain = await ledger.fresh();
    await readHistory(plain, '2026-11-23T10:05:00Z', 'bootstrap-1', settling);
    const violations: string[] = [];
    const done = new Map<string, string>();
    const interleaver = new Interleaver(ledger.client, order, command => {
      if (command.constructor.name !== 'PutItemCommand') return;
      const { kind, start, reread, rows } = unmarshall(command.input.Item);
      if (kind !== 'interval' || !reread) return;
      delete reread.placed; // after the end
      if (done.has(start) && done.get(start) !== JSON.stringify(reread)) violations.push(`${start} was read again and is again ${reread.state} by ${reread.execution}`);
      if (reread.state === 'FINISHED' && rows !== undefined) violations.push(`${start} has rows that no statement told of`);
      if (reread.state === 'FINISHED' || reread.givenUp) done.set(start, JSON.stringify(reread));
    }, () => { ledger.now += 80 * 60_000; });
    const handle = ledger.handler(interleaver.interleaved);
    const finishers = new Map<string, Set<string>>();
    const finishedBy: FinishedBy = (start, name) => finishers.set(start, (finishers.get(start) ?? new Set()).add(name));
    await interleaver.run(runs.map((run, index) => async () => {
      await interleaver.idle(run.delay);
      await execution(handle, `crawl-${index}`, run.scheduled, run.statements, finishedBy, settling);
    }));
    expect(violations).toEqual([]);

    for (let run = 0; run < 8; run++) {
      ledger.now += 80 * 60_000;
      await execution(plain, `later-${run}`, '2026-11-23T15:05:00Z', [true], finishedBy, settling);
    }
    const items = await ledger.items('interval');
    expect(Object.keys(items)).toHaveLength(5);
    for (const { end, state, givenUp, rereadDue, reread } of Object.values(items)) {
      const isDue = state === 'FINISHED' && rereadDue && end <= '2026-11-23T13:00:00Z';
      if (isDue) expect(reread.state === 'FINISHED' || (reread.givenUp && reread.error !== undefined)).toBe(true);
      else expect(reread).toBeUndefined();
      expect(state === 'FINISHED' || givenUp).toBe(true);
      again += Number(reread?.state === 'FINISHED');
    }
    const grid = 'PT1H Europe/Berlin';
    expect(await ledger.items('control')).toEqual({ watermark: { next: '2026-11-23T15:00:00Z', grid, source: expect.any(String) }, settled: { next: '2026-11-23T13:00:00Z', grid } });
  }), { numRuns: 12, examples: [UNDISTURBED] });
  // whatever chance gives the other runs, the undisturbed one has read its three intervals again
  expect(again).toBeGreaterThanOrEqual(3);
});
