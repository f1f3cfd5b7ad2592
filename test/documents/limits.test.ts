// SPDX-License-Identifier: Apache-2.0

import { Stack, aws_sns as sns } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { read } from './documents';
import { VALUES_DAYS } from '../../handlers/detect/learning/learned-history';
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

test('docs/operations.md says how long data are kept', () => {
  const stack = newStack();
  connectorIn(stack);
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string; Properties: any }> };
  const of = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  const rules = of('AWS::S3::Bucket').flatMap(({ LifecycleConfiguration }) => LifecycleConfiguration?.Rules ?? []) as { Prefix?: string; ExpirationInDays?: number }[];
  const days = Object.fromEntries(rules.filter(({ Prefix }) => Prefix).map(({ Prefix, ExpirationInDays }) => [Prefix, ExpirationInDays]));
  const kept = (what: string) => read('docs/operations.md').split('\n').find(line => line.startsWith(`| ${what} | `))?.split(' | ')[1];
  expect(days).toEqual({ 'live/': 90, 'again/': 7 });
  expect(kept('`live/` of the data bucket')).toBe('90 days |');
  expect(kept('`again/` of the data bucket')).toContain('7 days at most');
  expect(of('AWS::Logs::LogGroup').map(({ RetentionInDays }) => RetentionInDays)).toEqual(expect.arrayContaining([90]));
  expect(new Set(of('AWS::SQS::Queue').map(({ MessageRetentionPeriod }) => MessageRetentionPeriod / 86_400))).toEqual(new Set([14]));
  expect(kept('dead letters, undelivered alerts')).toBe('14 days |');
  expect(of('AWS::DynamoDB::Table').map(({ PointInTimeRecoverySpecification }) => PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled)).toEqual([true, true]);
  // nothing else expires, and buckets have no versions
  expect(of('AWS::DynamoDB::Table').some(({ TimeToLiveSpecification }) => TimeToLiveSpecification)).toBe(false);
  expect(of('AWS::S3::Bucket').some(({ VersioningConfiguration }) => VersioningConfiguration)).toBe(false);
  for (const document of ['docs/operations.md', 'docs/versioning.md', 'docs/architecture.md']) expect(read(document)).toMatch(new RegExp(`\\b${VALUES_DAYS} days`));
});
