// SPDX-License-Identifier: Apache-2.0

/** The function as it is deployed: its entry point, told by environment variables where table, bucket and detect function are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ActivateAnomalyDetectorCommand, CreateMetricSetCommand, DeleteAnomalyDetectorCommand, DescribeAnomalyDetectorCommand, InternalServerException,
  ListAnomalyDetectorsCommand, ListAnomalyGroupTimeSeriesCommand, ResourceNotFoundException, CreateAnomalyDetectorCommand, type LookoutMetricsClient,
} from '@aws-sdk/client-lookoutmetrics';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LoopbackLambda } from './loopback-lambda';
import { FUNCTION_ARN, group, metricSetInput } from './service';
import { DynamoDbServer } from './stores';
import { DynamoDbStore } from '../../../handlers/lookout/dynamodb-store';
import type { HttpEvent } from '../../../handlers/shared/lambda-request-handler';
import { lookoutClient } from '../../../handlers/shared/lookout-client';
import { SeriesValuesStore } from '../../../handlers/shared/series-values-store';
import { WallClock } from '../../../handlers/shared/wall-clock';
import { startS3Server, type S3Server } from '../../../local/s3/server';
import { ENVIRONMENT } from '../../../src/private/contract';

const environment = { ...process.env };
let dynamodb: DynamoDbServer;
let lambda: LoopbackLambda;
let s3Server: S3Server;
let s3: S3Client;
let directory: string;
let store: DynamoDbStore;
let client: LookoutMetricsClient;
/** What the function logs that is no failure: the line for each request. */
let logged: jest.SpyInstance;

beforeAll(async () => {
  dynamodb = await DynamoDbServer.start();
  lambda = await LoopbackLambda.start();
  directory = mkdtempSync(join(tmpdir(), 'service-'));
  s3Server = await startS3Server(directory);
});

beforeEach(async () => {
  const table = await dynamodb.createTable();
  const bucket = `state-${table}`;
  s3Server.createBucket(bucket);
  lambda.invocations.length = 0;
  lambda.answer = async () => ({});
  Object.assign(process.env, {
    AWS_REGION: 'cn-north-1',
    POWERTOOLS_DEV: 'true', // the logger writes to the console that tests can watch
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_ENDPOINT_URL_DYNAMODB: await dynamodb.endpoint(),
    AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
    AWS_ENDPOINT_URL_S3: s3Server.endpoint,
    [ENVIRONMENT.serviceTable]: table,
    [ENVIRONMENT.stateBucket]: bucket,
    [ENVIRONMENT.detectFunction]: 'detect',
  });
  store = new DynamoDbStore(dynamodb.client, table);
  s3 = new S3Client({ endpoint: s3Server.endpoint, region: 'cn-north-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });

  let handler: typeof import('../../../handlers/service/index').handler;
  logged = jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    ({ handler } = require('../../../handlers/service/index') as typeof import('../../../handlers/service/index'));
  });
  client = lookoutClient({ type: 'IN_ACCOUNT', functionName: 'service' }, async payload => ({
    payload: JSON.stringify(await handler(JSON.parse(payload) as HttpEvent, { invokedFunctionArn: FUNCTION_ARN, awsRequestId: 'r' })),
  }));
});

afterEach(() => {
  s3.destroy();
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) {
      delete process.env[name];
    }
  }
  Object.assign(process.env, environment);
});

afterAll(async () => {
  await dynamodb.stop();
  await lambda.stop();
  await s3Server.close();
  rmSync(directory, { recursive: true });
});

async function createDetector(): Promise<string> {
  const { AnomalyDetectorArn } = await client.send(new CreateAnomalyDetectorCommand({
    AnomalyDetectorName: 'sales', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' },
  }));
  await client.send(new CreateMetricSetCommand(metricSetInput(AnomalyDetectorArn!)));
  return AnomalyDetectorArn!;
}

