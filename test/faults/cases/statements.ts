// SPDX-License-Identifier: Apache-2.0

/** Statements that fail, hang or are slow. */
import type { FaultCase } from '../fault-case';

export const statementCases: readonly FaultCase[] = [
  { name: 'no fault', arrange: () => undefined, expected: {} },
  {
    name: 'statement FAILED: disk full',
    arrange: (world, hour) => world.statement(hour, { type: 'FAIL', error: 'Disk full' }),
    expected: { failedRuns: 1, error: /^StatementFailed: .*ERROR: Disk full/, ledgerError: /Disk full/, attempts: 2 },
  },
  {
    name: 'statement FAILED after its first file was written: the half-written folder is not read',
    arrange: (world, hour) => world.statement(hour, { type: 'FAIL_AFTER_FIRST_FILE', error: 'S3ServiceException: SlowDown' }),
    expected: { failedRuns: 1, error: /SlowDown/, ledgerError: /SlowDown/, attempts: 2 },
  },
  {
    name: 'statement ABORTED by an administrator, without an error message',
    arrange: (world, hour) => world.statement(hour, { type: 'ABORT' }),
    expected: { failedRuns: 1, error: /^StatementFailed: .*ABORTED/, ledgerError: /ABORTED/, attempts: 2 },
  },
  {
    name: 'statement FAILED twice, then it works',
    arrange: (world, hour) => world.statement(hour, { type: 'FAIL', error: 'out of memory' }, 2),
    expected: { failedRuns: 2, error: /out of memory/, ledgerError: /out of memory/, attempts: 3 },
  },
  {
    name: 'statement FAILED as often as maxAttempts allows: the interval is listed as failed and the crawl goes on',
    hours: 4,
    arrange: (world, hour) => world.statement(hour, { type: 'FAIL', error: 'numeric field overflow' }, 3),
    expected: { failedRuns: 3, error: /numeric field overflow/, attempts: 3, givenUp: /numeric field overflow/ },
  },
  {
    name: 'event bus: it refuses all that a run puts, and is well again in the next',
    arrange: (world, hour) => {
      world.statement(hour, { type: 'FAIL', error: 'Disk full' });
      world.refusedEvents = 5; // one and four retries
    },
    expected: { failedRuns: 1, error: /Disk full/, ledgerError: /Disk full/, attempts: 2 },
  },
  {
    name: 'event bus: it refuses all until the interval is given up, and each attempt is told of when it is well again',
    hours: 4,
    arrange: (world, hour) => {
      world.statement(hour, { type: 'FAIL', error: 'numeric field overflow' }, 3);
      world.refusedEvents = 25; // at the end of three runs, and at the beginning of the second and the third
    },
    expected: { failedRuns: 3, error: /numeric field overflow/, attempts: 3, givenUp: /numeric field overflow/ },
  },
  {
    name: 'table busy: the statement waits for a lock and then runs',
    arrange: (world, hour) => world.statement(hour, { type: 'SLOW', describes: 6 }),
    expected: {},
  },
  {
    name: 'table busy beyond the time limit: the statement is cancelled and the interval tried again',
    arrange: (world, hour) => world.statement(hour, { type: 'HANG' }),
    expected: { failedRuns: 1, error: /^StatementTimeLimitExceeded: .*3600 seconds \(queryTimeout\)/, ledgerError: /StatementTimeLimitExceeded/, attempts: 2 },
  },
  {
    name: 'cancelling at the time limit is refused: the reason of the time limit is kept, the next attempt cancels first',
    arrange: (world, hour) => {
      world.statement(hour, { type: 'HANG' });
      world.requests.add({ service: 'redshift-data', matching: /^CancelStatement/, outcome: { status: 400, code: 'ValidationException' } });
    },
    expected: { failedRuns: 1, error: /^StatementTimeLimitExceeded/, ledgerError: /StatementTimeLimitExceeded/, attempts: 2 },
  },
  {
    name: 'role detached from the cluster for an hour',
    arrange: (world, hour) => world.statement(hour, { type: 'FAIL', error: 'User arn:aws:redshift:us-east-1:123456789012:dbuser:orders/awsuser is not authorized to assume IAM Role' }),
    expected: { failedRuns: 1, error: /not authorized to assume IAM Role/, ledgerError: /not authorized to assume IAM Role/, attempts: 2 },
  },
  {
    name: 'secret rotated between submission and login',
    arrange: (world, hour) => world.statement(hour, { type: 'FAIL', error: 'password authentication failed for user "orders"' }),
    expected: { failedRuns: 1, error: /password authentication failed/, ledgerError: /password authentication failed/, attempts: 2 },
  },
  {
    name: 'column dropped for an hour',
    act: async (world, hour) => {
      await world.sql('alter table orders rename column views to clicks', hour);
      await world.runThrough(hour);
      await world.sql('alter table orders rename column clicks to views', hour);
      await world.runThrough(hour + 2);
    },
    arrange: () => undefined,
    expected: { failedRuns: 1, error: /views/, ledgerError: /column .*views.* does not exist/, attempts: 2 },
  },
];
