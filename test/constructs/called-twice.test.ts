// SPDX-License-Identifier: Apache-2.0

import * as sns from 'aws-cdk-lib/aws-sns';
import { connectorIn, newStack } from './fixture';
import { AlertTarget, ConnectorAlarms } from '../../src';

const setting = () => {
  const stack = newStack();
  return { stack, topic: new sns.Topic(stack, 'Topic'), connector: connectorIn(stack) };
};

test('an alert\'s id is refused when another alert of the connector has it', () => {
  const { topic, connector } = setting();
  connector.addAlert('Pager', { target: AlertTarget.topic(topic) });
  expect(() => connector.addAlert('Pager', { target: AlertTarget.topic(topic) }))
    .toThrow('RedshiftLookoutConnector: addAlert has the id of another alert, got "Pager"; give each alert an id of its own');
});

test('alarms are made once; for another topic they are a construct, or a further action', () => {
  const { stack, topic, connector } = setting();
  connector.addAlarms(topic);
  expect(() => connector.addAlarms(topic)).toThrow(
    'RedshiftLookoutConnector: addAlarms was called before, got "Stack/Connector/Alarms"; use the alarms that it gave (add further actions to each of `all`), '
    + 'or make a ConnectorAlarms for other times or another topic');
  expect(() => new ConnectorAlarms(stack, 'Others', { connector, topic })).not.toThrow();
});

test('queries are saved once', () => {
  const { connector } = setting();
  connector.createLogsInsightsQueries();
  expect(() => connector.createLogsInsightsQueries()).toThrow(
    'RedshiftLookoutConnector: createLogsInsightsQueries was called before, got "Stack/Connector/Queries"; use the queries that it gave');
});
