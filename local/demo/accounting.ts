// SPDX-License-Identifier: Apache-2.0

/** Accounts for every interval of a stream: what the ledger says, what lies in the bucket, what the warehouse holds. */
import { DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { parse } from 'csv-parse/sync';
import { physicalName, type Stream } from './stream';
import { FREQUENCY_SECONDS, LEDGER_KEYS, PREFIXES } from '../../src/private/contract';

/** An item of the ledger, as far as the accounts need it. */
export interface LedgerInterval {
  /** ISO 8601, UTC. */
  readonly start: string;
  readonly state: string;
  readonly attempts?: number;
  readonly rows?: number;
  readonly error?: string;
}

/** The accounts of a stream. */
export interface Accounts {
  readonly intervals: number;
  /** Starts of intervals that the ledger does not list as finished, or of which rows are missing in the bucket. */
  readonly lost: readonly string[];
  /** Starts of intervals with more rows in the bucket than in the warehouse. */
  readonly doubled: readonly string[];
  readonly ledger: readonly LedgerInterval[];
  readonly viewsInWarehouse: number;
  readonly viewsUnloaded: number;
}

/** Settings with which an SDK client reaches the stream's cloud. */
export function clientSettings(stream: Stream) {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = stream.cloud.environment;
  return { region, credentials: { accessKeyId, secretAccessKey } };
}

/** The ledger's intervals, oldest first. */
export async function readLedger(stream: Stream): Promise<LedgerInterval[]> {
  const client = new DynamoDBClient({ ...clientSettings(stream), endpoint: stream.cloud.dynamodbEndpoint });
  try {
    const items: LedgerInterval[] = [];
    const pages = paginateQuery({ client }, {
      TableName: physicalName(stream, 'Ledger'),
      KeyConditionExpression: '#kind = :interval',
      ExpressionAttributeNames: { '#kind': LEDGER_KEYS.partition },
      ExpressionAttributeValues: { ':interval': { S: 'interval' } },
    });
    for await (const page of pages) items.push(...(page.Items ?? []).map(item => unmarshall(item) as LedgerInterval));
    return items;
  } finally {
    client.destroy();
  }
}

interface Unloaded {
  rows: number;
  views: number;
}

/** Rows and views in each interval's folder, by `yyyyMMdd/HHmm`. */
async function readBucket(stream: Stream): Promise<Map<string, Unloaded>> {
  const client = new S3Client({ ...clientSettings(stream), endpoint: stream.cloud.s3.endpoint, forcePathStyle: true });
  try {
    const Bucket = physicalName(stream, 'Bucket');
    const folders = new Map<string, Unloaded>();
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: PREFIXES.live })) {
      for (const { Key } of page.Contents ?? []) {
        const folder = Key!.slice(PREFIXES.live.length).split('/').slice(0, 2).join('/');
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        const records = parse(await Body!.transformToString(), { columns: true }) as { views: string }[];
        const unloaded = folders.get(folder) ?? { rows: 0, views: 0 };
        unloaded.rows += records.length;
        unloaded.views += records.reduce((sum, record) => sum + Number(record.views), 0);
        folders.set(folder, unloaded);
      }
    }
    return folders;
  } finally {
    client.destroy();
  }
}

/** Compares ledger, bucket and warehouse, interval by interval. */
export async function account(stream: Stream): Promise<Accounts> {
  const ledger = await readLedger(stream);
  const folders = await readBucket(stream);
  const finished = new Set(ledger.filter(item => item.state === 'FINISHED').map(item => item.start));
  const lost: string[] = [];
  const doubled: string[] = [];
  const seconds = FREQUENCY_SECONDS[stream.frequency];
  let intervals = 0;
  const counted = await stream.warehouse.query<{ ts: string; rows: number }>(
    'select ts, count(*) as rows from ecommerce where ts >= $1 and ts < $2 group by ts', [sqlTime(stream.start), sqlTime(stream.end)]);
  const rowsAt = new Map(counted.map(({ ts, rows }) => [ts, Number(rows)]));
  for (let time = stream.start.getTime(); time < stream.end.getTime(); time += seconds * 1000) {
    intervals++;
    const start = new Date(time);
    const name = start.toISOString().replace('.000Z', 'Z');
    const folder = `${name.slice(0, 10).replaceAll('-', '')}/${name.slice(11, 16).replace(':', '')}`;
    const expected = rowsAt.get(sqlTime(start)) ?? 0;
    const found = folders.get(folder)?.rows ?? 0;
    if (!finished.has(name) || found < expected) lost.push(name);
    if (found > expected) doubled.push(name);
  }
  const [{ views }] = await stream.warehouse.query<{ views: number }>(
    'select sum(views) as views from ecommerce where ts >= $1 and ts < $2', [sqlTime(stream.start), sqlTime(stream.end)]);
  const viewsUnloaded = [...folders.values()].reduce((sum, unloaded) => sum + unloaded.views, 0);
  return { intervals, lost, doubled, ledger, viewsInWarehouse: Number(views ?? 0), viewsUnloaded };
}

function sqlTime(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
