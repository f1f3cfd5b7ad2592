// SPDX-License-Identifier: Apache-2.0

/** DynamoDB, S3 and Lambda throttle, refuse, or their answers are lost. */
import type { FaultCase } from '../fault-case';
import { INTERVAL_FINISHED } from './kills';
import type { ProxyRule } from '../fault-proxy';
import type { InvocationFault } from '../invocation-faults';

function request(name: string, rule: ProxyRule, expected: FaultCase['expected'] = {}): FaultCase {
  return { name, arrange: world => world.requests.add(rule), expected };
}

function invocation(name: string, fault: InvocationFault, expected: FaultCase['expected'] = {}): FaultCase {
  return { name: `Lambda: ${name}`, arrange: world => world.invocations.add(fault), expected };
}

/** Longer than the SDK retries. */
const OUTAGE = 3;
const THROTTLED = { status: 400, code: 'ThrottlingException' };
const UNAVAILABLE = { status: 503, code: 'SlowDown' };
const INTERNAL = { status: 500, code: 'InternalServerError' };
/** A read of an object in an interval's folder; UNLOAD lists the folder only. */
const UNLOADED = /^GET \/[^?]*\/live\//;
const LEDGER_WRITE = /^PutItem .*Ledger/;
const WRITES_OF_A_RUN = [
  'the lease is taken', 'the lease is renewed for the interval', 'the attempt is noted', 'the statement is noted', 'the lease is renewed for the statement',
  'the interval is noted as finished', 'the watermark moves', 'the lease counts the interval',
];

