// SPDX-License-Identifier: Apache-2.0

import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { App, CfnOutput, CfnResource, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { moduleFunction, removeTemporaryFolders, synthesise, temporaryFolder } from './synthesise';
import { EmbeddedCloud } from '../../local/cloud';

const NOW = new Date('2026-11-23T10:00:30Z');

const ON_EVENT = `
export const handler = async (event) => {
  console.log('EVENT ' + JSON.stringify(event));
  const { Name, Fail } = event.ResourceProperties;
  if (event.RequestType !== 'Delete' && Fail === event.RequestType) throw new Error('the warehouse said: "no" <&> ü');
  if (event.RequestType === 'Delete') return {};
  return { PhysicalResourceId: 'thing-' + Name, Data: { Name, Nothing: null } };
};`;

const IS_COMPLETE = `
const calls = new Map();
export const handler = async (event) => {
  const count = (calls.get(event.RequestId) ?? 0) + 1;
  calls.set(event.RequestId, count);
  if (count < 3) return { IsComplete: false };
  return { IsComplete: true, ...(event.RequestType !== 'Delete' && { Data: { Looks: count } }) };
};`;

/** A stack with a custom resource behind the CDK's provider framework. */
function thing(properties: Record<string, unknown> | undefined, folder?: string): string {
  return synthesise((stack) => {
    const provider = new cr.Provider(stack, 'Provider', {
      onEventHandler: moduleFunction(stack, 'OnEvent', ON_EVENT), isCompleteHandler: moduleFunction(stack, 'IsComplete', IS_COMPLETE), queryInterval: Duration.seconds(10),
    });
    if (!properties) return;
    const resource = new CustomResource(stack, 'Thing', { serviceToken: provider.serviceToken, resourceType: 'Custom::Thing', properties });
    new CfnOutput(stack, 'Name', { value: resource.getAttString('Name') });
    new CfnOutput(stack, 'Looks', { value: resource.getAttString('Looks') });
  }, folder);
}

const clouds: EmbeddedCloud[] = [];

async function start(assembly: string, directory = temporaryFolder()): Promise<EmbeddedCloud> {
  const cloud = await EmbeddedCloud.start({ assembly, directory, now: NOW });
  clouds.push(cloud);
  return cloud;
}

afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.close();
  removeTemporaryFolders();
});

