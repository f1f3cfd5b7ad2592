// SPDX-License-Identifier: Apache-2.0

/** Rows that come after their hour was read, and what goes wrong while it is read again. Needs a settle time of one hour. */
import type { FaultCase } from '../fault-case';
import type { ProxyRule } from '../fault-proxy';
import { startOf } from '../hours';
import type { World } from '../world';

/** At first the hour has too few views, and no row of one platform; the detector takes that for an anomaly. */
async function readIncomplete(world: World, hour: number): Promise<void> {
  await world.sql('update orders set views = views - 95 where ts = $1', hour);
  await world.sql('update orders set ts = ts + interval \'1000 years\' where ts = $1 and platform = \'tv\'', hour);
  await world.runThrough(hour);
  const groups = await world.readings.groupsOf(hour);
  if (groups !== 1) throw new Error(`the detector has ${groups} anomaly groups of the incomplete hour, expected 1`);
}

/** The rest comes. */
async function complete(world: World, hour: number): Promise<void> {
  await world.sql('update orders set ts = $1 where ts = timestamp \'' + startOf(hour).toISOString().replace(/^\d+/, year => String(Number(year) + 1000)).slice(0, 19).replace('T', ' ') + '\'', hour);
  await world.sql('update orders set views = views + 95 where ts = $1 and views < 50', hour);
}

/** What happens in the run that reads the hour again. */
type Strike = (world: World, hour: number) => void | Promise<void>;

const lateCase = (name: string, strike: Strike, expected: FaultCase['expected'] = {}, runs?: FaultCase['act'], hours = 5): FaultCase => ({
  name: `late data: ${name}`,
  hours,
  arrange: () => undefined,
  act: async (world, hour) => {
    await readIncomplete(world, hour);
    await complete(world, hour);
    await strike(world, hour);
    if (runs) await runs(world, hour);
    else await world.runThrough(hour + hours - 1);
  },
  expected,
});

