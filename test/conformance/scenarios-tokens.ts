// SPDX-License-Identifier: Apache-2.0

import { alertInput, type ExpectedError, type Work } from './scenario';
import { group } from '../handlers/lookout/service';

const DAY = 24 * 3600;
const MINUTE = 60;
const NOON = 1_704_110_400;

const EXPIRED: ExpectedError = {
  code: 'ValidationException',
  status: 400,
  message: expect.stringContaining('NextToken: was not given by this operation for this input, or more than 24 hours ago'),
  Reason: 'FIELD_VALIDATION_FAILED',
  Fields: [{ Name: 'NextToken', Message: 'was not given by this operation for this input, or more than 24 hours ago' }],
};

/** Every operation that has pages, with what makes its list longer than one page of one. */
async function listsOf(work: Work): Promise<Record<string, object>> {
  const arn = await work.createReadyDetector('sales');
  await work.createReadyDetector('other');
  for (const name of ['first', 'second']) await work.call('CreateAlert', alertInput(arn, name));
  const related = ['1', '2'].map(digit => ({
    measure: 'revenue', groupId: `0000000${digit}-0000-0000-0000-000000000000`, type: 'EFFECT_OF_INPUT_ANOMALY_GROUP' as const,
  }));
  const records = [0, 1].map(hour => group(arn, { start: NOON + hour * 3600, end: NOON + hour * 3600, related }));
  for (const record of records) await work.store.putGroup(record);
  const [{ id: AnomalyGroupId, series }] = records;
  for (const hour of [0, 1]) await work.store.putExecution({ detectorArn: arn, start: NOON + hour * 3600, status: 'FAILED', failureReason: 'no files' });
  for (const { timeSeriesId } of series.slice(0, 2)) {
    await work.call('PutFeedback', { AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId, TimeSeriesId: timeSeriesId, IsAnomaly: true } });
  }
  return {
    ListAnomalyDetectors: {},
    ListMetricSets: {},
    ListAlerts: { AnomalyDetectorArn: arn },
    DescribeAnomalyDetectionExecutions: { AnomalyDetectorArn: arn },
    ListAnomalyGroupSummaries: { AnomalyDetectorArn: arn, SensitivityThreshold: 0 },
    ListAnomalyGroupTimeSeries: { AnomalyDetectorArn: arn, AnomalyGroupId, MetricName: 'views' },
    ListAnomalyGroupRelatedMetrics: { AnomalyDetectorArn: arn, AnomalyGroupId },
    GetFeedback: { AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId } },
  };
}

/** How long tokens hold, with the service's clock moved on. */
export const TOKEN_SCENARIOS: Readonly<Record<string, (work: Work) => Promise<void>>> = {
  'a token holds for 24 hours and not longer, in every list; the list can be read from its beginning again': async work => {
    const lists = await listsOf(work);
    const tokens = new Map<string, string>();
    for (const [operation, input] of Object.entries(lists)) {
      tokens.set(operation, (await work.call(operation, { ...input, MaxResults: 1 })).NextToken as string);
    }
    const next = (operation: string): object => ({ ...lists[operation], MaxResults: 1, NextToken: tokens.get(operation) });
    try {
      await work.store.moveClock(DAY - MINUTE);
      for (const operation of Object.keys(lists)) await work.call(operation, next(operation));
      await work.store.moveClock(DAY + MINUTE);
      for (const operation of Object.keys(lists)) await work.fails(operation, next(operation), EXPIRED);
      for (const [operation, input] of Object.entries(lists)) {
        const { NextToken } = await work.call(operation, { ...input, MaxResults: 1 });
        await work.call(operation, { ...input, MaxResults: 1, NextToken });
      }
    } finally {
      await work.store.moveClock(0);
    }
  },
};
