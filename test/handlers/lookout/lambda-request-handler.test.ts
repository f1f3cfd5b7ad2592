// SPDX-License-Identifier: Apache-2.0

import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateAnomalyDetectorCommand, DescribeAnomalyDetectorCommand, ListAnomalyDetectorsCommand, ListTagsForResourceCommand, ResourceNotFoundException,
  UntagResourceCommand, type LookoutMetricsClient,
} from '@aws-sdk/client-lookoutmetrics';
import { LoopbackLambda } from './loopback-lambda';
import { HOSTILE, PREFIX, TestService } from './service';
import { MemoryStore } from '../../../handlers/lookout/memory-store';
import { invokeThroughLambda, LambdaRequestHandler, type HttpEvent } from '../../../handlers/shared/lambda-request-handler';
import { lookoutClient } from '../../../handlers/shared/lookout-client';

let lambda: LoopbackLambda;
let invoker: LambdaClient;
let client: LookoutMetricsClient;
const environment = { ...process.env };

beforeEach(async () => {
  // no credentials and no region for the Lookout client: it must not need them
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']) {
    delete process.env[name];
  }
  lambda = await LoopbackLambda.start();
  invoker = new LambdaClient({ endpoint: lambda.endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  client = lookoutClient({ type: 'IN_ACCOUNT', functionName: 'my-service' }, invokeThroughLambda('my-service', invoker));
});

afterEach(async () => {
  Object.assign(process.env, environment);
  invoker.destroy();
  client.destroy();
  await lambda.stop();
});

const lastEvent = (): HttpEvent => JSON.parse(lambda.invocations.at(-1)!.payload) as HttpEvent;

test('carries requests and answers between the SDK and the service through Lambda\'s Invoke API', async () => {
  const service = new TestService(new MemoryStore());
  lambda.answer = async ({ payload }) => ({ payload: JSON.stringify(await service.call(JSON.parse(payload) as HttpEvent)) });

  const { AnomalyDetectorArn } = await client.send(new CreateAnomalyDetectorCommand({
    AnomalyDetectorName: 'sales', AnomalyDetectorDescription: HOSTILE, AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' },
  }));
  expect(AnomalyDetectorArn).toBe(`${PREFIX}:AnomalyDetector:sales`);
  expect(lambda.invocations).toEqual([{ functionName: 'my-service', invocationType: 'RequestResponse', payload: expect.any(String) }]);
  expect(lastEvent()).toMatchObject({
    version: '2.0',
    rawPath: '/CreateAnomalyDetector',
    rawQueryString: '',
    requestContext: { http: { method: 'POST', path: '/CreateAnomalyDetector' } },
    headers: { 'content-type': 'application/json' },
    isBase64Encoded: false,
  });
  expect(lastEvent().headers).not.toHaveProperty('authorization');

  const described = await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }));
  expect(described.AnomalyDetectorDescription).toBe(HOSTILE);
  const error = await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn: `${AnomalyDetectorArn}x` })).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ResourceNotFoundException);
  expect(error).toMatchObject({ ResourceId: `${AnomalyDetectorArn}x`, ResourceType: 'AnomalyDetector' });
});

test('keeps method, encoded path and repeated query parameters', async () => {
  const service = new TestService(new MemoryStore());
  lambda.answer = async ({ payload }) => ({ payload: JSON.stringify(await service.call(JSON.parse(payload) as HttpEvent)) });
  const ResourceArn = `${PREFIX}:MetricSet/a/b`;
  await expect(client.send(new ListTagsForResourceCommand({ ResourceArn }))).rejects.toThrow(ResourceNotFoundException);
  expect(lastEvent().rawPath).toBe(`/tags/${encodeURIComponent(ResourceArn)}`);
  await expect(client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a b', 'c&d'] })))
    .rejects.toThrow('tagKeys[1]: must consist of letters, digits, spaces and _ . : / = + @ -, and not begin with aws:, found "c&d"');
  expect(new URLSearchParams(lastEvent().rawQueryString).getAll('tagKeys')).toEqual(['a b', 'c&d']);
});

test('a function that failed is an error that names it and says why, and is not called again', async () => {
  lambda.answer = async () => ({ functionError: 'Unhandled', payload: JSON.stringify({ errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 30.00 seconds' }) });
  await expect(client.send(new ListAnomalyDetectorsCommand({})))
    .rejects.toThrow('function my-service failed (Unhandled): Sandbox.Timedout: Task timed out after 30.00 seconds; its log tells more');
  expect(lambda.invocations).toHaveLength(1);
});

test('a function that does not exist is not taken for a detector that does not exist', async () => {
  lambda.answer = async () => ({ status: 404, errorType: 'ResourceNotFoundException', payload: JSON.stringify({ Type: 'User', Message: 'Function not found: my-service' }) });
  const error = await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn: `${PREFIX}:AnomalyDetector:x` })).catch((caught: unknown) => caught) as Error;
  expect(error.message).toBe('function my-service could not be invoked: ResourceNotFoundException: Function not found: my-service');
  expect(error.name).toBe('Error');
});

test('throttling by Lambda is tried again', async () => {
  const service = new TestService(new MemoryStore());
  lambda.answer = async ({ payload }) => (lambda.invocations.length < 3
    ? { status: 429, errorType: 'TooManyRequestsException', payload: JSON.stringify({ Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User', message: 'Rate Exceeded.' }) }
    : { payload: JSON.stringify(await service.call(JSON.parse(payload) as HttpEvent)) });
  expect((await client.send(new ListAnomalyDetectorsCommand({}))).AnomalyDetectorSummaryList).toEqual([]);
  expect(lambda.invocations).toHaveLength(3);
});

test.each(['null', '"text"', '{"message":"hello"}', 'no JSON', '[]'])('the answer %s is no HTTP response', async payload => {
  lambda.answer = async () => ({ payload });
  await expect(client.send(new ListAnomalyDetectorsCommand({}))).rejects.toThrow(`function my-service answered ${JSON.stringify(payload)}, which is no HTTP response`);
});

test('can be aborted', async () => {
  const abort = new AbortController();
  lambda.answer = async () => {
    abort.abort(); // when the function has been called, however long that takes on a busy machine
    return new Promise(resolve => setTimeout(() => resolve({}), 500));
  };
  await expect(client.send(new ListAnomalyDetectorsCommand({}), { abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(client.send(new ListAnomalyDetectorsCommand({}), { abortSignal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  expect(lambda.invocations).toHaveLength(1);
});

test('binary bodies travel as base64', async () => {
  const events: HttpEvent[] = [];
  const handler = new LambdaRequestHandler('f', async payload => {
    events.push(JSON.parse(payload) as HttpEvent);
    return { payload: '{"statusCode":204}' };
  });
  const { response } = await handler.handle({ method: 'POST', path: '/x', query: {}, headers: {}, body: new Uint8Array([0, 255]) } as never);
  expect(response.statusCode).toBe(204);
  expect(events).toMatchObject([{ body: 'AP8=', isBase64Encoded: true }]);
});

test('the Lookout for Metrics backend is AWS\'s own endpoint', async () => {
  process.env.AWS_REGION = 'eu-west-1';
  const real = lookoutClient({ type: 'LOOKOUT_FOR_METRICS' });
  expect(await real.config.region()).toBe('eu-west-1');
  expect(real.config.requestHandler).not.toBeInstanceOf(LambdaRequestHandler);
  expect(real.config.endpoint).toBeUndefined();
});
