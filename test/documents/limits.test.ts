// SPDX-License-Identifier: Apache-2.0

import { Stack, aws_sns as sns } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { read } from './documents';
import { AlertTarget, Detector, LookoutService } from '../../src';
import { connectorIn, newStack } from '../constructs/fixture';

/** What CloudFormation takes in one stack. */
const RESOURCES_OF_STACK = 500;

/** Resources of a connector with an alert and alarms, without the service where it is a shared one. */
function resources(isShared: boolean): number {
  const stack = newStack();
  const service = isShared ? new LookoutService(new Stack(stack.node.root, 'Services'), 'Service') : undefined;
  const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:123456789012:operations');
  const connector = connectorIn(stack, { detector: Detector.inAccount({ service }) });
  connector.addAlert('Pager', { target: AlertTarget.topic(topic) });
  connector.addAlarms(topic);
  return Object.keys(Template.fromStack(stack).toJSON().Resources).length;
}

test('README says how many resources a connector is, and how many connectors a stack holds', () => {
  const [, own, shared] = /alert and alarms is (\d+) resources, (\d+) where connectors share a service/.exec(read('README.md'))!.map(Number);
  expect({ own, shared }).toEqual({ own: resources(false), shared: resources(true) });
  expect(read('README.md')).toContain('some eight connectors.');
  const service = own - shared;
  expect(8 * shared + service).toBeLessThanOrEqual(RESOURCES_OF_STACK);
  expect(9 * shared + service).toBeGreaterThan(RESOURCES_OF_STACK);
});
