import { Aspects, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, NagPackSuppression, NagSuppressions } from 'cdk-nag';
import { connectorIn, newStack } from './fixture';
import { AlertTarget, Detector, RedshiftLookoutConnectorProps } from '../../src';

/** What AwsSolutions finds, and why it is as it is. */
const REASONS: NagPackSuppression[] = [
  { id: 'AwsSolutions-S1', reason: 'access to the buckets is logged by CloudTrail data events where wanted; a log bucket is the user\'s choice' },
  { id: 'AwsSolutions-SQS3', reason: 'the queue is a dead-letter queue itself, of a schedule' },
  { id: 'AwsSolutions-L1', reason: 'functions of the CDK\'s custom resource framework have the runtime that aws-cdk-lib gives them' },
  { id: 'AwsSolutions-SF2', reason: 'the waiter of the CDK\'s custom resource framework has no setting for tracing' },
  {
    id: 'AwsSolutions-IAM5',
    reason: 'objects under fixed prefixes, all versions of one function, and actions that know no resources (see permissions.test.ts)',
    appliesTo: [
      'Resource::*',
      { regex: '/^Resource::arn:<AWS::Partition>:states:.*:execution:.*:\\*$/g' },
      { regex: '/^Resource::<Connector\\w*Bucket\\w*\\.Arn>\\/(history|live|state)\\/\\*$/g' },
      { regex: '/^Resource::<Connector\\w+(Function|OnEvent|IsComplete|Providerframework)\\w*\\.Arn>:\\*$/g' },
      { regex: '/^Resource::arn:<AWS::Partition>:lookoutmetrics:.*:(MetricSet\\/.*\\/\\*|Alert:\\*)$/g' },
    ],
  },
];

function findings(props: Partial<RedshiftLookoutConnectorProps>, suppress = true): string[] {
  const stack: Stack = newStack();
  const connector = connectorIn(stack, props);
  connector.addAlert('Pager', { target: AlertTarget.topic(new sns.Topic(stack, 'Topic', { enforceSSL: true })) });
  if (suppress) NagSuppressions.addResourceSuppressions(connector, REASONS, true);
  Aspects.of(stack).add(new AwsSolutionsChecks({ verbose: true }));
  const annotations = Annotations.fromStack(stack);
  return [...annotations.findError('*', Match.stringLikeRegexp('AwsSolutions')), ...annotations.findWarning('*', Match.stringLikeRegexp('AwsSolutions'))]
    .map(({ id, entry }) => `${id} ${String(entry.data).split(':').slice(0, 4).join(':')}`);
}

test.each<[string, Partial<RedshiftLookoutConnectorProps>]>([
  ['in-account', {}],
  ['Lookout for Metrics', { detector: Detector.lookoutForMetrics() }],
])('AwsSolutions finds nothing that has no reason (%s)', (_name, props) => {
  expect(findings(props)).toEqual([]);
});

test('every reason is needed', () => {
  const found = findings({}, false).join('\n');
  for (const { id } of REASONS) expect(found).toContain(id);
});
