// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbStore } from '../../handlers/lookout/dynamodb-store';
import { MemoryStore } from '../../handlers/lookout/memory-store';
import type { EpochSeconds, Store } from '../../handlers/lookout/store';
import type { FunctionContext } from '../../handlers/service/service-handler';
import { stateBucket } from '../../handlers/service/state-bucket';
import type { HttpAnswer, HttpEvent } from '../../handlers/shared/lambda-request-handler';
import { WallClock } from '../../handlers/shared/wall-clock';
import { Tables } from '../../local/dynamodb/tables';
import { startS3Server } from '../../local/s3/server';
import { ENVIRONMENT, SERVICE_KEYS } from '../../src/private/contract';
import { LoopbackLambda } from '../handlers/lookout/loopback-lambda';

/** What the shipped bundle stores in: DynamoDB over HTTP, or the memory of its process. */
export type StoreName = 'dynamodb' | 'memory';
export const STORES: readonly StoreName[] = ['dynamodb', 'memory'];

export type Handler = (event: HttpEvent, context: FunctionContext) => Promise<HttpAnswer>;

/** What lies behind the service, with which tests play the part of the detect function. */
export type StoreWithValues = Store & {
  /** Writes observed values of an hourly detector's time series, in UTC. */
  putValues(detectorArn: string, timeSeriesIds: readonly string[], start: EpochSeconds, values: readonly number[]): Promise<void>;
  /** Has the service's process see a time that is so many seconds ahead of the real one. */
  moveClock(seconds: number): Promise<void>;
};

/** A running service with what lies behind it. */
export interface RunningService {
  readonly handler: Handler;
  readonly store: StoreWithValues;
  readonly settings: { readonly functionArn: string };
}

export const SCOPE = 'arn:aws:lookoutmetrics:eu-central-1:123456789012';
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:service';
const REGION = 'eu-central-1';
const TABLE = 'service';
const HISTORY = 's3://bucket/history/';
const SAMPLE = Buffer.from('timestamp,platform,marketplace,views,revenue\n2024-03-01 10:00:00,ios,de,17,4.5\n').toString('base64');
const BUCKET = 'state';

/** Starts the service with what it works on (DynamoDB, S3, Lambda) on loopback ports of this process. Ends with the process. */
export async function startService(storeName: StoreName): Promise<RunningService> {
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const s3 = await startS3Server(directory);
  s3.createBucket(BUCKET);
  const lambda = await LoopbackLambda.start();
  // the detect function has one file here
  lambda.answer = async ({ payload }) => {
    const { action, path } = JSON.parse(payload) as { readonly action: string; readonly path?: string };
    const sample = path === HISTORY ? { file: `${path}all.csv`, bytes: SAMPLE, isWhole: true } : { problem: `${path} is not here` };
    return { payload: JSON.stringify(action === 'sample' ? sample : null) };
  };
  Object.assign(process.env, {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'conformance',
    AWS_SECRET_ACCESS_KEY: 'conformance',
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
    POWERTOOLS_LOG_LEVEL: 'WARN', // without the line for each request
    [ENVIRONMENT.stateBucket]: BUCKET,
    [ENVIRONMENT.detectFunction]: 'detect',
    [ENVIRONMENT.serviceTable]: TABLE,
  });
  const { handler, store } = storeName === 'dynamodb' ? await onDynamoDb() : await onMemory();
  const clock = new WallClock('UTC', 'PT1H');
  const { seriesValues } = stateBucket(BUCKET);
  const putValues: StoreWithValues['putValues'] = (detectorArn, ids, start, values) =>
    seriesValues.put(detectorArn, clock, ids, clock.slotOf(clock.wallSeconds(start)), Float64Array.from(values));
  return { handler, store: Object.assign(store, { putValues, moveClock }), settings: { functionArn: FUNCTION_ARN } };
}

const realNow = Date.now;

async function moveClock(seconds: number): Promise<void> {
  Date.now = () => realNow() + seconds * 1000;
}

async function onDynamoDb(): Promise<{ handler: Handler; store: Store }> {
  const tables = await Tables.start(REGION);
  await tables.create({
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: Object.values(SERVICE_KEYS).map(key => ({ AttributeName: key, AttributeType: 'S' })),
    KeySchema: [{ AttributeName: SERVICE_KEYS.partition, KeyType: 'HASH' }, { AttributeName: SERVICE_KEYS.sort, KeyType: 'RANGE' }],
  });
  process.env.AWS_ENDPOINT_URL_DYNAMODB = tables.endpoint;
  return { handler: (await shippedBundle()).handler, store: new DynamoDbStore(new DynamoDBClient({}), TABLE) };
}

async function onMemory(): Promise<{ handler: Handler; store: Store }> {
  const store = new MemoryStore();
  return { handler: (await shippedBundle()).createHandler(() => store), store };
}

async function shippedBundle(): Promise<{ handler: Handler; createHandler(store: () => Store): Handler }> {
  return await import(join(__dirname, '..', '..', 'assets', 'service', 'index.mjs')) as Awaited<ReturnType<typeof shippedBundle>>;
}

/** An HTTP request as a function URL hands it over: the path with its percent-encoding. */
export async function requestEvent(request: IncomingMessage): Promise<HttpEvent> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  const [rawPath, rawQueryString = ''] = request.url!.split('?', 2);
  return {
    version: '2.0',
    rawPath,
    rawQueryString,
    headers: request.headers as Record<string, string>,
    requestContext: { http: { method: request.method!, path: rawPath } },
    body: Buffer.concat(chunks).toString('base64'),
    isBase64Encoded: true,
  };
}