/** The write by which a second reading is finished, or is said to be in its place. */
const REREAD_FINISHED = /^PutItem .*"reread":\{"M":\{"state":\{"S":"FINISHED"/;

/** Writes of a second reading, in their order. The run has read another hour for the first time before. */
const WRITES: readonly { readonly what: string; readonly rule: Pick<ProxyRule, 'service' | 'matching' | 'nth'> }[] = [
  { what: 'the second reading is noted', rule: ledger(/"reread"/, 1) },
  { what: 'its statement is submitted', rule: { service: 'redshift-data', matching: /^ExecuteStatement .*\/again\// } },
  { what: 'its statement is noted', rule: ledger(/"reread"/, 2) },
  { what: 'UNLOAD writes its file', rule: { service: 's3', matching: /^PUT [^?]*\/again\// } },
  { what: 'the settled model is written', rule: { service: 's3', matching: /^PUT .*model-settled/ } },
  { what: 'the observed values are replaced', rule: { service: 's3', matching: /^PUT .*state\/.*values/, nth: 2 } },
  { what: 'the model is replaced', rule: { service: 's3', matching: /^PUT .*state\/.*\/model(?!-)/, nth: 2 } },
  { what: 'the anomaly group is withdrawn', rule: { service: 'dynamodb', matching: /^DeleteItem .*group/i } },
  { what: 'the second detection is noted as completed', rule: { service: 'dynamodb', matching: /^(Put|Update)Item .*COMPLETED.*\/again\// } },
  { what: 'the second reading is noted as finished', rule: ledger(/"reread"/, 3) },
  { what: 'its file takes the place of the first', rule: { service: 's3', matching: /^COPY / } },
  { what: 'the file is noted as in its place', rule: ledger(/"placed"/, 1) },
  { what: 'the file beside it is removed', rule: { service: 's3', matching: /^POST .*delete/ } },
  { what: 'the second readings move on', rule: ledger(/"settled"/, 1) },
];

function ledger(matching: RegExp, nth: number): Pick<ProxyRule, 'service' | 'matching' | 'nth'> {
  return { service: 'dynamodb', matching: new RegExp(`^PutItem .*Ledger.*${matching.source}|^PutItem .*${matching.source}.*Ledger`), nth };
}

export const lateDataCases: readonly FaultCase[] = [
  lateCase('it comes before the settle time is over', () => undefined),
  {
    name: 'late data: an hour that looked usual has an anomaly when its rows are complete',
    hours: 5,
    arrange: () => undefined,
    act: async (world, hour) => {
      await world.runThrough(hour);
      await world.sql('insert into orders select ts, platform, 900 from orders where ts = $1', hour);
      await world.runThrough(hour + 4);
    },
    expected: { groups: 1 },
  },
  {
    name: 'late data: an hour that had no rows at all',
    hours: 5,
    arrange: () => undefined,
    act: async (world, hour) => {
      await world.sql('update orders set ts = ts + interval \'1000 years\' where ts = $1', hour);
      await world.runThrough(hour);
      await complete(world, hour);
      await world.runThrough(hour + 4);
    },
    expected: {},
  },
  {
    name: 'late data: all rows are withdrawn',
    hours: 5,
    arrange: () => undefined,
    act: async (world, hour) => {
      await world.runThrough(hour);
      await world.sql('delete from orders where ts = $1', hour);
      await world.runThrough(hour + 4);
    },
    expected: {},
  },
  lateCase('the statement of the second reading fails once', (world, hour) => world.statement(hour, { type: 'FAIL', error: 'Disk full' }),
    { failedRuns: 1, error: /Disk full/, ledgerError: /Disk full/, rereadAttempts: 2 }),
  lateCase('the statement of the second reading fails in every attempt', (world, hour) => world.statement(hour, { type: 'FAIL', error: 'Disk full' }, 3),
    { failedRuns: 3, error: /Disk full/, ledgerError: /Disk full/, rereadAttempts: 3, rereadGivenUp: /Disk full/, groups: 1 }),
  lateCase('the answer of the second detection is lost', world => world.invocations.add({
    matching: /Detect.*"reading":"AGAIN"/, withEffect: true, errorType: 'Lambda.SdkClientException',
  })),
  lateCase('the second detection breaks', world => world.invocations.add({ matching: /Detect.*"reading":"AGAIN"/, errorType: 'Error' }),
    { failedRuns: 1, error: /planned for this invocation/, rereadAttempts: 2 }),
  lateCase('the second detection breaks in every attempt: the rows of the first reading stay, everywhere', world => world.invocations.add({
    matching: /Detect.*"action":"detect".*"reading":"AGAIN"/, times: 3, errorType: 'Error',
  }), { failedRuns: 3, error: /planned for this invocation/, rereadAttempts: 3, rereadGivenUp: /planned for this invocation/, groups: 1 }),
  lateCase('the second detection runs out of time after it has replaced the rows', world => world.invocations.add({
    matching: /Detect.*"reading":"AGAIN"/, withEffect: true, errorType: 'Sandbox.Timedout',
  })),
  lateCase('so it does, and nobody can ask whether it was done, in more runs than there are attempts', world => world.invocations.add({
    matching: /Detect.*"reading":"AGAIN"/, times: 6, withEffect: true, errorType: 'Sandbox.Timedout',
  }), { failedRuns: 5, error: /Sandbox\.Timedout/, rereadAttempts: 6 }, undefined, 7),
  lateCase('it cannot be noted as finished in more runs than there are attempts: its rows stay, everywhere', world => world.requests.add({
    service: 'dynamodb', matching: REREAD_FINISHED, times: 4, outcome: { status: 400, code: 'AccessDeniedException' },
  }), { failedRuns: 4, error: /AccessDenied/, rereadAttempts: 5 }, undefined, 7),
  lateCase('its file cannot take the place of the first in more runs than there are attempts: it does in the end', world => world.requests.add({
    service: 's3', matching: /^COPY /, times: 4, outcome: { status: 403, code: 'AccessDenied' },
  }), { failedRuns: 4, error: /could not be copied to .*AccessDenied/ }, undefined, 7),
  lateCase('killed before it is noted as finished, in more runs than there are attempts', world => world.requests.add({
    service: 'dynamodb', matching: REREAD_FINISHED, times: 4, then: world.kill, outcome: { status: 400, code: 'AccessDeniedException' },
  }), { failedRuns: 4, error: /^Killed: ended by the test/, rereadAttempts: 5 }, undefined, 11), // a lease holds for more than an hour
  lateCase('the answer of its end is lost', world => world.invocations.add({
    matching: /"action":"finished".*"reading":"AGAIN"|"reading":"AGAIN".*"action":"finished"/, withEffect: true, errorType: 'Lambda.SdkClientException',
  })),
  lateCase('the schedule fires twice for every hour', () => undefined, {}, async (world, hour) => {
    for (let number = hour + 1; number < hour + 5; number++) {
      await world.runThrough(number);
      await world.extraRun(number);
    }
  }),
  lateCase('five runs at the same moment', () => undefined, {}, async (world, hour) => {
    await Promise.all([0, 1, 2, 3, 4].map(() => world.extraRun(hour + 1)));
    await world.runThrough(hour + 4);
  }),
  lateCase('the schedule is paused before the settle time is over', () => undefined, {}, async (world, hour) => {
    await world.pauseThrough(hour + 3);
    await world.runThrough(hour + 4);
  }),
  ...['the observed values are replaced', 'its file takes the place of the first'].map(what => lateCase(
    `killed before ${what}, and the settle time is taken away: it is brought to its end`,
    world => world.requests.add({ ...WRITES.find(write => write.what === what)!.rule, then: world.kill, outcome: { status: 400, code: 'AccessDeniedException' } }),
    { failedRuns: 1, error: /^Killed: ended by the test/, rereadAttempts: [1, 2] },
    async (world, hour) => {
      await world.runThrough(hour + 1);
      await world.deploy('');
      await world.runThrough(hour + 4);
      await world.deploy('1');
    },
  )),
  ...WRITES.flatMap(({ what, rule }) => [false, true].map(withEffect => lateCase(
    `killed ${withEffect ? 'after' : 'before'} ${what}`,
    world => world.requests.add({ ...rule, withEffect, then: world.kill, outcome: { status: 400, code: 'AccessDeniedException' } }),
    { failedRuns: 1, error: /^Killed: ended by the test/, rereadAttempts: [1, 2] },
  ))),
];
