// SPDX-License-Identifier: Apache-2.0

import { invalid, notFound, type Work } from './scenario';
import { group } from '../handlers/lookout/service';

const NOON = 1_704_110_400; // 2024-01-01T12:00Z
const HOUR = 3600;
const time = (hour: number): string => `2024-01-01T${String(hour).padStart(2, '0')}:00Z[UTC]`;

/** Anomaly groups, time series, feedback and executions of a detector that has run. */
export const RESULT_SCENARIOS: Readonly<Record<string, (work: Work) => Promise<void>>> = {
  'groups are listed newest first from the threshold on, with statistics on the first page': async work => {
    const arn = await work.createReadyDetector('sales');
    for (const [index, score] of [28.29, 70, 86.78, 69.99, 99.79].entries()) {
      await work.store.putGroup(group(arn, { measure: index % 2 ? 'revenue' : 'views', start: NOON + index * HOUR, end: NOON + (index + 1) * HOUR, score }));
    }
    const first = await work.call('ListAnomalyGroupSummaries', { AnomalyDetectorArn: arn, SensitivityThreshold: 70, MaxResults: 2 });
    expect(first.AnomalyGroupSummaryList.map((summary: any) => summary.AnomalyGroupScore)).toEqual([99.79, 86.78]);
    expect(first.AnomalyGroupSummaryList[0]).toEqual({
      StartTime: time(16), EndTime: time(17), AnomalyGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/), AnomalyGroupScore: 99.79, PrimaryMetricName: 'views',
    });
    expect(first.AnomalyGroupStatistics).toEqual({
      EvaluationStartDate: time(12),
      TotalCount: 3,
      ItemizedMetricStatsList: expect.arrayContaining([{ MetricName: 'revenue', OccurrenceCount: 1 }, { MetricName: 'views', OccurrenceCount: 2 }]),
    });
    const second = await work.call('ListAnomalyGroupSummaries', {
      AnomalyDetectorArn: arn, SensitivityThreshold: 70, MaxResults: 2, NextToken: first.NextToken,
    });
    expect(second.AnomalyGroupSummaryList.map((summary: any) => summary.AnomalyGroupScore)).toEqual([70]);
    expect(second).not.toHaveProperty('AnomalyGroupStatistics');
    const all = await work.pages('ListAnomalyGroupSummaries', { AnomalyDetectorArn: arn, SensitivityThreshold: 0, MaxResults: 1 }, 'AnomalyGroupSummaryList');
    expect(all.flat().map(summary => summary.EndTime)).toEqual([17, 16, 15, 14, 13].map(time));
  },

  'a group tells what drove it': async work => {
    const arn = await work.createReadyDetector('sales');
    const record = group(arn, { start: NOON, end: NOON });
    await work.store.putGroup(record);
    const { AnomalyGroup } = await work.call('GetAnomalyGroup', { AnomalyDetectorArn: arn, AnomalyGroupId: record.id });
    expect(AnomalyGroup).toEqual({
      StartTime: time(12),
      EndTime: time(12),
      AnomalyGroupId: record.id,
      AnomalyGroupScore: record.score,
      PrimaryMetricName: 'views',
      MetricLevelImpactList: [{
        MetricName: 'views',
        NumTimeSeries: 3,
        ContributionMatrix: {
          DimensionContributionList: [{
            DimensionName: 'platform',
            DimensionValueContributionList: record.contributions[0].values.map(({ value, contribution }) => (
              { DimensionValue: value, ContributionScore: contribution }
            )),
          }],
        },
      }],
    });
    const unknown = '00000000-0000-0000-0000-000000000000';
    await work.fails('GetAnomalyGroup', { AnomalyDetectorArn: arn, AnomalyGroupId: unknown }, notFound('AnomalyGroup', unknown));
    const other = await work.createDetector('returns');
    await work.fails('GetAnomalyGroup', { AnomalyDetectorArn: other, AnomalyGroupId: record.id }, notFound('AnomalyGroup', record.id));
  },

  'time series are aligned with their times, a missing value is null': async work => {
    const arn = await work.createReadyDetector('sales');
    const record = group(arn, { start: NOON, end: NOON });
    await work.store.putGroup(record);
    const ids = record.series.map(series => series.timeSeriesId);
    await work.store.putValues(arn, ids, NOON - 2 * HOUR, [10, 20, 30]);
    await work.store.putValues(arn, ids, NOON, [11.5, 0, -3]);
    const input = { AnomalyDetectorArn: arn, AnomalyGroupId: record.id, MetricName: 'views' };
    const output = await work.call('ListAnomalyGroupTimeSeries', input);
    expect(output).toMatchObject({ AnomalyGroupId: record.id, MetricName: 'views' });
    expect(output.TimestampList).toHaveLength(673);
    expect(output.TimestampList.slice(-3)).toEqual([10, 11, 12].map(time));
    expect(output.TimeSeriesList.map((series: any) => series.TimeSeriesId)).toEqual(ids);
    const dimensions = record.series[0].dimensions.map(({ name, value }) => ({ DimensionName: name, DimensionValue: value }));
    expect(output.TimeSeriesList[0].DimensionList).toEqual(dimensions);
    const values = output.TimeSeriesList.map((series: any) => series.MetricValueList.slice(-3));
    // the JavaScript client takes nulls out of lists
    const missing = work.client.name === 'JavaScript' ? [] : [null];
    expect(values.map((list: any[]) => list.slice(-2 - missing.length))).toEqual([[10, ...missing, 11.5], [20, ...missing, 0], [30, ...missing, -3]]);
    expect(output.TimeSeriesList[0].MetricValueList).toHaveLength(work.client.name === 'JavaScript' ? 2 : 673);
    const pages = await work.pages('ListAnomalyGroupTimeSeries', { ...input, MaxResults: 2 }, 'TimeSeriesList');
    expect(pages.map(page => page.length)).toEqual([2, 1]);
    await work.fails('ListAnomalyGroupTimeSeries', { ...input, MetricName: 'revenue' }, invalid('FIELD_VALIDATION_FAILED'));
  },

  'measures that are related are listed, causes with their share': async work => {
    const arn = await work.createReadyDetector('sales');
    const [cause, effect] = ['11111111-1111-1111-1111-111111111111', '22222222-2222-2222-2222-222222222222'];
    const record = group(arn, {
      related: [
        { measure: 'revenue', groupId: cause, type: 'CAUSE_OF_INPUT_ANOMALY_GROUP', contribution: 61.25 },
        { measure: 'orders', groupId: effect, type: 'EFFECT_OF_INPUT_ANOMALY_GROUP' },
      ],
    });
    await work.store.putGroup(record);
    const input = { AnomalyDetectorArn: arn, AnomalyGroupId: record.id };
    const causes = [{ MetricName: 'revenue', AnomalyGroupId: cause, RelationshipType: 'CAUSE_OF_INPUT_ANOMALY_GROUP', ContributionPercentage: 61.25 }];
    const effects = [{ MetricName: 'orders', AnomalyGroupId: effect, RelationshipType: 'EFFECT_OF_INPUT_ANOMALY_GROUP' }];
    expect((await work.call('ListAnomalyGroupRelatedMetrics', input)).InterMetricImpactList).toEqual([...causes, ...effects]);
    const filtered = await work.call('ListAnomalyGroupRelatedMetrics', { ...input, RelationshipTypeFilter: 'EFFECT_OF_INPUT_ANOMALY_GROUP' });
    expect(filtered.InterMetricImpactList).toEqual(effects);
    expect(await work.pages('ListAnomalyGroupRelatedMetrics', { ...input, MaxResults: 1 }, 'InterMetricImpactList')).toEqual([causes, effects]);
  },

  'feedback is kept, the last one counts': async work => {
    const arn = await work.createReadyDetector('sales');
    const record = group(arn);
    await work.store.putGroup(record);
    const [first, second] = record.series.map(series => series.timeSeriesId);
    const feedback = (TimeSeriesId: string, IsAnomaly: boolean): object => ({
      AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: record.id, TimeSeriesId, IsAnomaly },
    });
    for (const [id, isAnomaly] of [[first, true], [second, true], [first, false]] as const) {
      expect(await work.call('PutFeedback', feedback(id, isAnomaly))).toEqual({});
    }
    const of = (more: object = {}): object => ({ AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: record.id, ...more } });
    expect((await work.call('GetFeedback', of())).AnomalyGroupTimeSeriesFeedback).toEqual([
      { TimeSeriesId: first, IsAnomaly: false }, { TimeSeriesId: second, IsAnomaly: true },
    ]);
    expect((await work.call('GetFeedback', of({ TimeSeriesId: second }))).AnomalyGroupTimeSeriesFeedback).toEqual([{ TimeSeriesId: second, IsAnomaly: true }]);
    await work.fails('PutFeedback', feedback('f'.repeat(128), true), { code: 'ResourceNotFoundException', status: 400 });
  },

  'an interval without data is a failed execution; not so of a connector, and not in a back test': async work => {
    const [mine, connectors] = [await work.createReadyDetector('sales'), await work.createReadyDetector('orders')];
    await work.call('TagResource', { ResourceArn: connectors, Tags: { 'redshift-lookout:resource': 'Detector' } });
    const outcome = {
      interval: { start: '2024-01-01T12:00:00Z', end: '2024-01-01T13:00:00Z' },
      rows: 0,
      bytes: 0,
      rowsRejected: 0,
      timeSeries: 0,
      anomalyGroupIds: [],
      alertsDelivered: 0,
      alertsUndelivered: 0,
      detectorStatus: 'ACTIVE',
    };
    const put = (detectorArn: string, hour: number, more: object = {}): Promise<void> => (
      work.store.putExecution({ detectorArn, start: NOON + hour * HOUR, status: 'COMPLETED', outcome: { ...outcome, ...more } }));
    for (const arn of [mine, connectors]) await put(arn, 0);
    await put(mine, 1, { rows: 4 });
    await put(mine, 2, { detectorStatus: 'BACK_TEST_ACTIVE' });
    const executions = async (arn: string): Promise<any[]> => (
      (await work.call('DescribeAnomalyDetectionExecutions', { AnomalyDetectorArn: arn })).ExecutionList as any[]);
    expect(await executions(mine)).toEqual([
      { Timestamp: time(14), Status: 'COMPLETED' },
      { Timestamp: time(13), Status: 'COMPLETED' },
      {
        Timestamp: time(12),
        Status: 'FAILED',
        FailureReason: 'no data point was found for the interval from 2024-01-01T12:00:00.000 to 2024-01-01T13:00:00.000: '
          + 'its folder has no files, or none of their rows lies in it',
      },
    ]);
    expect(await executions(connectors)).toEqual([{ Timestamp: time(12), Status: 'COMPLETED' }]);
  },

  'executions are listed newest first, failed ones with the reason': async work => {
    const arn = await work.createReadyDetector('sales');
    const failureReason = 's3://bucket/live/20240101/1300/: no file was there in time';
    await work.store.putExecution({ detectorArn: arn, start: NOON, status: 'COMPLETED' });
    await work.store.putExecution({ detectorArn: arn, start: NOON + HOUR, status: 'FAILED', failureReason });
    await work.store.putExecution({ detectorArn: arn, start: NOON + 2 * HOUR, status: 'IN_PROGRESS' });
    const completed = { Timestamp: time(12), Status: 'COMPLETED' };
    const failed = { Timestamp: time(13), Status: 'FAILED', FailureReason: failureReason };
    const running = { Timestamp: time(14), Status: 'IN_PROGRESS' };
    const of = { AnomalyDetectorArn: arn };
    expect((await work.call('DescribeAnomalyDetectionExecutions', of)).ExecutionList).toEqual([running, failed, completed]);
    expect((await work.pages('DescribeAnomalyDetectionExecutions', { ...of, MaxResults: 2 }, 'ExecutionList')).flat()).toEqual([running, failed, completed]);
    // as the model has it, with seconds, and as the service itself writes it
    for (const Timestamp of ['2024-01-01T13:00:00Z', time(13)]) {
      expect((await work.call('DescribeAnomalyDetectionExecutions', { ...of, Timestamp })).ExecutionList).toEqual([failed]);
    }
  },
};