describe('custom resources', () => {
  test('are created, changed, replaced and deleted through the provider framework', async () => {
    const directory = temporaryFolder();
    const app = temporaryFolder();
    const cloud = await start(thing({ Name: 'one', Number: 5, Flag: true, List: [1, { deep: false }] }, app), directory);
    await cloud.deploy();
    expect(cloud.physicalName('Test/Thing/Default')).toBe('thing-one');
    expect(cloud.outputs).toEqual({ Name: 'one', Looks: '3' });
    expect(cloud.clock.now().getTime() - NOW.getTime()).toBe(20_000); // two pauses of the waiter

    thing({ Name: 'one', Number: 6, Flag: true, List: [1, { deep: false }] }, app);
    await cloud.deploy();
    thing({ Name: 'two', Number: 6 }, app);
    await cloud.deploy();
    expect(cloud.physicalName('Thing')).toBe('thing-two');
    thing({ Name: 'two', Number: '6' }, app); // no change
    await cloud.deploy();
    thing(undefined, app);
    await cloud.deploy();
    expect(cloud.physicalName('Thing')).toBeUndefined();

    const log = readdirSync(join(directory, 'logs')).find((file) => file.startsWith('Test-OnEvent'))!;
    const lines = readFileSync(join(directory, 'logs', log), 'utf8').split('\n').filter((line) => line.startsWith('EVENT '));
    const events = lines.map((line) => JSON.parse(line.slice(6)));
    const seen = events.map(({ RequestType, PhysicalResourceId, ResourceProperties }) =>
      [RequestType, PhysicalResourceId, ResourceProperties.Name, ResourceProperties.Number]);
    expect(seen).toEqual([
      ['Create', undefined, 'one', '5'],
      ['Update', 'thing-one', 'one', '6'],
      ['Update', 'thing-one', 'two', '6'],
      ['Delete', 'thing-one', 'one', '6'],
      ['Delete', 'thing-two', 'two', '6'],
    ]);
    expect(events[0]).toMatchObject({
      ResourceType: 'Custom::Thing',
      LogicalResourceId: 'Thing',
      StackId: expect.stringContaining(':stack/Test/'),
      ResponseURL: expect.stringMatching(/^https:/),
      ResourceProperties: { Flag: 'true', List: ['1', { deep: 'false' }] },
    });
    expect(events[1].OldResourceProperties).toMatchObject({ Number: '5' });
  });

  test('are deleted when the stack is', async () => {
    const directory = temporaryFolder();
    const cloud = await start(thing({ Name: 'one' }), directory);
    await cloud.deploy();
    await cloud.destroy();
    expect(cloud.resources()).toEqual([]);
    const log = readdirSync(join(directory, 'logs')).find((file) => file.startsWith('Test-OnEvent'))!;
    expect(readFileSync(join(directory, 'logs', log), 'utf8')).toContain('"RequestType":"Delete"');
  });

  test('that fail fail the deployment with their reason', async () => {
    const cloud = await start(thing({ Name: 'one', Fail: 'Create' }));
    const deploying = cloud.deploy();
    await expect(deploying).rejects.toThrow('stack Test, resource Thing (Test/Thing/Default, Custom::Thing): Create failed: ');
    await expect(deploying).rejects.toThrow('the warehouse said: "no" <&> ü');
  });

  const plain = (code: string, more: object = {}) => synthesise((stack) => {
    const handler = new lambda.Function(stack, 'Handler', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline(code) });
    new CfnOutput(stack, 'Attribute', { value: new CustomResource(stack, 'Thing', { serviceToken: handler.functionArn, ...more }).getAttString('Missing') });
  });
  const respond = (answer: string) => `
    const https = require('https');
    exports.handler = (event) => new Promise((resolve, reject) => {
      const request = https.request(event.ResponseURL, { method: 'PUT' }, (answer) => { answer.resume(); resolve(answer.statusCode); });
      request.on('error', reject);
      request.end(${answer});
    });`;

  test.each<[string, string, string]>([
    ['throws', 'exports.handler = async () => { throw new TypeError("broken"); };', 'its function failed: TypeError: broken'],
    ['never answers', 'exports.handler = async () => "nothing";', 'sent no answer to the Create event, and nothing works on it any more'],
    ['answers nonsense', respond('"<html>"'), 'Create failed: Invalid Response object: "<html>"'],
    ['answers too much', respond('JSON.stringify({ Status: "SUCCESS", PhysicalResourceId: "x", Data: { a: "x".repeat(5000) } })'), 'Response object is too long: '],
    ['gives no id', respond('JSON.stringify({ Status: "SUCCESS" })'), 'Create failed: Invalid PhysicalResourceId'],
    ['gives too few attributes', respond('JSON.stringify({ Status: "SUCCESS", PhysicalResourceId: "x", Data: { Other: 1 } })'), 'AWS::CloudFormation::CustomResource "Thing" has no attribute "Missing" in the embedded cloud; it has Other'],
  ])('whose function %s', async (_, code, message) => {
    const cloud = await start(plain(code));
    await expect(cloud.deploy()).rejects.toThrow(message);
  });

  test('whose function is not there', async () => {
    const cloud = await start(synthesise((stack) => { new CustomResource(stack, 'Thing', { serviceToken: 'arn:aws:lambda:us-east-1:123456789012:function:none' }); }));
    await expect(cloud.deploy()).rejects.toThrow('its ServiceToken "arn:aws:lambda:us-east-1:123456789012:function:none" is no Lambda function of the stacks');
  });
});

