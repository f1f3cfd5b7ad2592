// SPDX-License-Identifier: Apache-2.0

import { Duration, RemovalPolicy, Stack, TimeZone } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { connectorIn, masked, newStack, QUERY } from './fixture';
import { AlertTarget, ConnectorQuery, Detector, DetectorFrequency, Metric, RedshiftCluster, SnsFormat, TimestampColumn } from '../../src';

const template = (stack: Stack) => masked(Template.fromStack(stack));

test('minimal', () => {
  const stack = newStack();
  connectorIn(stack);
  expect(template(stack)).toMatchSnapshot();
});

test('everything set', () => {
  const stack = newStack({ env: { account: '123456789012', region: 'eu-central-1' } });
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
  connectorIn(stack, {
    cluster: RedshiftCluster.provisionedByName('shop'),
    secret: new secretsmanager.Secret(stack, 'Secret'),
    historicalQuery: ConnectorQuery.fromString(`${QUERY} and platform is not null`),
    timestampColumn: TimestampColumn.of('ts', "yyyy-MM-dd'T'HH:mm"),
    metrics: [Metric.sum('views'), Metric.average('revenue')],
    dimensions: ['platform'],
    frequency: DetectorFrequency.TEN_MINUTES,
    delay: Duration.minutes(3),
    settleTime: Duration.hours(6),
    timezone: TimeZone.EUROPE_BERLIN,
    history: Duration.days(30),
    detector: Detector.inAccount(),
    detectorName: 'sales',
    description: 'Sales',
    encryptionKey: new kms.Key(stack, 'Key'),
    removalPolicy: RemovalPolicy.DESTROY,
    runtime: lambda.Runtime.NODEJS_22_X,
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [new ec2.SecurityGroup(stack, 'Group', { vpc })],
    logRetention: logs.RetentionDays.ONE_YEAR,
    catchUpLimit: 20,
    queryTimeout: Duration.minutes(20),
    maxAttempts: 2,
  }).addAlert('Pager', {
    threshold: 50, target: AlertTarget.topic(new sns.Topic(stack, 'Topic'), { snsFormat: SnsFormat.SHORT_TEXT }), description: 'Pages', alertName: 'pager',
  });
  expect(template(stack)).toMatchSnapshot();
});

test('Lookout for Metrics', () => {
  const stack = newStack();
  connectorIn(stack, { detector: Detector.lookoutForMetrics() }).addAlert('Pager', { target: AlertTarget.topic(new sns.Topic(stack, 'Topic')) });
  expect(template(stack)).toMatchSnapshot();
});
