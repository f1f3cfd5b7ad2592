// SPDX-License-Identifier: Apache-2.0

/** Runs that come twice, overlap, come late or not at all; clocks that are wrong. */
import type { FaultCase } from '../fault-case';
import { startOf } from '../hours';

/** Length of an hour in milliseconds. */
const HOUR = 3_600_000;

export const runCases: readonly FaultCase[] = [
  {
    name: 'duplicate: the schedule fires twice for every hour',
    arrange: () => undefined,
    act: async (world, hour) => {
      for (let number = hour; number < hour + 3; number++) {
        await world.runThrough(number);
        await world.extraRun(number);
      }
    },
    expected: {},
  },
  {
    name: 'duplicate: five runs for the same hour at the same moment',
    arrange: () => undefined,
    act: async (world, hour) => {
      await Promise.all([0, 1, 2, 3, 4].map(() => world.extraRun(hour)));
      await world.runThrough(hour + 2);
    },
    expected: {},
  },
  {
    name: 'overlap: the next hour\'s run comes while a statement is slow',
    arrange: (world, hour) => world.statement(hour, { type: 'SLOW', describes: 5 }),
    act: async (world, hour) => {
      const first = world.extraRun(hour);
      await world.extraRun(hour + 1);
      await first;
      await world.runThrough(hour + 2);
    },
    expected: {},
  },
  {
    name: 'overlap: a run is silent for so long that another takes over, and then goes on',
    arrange: () => undefined,
    act: async (world, hour) => {
      let goOn!: () => void;
      let silent!: () => void;
      const held = new Promise<void>(resolve => goOn = resolve);
      const reached = new Promise<void>(resolve => silent = resolve);
      world.requests.add({
        service: 'redshift-data',
        matching: /^ExecuteStatement/,
        outcome: 'LATE',
        then: () => {
          silent();
          return held;
        },
      });
      const first = world.extraRun(hour);
      await reached;
      world.skewMilliseconds = 2 * HOUR; // as Lambda sees it, two hours pass
      await world.extraRun(hour + 1);
      goOn();
      await first;
      await world.runThrough(hour + 2);
    },
    expected: { failedRuns: 1, error: /LeaseLost|lease/, attempts: 2, toldTwice: 1 },
  },
  {
    name: 'overlap: a function goes on after its execution was ended, when another run crawls its interval',
    arrange: () => undefined,
    act: async (world, hour) => {
      let goOn!: () => void;
      let reached!: () => void;
      const held = new Promise<void>(resolve => goOn = resolve);
      const begun = new Promise<void>(resolve => reached = resolve);
      // the note of the first attempt is on its way
      world.requests.add({
        service: 'dynamodb',
        matching: /^PutItem .*Ledger/,
        nth: 3,
        outcome: 'LATE',
        then: () => {
          reached();
          return held;
        },
      });
      const first = world.extraRun(hour);
      await begun;
      await world.kill();
      await first;
      world.requests.add({
        service: 'redshift-data',
        matching: /^ExecuteStatement/,
        outcome: 'LATE',
        then: async () => {
          goOn();
          await new Promise(resolve => setTimeout(resolve, 300)); // the function has ended by then
        },
      });
      world.skewMilliseconds = 2 * HOUR; // as Lambda sees it, the lease has lapsed
      await world.extraRun(hour);
      world.skewMilliseconds = 0;
      await world.runThrough(hour + 2);
    },
    expected: { failedRuns: 1, error: /^Killed/ },
  },
  {
    name: 'redrive: a failed run is started again with the input that it had',
    arrange: (world, hour) => world.statement(hour, { type: 'FAIL', error: 'Disk full' }),
    act: async (world, hour) => {
      await world.runThrough(hour);
      await world.extraRun(hour);
      await world.runThrough(hour + 2);
    },
    expected: { failedRuns: 1, error: /Disk full/, ledgerError: /Disk full/, attempts: 2 },
  },
  {
    name: 'late: a run is delivered after the runs that followed it',
    arrange: () => undefined,
    act: async (world, hour) => {
      await world.runThrough(hour + 2);
      await world.extraRun(hour);
    },
    expected: {},
  },
  {
    name: 'clock skew: Lambda\'s clock is two hours ahead',
    arrange: world => {
      world.skewMilliseconds = 2 * HOUR;
    },
    expected: {},
  },
  {
    name: 'clock skew: Lambda\'s clock is two hours behind',
    arrange: world => {
      world.skewMilliseconds = -2 * HOUR;
    },
    expected: {},
  },
  {
    name: 'clock skew: Lambda\'s clock jumps while two runs overlap',
    arrange: (world, hour) => world.statement(hour, { type: 'SLOW', describes: 4 }),
    act: async (world, hour) => {
      const first = world.extraRun(hour);
      world.skewMilliseconds = HOUR / 2;
      await world.extraRun(hour + 1);
      world.skewMilliseconds = -HOUR / 2;
      await first;
      await world.runThrough(hour + 2);
    },
    expected: {},
  },
  {
    name: 'late: the run of an hour that is not over yet crawls nothing',
    arrange: () => undefined,
    act: async (world, hour) => {
      await world.cloud.startExecution('Faults/Orders/Crawl', { scheduledTime: startOf(hour).toISOString() });
      await world.runThrough(hour + 2);
    },
    expected: {},
  },
  {
    name: 'schedule paused for a week: what is missing is caught up, oldest first, in several runs',
    hours: 172,
    arrange: () => undefined,
    act: async (world, hour) => {
      const before = world.cloud.executions.length;
      await world.pauseThrough(hour + 167);
      await world.runThrough(hour + 171);
      const runs = world.cloud.executions.length - before;
      if (runs !== 4) throw new Error(`${runs} runs caught up, expected the 4 that came after the pause`);
    },
    expected: {},
  },
];
