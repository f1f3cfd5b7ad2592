// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
 *   the tests of the constructs, failed asynchronous invocations by test/local;
 * - moto's CloudFormation rolls nothing back, knows of no property whether its change replaces the resource, and checks no rights: the order in
 *   which it makes and deletes, and what it tells of changes, are ours (stacks.py).
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

/** Logical ids of the stack's resources that its template keeps when it is destroyed, of one type. */
function retained(type: string): string[] {
  const { Resources } = JSON.parse(readFileSync(join(directory, 'cdk.out', 'Faults.template.json'), 'utf8')) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly DeletionPolicy?: string }>>;
  };
  return Object.entries(Resources).filter(([, { Type, DeletionPolicy }]) => Type === type && DeletionPolicy === 'Retain').map(([logicalId]) => logicalId);
}

describe('the CDK\'s own command line', () => {
  test('`cdk bootstrap` makes the account ready', () => {
    expect(ring2.cdk.bootstrap).toEqual({ code: 0, output: expect.stringContaining('Environment aws://123456789012/us-east-1 bootstrapped.') });
  });

  test('`cdk deploy` publishes the assets, makes the stack through a change set and tells its outputs', () => {
    const { code, output } = ring2.cdk.deploy;
    expect(code).toBe(0);
    expect(output).toContain('Faults: success: Published Orders/CrawlFunction/Code');
    expect(output).toContain('Faults: creating CloudFormation changeset...');
    expect(output).toMatch(/ CREATE_COMPLETE +\| Custom::RedshiftLookoutDetector +\| Orders\/Detector/);
    const ledger = Object.entries(ring2.resources).find(([logicalId]) => /^OrdersLedger[0-9A-F]{8}$/.test(logicalId))![1];
    expect(output).toContain(`Outputs:\nFaults.Ledger = ${ledger}\n`);
  });

  test('`cdk diff` finds no difference to what is deployed, and without the settle time names what would change', () => {
    expect(ring2.cdk.diff).toEqual({ code: 0, output: expect.stringContaining('There were no differences') });
    const { code, output } = ring2.cdk.diffOfAnother;
    expect(code).toBe(1); // of --fail
    expect([...output.matchAll(/^\[(.)\] (\S+) (\S+)/gm)].map(([, ...change]) => change)).toEqual([
      ['~', 'AWS::StepFunctions::StateMachine', 'Orders/Bootstrap'],
      ['~', 'Custom::RedshiftLookoutDetector', 'Orders/Detector'],
      ['~', 'AWS::StepFunctions::StateMachine', 'Orders/Crawl'],
    ]);
    expect(output).toMatch(/^ +\[-\] .*settleSeconds/m);
  });

  test('the custom resources are sent what CloudFormation sends them, and deleted backwards', () => {
    expect(ring2.requests).toEqual([
      'Create Custom::RedshiftLookoutRoleAttachment', 'Create Custom::RedshiftLookoutDetector', 'Create Custom::RedshiftLookoutAlert',
      'Delete Custom::RedshiftLookoutAlert', 'Delete Custom::RedshiftLookoutDetector', 'Delete Custom::RedshiftLookoutRoleAttachment',
    ]);
  });

  test('`cdk destroy` deletes detector and alerts, detaches the unload role, and leaves buckets and tables', () => {
    const { code, output } = ring2.cdk.destroy;
    expect(code).toBe(0);
    expect(output).toContain('Faults: destroyed');
    expect(ring2.service.before.map(record => record.split(' ')[0])).toEqual(['ALERT', 'DETECTOR']);
    expect(ring2.service.after).toEqual([]);
    expect(ring2.clusterRoles.before).toEqual([expect.stringContaining('OrdersUnloadRole')]);
    expect(ring2.clusterRoles.after).toEqual([]);
    const { buckets, tables, roles, ...gone } = ring2.remaining;
    const names = (type: string) => retained(type).map(logicalId => ring2.resources[logicalId]);
    expect([...buckets].sort()).toEqual(['cdk-hnb659fds-assets-123456789012-us-east-1', ...names('AWS::S3::Bucket')].sort());
    expect(buckets).toHaveLength(3);
    expect([...tables].sort()).toEqual(names('AWS::DynamoDB::Table').sort());
    expect(tables).toHaveLength(2);
    expect(roles.filter(role => !role.startsWith('cdk-hnb659fds-'))).toEqual([]);
    expect(gone).toEqual({ stacks: ['CDKToolkit', 'RedshiftLookoutEcommerce'], functions: [], stateMachines: [], queues: [], topics: [], logGroups: [] });
  });
});

/** moto has neither Redshift Serverless nor CloudFormation's secrets: what loads the sample is run by test/local-redshift. */
test('`cdk deploy -c sample=true` of an example publishes the sample and makes a change set with a warehouse', () => {
  const { code, output } = ring2.cdk.deploySample;
  expect(code).toBe(0);
  for (const file of ['platform', 'marketplace', 'views', 'anomaly']) expect(output).toContain(`success: Published Warehouse/File-${file} `);
  expect(new Set(ring2.sampleChanges.map(([action]) => action))).toEqual(new Set(['Add']));
  expect(ring2.sampleChanges.map(([, type]) => type)).toEqual(expect.arrayContaining([
    'AWS::RedshiftServerless::Namespace', 'AWS::RedshiftServerless::Workgroup', 'Custom::RedshiftLookoutSampleData', 'Custom::RedshiftLookoutDetector',
  ]));
});

describe('the same template and the same hours, in the embedded cloud and in moto', () => {
  test('moto\'s CloudFormation makes the stack: custom resources answer at their response URL, and the history is learned', () => {
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
