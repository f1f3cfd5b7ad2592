// SPDX-License-Identifier: Apache-2.0

/** Who is let in to do what, what is noted of it, and what bodies are read. */
import { AccessDeniedException, CreateAnomalyDetectorCommand, GetSampleDataCommand, ListAnomalyDetectorsCommand } from '@aws-sdk/client-lookoutmetrics';
import { FUNCTION_ARN, HOSTILE, TestService } from './service';
import { MemoryStore } from '../../../handlers/lookout/memory-store';
import { OPERATIONS } from '../../../handlers/lookout/operations';
import type { HttpEvent } from '../../../handlers/shared/lambda-request-handler';

let service: TestService;
beforeEach(() => { service = new TestService(new MemoryStore()); });

describe('the access log', () => {
  test('has a line for each request, with nothing of what it says', async () => {
    await service.createDetector();
    await service.post('DescribeAnomalyDetector', JSON.stringify({ AnomalyDetectorArn: `arn:aws:x:y:z:${'secret'.repeat(5)}` }));
    await service.post('DescribeAnomalyDetector', '{"secret"');
    await service.post('StealSecrets', '{}');
    const durationMilliseconds = expect.any(Number);
    expect(service.access).toEqual([
      { operation: 'CreateAnomalyDetector', status: 200, error: undefined, durationMilliseconds, requestId: 'request-1', readOnly: false },
      { operation: 'DescribeAnomalyDetector', status: 400, error: 'ResourceNotFoundException', durationMilliseconds, requestId: 'request-1', readOnly: false },
      { operation: 'DescribeAnomalyDetector', status: 400, error: 'ValidationException', durationMilliseconds, requestId: 'request-1', readOnly: false },
      { operation: undefined, status: 400, error: 'ValidationException', durationMilliseconds, requestId: 'request-1', readOnly: false },
    ]);
    expect(JSON.stringify(service.access)).not.toMatch(/secret/i);
  });

  test('has failures of the service too', async () => {
    service.store.listDetectors = () => Promise.reject(new Error('no table'));
    await service.post('ListAnomalyDetectors', '{}');
    expect(service.access).toMatchObject([{ operation: 'ListAnomalyDetectors', status: 500, error: 'InternalServerException' }]);
  });

  const listed = (requestContext: object): Promise<unknown> => service.call({
    version: '2.0',
    rawPath: '/ListAnomalyDetectors',
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', path: '/ListAnomalyDetectors' }, ...requestContext } as HttpEvent['requestContext'],
  });

  test('names the caller that a function URL tells', async () => {
    const userArn = 'arn:aws:sts::123456789012:assumed-role/reader/me@example.com';
    await listed({ authorizer: { iam: { accountId: '123456789012', userArn, accessKey: 'AKIAEXAMPLE' } } });
    expect(service.access).toMatchObject([{ status: 200, callerAccount: '123456789012', callerArn: userArn }]);
    expect(JSON.stringify(service.access)).not.toContain('AKIAEXAMPLE');
  });

  test.each<[string, object]>([
    ['no text', { iam: { accountId: 5, userArn: { toString: 'x' } } }],
    ['lines', { iam: { accountId: '123456789012\n', userArn: 'arn:aws:iam::123456789012:user/x\n{"status":200}' } }],
    ['too long', { iam: { userArn: `arn:aws:iam::123456789012:user/${'x'.repeat(10_000)}` } }],
    ['nothing', { iam: null }],
  ])('does not take for a caller what cannot be one: %s', async (_name, authorizer) => {
    await listed({ authorizer });
    expect(service.access).toHaveLength(1);
    expect(service.access[0]).toMatchObject({ status: 200 });
    expect(service.access[0]).not.toHaveProperty('callerArn');
    expect(service.access[0]).not.toHaveProperty('callerAccount');
  });
});

