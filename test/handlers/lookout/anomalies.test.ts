// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import {
  ConflictException, DescribeAnomalyDetectionExecutionsCommand, GetAnomalyGroupCommand, GetFeedbackCommand, ListAnomalyGroupSummariesCommand,
  ListAnomalyGroupRelatedMetricsCommand, ListAnomalyGroupTimeSeriesCommand, PutFeedbackCommand, ResourceNotFoundException, ValidationException,
} from '@aws-sdk/client-lookoutmetrics';
import { group, HOSTILE, PREFIX, TestService } from './service';
import { onEachStore } from './stores';

onEachStore(makeStore => {
  let service: TestService;
  let arn: string;
  beforeEach(async () => {
    service = new TestService(await makeStore());
    ({ arn } = await service.createReadyDetector());
  });

  describe('summaries', () => {
    const summaries = (more: object = {}): Promise<Record<string, any>> =>
      service.client.send(new ListAnomalyGroupSummariesCommand({ AnomalyDetectorArn: arn, SensitivityThreshold: 0, ...more }));

    test('come newest first with times to the minute and the zone', async () => {
      const old = group(arn, { start: 1699000000 - 1699000000 % 3600, end: 1699000000 - 1699000000 % 3600, measure: 'revenue' });
      const recent = group(arn);
      await service.store.putGroup(old);
      await service.store.putGroup(recent);
      expect((await summaries()).AnomalyGroupSummaryList).toEqual([
        { StartTime: '2023-11-14T20:00Z[UTC]', EndTime: '2023-11-14T22:00Z[UTC]', AnomalyGroupId: recent.id, AnomalyGroupScore: 86.78, PrimaryMetricName: 'views' },
        { StartTime: '2023-11-03T08:00Z[UTC]', EndTime: '2023-11-03T08:00Z[UTC]', AnomalyGroupId: old.id, AnomalyGroupScore: 86.78, PrimaryMetricName: 'revenue' },
      ]);
    });

    test('of a metric set in another zone show its offset and name', async () => {
      const { arn: berlin } = await service.createReadyDetector('berlin', { Timezone: 'Europe/Berlin' });
      await service.store.putGroup(group(berlin, { start: Date.UTC(2021, 6, 1, 10) / 1000 }));
      const [summary] = (await summaries({ AnomalyDetectorArn: berlin })).AnomalyGroupSummaryList;
      expect(summary).toMatchObject({ StartTime: '2021-07-01T12:00+02:00[Europe/Berlin]', EndTime: '2023-11-14T23:00+01:00[Europe/Berlin]' });
    });

    test('are those that reach the threshold, with statistics over all of them on the first page only', async () => {
      for (let index = 0; index < 25; index++) {
        await service.store.putGroup(group(arn, {
          start: 1699200000 + index * 3600, end: 1699200000 + index * 3600, score: index % 2 === 0 ? 70 : 69.99, measure: index % 3 === 0 ? 'views' : 'revenue',
        }));
      }
      const pages: Record<string, any>[] = [];
      let NextToken: string | undefined;
      do {
        const page = await summaries({ SensitivityThreshold: 70, MaxResults: 5, ...NextToken !== undefined && { NextToken } });
        pages.push(page);
        ({ NextToken } = page);
      } while (NextToken);

      const listed = pages.flatMap(page => page.AnomalyGroupSummaryList);
      expect(listed).toHaveLength(13);
      expect(listed.every(({ AnomalyGroupScore }) => AnomalyGroupScore === 70)).toBe(true);
      expect(new Set(listed.map(({ AnomalyGroupId }) => AnomalyGroupId)).size).toBe(13);
      expect(pages[0].AnomalyGroupSummaryList).toHaveLength(5);
      expect(pages[0].AnomalyGroupStatistics).toEqual({
        EvaluationStartDate: '2023-11-05T16:00Z[UTC]',
        TotalCount: 13,
        ItemizedMetricStatsList: [{ MetricName: 'revenue', OccurrenceCount: 8 }, { MetricName: 'views', OccurrenceCount: 5 }],
      });
      for (const page of pages.slice(1)) {
        expect(page.AnomalyGroupStatistics).toBeUndefined();
      }
      expect((await summaries({ SensitivityThreshold: 100 })).AnomalyGroupSummaryList).toEqual([]);
    });

    test.each([1, 3, 5, 50])('of pages of %i none is empty: where a token is given, another group reaches the threshold', async MaxResults => {
      // groups that reach it: three of the newest, two among many that do not, none of the oldest
      for (let index = 0; index < 60; index++) {
        const start = 1699900000 - 1699900000 % 3600 - index * 3600;
        await service.store.putGroup(group(arn, { start, end: start, score: index < 3 || index === 30 || index === 45 ? 70 : 20 }));
      }
      const sizes: number[] = [];
      let NextToken: string | undefined;
      do {
        const page = await summaries({ SensitivityThreshold: 50, MaxResults, ...NextToken !== undefined && { NextToken } });
        sizes.push(page.AnomalyGroupSummaryList.length);
        ({ NextToken } = page);
      } while (NextToken);
      expect(sizes).toEqual({ 1: [1, 1, 1, 1, 1], 3: [3, 2], 5: [5], 50: [5] }[MaxResults]);
    });

    test('of a back test begin to count where its test part begins', async () => {
      const [trainingStart, trainingEnd, inferenceStart, inferenceEnd] = [6, 8, 9, 10].map(month => Date.UTC(2023, month, 1) / 1000);
      await service.store.putLearnedData({
        detectorArn: arn,
        start: trainingStart,
        rows: 1,
        rowsRejected: 0,
        timeSeries: 1,
        rejectedByColumn: {},
        backTest: { trainingStart, trainingEnd, inferenceStart, inferenceEnd },
      });
      expect((await summaries()).AnomalyGroupStatistics.EvaluationStartDate).toBe('2023-10-01T00:00Z[UTC]');
    });

    test('of a detector without groups are empty', async () => {
      const { $metadata, ...answer } = await summaries();
      expect(answer).toEqual({
        AnomalyGroupSummaryList: [], AnomalyGroupStatistics: { EvaluationStartDate: '2023-11-14T22:13Z[UTC]', TotalCount: 0, ItemizedMetricStatsList: [] },
      });
    });

    test.each([[{ SensitivityThreshold: undefined }, 'SensitivityThreshold'], [{ SensitivityThreshold: 101 }, 'SensitivityThreshold'], [{ NextToken: 'x' }, 'NextToken']])(
      'refuse %j', async (change, field) => {
        const error = await summaries(change).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(ValidationException);
        expect((error as ValidationException).Fields).toEqual([{ Name: field, Message: expect.any(String) }]);
      });
  });

  test('a group tells how far each dimension value drove it', async () => {
    const found = group(arn, { seriesCount: 300 });
    await service.store.putGroup(found);
    const { AnomalyGroup } = await service.client.send(new GetAnomalyGroupCommand({ AnomalyDetectorArn: arn, AnomalyGroupId: found.id }));
    expect(AnomalyGroup).toEqual({
      StartTime: '2023-11-14T20:00Z[UTC]',
      EndTime: '2023-11-14T22:00Z[UTC]',
      AnomalyGroupId: found.id,
      AnomalyGroupScore: 86.78,
      PrimaryMetricName: 'views',
      MetricLevelImpactList: [{
        MetricName: 'views',
        NumTimeSeries: 300,
        ContributionMatrix: {
          DimensionContributionList: [{
            DimensionName: 'platform',
            DimensionValueContributionList: [{ DimensionValue: HOSTILE, ContributionScore: 73 }, { DimensionValue: 'platform 1', ContributionScore: 27 }],
          }],
        },
      }],
    });
  });

  describe('related measures', () => {
    const related = (more: object): Promise<Record<string, any>> =>
      service.client.send(new ListAnomalyGroupRelatedMetricsCommand({ AnomalyDetectorArn: arn, ...more } as never));

    test('are causes with their contribution and effects without, filtered and in pages', async () => {
      const [cause, effect] = [randomUUID(), randomUUID()];
      const found = group(arn, {
        related: [
          { measure: 'revenue', groupId: cause, type: 'CAUSE_OF_INPUT_ANOMALY_GROUP', contribution: 62.5 },
          { measure: 'orders', groupId: effect, type: 'EFFECT_OF_INPUT_ANOMALY_GROUP' },
        ],
      });
      await service.store.putGroup(found);
      const causes = [{ MetricName: 'revenue', AnomalyGroupId: cause, RelationshipType: 'CAUSE_OF_INPUT_ANOMALY_GROUP', ContributionPercentage: 62.5 }];
      const effects = [{ MetricName: 'orders', AnomalyGroupId: effect, RelationshipType: 'EFFECT_OF_INPUT_ANOMALY_GROUP' }];
      expect((await related({ AnomalyGroupId: found.id })).InterMetricImpactList).toEqual([...causes, ...effects]);
      expect((await related({ AnomalyGroupId: found.id, RelationshipTypeFilter: 'EFFECT_OF_INPUT_ANOMALY_GROUP' })).InterMetricImpactList).toEqual(effects);
      const first = await related({ AnomalyGroupId: found.id, MaxResults: 1 });
      expect(first.InterMetricImpactList).toEqual(causes);
      const second = await related({ AnomalyGroupId: found.id, MaxResults: 1, NextToken: first.NextToken });
      expect(second).toMatchObject({ InterMetricImpactList: effects });
      expect(second.NextToken).toBeUndefined();
    });

    test('of a group without any are none; other types are refused', async () => {
      const found = group(arn);
      await service.store.putGroup(found);
      expect((await related({ AnomalyGroupId: found.id })).InterMetricImpactList).toEqual([]);
      const error = await related({ AnomalyGroupId: found.id, RelationshipTypeFilter: 'BOTH' }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ValidationException);
      await expect(related({ AnomalyGroupId: randomUUID() })).rejects.toBeInstanceOf(ResourceNotFoundException);
    });
  });

  test('a group or time series that is not there is a ResourceNotFoundException', async () => {
    const found = group(arn);
    await service.store.putGroup(found);
    const AnomalyGroupId = randomUUID();
    const unknownSeries = { AnomalyGroupId: found.id, TimeSeriesId: 'f'.repeat(128), IsAnomaly: true };
    for (const [command, ResourceType, ResourceId] of [
      [new GetAnomalyGroupCommand({ AnomalyDetectorArn: arn, AnomalyGroupId }), 'AnomalyGroup', AnomalyGroupId],
      [new ListAnomalyGroupTimeSeriesCommand({ AnomalyDetectorArn: arn, AnomalyGroupId, MetricName: 'views' }), 'AnomalyGroup', AnomalyGroupId],
      [new GetFeedbackCommand({ AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId } }), 'AnomalyGroup', AnomalyGroupId],
      [new PutFeedbackCommand({ AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: unknownSeries }), 'TimeSeries', unknownSeries.TimeSeriesId],
      [new PutFeedbackCommand({ AnomalyDetectorArn: `${PREFIX}:AnomalyDetector:none`, AnomalyGroupTimeSeriesFeedback: unknownSeries }), 'AnomalyDetector', `${PREFIX}:AnomalyDetector:none`],
    ] as const) {
      const error = await service.client.send(command as GetAnomalyGroupCommand).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ResourceNotFoundException);
      expect(error).toMatchObject({ ResourceType, ResourceId });
    }
  });

  describe('time series', () => {
    const timeSeries = (more: object): Promise<Record<string, any>> =>
      service.client.send(new ListAnomalyGroupTimeSeriesCommand({ AnomalyDetectorArn: arn, MetricName: 'views', ...more } as never));

    test('cover 28 days of hours and one, most severe first, with null where there is no value', async () => {
      const found = group(arn);
      await service.store.putGroup(found);
      const asked: unknown[] = [];
      service.seriesValues = async (...request) => {
        asked.push(request);
        const [, ids, to, count] = request;
        const valueAt = (series: number, position: number): number => (position < count - 100 ? NaN : series * 1000 + position);
        return {
          starts: Array.from({ length: count }, (_, index) => to - (count - 1 - index) * 3600),
          values: ids.map((_id, series) => Float64Array.from({ length: count }, (_, position) => valueAt(series, position))),
        };
      };
      // the SDK drops nulls from lists (section 9), so the wire is looked at
      const { body } = await service.post('ListAnomalyGroupTimeSeries', JSON.stringify({
        AnomalyDetectorArn: arn, AnomalyGroupId: found.id, MetricName: 'views',
      }));
      expect(asked).toEqual([[arn, found.series.map(({ timeSeriesId }) => timeSeriesId), found.end, 673]]);
      expect(body).toMatchObject({ AnomalyGroupId: found.id, MetricName: 'views' });
      expect(body.TimestampList).toHaveLength(673);
      expect([body.TimestampList[0], body.TimestampList[672]]).toEqual(['2023-10-17T22:00Z[UTC]', '2023-11-14T22:00Z[UTC]']);
      expect(body.TimeSeriesList.map((series: any) => series.TimeSeriesId)).toEqual(found.series.map(({ timeSeriesId }) => timeSeriesId));
      expect(body.TimeSeriesList[1].MetricValueList)
        .toEqual([...Array<null>(573).fill(null), ...Array.from({ length: 100 }, (_, index) => 1573 + index)]);
      expect(body.TimeSeriesList[0].DimensionList)
        .toEqual([{ DimensionName: 'platform', DimensionValue: HOSTILE }, { DimensionName: 'marketplace', DimensionValue: 'de' }]);
    });

    test('come in pages', async () => {
      const found = group(arn);
      await service.store.putGroup(found);
      const first = await timeSeries({ AnomalyGroupId: found.id, MaxResults: 2 });
      const second = await timeSeries({ AnomalyGroupId: found.id, MaxResults: 2, NextToken: first.NextToken });
      expect(first.TimeSeriesList).toHaveLength(2);
      expect(second.TimeSeriesList.map((series: any) => series.TimeSeriesId)).toEqual([found.series[2].timeSeriesId]);
      expect(second.NextToken).toBeUndefined();

      const other = group(arn);
      await service.store.putGroup(other);
      await expect(timeSeries({ AnomalyGroupId: other.id, NextToken: first.NextToken })).rejects.toThrow(ValidationException);
      const forged = Buffer.from(JSON.stringify(['timeSeries', `${arn}#${found.id}`, '-1'])).toString('base64url');
      await expect(timeSeries({ AnomalyGroupId: found.id, NextToken: forged })).rejects.toThrow(ValidationException);
    });

    test.each([['P1D', 29], ['PT10M', 673], ['PT5M', 673]] as const)('of %s have %i points', async (frequency, points) => {
      await service.store.updateDetector(arn, { frequency });
      const found = group(arn);
      await service.store.putGroup(found);
      let asked = 0;
      service.seriesValues = async (_arn, ids, _to, count) => {
        asked = count;
        return { starts: [], values: ids.map(() => new Float64Array(0)) };
      };
      expect((await timeSeries({ AnomalyGroupId: found.id })).TimestampList).toEqual([]);
      expect(asked).toBe(points);
    });

    test('are of the group\'s measure only', async () => {
      const found = group(arn);
      await service.store.putGroup(found);
      await expect(timeSeries({ AnomalyGroupId: found.id, MetricName: 'revenue' })).rejects.toThrow('MetricName: must be the measure of the anomaly group, "views", found "revenue"');
      await expect(timeSeries({ AnomalyGroupId: 'nonsense' })).rejects.toThrow(ValidationException);
    });
  });

  test('feedback on a time series is kept, replaced and read', async () => {
    const found = group(arn);
    await service.store.putGroup(found);
    const [first, second] = found.series.map(({ timeSeriesId }) => timeSeriesId);
    const put = (TimeSeriesId: string, IsAnomaly: boolean): Promise<unknown> => service.client.send(new PutFeedbackCommand({
      AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: found.id, TimeSeriesId, IsAnomaly },
    }));
    const get = async (more: object = {}): Promise<unknown> => (await service.client.send(new GetFeedbackCommand({
      AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: found.id, ...more },
    }))).AnomalyGroupTimeSeriesFeedback;

    expect(await get()).toEqual([]);
    await put(first, true);
    await put(second, true);
    await put(first, false);
    expect(await get()).toEqual([{ TimeSeriesId: first, IsAnomaly: false }, { TimeSeriesId: second, IsAnomaly: true }]);
    // found wherever it stands in the list
    for (const TimeSeriesId of [first, second]) {
      const { AnomalyGroupTimeSeriesFeedback, NextToken } = await service.client.send(new GetFeedbackCommand({
        AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: found.id, TimeSeriesId }, MaxResults: 1,
      }));
      expect(AnomalyGroupTimeSeriesFeedback).toEqual([{ TimeSeriesId, IsAnomaly: TimeSeriesId === second }]);
      expect(NextToken).toBeUndefined();
    }
    expect(await get({ TimeSeriesId: 'f'.repeat(128) })).toEqual([]);

    await expect(put(first, 'no' as never)).rejects.toThrow('AnomalyGroupTimeSeriesFeedback.IsAnomaly: must be true or false, found "no"');
    await service.store.changeStatus(arn, ['INACTIVE'], 'DELETING', 1);
    await expect(put(first, true)).rejects.toThrow(ConflictException);
  });

  test('executions come newest first, or the one asked for', async () => {
    await service.store.putExecution({ detectorArn: arn, start: 1699992000, status: 'COMPLETED', outcome: { rows: 5 } });
    await service.store.putExecution({ detectorArn: arn, start: 1699995600, status: 'FAILED', failureReason: HOSTILE });
    const executions = async (more: object = {}): Promise<unknown> =>
      (await service.client.send(new DescribeAnomalyDetectionExecutionsCommand({ AnomalyDetectorArn: arn, ...more }))).ExecutionList;
    const failed = { Timestamp: '2023-11-14T21:00Z[UTC]', Status: 'FAILED', FailureReason: HOSTILE };
    const completed = { Timestamp: '2023-11-14T20:00Z[UTC]', Status: 'COMPLETED' };
    expect(await executions()).toEqual([failed, completed]);
    expect(await executions({ MaxResults: 1 })).toEqual([failed]);
    for (const Timestamp of ['2023-11-14T20:00Z[UTC]', '2023-11-14T20:00:00Z', '2023-11-14T21:00+01:00[Europe/Berlin]']) {
      expect(await executions({ Timestamp })).toEqual([completed]);
    }
    expect(await executions({ Timestamp: '2023-11-14T19:00Z' })).toEqual([]);
    await expect(executions({ Timestamp: 'yesterday' })).rejects.toThrow(ValidationException);
    await expect(executions({ Timestamp: '2023-13-45T00:00Z' })).rejects.toThrow(ValidationException);
  });
});