describe('stacks', () => {
  test('of every known type are deployed; values pass from one to the next', async () => {
    const app = new App({ outdir: temporaryFolder(), analyticsReporting: false });
    const first = new Stack(app, 'First', { env: { region: 'eu-central-1', account: '111122223333' } });
    const key = new kms.Key(first, 'Key', { alias: 'lookout' });
    const bucket = new s3.Bucket(first, 'Bucket', { encryptionKey: key, enforceSSL: true, removalPolicy: RemovalPolicy.RETAIN });
    const topic = new sns.Topic(first, 'Topic', { enforceSSL: true });
    const queue = new sqs.Queue(first, 'Queue', { enforceSSL: true });
    topic.addSubscription(new subscriptions.SqsSubscription(queue));
    const role = new iam.Role(first, 'Role', { assumedBy: new iam.ServicePrincipal('redshift.amazonaws.com'), path: '/lookout/' });
    role.addManagedPolicy(new iam.ManagedPolicy(first, 'Policy', { statements: [new iam.PolicyStatement({ actions: ['s3:*'], resources: [bucket.bucketArn] })] }));
    const group = new logs.LogGroup(first, 'Logs');
    new cloudwatch.Alarm(first, 'Alarm', { metric: queue.metricApproximateNumberOfMessagesVisible(), threshold: 1, evaluationPeriods: 1 });
    new scheduler.ScheduleGroup(first, 'Group');
    const second = new Stack(app, 'Second', { env: { region: 'eu-central-1', account: '111122223333' } });
    const all = {
      Bucket: bucket.bucketArn,
      Domain: bucket.bucketRegionalDomainName,
      Key: key.keyArn,
      Topic: topic.topicArn,
      TopicName: topic.topicName,
      Queue: queue.queueArn,
      Url: queue.queueUrl,
      Role: role.roleArn,
      RoleName: role.roleName,
      Logs: group.logGroupArn,
    };
    for (const [id, value] of Object.entries(all)) new CfnOutput(second, id, { value });
    const cloud = await start(app.synth().directory);
    await cloud.deploy();
    const place = 'eu-central-1:111122223333';
    expect(cloud.outputs).toMatchObject({
      Bucket: expect.stringMatching(/^arn:aws:s3:::first-bucket[a-z0-9-]+$/),
      Domain: expect.stringMatching(/^first-bucket[a-z0-9-]+\.s3\.eu-central-1\.amazonaws\.com$/),
      Key: expect.stringMatching(`^arn:aws:kms:${place}:key/[0-9a-f-]{36}$`),
      Topic: expect.stringMatching(`^arn:aws:sns:${place}:First-Topic`),
      Queue: expect.stringMatching(`^arn:aws:sqs:${place}:First-Queue`),
      Url: expect.stringMatching(/^https:\/\/sqs\.eu-central-1\.amazonaws\.com\/111122223333\/First-Queue/),
      Role: expect.stringMatching(/^arn:aws:iam::111122223333:role\/lookout\/First-Role/),
      Logs: expect.stringMatching(`^arn:aws:logs:${place}:log-group:First-Logs.*:\\*$`),
    });
    expect(cloud.s3.buckets()).toEqual([cloud.physicalName('First/Bucket')]);
    for (const name of [cloud.outputs.RoleName, cloud.physicalName('First/Bucket')!]) expect(name.length).toBeLessThanOrEqual(64);
    expect(cloud.environment.AWS_REGION).toBe('eu-central-1');
  });

  test('have roles that a function assumes only where they trust its own', async () => {
    const cloud = await start(synthesise((stack) => {
      const code = `
        const { fromTemporaryCredentials } = require('@aws-sdk/credential-providers');
        exports.handler = async (RoleArn) => (await fromTemporaryCredentials({ params: { RoleArn } })()).accessKeyId;`;
      const handler = new lambda.Function(stack, 'Handler', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline(code) });
      const principals = {
        Own: new iam.ArnPrincipal(handler.role!.roleArn),
        Account: new iam.AccountRootPrincipal(),
        Service: new iam.ServicePrincipal('lambda.amazonaws.com'),
        Other: new iam.ArnPrincipal('arn:aws:iam::123456789012:role/other'),
      };
      for (const [id, assumedBy] of Object.entries(principals)) new CfnOutput(stack, id, { value: new iam.Role(stack, `${id}Role`, { assumedBy }).roleArn });
    }));
    await cloud.deploy();
    const assume = (role: string) => cloud.invoke('Test/Handler', cloud.outputs[role]);
    for (const role of ['Own', 'Account']) expect(await assume(role)).toEqual({ payload: expect.stringMatching(/^ASIA/) });
    for (const role of ['Service', 'Other']) {
      expect(await assume(role)).toMatchObject({ payload: { errorType: 'AccessDenied', errorMessage: expect.stringContaining('its trust policy does not name the caller') } });
    }
  });

  test('leave what is retained, and empty and delete what is not', async () => {
    const cloud = await start(synthesise((stack) => {
      new s3.Bucket(stack, 'Kept');
      new s3.Bucket(stack, 'Gone', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
    }));
    await cloud.deploy();
    const client = new S3Client({ endpoint: cloud.s3.endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    for (const Bucket of cloud.s3.buckets()) await client.send(new PutObjectCommand({ Bucket, Key: 'a & b', Body: 'text' }));
    client.destroy();
    await cloud.destroy();
    expect(cloud.s3.buckets()).toEqual([expect.stringMatching(/^test-kept/)]);
  });

  test('with a resource of an unknown type are refused before anything is made', async () => {
    const cloud = await start(synthesise((stack) => {
      new s3.Bucket(stack, 'Bucket');
      new CfnResource(stack, 'Odd', { type: 'AWS::Braket::Thing' });
    }));
    await expect(cloud.deploy()).rejects.toThrow('stack Test, resource Odd (Test/Odd, AWS::Braket::Thing): the embedded cloud does not know the resource type AWS::Braket::Thing');
    expect(cloud.s3.buckets()).toEqual([]);
  });

  test('with an unknown intrinsic function or attribute are refused with its path', async () => {
    const cloud = await start(synthesise((stack) => { new CfnResource(stack, 'Odd', { type: 'AWS::S3::Bucket', properties: { Tags: [{ Key: 'a', Value: { 'Fn::Length': [1] } }] } }); }));
    await expect(cloud.deploy()).rejects.toThrow('stack Test, Odd.Properties.Tags[0].Value: the intrinsic function Fn::Length is not known to the embedded cloud');
  });

  test('without a function\'s bundle are refused with its name', async () => {
    const assembly = synthesise((stack) => { moduleFunction(stack, 'Crawl', 'export const handler = async () => 1;'); });
    const asset = readdirSync(assembly).find((name) => name.startsWith('asset.'))!;
    rmSync(join(assembly, asset), { recursive: true });
    const deploying = (await start(assembly)).deploy();
    await expect(deploying).rejects.toThrow(/^stack Test, resource Crawl[0-9A-F]{8} \(Test\/Crawl\/Resource, AWS::Lambda::Function\): code of the function Test-Crawl/);
    await expect(deploying).rejects.toThrow(`its asset ${join(assembly, asset)} is missing; build and synthesise again`);
  });

  test('with a function without its handler\'s file are refused with its name', async () => {
    const assembly = synthesise((stack) => { moduleFunction(stack, 'Crawl', 'export const handler = async () => 1;'); });
    const asset = readdirSync(assembly).find((name) => name.startsWith('asset.'))!;
    rmSync(join(assembly, asset, 'index.mjs'));
    await expect((await start(assembly)).deploy()).rejects.toThrow(/resource Crawl.*: the function Test-Crawl\S+ has the handler "index\.handler", and .* holds none of index\.js, index\.mjs, index\.cjs; build and synthesise again/);
  });

  test('with a function of another runtime or a broken definition are refused', async () => {
    const python = await start(synthesise((stack) => { new lambda.Function(stack, 'Old', { runtime: lambda.Runtime.PYTHON_3_13, handler: 'x.y', code: lambda.Code.fromInline('x') }); }));
    await expect(python.deploy()).rejects.toThrow('has the runtime "python3.13", the embedded cloud runs Node.js only');
    const broken = await start(synthesise((stack) => { new CfnResource(stack, 'Machine', { type: 'AWS::StepFunctions::StateMachine', properties: { DefinitionString: '{"StartAt":' } }); }));
    await expect(broken.deploy()).rejects.toThrow(/the definition of the state machine Test-Machine-\S+ is not JSON/);
  });
});
