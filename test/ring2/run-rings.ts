// SPDX-License-Identifier: Apache-2.0

/**
 * Runs the scenario in the embedded cloud (ring 1) and in moto (ring 2), started by ring2.test.ts in a process of its own (ESM-only
 * parts). Arguments: a folder, and the Python of the virtual environment. Prints both outcomes as JSON.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Cdk, type CdkOutput } from './cdk';
import { ClientProcess } from './client-process';
import { clusterRoles, serviceRecords } from './leftovers';
import { MotoAccount, type Remaining } from './moto-account';
import { PostgresDatabase } from './postgres-database';
import { runtimeInterfaceClient } from './runtime-interface-client';
import { DEPLOYED, failures, runScenario, startOrders, withoutIds, type Outcome } from './scenario';
import { EmbeddedCloud } from '../../local/cloud';
import type { ProcessOptions } from '../../local/lambda/function-process';
import type { Warehouse } from '../../local/redshift/warehouse';
import { synthesise } from '../faults/synthesise';

const ROOT = join(__dirname, '..', '..');
const [directory, python] = process.argv.slice(2);

async function embedded(assembly: string): Promise<Outcome> {
  const cloud = await EmbeddedCloud.start({
    assembly,
    directory: join(directory, 'ring1'),
    now: new Date(DEPLOYED),
    warehouse: ({ s3Endpoint, now }) => startOrders({ s3Endpoint, now, failures: failures() }),
  });
  try {
    await cloud.deploy();
    await cloud.allExecutionsFinished();
    const name = (part: string) => cloud.physicalName(`Faults/Orders/${part}`)!;
    return await runScenario({
      s3Endpoint: cloud.s3.endpoint,
      dynamodbEndpoint: cloud.dynamodbEndpoint,
      bucket: name('Bucket'),
      ledger: name('Ledger'),
      crawl: async input => {
        const { status, error, cause, states } = await cloud.startExecution('Faults/Orders/Crawl', input);
        return { status, error: error === undefined ? null : withoutIds(`${error}: ${cause}`), states };
      },
    });
  } finally {
    await cloud.close();
  }
}

/** What is asked of ring 2 only. */
export interface MotoOutcome extends Outcome {
  readonly bootstrap: readonly string[];
  /** Types of resources that moto has not. */
  readonly skipped: readonly string[];
  /** Version of the PostgreSQL that ran the SQL. */
  readonly postgres: string;
  /** How many processes of functions ran in AWS's runtime interface client, or why none did. */
  readonly client: { readonly started: number } | { readonly unavailable: string };
  /** What the CDK's command line told. */
  readonly cdk: Readonly<Record<'bootstrap' | 'deploy' | 'diff' | 'diffOfAnother' | 'destroy' | 'deploySample', CdkOutput>>;
  /** Requests that custom resources were sent, in their order. */
  readonly requests: readonly string[];
  /** What the change set of the example with its sample warehouse would do. */
  readonly sampleChanges: readonly (readonly [action: string, type: string])[];
  /** What the stack was made of, and what is in the account after it was destroyed. */
  readonly resources: Readonly<Record<string, string>>;
  readonly remaining: Remaining;
  /** Detectors and alerts in the table of the detection service, before and after. */
  readonly service: Readonly<Record<'before' | 'after', readonly string[]>>;
  /** Roles of the cluster, before and after. */
  readonly clusterRoles: Readonly<Record<'before' | 'after', readonly string[]>>;
}

async function moto(assembly: string): Promise<MotoOutcome> {
  const folder = join(directory, 'ring2');
  mkdirSync(folder, { recursive: true });
  const client = runtimeInterfaceClient(ROOT);
  let started = 0;
  const startFunction = 'entry' in client ? (options: ProcessOptions) => {
    started++;
    return new ClientProcess(client.entry, options);
  } : undefined;
  let warehouse: Warehouse | undefined;
  const account = await MotoAccount.start({
    startFunction,
    python,
    directory: folder,
    now: DEPLOYED,
    warehouse: async s3Endpoint => warehouse = await startOrders({
      s3Endpoint, now: () => new Date(DEPLOYED), failures: failures(), engine: PostgresDatabase.start,
    }),
  });
  try {
    const cdk = new Cdk(join(folder, 'cdk'), account.endpoint);
    const bootstrapped = await cdk.run('bootstrap', 'aws://123456789012/us-east-1');
    const deployed = await cdk.run('deploy', '--app', assembly, '--require-approval', 'never');
    if (deployed.code !== 0) throw new Error(`cdk deploy ended with ${deployed.code}:\n${bootstrapped.output}\n${deployed.output}`);
    const { resources, skipped } = await account.resources('Faults');
    const named = (pattern: RegExp) => Object.entries(resources).find(([logicalId]) => pattern.test(logicalId))![1];
    const bootstrap = await account.executions(named(/^OrdersBootstrap[0-9A-F]{8}$/));
    const outcome = await runScenario({
      s3Endpoint: account.endpoint,
      dynamodbEndpoint: account.endpoint,
      bucket: named(/^OrdersBucket[0-9A-F]{8}$/),
      ledger: named(/^OrdersLedger[0-9A-F]{8}$/),
      crawl: async input => {
        const { status, error, cause, states } = await account.execute(named(/^OrdersCrawl[0-9A-F]{8}$/), input);
        return { status, error: error === null ? null : withoutIds(`${error}: ${cause}`), states };
      },
    });
    const [{ version }] = await warehouse!.query<{ version: string }>('select version() as version');

    const another = join(directory, 'another.out');
    synthesise(another, '');
    const [diff, diffOfAnother] = await Promise.all([assembly, another].map(app => cdk.run('diff', '--app', app, '--fail')));

    const inService = () => serviceRecords(account.endpoint, named(/^OrdersServiceTable[0-9A-F]{8}$/));
    const before = { service: await inService(), clusterRoles: await clusterRoles(warehouse!) };
    const example = `tsx --tsconfig ${join(ROOT, 'tsconfig.dev.json')} ${join(ROOT, 'examples', 'typescript', 'app.ts')}`;
    const [destroyed, deployedSample] = await Promise.all([
      cdk.run('destroy', '--app', assembly, '--force'),
      cdk.run('deploy', '-c', 'sample=true', '--app', example, '--require-approval', 'never', '--method', 'prepare-change-set'),
    ]);
    return {
      ...outcome,
      postgres: version,
      client: 'entry' in client ? { started } : client,
      bootstrap: bootstrap.map(({ status, error, cause }) => error === null ? status : `${status} ${error}: ${cause}`),
      skipped,
      cdk: {
        bootstrap: bootstrapped,
        deploy: deployed,
        diff,
        diffOfAnother,
        destroy: destroyed,
        deploySample: deployedSample,
      },
      requests: account.requests,
      sampleChanges: await account.changes('RedshiftLookoutEcommerce'),
      resources,
      remaining: await account.remaining(),
      service: { before: before.service, after: await inService() },
      clusterRoles: { before: before.clusterRoles, after: await clusterRoles(warehouse!) },
    };
  } finally {
    await account.close();
  }
}

async function main() {
  const assembly = join(directory, 'cdk.out');
  synthesise(assembly, '1');
  // each waits for other processes most of the time
  const [ring1, ring2] = await Promise.all([embedded(assembly), moto(assembly)]);
  process.stdout.write(JSON.stringify({ ring1, ring2 }));
}

main().catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
