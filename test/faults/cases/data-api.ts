// SPDX-License-Identifier: Apache-2.0

/** The Redshift Data API throttles, refuses, forgets, or its answers are lost. */
import type { FaultCase } from '../fault-case';
import type { ProxyRule } from '../fault-proxy';

const THROTTLED = { status: 400, code: 'ThrottlingException' };

function dataApi(name: string, rule: Omit<ProxyRule, 'service'>, expected: FaultCase['expected'] = {}): FaultCase {
  return { name: `Data API: ${name}`, arrange: world => world.requests.add({ service: 'redshift-data', ...rule }), expected };
}

export const dataApiCases: readonly FaultCase[] = [
  dataApi('ExecuteStatement throttled three times', { matching: /^ExecuteStatement/, times: 3, outcome: THROTTLED }),
  dataApi('too many active statements', { matching: /^ExecuteStatement/, times: 3, outcome: { status: 400, code: 'ActiveStatementsExceededException' } }),
  dataApi('DescribeStatement throttled three times', { matching: /^DescribeStatement/, times: 3, outcome: THROTTLED }),
  dataApi('internal error of DescribeStatement', { matching: /^DescribeStatement/, outcome: { status: 500, code: 'InternalServerException' } }),
  dataApi('ExecuteStatement refused for longer than it is retried', { matching: /^ExecuteStatement/, times: 9, outcome: THROTTLED },
    { failedRuns: 1, error: /^RedshiftData\.ThrottlingException/, ledgerError: /ThrottlingException/, attempts: 2 }),
  dataApi('the answer of ExecuteStatement is lost, the statement runs: the retry finds it by its token', {
    matching: /^ExecuteStatement/, withEffect: true, outcome: 'LOST',
  }),
  dataApi('the request of ExecuteStatement is lost', { matching: /^ExecuteStatement/, outcome: 'LOST' }),
  dataApi('the answer of DescribeStatement is lost', { matching: /^DescribeStatement/, times: 2, outcome: 'LOST' }),
  dataApi('the database cannot be reached', { matching: /^ExecuteStatement/, outcome: { status: 500, code: 'DatabaseConnectionException' } },
    { failedRuns: 1, error: /DatabaseConnectionException/, ledgerError: /DatabaseConnectionException/, attempts: 2 }),
  dataApi('access denied for an hour', { matching: /^ExecuteStatement/, outcome: { status: 400, code: 'AccessDeniedException' } },
    { failedRuns: 1, error: /AccessDeniedException/, ledgerError: /AccessDeniedException/, attempts: 2 }),
  dataApi('the statement is forgotten while it is looked at', { matching: /^DescribeStatement/, outcome: { status: 400, code: 'ResourceNotFoundException' } },
    { failedRuns: 1, error: /ResourceNotFoundException/, ledgerError: /ResourceNotFoundException/, attempts: 2 }),
  {
    name: 'Data API: the earlier statement has expired when the next attempt wants to cancel it, a day later',
    hours: 28,
    arrange: (world, hour) => {
      world.statement(hour, { type: 'FAIL', error: 'Disk full' });
    },
    act: async (world, hour) => {
      await world.runThrough(hour);
      await world.pauseThrough(hour + 25);
      await world.runThrough(hour + 27);
    },
    expected: { failedRuns: 1, error: /Disk full/, ledgerError: /Disk full/, attempts: 2 },
  },
  {
    name: 'Data API: every answer of submitting is lost while the statement queues: the next attempt waits for that one, and nothing runs in the folder later',
    arrange: (world, hour) => {
      let turn!: () => void;
      const until = new Promise<void>(resolve => turn = resolve);
      world.statement(hour, { type: 'QUEUED', until });
      world.requests.add({ service: 'redshift-data', matching: /^ExecuteStatement/, times: 9, withEffect: true, outcome: 'LOST' });
      world.requests.add({
        service: 'redshift-data',
        matching: /^DescribeStatement/,
        nth: 3,
        outcome: 'LATE',
        then: async () => {
          // by now another statement would have read the hour
          await world.sql('insert into orders select ts, \'ios\', 7 from orders where ts = $1 and platform = \'web\'', hour);
          turn();
          await new Promise(resolve => setTimeout(resolve, 300));
        },
      });
    },
    expected: { failedRuns: 1, error: /SdkClientException/, ledgerError: /SdkClientException/, attempts: 2 },
  },
  {
    name: 'Data API: cancelling an earlier attempt is throttled',
    arrange: (world, hour) => {
      world.statement(hour, { type: 'FAIL', error: 'Disk full' });
      world.requests.add({ service: 'redshift-data', matching: /^CancelStatement/, times: 2, outcome: THROTTLED });
    },
    expected: { failedRuns: 1, error: /Disk full/, ledgerError: /Disk full/, attempts: 2 },
  },
];
