// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MotoOutcome } from './run-rings';
import { runtimeInterfaceClient } from './runtime-interface-client';
import type { Outcome } from './scenario';
import { pythonWithMoto } from './virtual-environment';
import { ROOT, runScript } from '../end-to-end/run-script';

/**
 * Known differences of the two rings:
 * - ring 1 itself looks whether statements run while its clock stands still, so that a slow statement is waited for in fewer rounds;
 * - moto has no resources of these types, and creates the stack without them. Ring 1 fires the schedule itself, policies are checked by
 *   the tests of the constructs, failed asynchronous invocations by test/local.
 */
const NOT_IN_MOTO = ['AWS::Lambda::EventInvokeConfig', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy', 'AWS::Scheduler::Schedule'];
const ROUND = ['Wait for statement', 'Count wait for statement', 'Look at statement', 'Statement ended?'];

const directory = mkdtempSync(join(tmpdir(), 'redshift-lookout-rings-'));
let ring1: Outcome;
let ring2: MotoOutcome;

// on a fresh clone these are made, which takes as long as the rings themselves
beforeAll(() => {
  pythonWithMoto(ROOT);
  runtimeInterfaceClient(ROOT);
}, 600_000);

beforeAll(async () => {
  const { code, stdout, stderr } = await runScript('test/ring2/run-rings.ts', [directory, pythonWithMoto(ROOT)]);
  if (code !== 0) throw new Error(`the rings ended with ${code}:\n${stderr}`);
  ({ ring1, ring2 } = JSON.parse(stdout) as { ring1: typeof ring1; ring2: typeof ring2 });
}, 400_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The states of a run, with successive rounds of waiting as one. */
function withoutRepeatedRounds(states: readonly string[]): string[] {
  const kept: string[] = [];
  for (const state of states) {
    kept.push(state);
    const last = kept.slice(-2 * ROUND.length);
    if (JSON.stringify(last) === JSON.stringify([...ROUND, ...ROUND])) kept.length -= ROUND.length;
  }
  return kept;
}

describe('the same template and the same hours, in the embedded cloud and in moto', () => {
  test('moto\'s CloudFormation creates the stack: custom resources answer at their response URL, and the history is learned', () => {
    expect(ring2.bootstrap).toEqual(['SUCCEEDED']);
    expect(ring2.skipped).toEqual(NOT_IN_MOTO);
  });

  test('SQL of ring 2 is run by PostgreSQL 15', () => {
    expect(ring2.postgres).toMatch(/^PostgreSQL 15\./);
  });

  test('functions of ring 2, the Provider framework\'s too, run in AWS\'s runtime interface client where it can be built', () => {
    if ('unavailable' in ring2.client) console.warn(`ring 2 ran the functions in the embedded cloud's own runtime: ${ring2.client.unavailable}`);
    // crawl, service, detect, and the framework's two
    else expect(ring2.client.started).toBeGreaterThanOrEqual(5);
  });

  test('both ledgers hold every hour: finished, tried again, without rows, given up', () => {
    expect(ring1.ledger.map(({ state, attempts, rows }) => [state, attempts, rows])).toEqual([
      ['FINISHED', 1, 3], ['FINISHED', 2, 3], ['FINISHED', 1, 0], ['FINISHED', 1, 3], ['FAILED', 3, undefined], ['FINISHED', 1, 3], ['FINISHED', 1, 3],
      ['FINISHED', 1, 3],
    ]);
    expect(ring2.ledger).toEqual(ring1.ledger);
  });

  test('both read hours again after the settle time, except those that were late anyway', () => {
    const again = { state: 'FINISHED', attempts: 1 };
    expect(ring1.ledger.map(({ reread }) => reread)).toEqual([
      { ...again, rowsBefore: 3 }, undefined, { ...again, rowsBefore: 0 }, { ...again, rowsBefore: 3 }, undefined, undefined, undefined, undefined,
    ]);
  });

  test('both interpreters end every run in the same way, with the same error', () => {
    const ends = ({ runs }: Outcome) => runs.map(({ status, error }) => [status, error]);
    expect(ends(ring1).filter(([status]) => status === 'FAILED')).toHaveLength(4);
    expect(ends(ring2)).toEqual(ends(ring1));
  });

  test('both interpreters go through the same states', () => {
    const states = ({ runs }: Outcome) => runs.map(run => withoutRepeatedRounds(run.states));
    expect(states(ring2)).toEqual(states(ring1));
  });

  test('both buckets hold the same files with the same content', () => {
    expect(Object.keys(ring1.files).length).toBeGreaterThan(6);
    expect(ring2.files).toEqual(ring1.files);
  });
});
