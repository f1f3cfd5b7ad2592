// SPDX-License-Identifier: Apache-2.0

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Duration } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { moduleFunction, removeTemporaryFolders, synthesise, temporaryFolder } from './synthesise';
import { EmbeddedCloud } from '../../local/cloud';

const SERVICES = `
const { S3 } = require('@aws-sdk/client-s3');
const { DynamoDB } = require('@aws-sdk/client-dynamodb');
const { SNS } = require('@aws-sdk/client-sns');
const { fromTemporaryCredentials } = require('@aws-sdk/credential-providers');
exports.handler = async ({ role }) => {
  const credentials = fromTemporaryCredentials({ params: { RoleArn: role, RoleSessionName: 'test' } });
  const s3 = new S3({ credentials });
  await s3.putObject({ Bucket: process.env.BUCKET, Key: 'a b/ü', Body: 'text' });
  const found = await s3.listObjectsV2({ Bucket: process.env.BUCKET });
  const table = new DynamoDB({});
  await table.putItem({ TableName: process.env.TABLE, Item: { id: { S: 'one' }, n: { N: '1' } }, ConditionExpression: 'attribute_not_exists(id)' });
  const again = await table.putItem({ TableName: process.env.TABLE, Item: { id: { S: 'one' } }, ConditionExpression: 'attribute_not_exists(id)' }).catch((error) => error.name);
  const { MessageId } = await new SNS({}).publish({ TopicArn: process.env.TOPIC, Subject: 'Subject', Message: 'Message & <ü>', MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
  return { keys: found.Contents.map((object) => object.Key), again, MessageId };
};`;

const CODE = `
import { readFileSync } from 'node:fs';
let calls = 0;
export const handler = async (event, context) => {
  switch (event.do) {
    case 'throw': { const error = new RangeError('too far'); throw error; }
    case 'reject text': return Promise.reject('just text');
    case 'sleep': await new Promise((resolve) => setTimeout(resolve, event.milliseconds)); return { pid: process.pid };
    case 'exit': process.exit(3);
    case 'nothing': return undefined;
    case 'fetch': return fetch(event.url).then((answer) => answer.status, (error) => String(error.cause?.message ?? error.message));
    case 'metric': console.log(JSON.stringify({ _aws: { CloudWatchMetrics: [] }, Rows: 5 })); console.log('{"_aws": broken'); return null;
    case 'count': return ++calls;
    case 'big': return 'x'.repeat(7_000_000);
    default: return {
      event, environment: process.env, folder: process.cwd(), name: context.functionName, arn: context.invokedFunctionArn,
      request: context.awsRequestId, remaining: context.getRemainingTimeInMillis(), code: readFileSync('index.mjs', 'utf8').length > 0,
    };
  }
};`;

let cloud: EmbeddedCloud;
let directory: string;

beforeAll(async () => {
  const assembly = synthesise((stack) => {
    moduleFunction(stack, 'Module', CODE, { environment: { MINE: 'ü "quoted"' }, timeout: Duration.seconds(20), memorySize: 256 });
    moduleFunction(stack, 'Brief', CODE, { timeout: Duration.seconds(2) });
    const inline = (id: string, code: string, environment = {}) => new lambda.Function(stack, id, {
      runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline(code), environment, timeout: Duration.seconds(20),
    });
    const bucket = new s3.Bucket(stack, 'Bucket');
    const table = new dynamodb.Table(stack, 'Table', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING }, billingMode: dynamodb.BillingMode.PAY_PER_REQUEST });
    const topic = new sns.Topic(stack, 'Topic');
    new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    inline('Services', SERVICES, { BUCKET: bucket.bucketName, TABLE: table.tableName, TOPIC: topic.topicArn });
    inline('Callback', 'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event.a), 5); };');
    inline('NoHandler', 'exports.other = 1;');
    inline('BrokenSyntax', 'exports.handler = (;');
    inline('Unknown', `const { SFN } = require('@aws-sdk/client-sfn'); const { Redshift } = require('@aws-sdk/client-redshift');
      exports.handler = ({ redshift }) => redshift ? new Redshift({}).describeClusters({}) : new SFN({}).sendTaskSuccess({ taskToken: 'x', output: '{}' });`);
    inline('Failing', 'let calls = 0; exports.handler = async () => { console.log("call"); if (++calls < 3) throw new Error("not yet"); return "late"; };');
    inline('Hopeless', 'exports.handler = async () => { throw new Error("never"); };').configureAsyncInvoke({ retryAttempts: 1 });
  });
  directory = temporaryFolder();
  cloud = await EmbeddedCloud.start({ assembly, directory, now: new Date('2026-11-23T10:00:00Z'), region: 'eu-west-1' });
  await cloud.deploy();
});

