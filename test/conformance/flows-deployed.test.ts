// SPDX-License-Identifier: Apache-2.0

/**
 * Flows of Lookout for Metrics' users against a deployed service: a synthesised stack in the embedded cloud, DynamoDB over HTTP, and a function
 * URL that checks signatures as AWS does. The clients' code is unchanged; they find the address by AWS_ENDPOINT_URL_LOOKOUTMETRICS and sign
 * for Lambda by a copy of botocore's model that says so, which docs/access.md's own lines make.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  ListAnomalyDetectorsCommand, ListTagsForResourceCommand, LookoutMetricsClient, type LookoutMetricsClientConfig,
} from '@aws-sdk/client-lookoutmetrics';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startDeployedService, type DeployedService } from './deployed-service';
import { pythonEnvironment, pythonInterpreter } from './python';
import { shopRows, SPIKE } from './shop-rows';
import type { EmbeddedCloud } from '../../local/cloud';
import { block } from '../documents/documents';
import { removeTemporaryFolders, temporaryFolder } from '../local/synthesise';

const execute = promisify(execFile);

let service: DeployedService;
let cloud: EmbeddedCloud;
let storage: S3Client;
let python: string;
/** The client's environment but for AWS_DATA_PATH, with the home folder in whose `.aws/models` the copy lies; and that folder. */
let client: Record<string, string>;
let models: string;

beforeAll(async () => {
  python = await pythonInterpreter();
  service = await startDeployedService();
  ({ cloud, storage } = service);
  const { AWS_DATA_PATH, ...others } = service.clientEnvironment;
  models = AWS_DATA_PATH;
  client = { ...others, HOME: dirname(dirname(models)) };
  await storage.send(new PutObjectCommand({ Bucket: service.bucket, Key: 'history/all.csv', Body: shopRows() }));
}, 600_000);

afterAll(async () => {
  await service?.close();
  removeTemporaryFolders();
});

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { roles, topic, alertFunction } = service;
  return { ...pythonEnvironment(), ...client, L4M_ROLE: roles[0], L4M_TOPIC: topic, L4M_FUNCTION: alertFunction, ...more };
}

async function flow(name: string, argument: unknown): Promise<any> {
  const { stdout } = await execute(python, [join(__dirname, 'flows.py'), name, JSON.stringify(argument)], { env: environment(), maxBuffer: 1e8 });
  return JSON.parse(stdout);
}

async function aws(parameters: string[], more: NodeJS.ProcessEnv = {}): Promise<any> {
  const { stdout } = await execute(python, ['-m', 'awscli', 'lookoutmetrics', ...parameters], { env: environment(more) });
  return stdout === '' ? {} : JSON.parse(stdout);
}

