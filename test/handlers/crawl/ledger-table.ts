// SPDX-License-Identifier: Apache-2.0

import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, ScanCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import { crawlHandler } from '../../../handlers/crawl';
import { startS3Server } from '../../../local/s3/server';
import { LEDGER_KEYS, type ConnectorSettings, type HistoryPlan, type WarehouseConnection } from '../../../src/private/contract';

export const SETTINGS: ConnectorSettings = {
  query: "select ts, views from t where ts >= '{{start}}' and ts < '{{end}}'",
  bucketName: 'data',
  unloadRoleArn: 'arn:aws:iam::123456789012:role/unload',
  region: 'eu-central-1',
  frequency: 'PT1H',
  timezone: 'Europe/Berlin',
  delaySeconds: 300,
  historyIntervals: 48,
  catchUpLimit: 100,
  maxAttempts: 3,
  queryTimeoutSeconds: 3600,
};

// metrics go to the console, on which a test can spy
Object.assign(process.env, { POWERTOOLS_DEV: 'true', POWERTOOLS_METRICS_DISABLED: 'false' });

/** A ledger table of its own on a dynalite server, and the crawl handler on it. */
export interface TestLedger {
  readonly client: DynamoDBClient;
  /** Has a bucket `data`. */
  readonly files: S3Client;
  /** The machine's clock, as the handler sees it. */
  now: number;
  /** A new, empty table; returns a handler that works on it. */
  fresh(client?: DynamoDBClient): Promise<ReturnType<typeof crawlHandler>>;
  handler(client?: DynamoDBClient): ReturnType<typeof crawlHandler>;
  /** Items of a kind by their sort key, without their versions. */
  items(kind: 'interval' | 'history' | 'historyChunk' | 'control' | 'untold'): Promise<Record<string, any>>;
  stop(): Promise<void>;
}

export async function startLedger(): Promise<TestLedger> {
  const directory = await mkdtemp(join(tmpdir(), 'ledger-'));
  const s3 = await startS3Server(directory);
  s3.createBucket('data');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const files = new S3Client({ endpoint: s3.endpoint, forcePathStyle: true, region: 'eu-central-1', credentials });
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials,
  });
  let tables = 0;
  const name = () => `ledger-${tables}`;
  const ledger: TestLedger = {
    client,
    files,
    now: Date.parse('2026-11-23T10:05:00Z'),
    async fresh(through) {
      if (tables > 0) await client.send(new DeleteTableCommand({ TableName: name() }));
      tables++;
      await client.send(new CreateTableCommand({
        TableName: name(),
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: LEDGER_KEYS.partition, KeyType: 'HASH' }, { AttributeName: LEDGER_KEYS.sort, KeyType: 'RANGE' }],
        AttributeDefinitions: [LEDGER_KEYS.partition, LEDGER_KEYS.sort].map(AttributeName => ({ AttributeName, AttributeType: 'S' as const })),
      }));
      await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.05 }, { TableName: name() });
      return ledger.handler(through);
    },
    handler(through) {
      return crawlHandler({ client: through ?? client, files, tableName: name(), connectorName: 'Ecommerce', clock: () => ledger.now });
    },
    async items(kind) {
      const { Items } = await client.send(new ScanCommand({ TableName: name(), ConsistentRead: true }));
      return Object.fromEntries(Items!.map(item => unmarshall(item)).filter(item => item[LEDGER_KEYS.partition] === kind)
        .map(({ kind: _kind, start, version: _version, ...content }) => [start, content]));
    },
    async stop() {
      client.destroy();
      files.destroy();
      await s3.close();
      await rm(directory, { recursive: true });
      await new Promise<void>((resolve, reject) => server.close(error => error ? reject(error) : resolve()));
    },
  };
  return ledger;
}

/** A client that lets something happen right before the nth request of a kind for an item. */
export function before(
  client: DynamoDBClient, command: 'GetItemCommand' | 'PutItemCommand' | 'DeleteItemCommand', start: string, happens: () => Promise<unknown>, nth = 1,
): DynamoDBClient {
  let seen = 0;
  const send = async (sent: any) => {
    if (sent.constructor.name === command && (sent.input.Item ?? sent.input.Key).start.S === start && ++seen === nth) await happens();
    return client.send(sent);
  };
  return Object.assign(Object.create(client), { send });
}

/** Runs a history that ends at the newest whole hour before `now`, less the delay. */
export async function readHistory(
  handle: ReturnType<typeof crawlHandler>, now: string, execution = 'bootstrap-1', settings = SETTINGS, warehouse?: WarehouseConnection,
): Promise<void> {
  const planned = async () => await handle({ action: 'planHistory', settings, warehouse, now, execution }) as HistoryPlan;
  for (let plan = await planned(); plan.remaining > 0; plan = await planned()) await readChunk(handle, plan, execution);
  await handle({ action: 'historyFinished', execution });
}

/** Unloads one chunk of a history, of 1000 rows within 2 seconds. */
export async function readChunk(handle: ReturnType<typeof crawlHandler>, { interval }: HistoryPlan, execution: string): Promise<void> {
  const statementId = `${execution}-statement`;
  await handle({ action: 'historySubmitted', execution, interval, statementId });
  await handle({ action: 'historyUnloaded', execution, interval, statement: { Id: statementId, Status: 'FINISHED', ResultRows: 1000, Duration: 2e9 } });
}