export const writeCases: readonly FaultCase[] = [
  ...WRITES_OF_A_RUN.map((what, index) => request(`DynamoDB: the answer is lost when ${what}`, {
    service: 'dynamodb', matching: LEDGER_WRITE, nth: index + 1, withEffect: true, outcome: 'LOST',
  })),
  request('DynamoDB: the answer is lost when the lease is given back', { service: 'dynamodb', matching: /^DeleteItem/, withEffect: true, outcome: 'LOST' }),
  request('DynamoDB: writes of the ledger are throttled twice', { service: 'dynamodb', matching: LEDGER_WRITE, times: 2, outcome: THROTTLED }),
  request('DynamoDB: reads of the ledger fail twice', { service: 'dynamodb', matching: /^GetItem .*Ledger/, times: 2, outcome: INTERNAL }),
  request('DynamoDB: the ledger cannot be written when the attempt begins', {
    service: 'dynamodb', matching: LEDGER_WRITE, nth: 3, times: 4, outcome: INTERNAL,
  }, { failedRuns: 1, error: /InternalServerError/, attempts: [1, 2] }),
  request('DynamoDB: the ledger cannot be written when the statement is submitted: it is cancelled', {
    service: 'dynamodb', matching: LEDGER_WRITE, nth: 4, times: 4, outcome: INTERNAL,
  }, { failedRuns: 1, error: /InternalServerError/, ledgerError: /InternalServerError/, attempts: 2 }),
  request('DynamoDB: the ledger cannot be written when the interval is finished', {
    service: 'dynamodb', matching: LEDGER_WRITE, nth: 6, times: 4, outcome: INTERNAL,
  }, { failedRuns: 1, error: /InternalServerError/, ledgerError: /InternalServerError/, attempts: 2 }),
  request('DynamoDB: the detection service\'s table is throttled', { service: 'dynamodb', matching: /IN_PROGRESS/, times: 2, outcome: THROTTLED }),
  request('S3: reading the unloaded files fails twice', { service: 's3', matching: UNLOADED, times: 2, outcome: UNAVAILABLE }),
  request('S3: reading the unloaded files fails for longer than it is retried', { service: 's3', matching: UNLOADED, times: OUTAGE, outcome: UNAVAILABLE },
    { failedRuns: 1, error: /SlowDown/, ledgerError: /SlowDown/, attempts: 2 }),
  request('S3: writing the model fails twice', { service: 's3', matching: /^PUT .*state\/.*model/, times: 2, outcome: UNAVAILABLE }),
  request('S3: the answer is lost when the model is written', { service: 's3', matching: /^PUT .*state\/.*model/, withEffect: true, outcome: 'LOST' }),
  request('S3: the answer is lost when the observed values are written', {
    service: 's3', matching: /^PUT .*state\/.*values/, withEffect: true, outcome: 'LOST',
  }),
  request('S3: access to the bucket is denied for an hour', { service: 's3', matching: UNLOADED, outcome: { status: 403, code: 'AccessDenied' } },
    { failedRuns: 1, error: /AccessDenied/, ledgerError: /AccessDenied/, attempts: 2 }),
  invocation('every function is throttled once', { matching: /"action":"(plan|begin|submitted|detect|finished)"/, times: 2, errorType: 'Lambda.TooManyRequestsException' }),
  invocation('the answer of planning is lost', { matching: /"action":"plan"/, withEffect: true, errorType: 'Lambda.SdkClientException' }),
  invocation('the answer of beginning is lost', { matching: /"action":"begin"/, withEffect: true, errorType: 'Lambda.SdkClientException' }),
  invocation('the answer of noting the statement is lost', { matching: /"action":"submitted"/, withEffect: true, errorType: 'Lambda.SdkClientException' }),
  invocation('the answer of detecting is lost', { matching: /"action":"detect"/, withEffect: true, errorType: 'Lambda.SdkClientException' }),
  invocation('the answer of finishing is lost', { matching: /"action":"finished"/, withEffect: true, errorType: 'Lambda.SdkClientException' }),
  invocation('the detection runs out of time', { matching: /"action":"detect"/, errorType: 'Sandbox.Timedout' },
    { failedRuns: 1, error: /Sandbox\.Timedout/, ledgerError: /Sandbox\.Timedout/, attempts: 2 }),
  invocation('the detection runs out of time after it has learned the interval', { matching: /"action":"detect"/, withEffect: true, errorType: 'Sandbox.Timedout' },
    // the rows are there: they are not read again
    {}),
  invocation('the detection runs out of time, and so does asking whether it was done', { matching: /"action":"(detect|known)"/, times: 2, withEffect: true, errorType: 'Sandbox.Timedout' },
    { failedRuns: 1, error: /Sandbox\.Timedout/, ledgerError: /Sandbox\.Timedout/, attempts: 2 }),
  {
    ...request('DynamoDB: the interval cannot be noted as finished in more runs than there are attempts: what is detected is finished in the end', {
      service: 'dynamodb', matching: INTERVAL_FINISHED, times: 4, outcome: { status: 400, code: 'AccessDeniedException' },
    }, { failedRuns: 4, error: /AccessDenied/, ledgerError: /AccessDenied/, attempts: 5 }),
    hours: 7,
  },
  {
    name: 'Lambda: the answer of beginning is lost in the last attempt, and the detector has the rows of the first',
    hours: 6,
    arrange: world => {
      world.invocations.add({ matching: /"action":"finished"/, times: 2, errorType: 'Runtime.ExitError' });
      // in the third run, and whenever Step Functions asks again
      world.invocations.add({ matching: /"action":"begin"/, nth: 3, times: 7, withEffect: true, errorType: 'Lambda.SdkClientException' });
    },
    expected: { failedRuns: 3, error: /ExitError|SdkClientException/, ledgerError: /ExitError/, attempts: 4 },
  },
  {
    name: 'Lambda: the failure itself cannot be noted',
    arrange: (world, hour) => {
      world.statement(hour, { type: 'FAIL', error: 'Disk full' });
      world.invocations.add({ matching: /"action":"failed"/, errorType: 'Runtime.ExitError' });
    },
    expected: { failedRuns: 1, error: /Runtime\.ExitError/, attempts: 2 },
  },
];