/** Events of the alerts' function about the spike, which come a moment after the detection. */
async function functionAlerts(): Promise<any[]> {
  const Bucket = service.bucket;
  for (let tries = 0; tries < 100; tries++) {
    const { Contents = [] } = await storage.send(new ListObjectsV2Command({ Bucket, Prefix: 'alerts/' }));
    const events = await Promise.all(Contents.map(async ({ Key }) => (
      JSON.parse(await (await storage.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()) as any)));
    const ofSpike = events.filter(event => event.impactedMetric.metricName === 'views' && event.timestamp === SPIKE.time);
    if (ofSpike.length > 0) return ofSpike;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`no alert of the spike; lost invocations: ${JSON.stringify(cloud.lostInvocations)}`);
}

test('the notebooks: create, backtest, export with all pages, feedback; the readable alert finds its group; delete', async () => {
  const result = await flow('back_test', service.bucket);
  expect(result).toMatchObject({ statuses: expect.arrayContaining(['BACK_TEST_COMPLETE']), reason: null, listed: 1 });
  expect(result.arn).toBe('arn:aws:lookoutmetrics:us-east-1:123456789012:AnomalyDetector:shop-backtest');
  const spike = result.exported.find((group: any) => group.measure === 'views' && group.start <= SPIKE.time && SPIKE.time <= group.end);
  expect(spike).toMatchObject({ dimensions: SPIKE.dimensions, aligned: true });
  expect(result.feedback).toEqual([{ TimeSeriesId: result.exported[0].seriesId, IsAnomaly: false }]);
  expect(result.executions).toContain('COMPLETED');

  // the function's event and the topic's message are the same object but for the alert
  const [event, ...again] = await functionAlerts();
  expect(again).toEqual([]);
  const readable = await flow('readable_alert', event);
  expect(readable).toMatchObject({ detector: 'shop-backtest', groups: [spike.id], dimensions: ['marketplace', 'platform'] });
  expect(readable.values).toContain(SPIKE.value);
  const messages = cloud.notifications.map(({ message }) => JSON.parse(message) as any);
  const message = messages.find(one => one.impactedMetric.metricName === 'views' && one.timestamp === SPIKE.time);
  expect(Object.keys(message).sort()).toEqual(Object.keys(event as object).sort());
  expect(message.impactedMetric).toEqual(event.impactedMetric);
  expect(message.alertEventId).toMatch(/:Alert:shop-export:event\//);
  expect(new Set(messages.map(one => one.alertEventId)).size).toBe(messages.length);
  // every one leads to its group by measure and time, as the group's id in it does
  const asked = messages.map(one => ({ measure: one.impactedMetric.metricName, timestamp: one.timestamp }));
  expect(await flow('alerted_groups', { arn: result.arn, alerts: asked })).toEqual(messages.map(one => [one.anomalyGroupId]));

  // feedback by docs/detection.md's own lines
  const feedback = [
    'import boto3, sys', "lookout, arn = boto3.client('lookoutmetrics'), sys.argv[1]", block('docs/detection.md', 'python'),
    "print(lookout.get_feedback(AnomalyDetectorArn=arn, AnomalyGroupTimeSeriesFeedback={'AnomalyGroupId': group})['AnomalyGroupTimeSeriesFeedback'])",
  ].join('\n');
  const { stdout: told } = await execute(python, ['-c', feedback, result.arn], { env: environment() });
  expect(told).toMatch(/'IsAnomaly': False/);

  expect(await flow('delete', result.arn)).toEqual({ gone: true });
  expect(cloud.refusedRequests).toEqual([]);
}, 300_000);

test('the published connector\'s function: create, activate at once, learned from the history; then intervals are detected', async () => {
  const result = await flow('activate', service.bucket);
  expect(result).toMatchObject({ reason: null, offset: 300, measures: ['views', 'revenue'], zone: 'UTC' });
  expect(result.statuses.at(-1)).toBe('ACTIVE');
  // the interval that goes on now: its file comes, it ends, and the service's schedule has it detected
  const start = Math.floor(cloud.clock.now().getTime() / 3_600_000) * 3_600_000;
  const [day, time] = new Date(start).toISOString().slice(0, 16).split('T');
  const rows = ['ios', 'web'].flatMap(platform => ['de', 'fr', 'us'].map(marketplace => `${day} ${time}:00,${platform},${marketplace},40000,50`));
  await storage.send(new PutObjectCommand({
    Bucket: service.bucket,
    Key: `live/${day.replaceAll('-', '')}/${time.replace(':', '')}/rows.csv`,
    Body: ['timestamp,platform,marketplace,views,revenue', ...rows, ''].join('\n'),
  }));
  await cloud.runScheduleUntil(new Date(start + 3_600_000 + 300_000));
  const Timestamp = `${day}T${time}Z[UTC]`;
  const live = await flow('watch', { arn: result.arn, time: Timestamp });
  expect(live.executions).toContainEqual({ Timestamp, Status: 'COMPLETED' });
  expect(live.groups).toContainEqual(expect.objectContaining({ PrimaryMetricName: 'views', StartTime: Timestamp }));
  expect(await flow('delete', result.arn)).toEqual({ gone: true });
}, 300_000);

test('sample rows, detected format and data quality', async () => {
  const result = await flow('look_at_data', service.bucket);
  expect(result).toMatchObject({ header: ['timestamp', 'platform', 'marketplace', 'views', 'revenue'], frequency: { S: 'PT1H' }, status: 'BACK_TEST_COMPLETE' });
  expect(await flow('delete', result.arn)).toEqual({ gone: true });
}, 300_000);

test('the command line signs in the same way, tags with their encoded ARNs included; an address for reading only reads', async () => {
  const { AnomalyDetectorArn } = await aws(['create-anomaly-detector', '--anomaly-detector-name', 'by-hand', '--anomaly-detector-config', 'AnomalyDetectorFrequency=PT1H']);
  await aws(['tag-resource', '--resource-arn', AnomalyDetectorArn, '--tags', '{"cost centre": "7/a", "team": "data"}']);
  await aws(['untag-resource', '--resource-arn', AnomalyDetectorArn, '--tag-keys', 'team', 'no such']);
  expect(await aws(['list-tags-for-resource', '--resource-arn', AnomalyDetectorArn])).toEqual({ Tags: { 'cost centre': '7/a' } });
  const reading = { AWS_ENDPOINT_URL_LOOKOUTMETRICS: service.readUrl };
  expect((await aws(['list-anomaly-detectors'], reading)).AnomalyDetectorSummaryList).toHaveLength(1);
  await expect(aws(['delete-anomaly-detector', '--anomaly-detector-arn', AnomalyDetectorArn], reading)).rejects.toThrow(/AccessDeniedException/);
  await aws(['delete-anomaly-detector', '--anomaly-detector-arn', AnomalyDetectorArn]);
}, 120_000);

test('the JavaScript client signs for Lambda when it is told to, boto3 too', async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = cloud.environment;
  const options = { endpoint: service.url, region, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey } };
  const told = new LookoutMetricsClient({ ...options, signingName: 'lambda' } as LookoutMetricsClientConfig);
  expect((await told.send(new ListAnomalyDetectorsCommand({}))).AnomalyDetectorSummaryList).toEqual([]);
  const ResourceArn = 'arn:aws:lookoutmetrics:us-east-1:123456789012:MetricSet/none/none';
  await expect(told.send(new ListTagsForResourceCommand({ ResourceArn }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const untold = new LookoutMetricsClient(options);
  await expect(untold.send(new ListAnomalyDetectorsCommand({}))).rejects.toThrow(/correct service: 'lambda'/);
  told.destroy();
  untold.destroy();

  const count = "print(len(lookout.list_anomaly_detectors()['AnomalyDetectorSummaryList']))";
  const boto3 = [`URL, REGION = ${JSON.stringify(cloud.outputs.Url)}, ${JSON.stringify(region)}`, block('docs/access.md', 'python', 1), count].join('\n');
  expect((await execute(python, ['-c', boto3], { env: environment({ HOME: temporaryFolder() }) })).stdout.trim()).toBe('0');
  // as in a layer: the models' folder by AWS_DATA_PATH
  const layer = { HOME: temporaryFolder(), AWS_DATA_PATH: models };
  expect((await aws(['list-anomaly-detectors'], layer)).AnomalyDetectorSummaryList).toEqual([]);
}, 60_000);

test.each<[string, NodeJS.ProcessEnv, RegExp]>([
  ['for lookoutmetrics', { HOME: '/nonexistent' }, /Credential should be scoped to correct service/],
  ['for another region', { AWS_DEFAULT_REGION: 'eu-west-1' }, /Credential should be scoped to a valid region/],
  ['with another key', { AWS_SECRET_ACCESS_KEY: 'guessed' }, /signature we calculated does not match/],
])('a request that is signed %s is refused', async (_, more, message) => {
  expect(existsSync(service.clientEnvironment.AWS_DATA_PATH)).toBe(true);
  await expect(aws(['list-anomaly-detectors'], more)).rejects.toThrow(message);
}, 60_000);
