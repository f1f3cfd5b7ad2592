// SPDX-License-Identifier: Apache-2.0

import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { requireSame } from './validation-places';

/** Key id of the key that AWS manages for SNS, by its alias; without `alias/` where the CDK took it out of an ARN. */
const MANAGED_KEY = /^(alias\/)?aws\/sns$/;

/** Refuses a topic that is known to be in another region. */
export function validateAlarmTopic(scope: Construct, topic: sns.ITopic): void {
  requireSame(scope, 'addAlarms', 'topic', { env: topic.env, arn: topic.topicArn }, 'region',
    region => `give a topic of ${region}: alarms of CloudWatch notify topics of their own region only`);
}

/** Lets the alarms of this account publish: a topic policy of one's own replaces the one that would let them. */
export function allowAlarms(scope: Construct, topic: sns.ITopic): void {
  const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } };
  topic.grantPublish(new iam.ServicePrincipal('cloudwatch.amazonaws.com', { conditions }));
  if (isEncryptedByManagedKey(topic)) {
    Annotations.of(scope).addWarningV2('cdk-redshift-lookout:topicKeyNotUsable',
      'topic is encrypted with alias/aws/sns, the policy of which does not let CloudWatch use it and cannot be changed, so the alarms cannot notify '
      + 'the topic; give it a key of your own (masterKey: new kms.Key(...)), or none');
  }
}

function isEncryptedByManagedKey(topic: sns.ITopic): boolean {
  const resource = topic.node.defaultChild;
  // a key that was set past the construct
  const set = sns.CfnTopic.isCfnTopic(resource) ? resource.kmsMasterKeyId : undefined;
  return [topic.masterKey?.keyId, set].some(id => id !== undefined && MANAGED_KEY.test(id));
}
