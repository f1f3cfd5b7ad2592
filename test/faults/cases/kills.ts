// SPDX-License-Identifier: Apache-2.0

/** The execution is ended before or after each thing that a run writes: what follows it never happens. */
import type { FaultCase } from '../fault-case';
import type { ProxyRule } from '../fault-proxy';

/** Writes of a run of one interval, in their order. */
const WRITES: readonly { readonly what: string; readonly rule: Pick<ProxyRule, 'service' | 'matching' | 'nth'> }[] = [
  { what: 'the lease is taken', rule: ledger(1) },
  { what: 'the lease is renewed for the interval', rule: ledger(2) },
  { what: 'the attempt is noted', rule: ledger(3) },
  { what: 'the statement is submitted', rule: { service: 'redshift-data', matching: /^ExecuteStatement/ } },
  { what: 'the statement is noted', rule: ledger(4) },
  { what: 'the lease is renewed for the statement', rule: ledger(5) },
  { what: 'UNLOAD writes its first file', rule: { service: 's3', matching: /^PUT .*live/ } },
  { what: 'the detection is noted as begun', rule: { service: 'dynamodb', matching: /^(Put|Update)Item .*IN_PROGRESS/ } },
  { what: 'the observed values are written', rule: { service: 's3', matching: /^PUT .*state\/.*values/ } },
  { what: 'the model is written', rule: { service: 's3', matching: /^PUT .*state\/.*model/ } },
  { what: 'the detection is noted as completed', rule: { service: 'dynamodb', matching: /^(Put|Update)Item .*COMPLETED/ } },
  { what: 'the interval is noted as finished', rule: ledger(6) },
  { what: 'the watermark moves', rule: ledger(7) },
  { what: 'the lease counts the interval', rule: ledger(8) },
  { what: 'the lease is given back', rule: { service: 'dynamodb', matching: /^DeleteItem/ } },
];

/** The write by which an interval is finished. */
export const INTERVAL_FINISHED = /^PutItem .*Ledger.*"state":\{"S":"FINISHED"|^PutItem .*"state":\{"S":"FINISHED".*Ledger/;

/** Writes of a run whose statement fails, in their order. */
const WRITES_OF_A_FAILURE: readonly { readonly what: string; readonly rule: Pick<ProxyRule, 'service' | 'matching' | 'nth'>; readonly toldTwice?: number }[] = [
  { what: 'the failure is noted as untold', rule: { service: 'dynamodb', matching: /^PutItem .*"untold"/ } },
  { what: 'the interval is noted as failed', rule: { service: 'dynamodb', matching: /^PutItem .*"FAILED"/ } },
  { what: 'the lease is given back after a failure', rule: { service: 'dynamodb', matching: /^DeleteItem .*"lease"/ } },
  { what: 'the failure is noted as told', rule: { service: 'dynamodb', matching: /^DeleteItem .*"untold"/ }, toldTwice: 1 },
];

function ledger(nth: number): Pick<ProxyRule, 'service' | 'matching' | 'nth'> {
  return { service: 'dynamodb', matching: /^PutItem .*Ledger/, nth };
}

export const killCases: readonly FaultCase[] = [...WRITES.flatMap(({ what, rule }) => [false, true].map((withEffect): FaultCase => ({
  name: `killed ${withEffect ? 'after' : 'before'} ${what}`,
  arrange: world => world.requests.add({
    // a function cannot tell any more what it did: its own retries would undo the kill
    ...rule, withEffect, then: world.kill, outcome: { status: 400, code: 'AccessDeniedException' },
  }),
  expected: { failedRuns: 1, error: /^Killed: ended by the test/, attempts: [1, 2] },
}))), ...WRITES_OF_A_FAILURE.flatMap(({ what, rule, toldTwice }) => [false, true].map((withEffect): FaultCase => ({
  name: `killed ${withEffect ? 'after' : 'before'} ${what}`,
  arrange: (world, hour) => {
    world.statement(hour, { type: 'FAIL', error: 'Disk full' });
    world.requests.add({ ...rule, withEffect, then: world.kill, outcome: { status: 400, code: 'AccessDeniedException' } });
  },
  expected: { failedRuns: 1, error: /^Killed: ended by the test/, attempts: 2, toldTwice },
}))), {
  name: 'killed before the interval is noted as finished, in more runs than there are attempts: what is detected is finished in the end',
  hours: 10, // the lease of a run that was killed holds for more than an hour
  arrange: world => world.requests.add({
    service: 'dynamodb', matching: INTERVAL_FINISHED, times: 4, then: world.kill, outcome: { status: 400, code: 'AccessDeniedException' },
  }),
  expected: { failedRuns: 4, error: /^Killed: ended by the test/, attempts: 5 },
}, ...[false, true].map((hasGoneOn): FaultCase => ({
  name: `redrive: a run that was killed after the model was written goes on where it stood${hasGoneOn ? ', when the next run has crawled its interval' : ''}`,
  arrange: world => world.requests.add({
    service: 's3', matching: /^PUT .*state\/.*model/, withEffect: true, then: world.kill, outcome: { status: 400, code: 'AccessDeniedException' },
  }),
  act: async (world, hour) => {
    await world.runThrough(hour);
    const [killed] = world.brokenRuns.slice(-1);
    if (hasGoneOn) await world.runThrough(hour + 1);
    await world.redrive(killed);
    await world.runThrough(hour + 2);
  },
  expected: { failedRuns: 1, error: /^Killed: ended by the test/, attempts: [1, 2] },
}))];
