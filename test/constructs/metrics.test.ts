// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import { connectorIn, newStack } from './fixture';
import { METRICS } from '../../src/private/contract';

const stack = newStack();
const connector = connectorIn(stack, { detectorName: 'sales' });

test.each([
  ['metricIntervalsCrawled', 'IntervalsCrawled', 'Connector', 'Sum'],
  ['metricIntervalsFailed', 'IntervalsFailed', 'Connector', 'Sum'],
  ['metricRowsUnloaded', 'RowsUnloaded', 'Connector', 'Sum'],
  ['metricIntervalsReread', 'IntervalsReread', 'Connector', 'Sum'],
  ['metricLateRows', 'LateRows', 'Connector', 'Sum'],
  ['metricHistoryProgress', 'HistoryProgress', 'Connector', 'Maximum'],
  ['metricCrawlLag', 'CrawlLag', 'Connector', 'Maximum'],
  ['metricDetectionDelay', 'DetectionDelay', 'Connector', 'Maximum'],
  ['metricUnloadTime', 'UnloadTime', 'Connector', 'Maximum'],
  ['metricAnomalyGroups', 'AnomalyGroups', 'Detector', 'Sum'],
  ['metricAlertsDelivered', 'AlertsDelivered', 'Detector', 'Sum'],
  ['metricAlertsUndelivered', 'AlertsUndelivered', 'Detector', 'Sum'],
  ['metricRowsRejected', 'RowsRejected', 'Detector', 'Sum'],
  ['metricDataMissing', 'DataMissing', 'Detector', 'Maximum'],
  ['metricModelsRelearned', 'ModelsRelearned', 'Detector', 'Sum'],
] as const)('%s', (method, name, dimension, statistic) => {
  expect(connector[method]()).toMatchObject({ namespace: 'RedshiftLookout', metricName: name, dimensions: { [dimension]: 'sales' }, statistic, period: Duration.minutes(5) });
  expect(connector[method]({ statistic: 'Average', period: Duration.hours(1), label: 'mine' })).toMatchObject({ statistic: 'Average', period: Duration.hours(1), label: 'mine' });
});

test('each metric that the functions emit has a method', () => {
  const { namespace: _namespace, connectorDimension: _connector, detectorDimension: _detector, ...names } = METRICS;
  for (const name of Object.values(names)) expect(connector).toHaveProperty(`metric${name}`);
});

test('metricCrawlExecutionsFailed', () => {
  const metric = connector.metricCrawlExecutionsFailed({ period: Duration.hours(1) });
  expect(metric).toMatchObject({ namespace: 'AWS/States', metricName: 'ExecutionsFailed', statistic: 'Sum', period: Duration.hours(1) });
  expect(stack.resolve(metric.dimensions)).toEqual({ StateMachineArn: stack.resolve(connector.crawlStateMachine.stateMachineArn) });
});

test('an alarm can be made of each', () => {
  connector.metricCrawlLag().createAlarm(stack, 'Late', { threshold: 7200, evaluationPeriods: 1 });
  connector.metricIntervalsFailed().createAlarm(stack, 'Failed', { threshold: 1, evaluationPeriods: 1 });
  expect(stack.node.findAll().filter(node => node.node.path.endsWith('Late/Resource'))).toHaveLength(1);
});
