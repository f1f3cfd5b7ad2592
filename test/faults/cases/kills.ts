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

function ledger(nth: number): Pick<ProxyRule, 'service' | 'matching' | 'nth'> {
  return { service: 'dynamodb', matching: /^PutItem .*Ledger/, nth };
}

export const killCases: readonly FaultCase[] = WRITES.flatMap(({ what, rule }) => [false, true].map((withEffect): FaultCase => ({
  name: `killed ${withEffect ? 'after' : 'before'} ${what}`,
  arrange: world => world.requests.add({
    // a function cannot tell any more what it did: its own retries would undo the kill
    ...rule, withEffect, then: world.kill, outcome: { status: 400, code: 'AccessDeniedException' },
  }),
  expected: { failedRuns: 1, error: /^Killed: ended by the test/, attempts: [1, 2] },
})));
