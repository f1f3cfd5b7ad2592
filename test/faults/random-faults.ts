// SPDX-License-Identifier: Apache-2.0

/**
 * Trials with faults that chance chooses, on days of hours: `tsx test/faults/random-faults.ts <folder> <trials> <first seed> [hours]`. With SETTLE_HOURS
 * rows come late, too; with REDRIVES runs that broke are redriven. Each trial breaks what it can, lets the cloud be well again, and compares ledger, bucket, detector and events. Prints what
 * does not agree, and how many trials there were. Not part of the tests: the fault matrix has a case for whatever was found.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseOutcome, FaultCase } from './fault-case';
import { synthesise } from './synthesise';
import { World } from './world';
import { seededRandom } from '../../local/sample/random';

const [directory, trials, firstSeed, hoursGiven = '30'] = process.argv.slice(2);
const HOURS = Number(hoursGiven);
/** Hours at the end in which nothing breaks: what was left is caught up. */
const WELL = 16;
/** Share of the hours in which a run that broke is redriven, with REDRIVES. */
const REDRIVEN = process.env.REDRIVES === undefined ? 0 : 0.5;
let redriven = 0;
const SETTLES = process.env.SETTLE_HOURS !== undefined;

const REFUSALS = [{ status: 400, code: 'AccessDeniedException' }, { status: 400, code: 'ThrottlingException' }, { status: 500, code: 'InternalServerError' }, 'LOST'] as const;
const REQUESTS = [
  { service: 'dynamodb', matching: /^PutItem .*Ledger/ }, { service: 'dynamodb', matching: /^GetItem .*Ledger/ }, { service: 'dynamodb', matching: /^DeleteItem .*Ledger/ },
  { service: 'dynamodb', matching: /^Query .*Ledger/ }, { service: 'dynamodb', matching: /^(Put|Update)Item (?!.*Ledger)/ }, { service: 'dynamodb', matching: /^(GetItem|Query) (?!.*Ledger)/ },
  { service: 's3', matching: /^PUT .*\/state\// }, { service: 's3', matching: /^GET .*\/(state|live)\// }, { service: 's3', matching: /^COPY / }, { service: 's3', matching: /^POST .*delete/ },
  { service: 's3', matching: /^PUT .*\/(live|again)\// },
  { service: 'redshift-data', matching: /^ExecuteStatement/ }, { service: 'redshift-data', matching: /^DescribeStatement/ }, { service: 'redshift-data', matching: /^CancelStatement/ },
] as const;
const INVOCATIONS = ['plan', 'begin', 'submitted', 'detect', 'known', 'finished', 'failed', 'told'];
const ERRORS = ['Lambda.SdkClientException', 'Sandbox.Timedout', 'Runtime.ExitError', 'Lambda.TooManyRequestsException'];

/** A trial as one case of the matrix. */
function trial(seed: number): FaultCase & { readonly story: string[] } {
  const next = seededRandom(seed * 7919);
  const below = (count: number) => Math.floor(next() * count);
  const one = <T>(of: readonly T[]): T => of[below(of.length)];
  const story: string[] = [];

  /** Plans one fault for what comes. */
  function spoil(world: World, hour: number): void {
    const kind = below(10);
    if (kind < 4) {
      const rule = { ...one(REQUESTS), nth: 1 + below(6), times: 1 + below(next() < 0.2 ? 12 : 2), withEffect: next() < 0.5, outcome: one(REFUSALS) };
      const kills = next() < 0.35;
      story.push(`${hour}: ${rule.service} ${rule.matching} ${rule.nth}+${rule.times} ${rule.withEffect ? 'with effect ' : ''}${JSON.stringify(rule.outcome)}${kills ? ', killed' : ''}`);
      world.requests.add({ ...rule, ...kills ? { then: world.kill } : {} });
    } else if (kind < 7) {
      const fault = { matching: new RegExp(`"action":"${one(INVOCATIONS)}"`), nth: 1 + below(2), times: 1 + below(next() < 0.2 ? 8 : 2), withEffect: one([false, true, 'LATER'] as const), errorType: one(ERRORS) };
      story.push(`${hour}: ${fault.matching} ${fault.nth}+${fault.times} ${fault.withEffect ? `with effect${fault.withEffect === 'LATER' ? ' later' : ''} ` : ''}${fault.errorType}`);
      world.invocations.add(fault);
    } else if (kind < 9) {
      const type = one(['FAIL', 'FAIL_AFTER_FIRST_FILE', 'ABORT', 'SLOW'] as const);
      story.push(`${hour}: statement ${type}`);
      world.statement(hour - below(2), type === 'SLOW' ? { type, describes: 4 } : type === 'ABORT' ? { type } : { type, error: 'Disk full' }, 1 + below(4));
    } else {
      world.refusedEvents += 1 + below(9);
      story.push(`${hour}: ${world.refusedEvents} events are refused`);
    }
  }

  return {
    name: `trial ${seed}`,
    hours: HOURS,
    story,
    expected: {},
    arrange: () => undefined,
    act: async (world, first) => {
      for (let hour = first; hour < first + HOURS - WELL; hour++) {
        for (let faults = below(3); faults > 0; faults--) spoil(world, hour);
        if (SETTLES && next() < 0.4) await world.sql('update orders set ts = ts + interval \'1000 years\' where ts = $1 and platform = \'tv\'', hour);
        const way = below(8);
        if (way === 0) {
          story.push(`${hour}: paused`);
          await world.pauseThrough(hour);
        } else if (way === 1) {
          story.push(`${hour}: three runs at once`);
          await Promise.all([0, 1, 2].map(() => world.extraRun(hour)));
        } else {
          await world.runThrough(hour);
          if (way === 2) await world.extraRun(hour - below(3));
        }
        const broken = world.brokenRuns.slice(-8);
        if (REDRIVEN > 0 && broken.length > 0 && next() < REDRIVEN) {
          const run = one(broken);
          story.push(`${hour}: redriven ${run.name}, ${run.status} at ${run.states.at(-1)}`);
          redriven++;
          await world.redrive(run);
        }
        if (SETTLES) await world.sql('update orders set ts = ts - interval \'1000 years\' where ts > timestamp \'2900-01-01\'', hour);
        // rows that come even later: whoever has read the hour again, or not, must agree on what it read
        if (next() < 0.15) await world.sql(`insert into orders select ts, platform, ${1 + below(50)} from orders where ts = $1 and platform = 'web' limit 1`, hour - below(2));
      }
      world.heal();
      await world.runThrough(first + HOURS - 1);
    },
  };
}

/** What of a trial does not agree. */
function problems({ hours, behind, broken, told, untold }: CaseOutcome): string[] {
  const found: string[] = [];
  if (broken) found.push(`broken: ${broken}`);
  if (behind !== 0) found.push(`${behind} hours behind`);
  if (untold.length > 0) found.push(`untold: ${untold.join(', ')}`);
  for (const hour of hours) {
    const { state, rows, rowsInBucket, viewsInBucket, viewsDetected, attempts = 0, reread } = hour;
    const say = (text: string) => found.push(`hour ${hour.hour}: ${text}: ${JSON.stringify(hour)}`);
    if (state === 'FINISHED') {
      if (rows !== rowsInBucket) say('ledger and bucket differ');
      if (viewsInBucket !== viewsDetected) say('bucket and detector differ');
    } else if (state === 'FAILED') {
      if (viewsDetected !== 0) say('given up, and the detector has rows');
    } else {
      say('neither finished nor given up');
    }
    const expectTold = (again: boolean, failed: number) => {
      const attemptsTold = told.filter(each => each.hour === hour.hour && each.again === again).map(({ attempt }) => attempt);
      for (let attempt = 1; attempt <= failed; attempt++) if (!attemptsTold.includes(attempt)) say(`attempt ${attempt} ${again ? 'again ' : ''}is untold`);
    };
    expectTold(false, attempts - (state === 'FINISHED' ? 1 : 0));
    if (reread) expectTold(true, reread.attempts - (reread.state === 'FINISHED' ? 1 : 0));
  }
  return found;
}

async function main() {
  mkdirSync(directory, { recursive: true });
  const assembly = join(directory, 'cdk.out');
  synthesise(assembly);
  const count = Number(trials);
  const world = await World.start(assembly, join(directory, 'cloud'), HOURS * count);
  let bad = 0;
  const sums = { hours: 0, failedRuns: 0, attempts: 0, givenUp: 0, reread: 0, told: 0 };
  try {
    for (let index = 0; index < count; index++) {
      const one = trial(Number(firstSeed) + index);
      const outcome = await world.run(one, index * HOURS);
      const found = problems(outcome);
      sums.hours += outcome.hours.length;
      sums.failedRuns += outcome.failedRuns.length;
      sums.attempts += outcome.hours.reduce((sum, { attempts = 0 }) => sum + attempts, 0);
      sums.givenUp += outcome.hours.filter(({ state }) => state === 'FAILED').length;
      sums.reread += outcome.hours.filter(({ reread }) => reread?.state === 'FINISHED').length;
      sums.told += outcome.told.length;
      if (found.length === 0) continue;
      bad++;
      console.log(`${one.name}:\n  ${found.join('\n  ')}\n  story:\n    ${one.story.join('\n    ')}`);
    }
    console.log(`${count} trials, ${bad} of them bad: ${JSON.stringify({ ...sums, redriven })}`);
  } finally {
    await world.close();
  }
}

main().catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