afterAll(async () => {
  await cloud.close();
  removeTemporaryFolders();
});

const call = (event: object) => cloud.invoke('Test/Module', event);
const log = (name: string) => readdirSync(join(directory, 'logs')).filter((file) => file.startsWith(`Test-${name}`))
  .map((file) => readFileSync(join(directory, 'logs', file), 'utf8')).join('');

test('a bundle runs in its folder, with Lambda\'s environment and context', async () => {
  process.env.LEAK = 'of the caller';
  const { payload, functionError } = await call({ text: '$$ ü \u2028 "', nested: { __proto__x: [1] } });
  expect(functionError).toBeUndefined();
  const seen = payload as Record<string, any>;
  expect(seen).toMatchObject({ event: { text: '$$ ü \u2028 "', nested: { __proto__x: [1] } }, code: true, name: cloud.physicalName('Test/Module') });
  expect(seen.arn).toBe(`arn:aws:lambda:eu-west-1:123456789012:function:${seen.name}`);
  expect(seen.remaining).toBeGreaterThan(1000);
  expect(seen.remaining).toBeLessThanOrEqual(20_000);
  expect(seen.environment).toMatchObject({
    MINE: 'ü "quoted"',
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    _HANDLER: 'index.handler',
    LAMBDA_TASK_ROOT: seen.folder,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_ENDPOINT_URL_S3: expect.stringContaining('http://127.0.0.1:'),
  });
  expect(seen.environment.LEAK).toBeUndefined();
});

