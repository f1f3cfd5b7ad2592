// SPDX-License-Identifier: Apache-2.0

import { alertInput, conflict, invalid, metricSetInput, notFound, SCOPE, type Work } from './scenario';
import { group } from '../handlers/lookout/service';

const now = (): number => Date.now() / 1000;

/** A detector's way through its states. What the detect function does is done on the store. */
export const STATE_SCENARIOS: Readonly<Record<string, (work: Work) => Promise<void>>> = {
  'a detector is activated, learns, runs, is deactivated, edited and activated again': async work => {
    const arn = await work.createDetector('sales');
    await work.fails('ActivateAnomalyDetector', { AnomalyDetectorArn: arn }, invalid());
    const { MetricSetArn } = await work.call('CreateMetricSet', metricSetInput(arn));
    await work.fails('DeactivateAnomalyDetector', { AnomalyDetectorArn: arn }, conflict('AnomalyDetector', arn));
    expect(await work.call('ActivateAnomalyDetector', { AnomalyDetectorArn: arn })).toEqual({});
    expect(await work.status(arn)).toBe('ACTIVATING');
    await work.fails('ActivateAnomalyDetector', { AnomalyDetectorArn: arn }, conflict('AnomalyDetector', arn));
    await work.fails('DeleteAnomalyDetector', { AnomalyDetectorArn: arn }, conflict('AnomalyDetector', arn));
    await work.store.changeStatus(arn, ['ACTIVATING'], 'LEARNING', now());
    expect(await work.status(arn)).toBe('LEARNING');
    await work.store.changeStatus(arn, ['LEARNING'], 'ACTIVE', now());
    await work.fails('BackTestAnomalyDetector', { AnomalyDetectorArn: arn }, invalid());
    // a running detector: delay and descriptions may be changed, the rest may not
    await work.call('UpdateMetricSet', { MetricSetArn, Offset: 600, MetricSetDescription: 'later' });
    await work.fails('UpdateMetricSet', { MetricSetArn, DimensionList: ['platform'] }, invalid());
    await work.fails('UpdateAnomalyDetector', { AnomalyDetectorArn: arn, AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' } }, invalid());
    await work.call('UpdateAnomalyDetector', { AnomalyDetectorArn: arn, AnomalyDetectorDescription: 'running' });
    await work.call('DeactivateAnomalyDetector', { AnomalyDetectorArn: arn });
    expect(await work.status(arn)).toBe('DEACTIVATED');
    await work.call('UpdateMetricSet', { MetricSetArn, DimensionList: ['platform'] });
    await work.call('ActivateAnomalyDetector', { AnomalyDetectorArn: arn });
    expect(await work.status(arn)).toBe('ACTIVATING');
  },

  'a backtest comes to an end, which is final': async work => {
    const arn = await work.createDetector('sales');
    await work.fails('BackTestAnomalyDetector', { AnomalyDetectorArn: arn }, invalid());
    const { MetricSetArn } = await work.call('CreateMetricSet', metricSetInput(arn));
    expect(await work.call('BackTestAnomalyDetector', { AnomalyDetectorArn: arn })).toEqual({});
    expect(await work.status(arn)).toBe('BACK_TEST_ACTIVATING');
    await work.fails('BackTestAnomalyDetector', { AnomalyDetectorArn: arn }, invalid());
    // the workshop adds its alert while the backtest runs
    await work.call('CreateAlert', alertInput(arn, 'export'));
    await work.store.changeStatus(arn, ['BACK_TEST_ACTIVATING'], 'BACK_TEST_ACTIVE', now());
    expect(await work.status(arn)).toBe('BACK_TEST_ACTIVE');
    await work.store.changeStatus(arn, ['BACK_TEST_ACTIVE'], 'BACK_TEST_COMPLETE', now());
    expect(await work.status(arn)).toBe('BACK_TEST_COMPLETE');
    await work.fails('ActivateAnomalyDetector', { AnomalyDetectorArn: arn }, conflict('AnomalyDetector', arn));
    await work.fails('DeactivateAnomalyDetector', { AnomalyDetectorArn: arn }, conflict('AnomalyDetector', arn));
    await work.fails('UpdateMetricSet', { MetricSetArn, Offset: 1 }, invalid());
    await work.call('DeleteAnomalyDetector', { AnomalyDetectorArn: arn });
  },

  'a failed activation tells why, and can be tried again': async work => {
    const arn = await work.createReadyDetector('sales');
    await work.call('ActivateAnomalyDetector', { AnomalyDetectorArn: arn });
    const reason = 'file s3://bucket/history/1.csv, row 7: no column "views"';
    await work.store.changeStatus(arn, ['ACTIVATING'], 'FAILED', now(), { reason, type: 'ACTIVATION_FAILURE' });
    expect(await work.call('DescribeAnomalyDetector', { AnomalyDetectorArn: arn })).toMatchObject({
      Status: 'FAILED', FailureReason: reason, FailureType: 'ACTIVATION_FAILURE',
    });
    await work.call('ActivateAnomalyDetector', { AnomalyDetectorArn: arn });
    const described = await work.call('DescribeAnomalyDetector', { AnomalyDetectorArn: arn });
    expect(described.Status).toBe('ACTIVATING');
    expect(described).not.toHaveProperty('FailureReason');
  },

  'deletion takes metric set, alerts and groups with it, and no other detector\'s': async work => {
    const arn = await work.createReadyDetector('sales');
    const other = await work.createReadyDetector('returns');
    await work.call('CreateAlert', alertInput(arn, 'pager'));
    await work.call('CreateAlert', alertInput(other, 'other-pager'));
    const record = group(arn);
    await work.store.putGroup(record);
    await work.call('DeleteAnomalyDetector', { AnomalyDetectorArn: arn });
    const MetricSetArn = `${SCOPE}:MetricSet/sales/set`;
    await work.fails('DescribeMetricSet', { MetricSetArn }, notFound('MetricSet', MetricSetArn));
    await work.fails('DescribeAlert', { AlertArn: `${SCOPE}:Alert:pager` }, notFound('Alert', `${SCOPE}:Alert:pager`));
    await work.createDetector('sales');
    await work.fails('GetAnomalyGroup', { AnomalyDetectorArn: arn, AnomalyGroupId: record.id }, notFound('AnomalyGroup', record.id));
    expect((await work.call('ListAlerts')).AlertSummaryList).toMatchObject([{ AlertName: 'other-pager' }]);
    expect((await work.call('ListMetricSets')).MetricSetSummaryList).toMatchObject([{ AnomalyDetectorArn: other }]);
  },
};
