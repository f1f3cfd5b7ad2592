// SPDX-License-Identifier: Apache-2.0

/** The template whose cost is told: the connector of README's example, with the alarms. */
import { App, Stack, aws_secretsmanager as secretsmanager, aws_sns as sns } from 'aws-cdk-lib';
import { AlertTarget, ConnectorQuery, DetectorFrequency, Metric, RedshiftCluster, RedshiftLookoutConnector, TimestampColumn } from '../../src';

/** A resource of a template, as far as its cost goes. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: any;
}

/** Resources by logical id. */
export type TemplateResources = Readonly<Record<string, TemplateResource>>;

/** Synthesises. `add` may put more into the stack. */
export function synthesiseResources(frequency: DetectorFrequency, add?: (stack: Stack) => void): TemplateResources {
  const app = new App();
  const stack = new Stack(app, 'Ecommerce');
  const topic = new sns.Topic(stack, 'Anomalies');
  const connector = new RedshiftLookoutConnector(stack, 'Connector', {
    cluster: RedshiftCluster.provisionedByName('my-cluster'),
    database: 'shop',
    secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'my-cluster/reader'),
    query: ConnectorQuery.fromString('select ts as timestamp, views, revenue, platform, marketplace from ecommerce where ts >= \'{{start}}\' and ts < \'{{end}}\''),
    timestampColumn: TimestampColumn.of('timestamp', 'yyyy-MM-dd HH:mm:ss'),
    metrics: [Metric.sum('views'), Metric.sum('revenue')],
    dimensions: ['platform', 'marketplace'],
    frequency,
  });
  connector.addAlert('Pager', { threshold: 70, target: AlertTarget.topic(topic) });
  connector.addAlarms(topic);
  add?.(stack);
  return app.synth().getStackArtifact(stack.artifactId).template.Resources;
}
