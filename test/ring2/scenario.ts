// SPDX-License-Identifier: Apache-2.0

/** What both rings go through, and what they are asked afterwards. */
import { DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { FailurePlan } from '../../local/redshift/failures';
import { startWarehouse, type Warehouse, type WarehouseOptions } from '../../local/redshift/warehouse';
import { LEDGER_KEYS, PREFIXES } from '../../src/private/contract';

/** End of the history and start of the first interval. */
export const START = Date.UTC(2026, 0, 5);
/** When the stack is deployed: five minutes, the connector's delay, later. */
export const DEPLOYED = START + 300_000;
const HOUR = 3_600_000;
const HISTORY_HOURS = 120;
const HOURS = 8;
const PLATFORMS = ['web', 'ios "beta",\n<b>', 'android'];

/** A run of a state machine, without what differs by nature: names and times. */
export interface Run {
  readonly status: string;
  readonly error: string | null;
  readonly states: readonly string[];
}

/** An AWS account in which the app is deployed. */
export interface Ring {
  readonly s3Endpoint: string;
  readonly dynamodbEndpoint: string;
  readonly bucket: string;
  readonly ledger: string;
  /** Runs the Crawl state machine with this input to its end. */
  crawl(input: { readonly scheduledTime: string }): Promise<Run>;
}

/** What became of the scenario. */
export interface Outcome {
  readonly runs: readonly Run[];
  readonly ledger: readonly Record<string, unknown>[];
  /** Text of the unloaded files, by key. */
  readonly files: Readonly<Record<string, string>>;
}

const sqlTime = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
const unloadOf = (hour: number) => new RegExp(`UNLOAD[^]*>= '${sqlTime(START + hour * HOUR)}'`);

/** Faults of statements; a new plan for each ring, since plans count. */
export function failures(): FailurePlan {
  return new FailurePlan([
    { matching: unloadOf(1), outcome: { type: 'FAIL', error: 'Disk full' } },
    { matching: unloadOf(3), outcome: { type: 'REFUSE', exception: 'ActiveStatementsExceededException' }, times: 2 },
    { matching: unloadOf(4), outcome: { type: 'FAIL', error: 'numeric field overflow' }, times: 3 },
    { matching: unloadOf(6), outcome: { type: 'SLOW', describes: 3 } },
  ]);
}

/** Starts a warehouse with the scenario's rows: none in hour 2. */
export async function startOrders(options: Pick<WarehouseOptions, 's3Endpoint' | 'now' | 'failures' | 'engine'>): Promise<Warehouse> {
  const warehouse = await startWarehouse({ ...options, clusterIdentifier: 'orders', database: 'shop', describeHoldMilliseconds: 1000 });
  await warehouse.query('create table orders (ts timestamp, platform varchar(64), views float8)');
  for (const [index, platform] of PLATFORMS.entries()) {
    const lines: string[] = [];
    for (let hour = -HISTORY_HOURS; hour < HOURS; hour++) {
      const views = 100 + ((hour + HISTORY_HOURS) * 7 + index * 5) % 13;
      if (hour !== 2) lines.push(`${sqlTime(START + hour * HOUR)},"${platform.replaceAll('"', '""')}",${views}`);
    }
    await warehouse.load('orders', `${lines.join('\n')}\n`);
  }
  return warehouse;
}

/** Runs the crawl for every hour, then twice more for the last, which must find nothing to do. */
export async function runScenario(ring: Ring): Promise<Outcome> {
  const runs: Run[] = [];
  for (let hour = 0; hour < HOURS; hour++) runs.push(await ring.crawl(inputOf(hour)));
  for (let repeat = 0; repeat < 2; repeat++) runs.push(await ring.crawl(inputOf(HOURS - 1)));
  return { runs, ledger: await readLedger(ring), files: await readFiles(ring) };
}

function inputOf(hour: number) {
  return { scheduledTime: new Date(DEPLOYED + (hour + 1) * HOUR).toISOString().replace('.000Z', 'Z') };
}

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'ring', secretAccessKey: 'ring' } };

async function readLedger({ dynamodbEndpoint, ledger }: Ring): Promise<Record<string, unknown>[]> {
  const client = new DynamoDBClient({ ...CLIENT, endpoint: dynamodbEndpoint });
  const items: Record<string, unknown>[] = [];
  const pages = paginateQuery({ client }, {
    TableName: ledger,
    KeyConditionExpression: '#kind = :interval',
    ExpressionAttributeNames: { '#kind': LEDGER_KEYS.partition },
    ExpressionAttributeValues: { ':interval': { S: 'interval' } },
  });
  for await (const page of pages) {
    for (const item of page.Items ?? []) {
      const { start, end, state, attempts, rows, bytes, rowsRejected, givenUp, error, anomalyGroupIds, reread } = unmarshall(item);
      items.push({
        start,
        end,
        state,
        attempts,
        rows,
        bytes,
        rowsRejected,
        givenUp,
        anomalyGroups: anomalyGroupIds?.length,
        reread: reread && { state: reread.state, attempts: reread.attempts, rowsBefore: reread.rowsBefore },
        error: error && withoutIds(String(error)),
      });
    }
  }
  client.destroy();
  return items;
}

async function readFiles({ s3Endpoint, bucket }: Ring): Promise<Record<string, string>> {
  const client = new S3Client({ ...CLIENT, endpoint: s3Endpoint, forcePathStyle: true });
  const files: Record<string, string> = {};
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    for (const { Key } of page.Contents ?? []) {
      if (!Key!.startsWith(PREFIXES.live) && !Key!.startsWith(PREFIXES.history)) continue;
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      // folders of the history are named after the execution, too
      files[Key!.replace(/-[0-9a-f]{12}-/, '-<execution>-')] = await Body!.transformToString();
    }
  }
  client.destroy();
  return files;
}

/** An error text without the id of its statement. */
export function withoutIds(text: string): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
}
