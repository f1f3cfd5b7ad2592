// SPDX-License-Identifier: Apache-2.0

import { InternalServerException, ListAnomalyDetectorsCommand, LookoutMetricsServiceException, TooManyRequestsException } from '@aws-sdk/client-lookoutmetrics';
import * as fc from 'fast-check';
import { group, HOSTILE, metricSetInput, PREFIX, TestService } from './service';
import { MemoryStore } from '../../../handlers/lookout/memory-store';
import { OPERATIONS } from '../../../handlers/lookout/operations';

let service: TestService;
beforeEach(() => { service = new TestService(new MemoryStore()); });

const detectorInput = { AnomalyDetectorName: 'sales', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' } };

test('answers as restJson1: content type, request id, {} for nothing, epoch seconds, no NextToken key at the end', async () => {
  const arn = await service.createDetector();
  const list = await service.post('ListAnomalyDetectors', '');
  expect(list).toEqual({
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request-1' },
    body: {
      AnomalyDetectorSummaryList: [{
        AnomalyDetectorArn: arn, AnomalyDetectorName: 'sales', CreationTime: 1700000000.25, LastModificationTime: 1700000000.25, Status: 'INACTIVE',
      }],
    },
  });
  expect(await service.post('DeleteAnomalyDetector', JSON.stringify({ AnomalyDetectorArn: arn }))).toMatchObject({ status: 200, body: {} });
});

test('errors are told by header and body', async () => {
  expect(await service.post('DescribeAnomalyDetector', JSON.stringify({ AnomalyDetectorArn: `${PREFIX}:AnomalyDetector:x` }))).toEqual({
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request-1', 'x-amzn-errortype': 'ResourceNotFoundException' },
    body: {
      Message: `AnomalyDetector "${PREFIX}:AnomalyDetector:x" does not exist`, ResourceId: `${PREFIX}:AnomalyDetector:x`, ResourceType: 'AnomalyDetector',
    },
  });
});

test.each([
  ['POST', 'Nothing'], ['POST', ''], ['GET', 'ListAnomalyDetectors'], ['DELETE', 'CreateAlert'], ['POST', 'constructor'], ['POST', '__proto__'], ['POST', 'listAlerts'],
  ['POST', 'ListAlerts/'], ['PATCH', 'tags/arn%3Aaws'], ['POST', 'tags/'], ['POST', 'TagResource'], ['PUT', HOSTILE],
])('%s /%s is no operation', async (method, path) => {
  const { status, headers, body } = await service.post(path, '{}', method);
  expect({ status, type: headers['x-amzn-errortype'], reason: body.Reason }).toEqual({ status: 400, type: 'ValidationException', reason: 'UNKNOWN_OPERATION' });
  expect(body.Message).toContain(`no operation ${method}`);
});

test.each(['{', 'null', '[]', '"text"', '1', 'true', '{"a":1}}', '\ufeff', 'undefined', Buffer.from([0x7b, 0xff, 0x7d])])('the body %j cannot be parsed', async body => {
  const answer = await service.post('ListAnomalyDetectors', body);
  expect(answer.status).toBe(400);
  expect(answer.body.Reason).toBe('CANNOT_PARSE');
});

test('a base64 body and an absent one are read', async () => {
  expect((await service.post('CreateAnomalyDetector', Buffer.from(JSON.stringify(detectorInput)))).status).toBe(200);
  const answer = await service.call({ version: '2.0', rawPath: '/ListAlerts', rawQueryString: '', headers: {}, requestContext: { http: { method: 'POST', path: '/' } }, isBase64Encoded: false });
  expect(answer.statusCode).toBe(200);
});

test.each([
  '{"__proto__":{"AnomalyDetectorName":"x","AnomalyDetectorConfig":{"AnomalyDetectorFrequency":"PT1H"}}}',
  '{"constructor":{"AnomalyDetectorName":"x"},"AnomalyDetectorConfig":{"__proto__":{"AnomalyDetectorFrequency":"PT1H"}}}',
  '{"AnomalyDetectorName":"x","AnomalyDetectorConfig":"constructor"}',
])('%s gives no member to anything', async body => {
  const answer = await service.post('CreateAnomalyDetector', body);
  expect(answer.status).toBe(400);
  expect(answer.body.Reason).toBe('FIELD_VALIDATION_FAILED');
  expect(({} as Record<string, unknown>).AnomalyDetectorName).toBeUndefined();
});

test('a tag may have the key __proto__', async () => {
  const created = await service.post('CreateAnomalyDetector', `${JSON.stringify(detectorInput).slice(0, -1)},"Tags":{"__proto__":"x","constructor":"y"}}`);
  expect(created.status).toBe(200);
  const { body } = await service.post('ListAnomalyDetectors', '{}');
  expect(JSON.stringify(body)).toContain('"Tags":{"__proto__":"x","constructor":"y"}');
});

test('null counts as absent, unknown members are ignored', async () => {
  const body = JSON.stringify({ ...detectorInput, AnomalyDetectorDescription: null, Unknown: { x: [1] } });
  expect((await service.post('CreateAnomalyDetector', body)).status).toBe(200);
  const { body: missing } = await service.post('DescribeAnomalyDetector', '{"AnomalyDetectorArn":null}');
  expect(missing.Fields).toEqual([{ Name: 'AnomalyDetectorArn', Message: 'is required' }]);
});

test('texts must be Unicode, and lengths are counted in characters', async () => {
  const create = (description: string): Promise<{ status: number; body: Record<string, any> }> =>
    service.post('CreateAnomalyDetector', `{"AnomalyDetectorName":"x","AnomalyDetectorConfig":{"AnomalyDetectorFrequency":"PT1H"},"AnomalyDetectorDescription":${description}}`);
  expect((await create('"\\ud800"')).body.Fields).toEqual([{ Name: 'AnomalyDetectorDescription', Message: expect.stringContaining('must be well-formed Unicode') }]);
  expect((await create(JSON.stringify('\u{1F600}'.repeat(257)))).status).toBe(400);
  expect((await create(JSON.stringify('\u{1F600}'.repeat(256)))).status).toBe(200);
});

test('what is wrong is cut short in the answer', async () => {
  const long = 'x'.repeat(100_000);
  const { body } = await service.post('CreateMetricSet', JSON.stringify({ ...metricSetInput(long), MetricSetName: long, DimensionList: Array(10).fill(long), MetricList: Array(10).fill({}) }));
  expect(body.Fields).toHaveLength(20);
  expect(JSON.stringify(body).length).toBeLessThan(8000);
});

describe('failures of the service itself', () => {
  test('are InternalServerExceptions without details, with them in the log, and tried again by the client', async () => {
    let calls = 0;
    service.store.listDetectors = async () => { calls++; throw new Error('password is swordfish'); };
    const error = await service.client.send(new ListAnomalyDetectorsCommand({})).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InternalServerException);
    expect(error).toMatchObject({ message: 'the service failed, its log tells more', $metadata: { httpStatusCode: 500, attempts: 3 } });
    expect(calls).toBe(3);
    expect(service.failures[0]).toEqual({ message: 'request /ListAnomalyDetectors failed', error: expect.objectContaining({ message: 'password is swordfish' }) });
  });

  test('that are throttling are TooManyRequestsExceptions, and the client succeeds when it is over', async () => {
    const { listDetectors } = service.store;
    const throttled = async (): Promise<never> => { throw Object.assign(new Error('slow'), { name: 'ThrottlingException' }); };
    service.store.listDetectors = throttled;
    const { status, headers } = await service.post('ListAnomalyDetectors', '{}');
    expect({ status, type: headers['x-amzn-errortype'] }).toEqual({ status: 429, type: 'TooManyRequestsException' });

    let calls = 0;
    service.store.listDetectors = async page => (++calls < 2 ? throttled() : listDetectors.call(service.store, page));
    const answer = await service.client.send(new ListAnomalyDetectorsCommand({}));
    expect(answer.$metadata.attempts).toBe(2);
    expect(new TooManyRequestsException({ message: '', $metadata: {}, Message: '' })).toBeInstanceOf(LookoutMetricsServiceException);
  });

  test.each([undefined, null, {}, { requestContext: {} }, { rawPath: 5, requestContext: { http: { method: 'POST' } } }])('as the event %j are answers, too', async event => {
    const answer = await service.call(event as never);
    expect(answer.statusCode).toBe(500);
    expect(JSON.parse(answer.body)).toEqual({ Message: 'the service failed, its log tells more' });
  });
});

