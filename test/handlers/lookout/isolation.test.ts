// SPDX-License-Identifier: Apache-2.0

/** No operation tells or changes what belongs to another detector, account or region than the one it was asked about. */
import { CreateAlertCommand, TagResourceCommand } from '@aws-sdk/client-lookoutmetrics';
import { alertInput, group, PREFIX, TestService } from './service';
import { onEachStore } from './stores';
import { OPERATIONS } from '../../../handlers/lookout/operations';
import type { GroupRecord } from '../../../handlers/lookout/store';

const SECRET = 'belongs-to-finance';
const INPUT_ERRORS = ['ResourceNotFoundException', 'ValidationException'];

onEachStore(makeStore => {
  let service: TestService;
  let mine: string;
  let theirs: string;
  let theirMetricSet: string;
  let theirAlert: string;
  let theirGroups: GroupRecord[];

  beforeEach(async () => {
    service = new TestService(await makeStore());
    ({ arn: mine } = await service.createReadyDetector('mine'));
    ({ arn: theirs, metricSetArn: theirMetricSet } = await service.createReadyDetector('theirs', { MetricSetDescription: SECRET }));
    theirAlert = (await service.client.send(new CreateAlertCommand({ ...alertInput(theirs), AlertDescription: SECRET }))).AlertArn!;
    await service.client.send(new TagResourceCommand({ ResourceArn: theirs, Tags: { owner: SECRET } }));
    theirGroups = [0, 1, 2].map(index => group(theirs, {
      end: 1700000000 + index,
      contributions: [{ dimension: 'platform', values: [{ value: SECRET, contribution: 100 }] }],
      related: [0, 1, 2].map(other => ({ measure: 'revenue', groupId: `0000000${other}-0000-0000-0000-000000000000`, type: 'EFFECT_OF_INPUT_ANOMALY_GROUP' as const })),
    }));
    for (const record of theirGroups) await service.store.putGroup(record);
    for (let index = 0; index < 3; index++) {
      await service.store.putExecution({ detectorArn: theirs, start: 3600 * index, status: 'FAILED', failureReason: SECRET });
      await service.store.putFeedback({ detectorArn: theirs, groupId: theirGroups[0].id, timeSeriesId: `${index}`.repeat(128), isAnomaly: true, at: 1 });
    }
  });

  const ask = async (operation: string, input: object): Promise<{ status: number; error?: string; body: Record<string, any> }> => {
    const { status, headers, body } = await service.post(operation, JSON.stringify(input));
    return { status, error: headers['x-amzn-errortype'], body };
  };

  test.each<[string, (id: string) => object]>([
    ['GetAnomalyGroup', AnomalyGroupId => ({ AnomalyGroupId })],
    ['ListAnomalyGroupTimeSeries', AnomalyGroupId => ({ AnomalyGroupId, MetricName: 'views' })],
    ['ListAnomalyGroupRelatedMetrics', AnomalyGroupId => ({ AnomalyGroupId })],
    ['GetFeedback', AnomalyGroupId => ({ AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId } })],
    ['PutFeedback', AnomalyGroupId => ({ AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId, TimeSeriesId: '0'.repeat(128), IsAnomaly: false } })],
  ])('%s knows no group of another detector', async (operation, input) => {
    const [{ id }] = theirGroups;
    expect(await ask(operation, { AnomalyDetectorArn: theirs, ...input(id) })).toMatchObject({ status: 200 });
    const refused = await ask(operation, { AnomalyDetectorArn: mine, ...input(id) });
    expect(refused.error).toBe('ResourceNotFoundException');
    expect(JSON.stringify(refused.body)).not.toContain(SECRET);
  });

  test('lists of one detector have nothing of another', async () => {
    for (const [operation, input] of [
      ['ListAnomalyGroupSummaries', { SensitivityThreshold: 0 }], ['DescribeAnomalyDetectionExecutions', {}], ['ListAlerts', {}], ['ListMetricSets', {}],
    ] as const) {
      const { status, body } = await ask(operation, { AnomalyDetectorArn: mine, ...input });
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toMatch(new RegExp(`${SECRET}|theirs`));
    }
    const { body } = await ask('ListAnomalyGroupSummaries', { AnomalyDetectorArn: mine, SensitivityThreshold: 0 });
    expect(body).toMatchObject({ AnomalyGroupSummaryList: [], AnomalyGroupStatistics: { TotalCount: 0 } });
  });

  /** The lists, each with what makes its first page short and its token the secret's owner's. */
  const lists = (detector: string): Record<string, object> => ({
    ListAnomalyGroupSummaries: { AnomalyDetectorArn: detector, SensitivityThreshold: 0 },
    DescribeAnomalyDetectionExecutions: { AnomalyDetectorArn: detector },
    ListAnomalyGroupTimeSeries: { AnomalyDetectorArn: detector, AnomalyGroupId: theirGroups[0].id, MetricName: 'views' },
    ListAnomalyGroupRelatedMetrics: { AnomalyDetectorArn: detector, AnomalyGroupId: theirGroups[0].id },
    GetFeedback: { AnomalyDetectorArn: detector, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: theirGroups[0].id } },
    ListAnomalyDetectors: {},
    ListMetricSets: {},
  });

  test('a token goes on with the list of the operation and the resource that gave it only', async () => {
    // the same ids under both detectors, so that nothing but the token is wrong
    for (const record of theirGroups) await service.store.putGroup({ ...record, detectorArn: mine });
    const tokens = new Map<string, string>();
    for (const [operation, input] of Object.entries(lists(theirs))) {
      const { body } = await ask(operation, { ...input, MaxResults: 1 });
      expect(body.NextToken).toEqual(expect.any(String));
      expect((await ask(operation, { ...input, NextToken: body.NextToken })).status).toBe(200);
      tokens.set(operation, body.NextToken);
    }
    for (const [operation, input] of [...Object.entries(lists(theirs)), ...Object.entries(lists(mine))]) {
      for (const [giver, NextToken] of tokens) {
        const isOwn = giver === operation && !JSON.stringify(input).includes(mine);
        const { status, error } = await ask(operation, { ...input, NextToken });
        expect([operation, giver, isOwn ? status : error]).toEqual([operation, giver, isOwn ? 200 : 'ValidationException']);
      }
    }
    const other = { ...lists(theirs).ListAnomalyGroupTimeSeries, AnomalyGroupId: theirGroups[1].id, NextToken: tokens.get('ListAnomalyGroupTimeSeries') };
    expect((await ask('ListAnomalyGroupTimeSeries', other)).error).toBe('ValidationException');
  });

  test('tokens expire after 24 hours, and do not come from the future', async () => {
    const input = lists(theirs).ListAnomalyGroupSummaries;
    const { body: { NextToken } } = await ask('ListAnomalyGroupSummaries', { ...input, MaxResults: 1 });
    const begin = Date.now();
    const after = async (seconds: number): Promise<string | undefined> => {
      const clock = jest.spyOn(Date, 'now').mockReturnValue(begin + seconds * 1000);
      try {
        return (await ask('ListAnomalyGroupSummaries', { ...input, NextToken })).error;
      } finally {
        clock.mockRestore();
      }
    };
    expect(await after(86_390)).toBeUndefined();
    expect(await after(86_410)).toBe('ValidationException');
    expect(await after(-290)).toBeUndefined();
    expect(await after(-86_400)).toBe('ValidationException');
    const parts = JSON.parse(Buffer.from(NextToken, 'base64url').toString()) as unknown[];
    for (const at of ['x', null, 1e300, -1, 0.5]) {
      const forged = Buffer.from(JSON.stringify([...parts.slice(0, 3), at])).toString('base64url');
      expect((await ask('ListAnomalyGroupSummaries', { ...input, NextToken: forged })).error).toBe('ValidationException');
    }
  });

  const ELSEWHERE: [string, (arn: string) => string][] = [
    ['of another account', arn => arn.replace('123456789012', '210987654321')],
    ['of another region', arn => arn.replace('cn-north-1', 'cn-northwest-1')],
    ['of another partition', arn => arn.replace('arn:aws-cn:', 'arn:aws:')],
    ['of another service', arn => arn.replace(':lookoutmetrics:', ':lambda:')],
    ['in other letters', arn => arn.replace(/theirs|pager/, name => name.toUpperCase())],
    ['with a key of the table behind it', arn => `${arn}#METRIC_SET`],
    ['that begins like it', arn => arn.slice(0, -1)],
  ];

  test.each(ELSEWHERE)('no operation answers for an ARN %s', async (_name, change) => {
    const more: Record<string, object> = {
      CreateMetricSet: { MetricSetName: 's', MetricList: [{ MetricName: 'm', AggregationFunction: 'SUM' }], MetricSource: {} },
      CreateAlert: alertInput(change(theirs), 'new'),
      ListAnomalyGroupSummaries: { SensitivityThreshold: 0 },
      ListAnomalyGroupTimeSeries: { AnomalyGroupId: theirGroups[0].id, MetricName: 'views' },
      ListAnomalyGroupRelatedMetrics: { AnomalyGroupId: theirGroups[0].id },
      GetAnomalyGroup: { AnomalyGroupId: theirGroups[0].id },
      GetFeedback: { AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: theirGroups[0].id } },
      PutFeedback: { AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: theirGroups[0].id, TimeSeriesId: '0'.repeat(128), IsAnomaly: true } },
    };
    for (const operation of OPERATIONS.keys()) {
      if (['CreateAnomalyDetector', 'ListAnomalyDetectors', 'GetSampleData'].includes(operation) || /tag/i.test(operation)) continue;
      const { status, error, body } = await ask(operation, {
        AnomalyDetectorArn: change(theirs), MetricSetArn: change(theirMetricSet), AlertArn: change(theirAlert), ...more[operation],
      });
      expect([operation, INPUT_ERRORS.includes(error!), status]).toEqual([operation, true, 400]);
      expect(JSON.stringify(body)).not.toContain(SECRET);
    }
    for (const arn of [theirs, theirMetricSet, theirAlert].map(change)) {
      for (const [method, body] of [['GET', ''], ['POST', '{"tags":{"owner":"me"}}']]) {
        const answer = await service.post(`tags/${encodeURIComponent(arn)}`, body, method);
        expect([arn, answer.headers['x-amzn-errortype']]).toEqual([arn, 'ResourceNotFoundException']);
      }
    }
  });

  test('tags of one resource are not another\'s', async () => {
    await service.client.send(new TagResourceCommand({ ResourceArn: mine, Tags: { owner: 'me' } }));
    expect(await service.store.getDetector(theirs)).toMatchObject({ tags: { owner: SECRET } });
    expect((await service.store.getAlert(theirAlert))!.tags).toBeUndefined();
    expect(theirMetricSet.startsWith(PREFIX)).toBe(true);
    expect((await service.store.getMetricSet(theirMetricSet))!.tags).toBeUndefined();
  });
});
