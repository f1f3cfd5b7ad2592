// SPDX-License-Identifier: Apache-2.0

import { App, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { connectorIn, newStack } from './fixture';

const HERE = { env: { region: 'eu-west-1', account: '111111111111' } };
const THERE = { env: { region: 'us-east-1', account: '111111111111' } };
const arn = (region: string) => `arn:aws:sns:${region}:111111111111:operations`;

test.each<[string, (stack: Stack, app: App) => sns.ITopic]>([
  ['by its ARN', stack => sns.Topic.fromTopicArn(stack, 'Topic', arn('us-east-1'))],
  ['of another stack', (_, app) => new sns.Topic(new Stack(app, 'There', THERE), 'Topic')],
])('a topic of another region is refused, %s', (_, topicOf) => {
  const app = new App();
  const stack = new Stack(app, 'Here', HERE);
  const connector = connectorIn(stack);
  expect(() => connector.addAlarms(topicOf(stack, app))).toThrow(
    'addAlarms: topic is in another region than the alarms\' stack (eu-west-1), got "us-east-1"; give a topic of eu-west-1: alarms of CloudWatch notify topics of their own region only');
  expect(() => connectorIn(new Stack(new App(), 'Open')).addAlarms(topicOf(new Stack(new App(), 'Elsewhere'), new App()))).not.toThrow(/another region/);
});

test.each<[string, (stack: Stack) => sns.ITopic]>([
  ['of this region', stack => sns.Topic.fromTopicArn(stack, 'Topic', arn('eu-west-1'))],
  ['whose ARN is a token', stack => sns.Topic.fromTopicArn(stack, 'Topic', Lazy.string({ produce: () => arn('us-east-1') }))],
])('a topic %s is taken', (_, topicOf) => {
  const stack = newStack(HERE);
  expect(() => connectorIn(stack).addAlarms(topicOf(stack))).not.toThrow();
});

describe('a topic\'s key', () => {
  const warningsOf = (topicOf: (stack: Stack) => sns.ITopic) => {
    const stack = newStack();
    connectorIn(stack).addAlarms(topicOf(stack));
    return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ id, entry }) => `${id}: ${entry.data}`);
  };
  const managed = (stack: Stack) => kms.Alias.fromAliasName(stack, 'Key', 'alias/aws/sns');

  test.each<[string, (stack: Stack) => sns.ITopic]>([
    ['of a topic', stack => new sns.Topic(stack, 'Topic', { masterKey: managed(stack) })],
    ['of an imported topic', stack => sns.Topic.fromTopicAttributes(stack, 'Topic', {
      topicArn: arn('eu-west-1'), keyArn: 'arn:aws:kms:eu-west-1:111111111111:alias/aws/sns',
    })],
    ['set past the construct', stack => {
      const topic = new sns.Topic(stack, 'Topic');
      (topic.node.defaultChild as sns.CfnTopic).kmsMasterKeyId = 'alias/aws/sns';
      return topic;
    }],
  ])('that AWS manages makes a warning: %s', (_, topicOf) => {
    expect(warningsOf(topicOf)).toEqual([expect.stringMatching(
      /^\/Stack\/Connector\/Alarms: topic is encrypted with alias\/aws\/sns, .*; give it a key of your own .*\[ack: cdk-redshift-lookout:topicKeyNotUsable\]$/)]);
  });

  test.each<[string, (stack: Stack) => sns.ITopic]>([
    ['of one\'s own', stack => new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key') })],
    ['with an alias of one\'s own', stack => new sns.Topic(stack, 'Topic', { masterKey: kms.Alias.fromAliasName(stack, 'Key', 'alias/laws/sns') })],
    ['none', stack => new sns.Topic(stack, 'Topic')],
  ])('makes none: %s', (_, topicOf) => expect(warningsOf(topicOf)).toEqual([]));
});