describe('the read alias', () => {
  beforeEach(async () => {
    await service.createDetector();
    service.functionArn = `${FUNCTION_ARN}:read`;
    service.access.length = 0;
  });

  const READS = [
    'DescribeAlert', 'DescribeAnomalyDetectionExecutions', 'DescribeAnomalyDetector', 'DescribeMetricSet', 'GetAnomalyGroup', 'GetDataQualityMetrics', 'GetFeedback',
    'ListAlerts', 'ListAnomalyDetectors', 'ListAnomalyGroupRelatedMetrics', 'ListAnomalyGroupSummaries', 'ListAnomalyGroupTimeSeries', 'ListMetricSets',
    'ListTagsForResource',
  ];

  test('answers what only reads', async () => {
    const { AnomalyDetectorSummaryList: [detector] = [] } = await service.client.send(new ListAnomalyDetectorsCommand({}));
    expect(detector.AnomalyDetectorName).toBe('sales');
    // ARNs of resources are those of the account, whatever the function is called by
    expect(detector.AnomalyDetectorArn).toMatch(/:123456789012:AnomalyDetector:sales$/);
    expect(service.access).toMatchObject([{ operation: 'ListAnomalyDetectors', status: 200, readOnly: true }]);
  });

  test('refuses every operation that changes something or has files read', async () => {
    await expect(service.client.send(new CreateAnomalyDetectorCommand({ AnomalyDetectorName: 'new', AnomalyDetectorConfig: {} }))).rejects.toThrow(AccessDeniedException);
    await expect(service.client.send(new GetSampleDataCommand({}))).rejects.toThrow(AccessDeniedException);
    const refused: string[] = [];
    for (const operation of OPERATIONS.keys()) {
      const path = /tag/i.test(operation) ? `tags/${encodeURIComponent('arn:aws:a:b:c:d')}` : operation;
      const method = { ListTagsForResource: 'GET', UntagResource: 'DELETE' }[operation] ?? 'POST';
      const { status, headers } = await service.post(path, '{}', method);
      if (status === 403) {
        expect(headers['x-amzn-errortype']).toBe('AccessDeniedException');
        refused.push(operation);
      }
    }
    expect([...OPERATIONS.keys()].filter(name => !refused.includes(name)).sort()).toEqual(READS);
    expect((await service.store.listDetectors({ limit: 10 })).items).toHaveLength(1);
  });

  test.each(['$LATEST', 'reader', 'READ', '5'])('is the one of that name, not %s', async qualifier => {
    service.functionArn = `${FUNCTION_ARN}:${qualifier}`;
    await expect(service.createDetector('new')).resolves.toContain(':new');
  });
});

describe('bodies', () => {
  const nested = (depth: number, open: string, close: string, inside = '1'): string => open.repeat(depth) + inside + close.repeat(depth);

  test.each<[string, string]>([
    ['lists in lists', `{"AnomalyDetectorName":${nested(500_000, '[', ']')}}`],
    ['objects in objects', nested(200_000, '{"a":', '}')],
    ['objects in a member that no operation has', `{"unknown":${nested(100_000, '{"a":[', ']}')}}`],
    ['a list of a hundred thousand lists, one of which is deep', `{"a":[${'[],'.repeat(100_000)}${nested(40, '[', ']')}]}`],
    ['only lists', nested(100_000, '[', ']')],
  ])('that are too deep are refused: %s', async (_name, body) => {
    const answer = await service.post('CreateAnomalyDetector', body);
    expect(answer).toMatchObject({ status: 400, body: { Reason: 'CANNOT_PARSE', Message: 'the request\'s body has more than 32 levels of objects and lists in one another' } });
    expect(service.failures).toEqual([]);
  });

  test('may be as deep as 32 levels', async () => {
    expect((await service.post('ListAnomalyDetectors', `{"unknown":${nested(31, '[', ']')}}`)).status).toBe(200);
    expect((await service.post('ListAnomalyDetectors', `{"unknown":${nested(32, '[', ']')}}`)).status).toBe(400);
  });

  const sized = (bytes: number): string => `{"unknown":"${'x'.repeat(bytes - 14)}"}`;
  const MOST = 2 * 1024 * 1024;

  test.each<[string, string | Buffer, number]>([
    ['of 2 MiB', sized(MOST), 200],
    ['of 2 MiB in base64', Buffer.from(sized(MOST)), 200],
    ['with one byte more', sized(MOST + 1), 400],
    ['with one byte more in base64', Buffer.from(sized(MOST + 1)), 400],
    ['with too many bytes in fewer characters', `{"unknown":"${'é'.repeat(MOST / 2)}"}`, 400],
    ['of 6 MB', sized(6_000_000), 400],
  ])('%s', async (_name, body, status) => {
    const answer = await service.post('ListAnomalyDetectors', body);
    expect(answer.status).toBe(status);
    if (status === 400) {
      expect(answer.headers['x-amzn-errortype']).toBe('ValidationException');
      expect(answer.body).toMatchObject({ Reason: 'CANNOT_PARSE', Message: expect.stringMatching(/^the request's body may have 2097152 bytes, found /) });
    }
  });

  test('with names that objects have already are only text', async () => {
    const body = '{"AnomalyDetectorName":"n","AnomalyDetectorConfig":{"AnomalyDetectorFrequency":"PT1H"},"__proto__":{"Tags":{"a":"b"}},"constructor":1,"Tags":{"__proto__":"x"}}';
    expect((await service.post('CreateAnomalyDetector', body)).status).toBe(200);
    const { items: [{ tags }] } = await service.store.listDetectors({ limit: 1 });
    expect(Object.entries(tags!)).toEqual([['__proto__', 'x']]);
    expect(({} as Record<string, unknown>).Tags).toBeUndefined();
  });

  test('of hostile text are answered as JSON', async () => {
    const { status, body } = await service.post('CreateAnomalyDetector', JSON.stringify({ AnomalyDetectorName: HOSTILE, AnomalyDetectorConfig: HOSTILE }));
    expect(status).toBe(400);
    expect(body.Fields.map(({ Name }: { Name: string }) => Name)).toEqual(['AnomalyDetectorName', 'AnomalyDetectorConfig']);
  });
});
