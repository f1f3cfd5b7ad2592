// SPDX-License-Identifier: Apache-2.0

/**
 * The ecommerce connector: watches views and revenue by platform and marketplace, and tells a topic of anomalies.
 *
 * `-c sample=true` makes a warehouse with sample data for it, `-c frequency=PT5M|PT10M|PT1H|P1D` sets the frequency, and
 * `-c published=true` takes the two queries of the published AWS solution unchanged.
 */
import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AlertTarget, ConnectorQuery, DetectorFrequency, Metric, RedshiftCluster, RedshiftLookoutConnector, SampleWarehouse, TimestampColumn,
} from 'cdk-redshift-lookout';

const FREQUENCIES: Record<string, DetectorFrequency> = Object.fromEntries(
  [DetectorFrequency.FIVE_MINUTES, DetectorFrequency.TEN_MINUTES, DetectorFrequency.HOURLY, DetectorFrequency.DAILY]
    .map(frequency => [frequency.value, frequency]),
);

const JOIN = `select e.ts as timestamp, e.views, e.revenue, p.name as platform, m.name as marketplace
from ecommerce e
join platform p on e.platform = p.id
join marketplace m on e.marketplace = m.id`;

const QUERY = `${JOIN}
where e.ts >= '{{start}}' and e.ts < '{{end}}'`;

/** The published solution's queries: they choose their rows by the warehouse's clock. */
const PUBLISHED_JOIN = `select ecommerce.ts as timestamp, ecommerce.views, ecommerce.revenue, platform.name as platform, marketplace.name as marketplace
from ecommerce, platform, marketplace
where ecommerce.platform = platform.id and ecommerce.marketplace = marketplace.id`;
const PUBLISHED_QUERY = `${PUBLISHED_JOIN} and ecommerce.ts < DATEADD(hour, 0, getdate()) and ecommerce.ts > DATEADD(hour, -1, getdate())`;
const PUBLISHED_HISTORICAL_QUERY = `${PUBLISHED_JOIN} and ecommerce.ts < dateadd(hour, -1, sysdate)`;

const app = new App();
const published = String(app.node.tryGetContext('published')) === 'true';
const frequencyName = String(app.node.tryGetContext('frequency') ?? 'PT1H');
const frequency = FREQUENCIES[frequencyName];
if (frequency === undefined) {
  throw new Error(`context "frequency" must be one of ${Object.keys(FREQUENCIES).join(', ')}, found ${JSON.stringify(frequencyName)}`);
}

const stack = new Stack(app, 'RedshiftLookoutEcommerce');
const topic = new sns.Topic(stack, 'Anomalies', { enforceSSL: true });

const sample = String(app.node.tryGetContext('sample')) === 'true' ? new SampleWarehouse(stack, 'Warehouse') : undefined;

const connector = new RedshiftLookoutConnector(stack, 'Ecommerce', {
  cluster: sample?.cluster ?? RedshiftCluster.provisionedByName('l4m-demo'),
  database: 'l4mdemo',
  secret: sample?.secret ?? secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'redshift-l4mintegration'),
  query: ConnectorQuery.fromString(published ? PUBLISHED_QUERY : QUERY),
  historicalQuery: published ? ConnectorQuery.fromString(PUBLISHED_HISTORICAL_QUERY) : undefined,
  timestampColumn: TimestampColumn.of('timestamp', 'yyyy-MM-dd HH:mm:ss'),
  metrics: [Metric.sum('views'), Metric.sum('revenue')],
  dimensions: ['platform', 'marketplace'],
  frequency,
});
connector.addAlert('Pager', { threshold: 70, target: AlertTarget.topic(topic) });
