// SPDX-License-Identifier: Apache-2.0

/** GetDataQualityMetrics: what became of the rows of intervals and history. */
import { GetDataQualityMetricsCommand } from '@aws-sdk/client-lookoutmetrics';
import { TestService } from './service';
import { onEachStore } from './stores';

const HOUR = 3600;

onEachStore(makeStore => {
  test('intervals come newest first, then the history; combinations that found no room are told', async () => {
    const service = new TestService(await makeStore());
    const { arn, metricSetArn } = await service.createReadyDetector();
    const outcome = (combinationsLeftOut?: number): any => ({
      interval: { start: '', end: '' },
      rows: 90,
      bytes: 1000,
      rowsRejected: 10,
      timeSeries: 8,
      ...combinationsLeftOut !== undefined && { combinationsLeftOut },
      anomalyGroupIds: [],
      alertsDelivered: 0,
      alertsUndelivered: 0,
      detectorStatus: 'ACTIVE',
    });
    await service.store.putExecution({ detectorArn: arn, start: 10 * HOUR, status: 'COMPLETED', outcome: outcome() });
    await service.store.putExecution({ detectorArn: arn, start: 11 * HOUR, status: 'COMPLETED', outcome: outcome(3) });
    await service.store.putExecution({ detectorArn: arn, start: 12 * HOUR, status: 'FAILED', failureReason: 'no files' });
    await service.store.putLearnedData({
      detectorArn: arn, start: HOUR, rows: 480, rowsRejected: 12, timeSeries: 8, rejectedByColumn: { views: 12 },
    });
    const answer = await service.client.send(new GetDataQualityMetricsCommand({ AnomalyDetectorArn: arn }));
    const reports = answer.AnomalyDetectorDataQualityMetricList!;
    expect(reports.map(({ StartTimestamp }) => StartTimestamp!.getTime() / 1000)).toEqual([11 * HOUR, 10 * HOUR, HOUR]);
    const metrics = reports.map(({ MetricSetDataQualityMetricList: [metricSet] = [] }) => {
      expect(metricSet.MetricSetArn).toBe(metricSetArn);
      return metricSet.DataQualityMetricList!;
    });
    expect(metrics[1].map(({ MetricType, MetricValue }) => [MetricType, MetricValue])).toEqual([
      ['ROWS_PROCESSED', 100], ['INVALID_ROWS_COMPLIANCE', 10], ['TIME_SERIES_COUNT', 8],
    ]);
    const description = (index: number): string => metrics[index].find(({ MetricType }) => MetricType === 'TIME_SERIES_COUNT')!.MetricDescription!;
    expect(description(0)).toContain('3 combinations were left out: the detector has its full number of time series');
    expect(description(0).length).toBeLessThanOrEqual(256);
    expect(description(1)).not.toContain('left out');
    expect(metrics[2]).toContainEqual(expect.objectContaining({ MetricType: 'COLUMN_COMPLETENESS', RelatedColumnName: 'views', MetricValue: 97.5 }));
  });
});
