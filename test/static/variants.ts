// SPDX-License-Identifier: Apache-2.0

import { App, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as redshiftserverless from 'aws-cdk-lib/aws-redshiftserverless';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AlertTarget, Detector, LookoutService, RedshiftCluster, RedshiftLookoutConnectorProps } from '../../src';
import { connectorIn } from '../constructs/fixture';

/** Connectors whose templates have, together, every statement and resource that the library can make. */
export const VARIANTS: Record<string, (stack: Stack) => Partial<RedshiftLookoutConnectorProps>> = {
  CredentialsByIam: () => ({}),
  DatabaseUser: () => ({ databaseUser: 'reader' }),
  Secret: stack => ({ secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'shop/reader') }),
  Serverless: stack => ({
    cluster: RedshiftCluster.serverless(new redshiftserverless.CfnWorkgroup(stack, 'Workgroup', { workgroupName: 'shop', namespaceName: 'shop' })),
  }),
  ServerlessByName: () => ({ cluster: RedshiftCluster.serverlessByName('shop') }),
  ContinuousDetection: stack => ({ detector: Detector.inAccount({ service: new LookoutService(stack, 'Service', { continuousDetection: true }) }) }),
  LookoutForMetrics: () => ({ detector: Detector.lookoutForMetrics() }),
  EncryptedInVpc: stack => ({
    encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
    settleTime: Duration.hours(6),
    secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'shop/reader'),
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0', availabilityZones: ['us-east-1a', 'us-east-1b'], privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    }),
  }),
};

/** What alerts go to beside a topic of the same stack, in the variants that have it. */
const MORE_TARGETS: Record<string, (stack: Stack) => Record<string, AlertTarget>> = {
  Secret: stack => ({
    Function: AlertTarget.function(lambda.Function.fromFunctionName(stack, 'Function', 'on-anomaly')),
    EventBus: AlertTarget.eventBus(events.EventBus.fromEventBusName(stack, 'EventBus', 'anomalies')),
  }),
  EncryptedInVpc: stack => ({
    EncryptedTopic: AlertTarget.topic(new sns.Topic(stack, 'EncryptedTopic', { enforceSSL: true, masterKey: stack.node.findChild('Key') as kms.Key })),
  }),
};

/** The stack of one variant, with alerts, alarms and saved queries. */
export function variantStack(name: string, app = new App()): Stack {
  const stack = new Stack(app, name);
  const topic = new sns.Topic(stack, 'Topic', { enforceSSL: true });
  const connector = connectorIn(stack, VARIANTS[name](stack));
  connector.addAlert('Pager', { target: AlertTarget.topic(topic) });
  for (const [id, target] of Object.entries(MORE_TARGETS[name]?.(stack) ?? {})) connector.addAlert(id, { target });
  connector.addAlarms(topic);
  connector.createLogsInsightsQueries();
  return stack;
}