test('no body makes the service fail', async () => {
  const { arn, metricSetArn } = await service.createReadyDetector();
  const found = group(arn);
  await service.store.putGroup(found);
  const names = [
    'AnomalyDetectorArn', 'MetricSetArn', 'AlertArn', 'AnomalyDetectorName', 'AnomalyDetectorConfig', 'AnomalyDetectorFrequency', 'MetricSetName', 'MetricList', 'MetricName',
    'AggregationFunction', 'MetricSource', 'S3SourceConfig', 'RoleArn', 'FileFormatDescriptor', 'CsvFormatDescriptor', 'HeaderList', 'TemplatedPathList', 'TimestampColumn', 'DimensionList',
    'Tags', 'Action', 'SNSConfiguration', 'AnomalyGroupId', 'SensitivityThreshold', 'NextToken', 'MaxResults', 'AnomalyGroupTimeSeriesFeedback', 'Timestamp', 'Timezone', 'Offset', '__proto__',
  ];
  const leaf = fc.oneof(
    fc.constantFrom(arn, metricSetArn, found.id, 'views', 'sales', 'PT1H', 'SUM', 'arn:a:b:c:d:e', '', 'UTC', 's3://b/{{x', '2023-11-14T20:00Z', HOSTILE),
    fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null),
  );
  const { value } = fc.letrec(tie => ({
    value: fc.oneof({ depthSize: 'medium', maxDepth: 6 }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }), tie('value'), { maxKeys: 6 }),
  }));
  const body = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 })
    .chain(given => fc.constantFrom({ AnomalyDetectorArn: arn }, { MetricSetArn: metricSetArn }, { AnomalyDetectorArn: arn, AnomalyGroupId: found.id, MetricName: 'views' }, {})
      .map(known => ({ ...given, ...known })));
  await fc.assert(fc.asyncProperty(fc.constantFrom(...OPERATIONS.keys()), body, async (operation, given) => {
    const { status } = await service.post(operation, JSON.stringify(given));
    expect([200, 400, 402, 409]).toContain(status);
  }), { numRuns: 1500 });
  expect(service.failures).toEqual([]);
});
