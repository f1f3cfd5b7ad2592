// SPDX-License-Identifier: Apache-2.0

/** Alerts of a deployed service: to an event bus that a construct names, and to a target that does not take them. */
import {
  BackTestAnomalyDetectorCommand, CreateAlertCommand, CreateAnomalyDetectorCommand, DescribeAnomalyDetectorCommand, GetAnomalyGroupCommand,
  ListAnomalyDetectorsCommand, type Action, type LookoutMetricsClient,
} from '@aws-sdk/client-lookoutmetrics';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { createShopDetector, HOURS, shopViews } from './shop-views';
import { removeTemporaryFolders, synthesise, temporaryFolder } from './synthesise';
import { lookoutClient } from '../../handlers/shared/lookout-client';
import { EmbeddedCloud } from '../../local/cloud';
import { AlertTarget, LookoutService } from '../../src';

const SPIKES = [HOURS - 40, HOURS - 20];
const NOWHERE = 'arn:aws:sns:us-east-1:123456789012:nobody-made-this';

let cloud: EmbeddedCloud;
let client: LookoutMetricsClient;
let reader: LookoutMetricsClient;

beforeAll(async () => {
  const assembly = synthesise(stack => {
    const service = new LookoutService(stack, 'Lookout', { removalPolicy: RemovalPolicy.DESTROY });
    const bucket = new s3.Bucket(stack, 'Data');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ArnPrincipal(service.detectRole.roleArn) });
    const bus = new events.EventBus(stack, 'Bus', { eventBusName: 'alerts' });
    new CfnOutput(stack, 'Bucket', { value: bucket.bucketName });
    new CfnOutput(stack, 'DataRole', { value: role.roleArn });
    new CfnOutput(stack, 'Action', { value: stack.toJsonString(AlertTarget.eventBus(bus)._bind(role).Action) });
    new CfnOutput(stack, 'DeadLetters', { value: service.deadLetterQueue.queueArn });
    new CfnOutput(stack, 'ReadFunction', { value: service.readFunction.functionArn });
  });
  cloud = await EmbeddedCloud.start({ assembly, directory: temporaryFolder(), now: new Date('2026-11-23T10:00:30Z') });
  await cloud.deploy();
  const calling = (reference: string): LookoutMetricsClient => lookoutClient({ type: 'IN_ACCOUNT', functionName: reference }, async payload => (
    { payload: JSON.stringify((await cloud.invoke(reference, JSON.parse(payload))).payload) }));
  client = calling(cloud.resources('AWS::Lambda::Function').find(({ logicalId }) => logicalId.startsWith('LookoutServiceFunction'))!.logicalId);
  reader = calling(cloud.outputs.ReadFunction);
}, 120_000);

afterAll(async () => {
  await cloud?.close();
  removeTemporaryFolders();
});

test('a bus gets an event for each anomaly, and what no target takes ends in the dead-letter queue', async () => {
  const { Bucket, DataRole, Action: action, DeadLetters } = cloud.outputs;
  const { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: region } = cloud.environment;
  const storage = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  await storage.send(new PutObjectCommand({ Bucket, Key: 'history/all.csv', Body: shopViews(SPIKES) }));
  storage.destroy();
  const AnomalyDetectorArn = await createShopDetector(client, { path: `s3://${Bucket}/history/`, roleArn: DataRole });
  const alert = async (AlertName: string, Action: Action): Promise<string> => (
    await client.send(new CreateAlertCommand({ AlertName, AnomalyDetectorArn, AlertSensitivityThreshold: 50, Action }))).AlertArn!;
  const busAlert = await alert('bus', JSON.parse(action) as Action);
  const lostAlert = await alert('lost', { SNSConfiguration: { RoleArn: DataRole, SnsTopicArn: NOWHERE } });
  await client.send(new BackTestAnomalyDetectorCommand({ AnomalyDetectorArn }));
  let status: string | undefined;
  do {
    await new Promise(resolve => setTimeout(resolve, 100));
    ({ Status: status } = await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn })));
  } while (status !== 'BACK_TEST_COMPLETE' && status !== 'FAILED');
  expect(status).toBe('BACK_TEST_COMPLETE');

  expect(cloud.events.length).toBeGreaterThanOrEqual(2);
  for (const event of cloud.events) {
    expect(event).toMatchObject({
      busArn: 'arn:aws:events:us-east-1:123456789012:event-bus/alerts',
      source: 'cdk-redshift-lookout',
      detailType: 'Lookout for Metrics Anomaly Alert',
      resources: [busAlert, AnomalyDetectorArn],
      detail: { alertName: 'bus', impactedMetric: { metricName: 'views' } },
    });
    const { anomalyGroupId } = event.detail as { anomalyGroupId: string };
    // those who may only read find the group of an alert
    const { AnomalyGroup } = await reader.send(new GetAnomalyGroupCommand({ AnomalyDetectorArn, AnomalyGroupId: anomalyGroupId }));
    expect(AnomalyGroup!.PrimaryMetricName).toBe('views');
  }
  const eventIds = cloud.events.map(({ detail }) => (detail as { alertEventId: string }).alertEventId);
  expect(new Set(eventIds).size).toBe(eventIds.length);

  while (cloud.lostInvocations.length < cloud.events.length) await new Promise(resolve => setTimeout(resolve, 50));
  expect(cloud.lostInvocations).toHaveLength(cloud.events.length);
  for (const { destination, payload, error } of cloud.lostInvocations) {
    expect(destination).toBe(DeadLetters);
    expect(error).toMatch(/Topic does not exist/);
    expect(JSON.parse(payload)).toMatchObject({ action: 'deliver', alertArn: lostAlert, target: NOWHERE, alertEventId: expect.stringContaining(`${lostAlert}:event/`) });
  }
  expect(cloud.refusedRequests).toEqual([]);
}, 120_000);

test('the read function of a deployed service changes nothing', async () => {
  await expect(reader.send(new CreateAnomalyDetectorCommand({ AnomalyDetectorName: 'other', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' } })))
    .rejects.toMatchObject({ name: 'AccessDeniedException' });
  const { AnomalyDetectorSummaryList } = await reader.send(new ListAnomalyDetectorsCommand({}));
  expect(AnomalyDetectorSummaryList!.map(({ AnomalyDetectorName }) => AnomalyDetectorName)).toEqual(['shop']);
});