test('errors are those of Lambda', async () => {
  expect(await call({ do: 'throw' })).toEqual({ functionError: 'Unhandled', payload: { errorType: 'RangeError', errorMessage: 'too far', trace: expect.arrayContaining(['RangeError: too far']) } });
  expect(await call({ do: 'reject text' })).toMatchObject({ payload: { errorType: 'string', errorMessage: 'just text' } });
  expect(await call({ do: 'exit' })).toMatchObject({ payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/) } });
  expect(await cloud.invoke('Test/Brief', { do: 'sleep', milliseconds: 60_000 })).toMatchObject({ payload: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/Error: Task timed out after 2\.00 seconds$/) } });
  expect(await call({ do: 'big' })).toMatchObject({ payload: { errorType: 'Function.ResponseSizeTooLarge' } });
  expect(await call({ do: 'nothing' })).toEqual({ payload: null });
  expect(await cloud.invoke('NoHandler' + logical('NoHandler'), {})).toMatchObject({ payload: { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' } });
  expect(await cloud.invoke('Test/BrokenSyntax', {})).toMatchObject({ payload: { errorType: 'Runtime.UserCodeSyntaxError' } });
});

function logical(name: string): string {
  return cloud.resources('AWS::Lambda::Function').find(({ logicalId }) => logicalId.startsWith(name))!.logicalId.slice(name.length);
}

test('a process stays warm, and invocations at the same time have processes of their own', async () => {
  const first = (await call({ do: 'count' })).payload as number;
  expect((await call({ do: 'count' })).payload).toBe(first + 1);
  const parallel = await Promise.all([1, 2, 3].map(() => call({ do: 'sleep', milliseconds: 300 })));
  expect(new Set(parallel.map(({ payload }) => (payload as { pid: number }).pid)).size).toBe(3);
});

test('handlers with callbacks run', async () => {
  expect(await cloud.invoke('Test/Callback', { a: 7 })).toEqual({ payload: 7 });
});

test('functions reach S3, DynamoDB, SNS, and roles of the stacks', async () => {
  const role = String(cloud.attribute('Test/Reader', 'Arn'));
  const { payload } = await cloud.invoke('Test/Services', { role });
  const [notification] = cloud.notifications;
  expect(payload).toEqual({ keys: ['a b/ü'], again: 'ConditionalCheckFailedException', MessageId: notification.messageId });
  expect(notification).toMatchObject({
    topicArn: cloud.physicalName('Test/Topic'), subject: 'Subject', message: 'Message & <ü>', attributes: { kind: 'x' }, publishedAt: new Date('2026-11-23T10:00:00Z'),
  });
  expect(await cloud.invoke('Test/Services', { role: `${role}x` })).toMatchObject({ payload: { errorMessage: expect.stringContaining('no stack made this role') } });
});

test('requests never leave the machine, and unknown services and operations are named', async () => {
  expect((await call({ do: 'fetch', url: 'https://example.com/' })).payload).toBe('the embedded cloud does not know the host "example.com"; a function reaches only loopback addresses');
  const service = await cloud.invoke('Test/Unknown', { redshift: true });
  expect(service.payload).toMatchObject({ errorMessage: expect.stringContaining('the embedded cloud does not know the service of the request redshift DescribeClusters POST') });
  expect(cloud.refusedRequests.at(-1)).toContain('redshift DescribeClusters POST');
  expect((await cloud.invoke('Test/Unknown', {})).payload).toMatchObject({ errorMessage: 'the embedded cloud does not know Step Functions\' operation "SendTaskSuccess"' });
});

test('metrics are collected and output is logged', async () => {
  await call({ do: 'metric' });
  await call({}); // output comes before the next answer
  expect(cloud.metrics).toEqual([{ functionName: cloud.physicalName('Test/Module'), line: { _aws: { CloudWatchMetrics: [] }, Rows: 5 } }]);
  expect(log('Module')).toContain('{"_aws": broken');
});

describe('the Invoke operation', () => {
  let client: LambdaClient;
  beforeAll(() => {
    const { AWS_ENDPOINT_URL_LAMBDA: endpoint, AWS_REGION: region } = cloud.environment;
    client = new LambdaClient({ endpoint, region, credentials: { accessKeyId: 'x', secretAccessKey: 'y' } });
  });
  afterAll(() => client.destroy());
  const invoke = async (FunctionName: string, event: object, more = {}) => {
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }));
    const text = answer.Payload?.transformToString() || undefined;
    return { status: answer.StatusCode, error: answer.FunctionError, payload: text && JSON.parse(text) };
  };

  test('takes names and ARNs', async () => {
    const name = cloud.physicalName('Test/Callback')!;
    for (const reference of [name, `${name}:$LATEST`, `123456789012:function:${name}`, `arn:aws:lambda:eu-west-1:123456789012:function:${name}`]) {
      expect(await invoke(reference, { a: 1 })).toEqual({ status: 200, error: undefined, payload: 1 });
    }
    await expect(invoke(`arn:aws:lambda:us-east-1:123456789012:function:${name}`, {})).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } });
    await expect(invoke('none', {})).rejects.toThrow('Function not found: none');
  });

  test('tells of errors of the function', async () => {
    expect(await invoke(cloud.physicalName('Test/Module')!, { do: 'throw' })).toMatchObject({ status: 200, error: 'Unhandled', payload: { errorType: 'RangeError' } });
  });

  test('of type Event answers at once, repeats what fails, and lists what is lost', async () => {
    expect(await invoke(cloud.physicalName('Test/Failing')!, {}, { InvocationType: 'Event' })).toMatchObject({ status: 202 });
    await invoke(cloud.physicalName('Test/Hopeless')!, { a: 1 }, { InvocationType: 'Event' });
    while (cloud.lostInvocations.length === 0 || log('Failing').split('call\n').length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(cloud.lostInvocations).toEqual([{ functionName: cloud.physicalName('Test/Hopeless'), payload: '{"a":1}', error: 'Error: never' }]);
    expect(log('Hopeless').match(/Invoke Error/g)).toHaveLength(2);
  });
});