test('activation invokes the detect function and does not wait for it', async () => {
  const AnomalyDetectorArn = await createDetector();
  lambda.invocations.length = 0; // the source was looked into
  await client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn }));
  expect(lambda.invocations).toEqual([{
    functionName: 'detect', invocationType: 'Event', payload: expect.any(String),
  }]);
  expect(JSON.parse(lambda.invocations[0].payload)).toEqual({ action: 'learn', detectorArn: AnomalyDetectorArn, backTest: false, learningId: expect.any(String) });
  expect((await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }))).Status).toBe('ACTIVATING');
});

test('a detect function that cannot be invoked is the reason for which the detector failed', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => {});
  lambda.answer = async () => ({ status: 403, errorType: 'AccessDeniedException', payload: '{"Message":"not authorized to perform lambda:InvokeFunction"}' });
  const AnomalyDetectorArn = await createDetector();
  await client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn }));
  expect(await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }))).toMatchObject({
    Status: 'FAILED', FailureType: 'ACTIVATION_FAILURE', FailureReason: expect.stringContaining('not authorized to perform lambda:InvokeFunction'),
  });
});

test('time series are those that the detect function has kept, and go with the detector', async () => {
  const AnomalyDetectorArn = await createDetector();
  const bucket = process.env[ENVIRONMENT.stateBucket]!;
  const found = group(AnomalyDetectorArn);
  await store.putGroup(found);
  const clock = new WallClock('UTC', 'PT1H');
  const ids = found.series.map(({ timeSeriesId }) => timeSeriesId);
  const values = new SeriesValuesStore(s3, bucket);
  await values.put(AnomalyDetectorArn, clock, ids, found.end - 3600, Float64Array.of(1, NaN, 3));
  await values.put(AnomalyDetectorArn, clock, ids, found.end, Float64Array.of(4, 5, 6));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'state/sales/model', Body: 'x' }));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'state/sales-2/model', Body: 'x' }));

  const { TimestampList, TimeSeriesList } = await client.send(new ListAnomalyGroupTimeSeriesCommand({
    AnomalyDetectorArn, AnomalyGroupId: found.id, MetricName: 'views',
  }));
  expect(TimestampList).toHaveLength(673);
  expect(TimestampList!.slice(-2)).toEqual(['2023-11-14T21:00Z[UTC]', '2023-11-14T22:00Z[UTC]']);
  // the SDK drops nulls
  expect(TimeSeriesList!.map(({ MetricValueList }) => MetricValueList)).toEqual([[1, 4], [5], [3, 6]]);

  await client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn }));
  await expect(client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }))).rejects.toThrow(ResourceNotFoundException);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  expect(Contents!.map(({ Key }) => Key)).toEqual(['state/sales-2/model']);
});

test('a line of JSON is logged for each request, and nothing else', async () => {
  const AnomalyDetectorArn = await createDetector();
  await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn: `${AnomalyDetectorArn}-secret` })).catch(() => undefined);
  const lines = logged.mock.calls.map(([line]) => JSON.parse(line as string) as Record<string, unknown>);
  expect(lines).toMatchObject([
    { operation: 'CreateAnomalyDetector', status: 200 },
    { operation: 'CreateMetricSet', status: 200 },
    { operation: 'DescribeAnomalyDetector', status: 400, error: 'ResourceNotFoundException' },
  ]);
  for (const line of lines) expect(line).toMatchObject({ level: 'INFO', message: 'request', requestId: 'r', durationMilliseconds: expect.any(Number) });
  expect(JSON.stringify(lines)).not.toMatch(/secret|sales|bucket/);
});

test('a missing environment variable is an InternalServerException, named in the log', async () => {
  const failures = jest.spyOn(console, 'error').mockImplementation(() => {});
  delete process.env[ENVIRONMENT.serviceTable];
  await expect(client.send(new ListAnomalyDetectorsCommand({}))).rejects.toThrow(InternalServerException);
  expect(String(failures.mock.calls[0][0])).toContain('the environment variable SERVICE_TABLE_NAME of the service function is missing');
});
