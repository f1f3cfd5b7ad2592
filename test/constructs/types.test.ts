// SPDX-License-Identifier: Apache-2.0

import { Duration, Stack } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-redshift';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { connectorIn, newStack, QUERY } from './fixture';
import { AlarmsOptions, AlertOptions, AlertTarget, DetectorFrequency, LookoutService, Metric, RedshiftLookoutConnectorProps } from '../../src';

/** What JavaScript lets through. */
const untyped = (value: unknown): any => value;

const cluster = (stack: Stack) => new CfnCluster(stack, 'Cluster', { clusterType: 'single-node', dbName: 'sales', masterUsername: 'admin', nodeType: 'ra3.large' });

test.each<[keyof RedshiftLookoutConnectorProps, unknown, string]>([
  ['cluster', 'shop', 'cluster is not a RedshiftCluster, got "shop"; give RedshiftCluster.provisioned(cluster) or RedshiftCluster.serverless(workgroup)'],
  ['cluster', undefined, 'cluster is not a RedshiftCluster, got undefined'],
  ['cluster', cluster(new Stack()), 'cluster is not a RedshiftCluster, got "<CfnCluster>"; give RedshiftCluster.provisioned(cluster)'],
  ['database', 5, 'database is not a text, got 5'],
  ['query', QUERY, `query is not a ConnectorQuery, got ${JSON.stringify(QUERY)}; give ConnectorQuery.fromString("select ...")`],
  ['query', undefined, 'query is not a ConnectorQuery, got undefined'],
  ['historicalQuery', QUERY, 'historicalQuery is not a ConnectorQuery'],
  ['timestampColumn', 'ts', 'timestampColumn is not a TimestampColumn, got "ts"; give TimestampColumn.of("ts", "yyyy-MM-dd HH:mm:ss"), for example'],
  ['metrics', Metric.sum('views'), 'metrics is not a list of Metrics, got "<Metric>"; give [Metric.sum("views")], for example'],
  ['metrics', ['views'], 'metrics[0] is not a Metric, got "views"; give Metric.sum("views") or Metric.average("views"), for example'],
  ['metrics', [Metric.sum], 'metrics[0] is not a Metric, got "<function sum>"'],
  ['metrics', [{ name: 'views' }], 'metrics[0] is not a Metric, got {"name":"views"}'],
  ['dimensions', 'platform', 'dimensions is not a list of names, got "platform"; give ["platform"], for example'],
  ['dimensions', [1], 'dimensions[0] is not a text, got 1'],
  ['frequency', 'PT1H', 'frequency is not a DetectorFrequency, got "PT1H"; give DetectorFrequency.HOURLY, for example'],
  ['frequency', DetectorFrequency, 'frequency is not a DetectorFrequency, got "<function DetectorFrequency>"'],
  ['secret', 'my password', 'secret is not a Secret, got "<text>"; give a Secret, or Secret.fromSecretCompleteArn(this, "Credentials", arn)'],
  ['unloadRole', 'arn', 'unloadRole is not a Role, got "arn"; give a Role, or Role.fromRoleArn(this, "Unload", arn)'],
  ['delay', 300, 'delay is not a Duration, got 300; give Duration.minutes(5), for example'],
  ['settleTime', '1h', 'settleTime is not a Duration, got "1h"'],
  ['history', 60, 'history is not a Duration, got 60'],
  ['queryTimeout', null, 'queryTimeout is not a Duration, got null'],
  ['timezone', 'Europe/Berlin', 'timezone is not a TimeZone, got "Europe/Berlin"; give TimeZone.EUROPE_BERLIN or TimeZone.of("Europe/Berlin"), for example'],
  ['holidays', 'DE', 'holidays is not a HolidayCalendar, got "DE"; give HolidayCalendar.country("DE"), for example'],
  ['detector', new LookoutService(newStack(), 'Lookout'), 'detector is not a Detector, got "<LookoutService>"; give Detector.inAccount() or Detector.inAccount({ service })'],
])('%s: %p is refused', (name, value, message) => {
  const stack = newStack();
  expect(() => connectorIn(stack, { [name]: untyped(value) })).toThrow(`RedshiftLookoutConnector: ${message}`);
  expect(stack.node.findChild('Connector').node.children).toEqual([]);
});

test.each<[string, (topic: Topic) => Record<string, unknown>, string]>([
  ['target', topic => ({ target: topic }),
    'RedshiftLookoutConnector: target is not an AlertTarget, got "<Topic>"; give AlertTarget.topic(topic), AlertTarget.function(handler) or AlertTarget.eventBus(eventBus)'],
  ['remindAfter', topic => ({ target: AlertTarget.topic(topic), remindAfter: 24 }), 'RedshiftLookoutConnector: remindAfter is not a Duration, got 24'],
])('an alert\'s %s', (_, options, message) => {
  const stack = newStack();
  const connector = connectorIn(stack);
  expect(() => connector.addAlert('Pager', untyped(options(new Topic(stack, 'Topic'))) as AlertOptions)).toThrow(message);
});

test.each<[string, unknown, object, string]>([
  ['topic', 'arn:aws:sns:eu-west-1:111111111111:operations', {}, 'addAlarms: topic is not a topic of SNS, got "arn:aws:sns:eu-west-1:111111111111:operations"; give a Topic, or Topic.fromTopicArn'],
  ['unloadTime', undefined, { unloadTime: 60 }, 'addAlarms: unloadTime is not a Duration, got 60'],
  ['detectionDelay', undefined, { unloadTime: Duration.minutes(1), detectionDelay: '5m' }, 'addAlarms: detectionDelay is not a Duration, got "5m"'],
])('the alarms\' %s', (_, topic, options, message) => {
  const stack = newStack();
  const connector = connectorIn(stack);
  expect(() => connector.addAlarms(untyped(topic ?? new Topic(stack, 'Topic')), options as AlarmsOptions)).toThrow(message);
});
