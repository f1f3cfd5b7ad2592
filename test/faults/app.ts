// SPDX-License-Identifier: Apache-2.0

/**
 * The app of the fault matrix: an hourly connector on one table. Synthesises itself into the folder that CDK_OUTDIR names.
 * SETTLE_HOURS: its settle time, if any. VIEWS: what the query gives as views.
 */
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AlertTarget, ConnectorQuery, DetectorFrequency, Metric, RedshiftCluster, RedshiftLookoutConnector, TimestampColumn,
} from '../../src';

const app = new App();
const stack = new Stack(app, 'Faults');
const connector = new RedshiftLookoutConnector(stack, 'Orders', {
  cluster: RedshiftCluster.provisionedByName('orders'),
  database: 'shop',
  secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'orders'),
  query: ConnectorQuery.fromString(`select ts, platform, ${process.env.VIEWS || 'views'} from orders where ts >= '{{start}}' and ts < '{{end}}'`),
  timestampColumn: TimestampColumn.of('ts', 'yyyy-MM-dd HH:mm:ss'),
  metrics: [Metric.sum('views')],
  dimensions: ['platform'],
  frequency: DetectorFrequency.HOURLY,
  history: Duration.days(5),
  ...(process.env.SETTLE_HOURS ? { settleTime: Duration.hours(Number(process.env.SETTLE_HOURS)) } : {}),
});
connector.addAlert('Pager', { threshold: 70, target: AlertTarget.topic(new sns.Topic(stack, 'Anomalies', { enforceSSL: true })) });
new CfnOutput(stack, 'Ledger', { value: connector.ledger.tableName });
