// SPDX-License-Identifier: Apache-2.0

/** What a change of a prop does, docs/detector-changes.md row by row, on a deployed connector: a row without a case fails, and a case without a row. */
import { isDeepStrictEqual } from 'node:util';
import type { Alert, AnomalyDetectorSummary } from '@aws-sdk/client-lookoutmetrics';
import { Duration, RemovalPolicy, Tags, TimeZone, type CfnResource, type Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { deployForTests, query, type ConnectorCloud, type Deployment } from './connector-cloud';
import { rowsOf } from './documented-rows';
import {
  AlertTarget, Detector, DetectorFrequency, HolidayCalendar, LookoutService, Metric, RedshiftCluster, SnsFormat, TimestampColumn,
  type AlertOptions, type RedshiftLookoutConnectorProps,
} from '../../src';
import { group } from '../handlers/lookout/service';

type Props = Partial<RedshiftLookoutConnectorProps>;
type Outcome = 'none' | 'in place' | 'learns again' | 'replaces' | 'refused';

/** One change of one thing that a row names. */
interface Change extends Deployment {
  readonly what: string;
  /** Whether the queries are tried first: a warehouse that refuses them then fails the deployment. */
  readonly triesQueries?: boolean;
  /** What can be seen afterwards. */
  readonly see?: () => Promise<void>;
}

let world: ConnectorCloud;
deployForTests(started => { world = started; });

const with_ = (what: string, props: Props | ((stack: Stack) => Props), see?: Change['see']): Change => (
  { what, props: typeof props === 'function' ? props : () => props, ...see && { see } });
const renamed = (what: string, construct: (connector: IConstruct) => IConstruct, logicalId: string, see?: Change['see']): Change => ({
  what, then: connector => (construct(connector).node.defaultChild as CfnResource).overrideLogicalId(logicalId), ...see && { see },
});
const only = async (): Promise<AnomalyDetectorSummary> => {
  const found = await world.detectors();
  expect(found).toHaveLength(1);
  return found[0];
};
const metricSet = async () => world.metricSet((await only()).AnomalyDetectorArn!);

/** A VPC that is there, and one of its security groups: the embedded cloud makes none. */
function network(stack: Stack): Props {
  return {
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], privateSubnetIds: ['subnet-1'] }),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
  };
}

const CONNECTOR: Record<string, readonly Change[]> = {
  '`detectorName`': [with_('detectorName', { detectorName: 'renamed' })],
  '`description`, `delay`, `settleTime`': [
    with_('description', { description: 'other' }, async () => expect((await only()).AnomalyDetectorDescription).toBe('other')),
    with_('description taken away', { description: undefined }, async () => expect((await only()).AnomalyDetectorDescription).toBe('other')),
    with_('delay', { delay: Duration.minutes(20) }, async () => expect((await metricSet()).Offset).toBe(1200)),
    with_('settleTime', { settleTime: Duration.days(1) }),
  ],
  '`metrics` (names, aggregation, order), `dimensions`, `timestampColumn`, `frequency`': [
    with_('metrics: names', { metrics: [Metric.sum('views'), Metric.sum('sales')] }, async () => expect((await metricSet()).MetricList).toHaveLength(2)),
    with_('metrics: aggregation', { metrics: [Metric.sum('views'), Metric.average('sales')] }, async () => (
      expect((await metricSet()).MetricList![1]).toEqual({ MetricName: 'sales', AggregationFunction: 'AVG' }))),
    with_('metrics: order', { metrics: [Metric.average('sales'), Metric.sum('views')] }, async () => expect((await metricSet()).MetricList![0].MetricName).toBe('sales')),
    with_('dimensions', { dimensions: ['platform', 'market'] }, async () => expect((await metricSet()).DimensionList).toEqual(['platform', 'market'])),
    with_('timestampColumn', { timestampColumn: TimestampColumn.of('at', 'yyyy-MM-dd HH:mm:ss') }),
    with_('frequency', { frequency: DetectorFrequency.DAILY }, async () => expect((await metricSet()).MetricSetFrequency).toBe('P1D')),
  ],
  '`dimensions`: all of them taken away': [with_('dimensions', { dimensions: [] })],
  '`query`, `historicalQuery`, `history`': [
    with_('query', { query: query(' and views > 0') }),
    with_('historicalQuery', { historicalQuery: query(' and views > 1') }),
    with_('history', { history: Duration.days(20) }),
  ],
  '`catchUpLimit`, `queryTimeout`, `maxAttempts`, `unloadRole`': [
    with_('catchUpLimit', { catchUpLimit: 20 }, async () => expect(world.configuration.settings.catchUpLimit).toBe(20)),
    with_('queryTimeout', { queryTimeout: Duration.minutes(30) }),
    with_('maxAttempts', { maxAttempts: 7 }),
    with_('unloadRole', stack => ({ unloadRole: new iam.Role(stack, 'Unload', { assumedBy: new iam.ServicePrincipal('redshift.amazonaws.com') }) }), async () => {
      world.warehouse.attachRole(world.configuration.settings.unloadRoleArn as string);
    }),
  ],
  '`database`, another cluster or workgroup': [
    // the other warehouse is not there: its queries are not tried, and the history run fails
    with_('database', { database: 'other', checkQuery: false }),
    with_('cluster', { cluster: RedshiftCluster.provisionedByName('elsewhere') }),
    with_('workgroup', { cluster: RedshiftCluster.serverlessByName('group') }),
    with_('back', { cluster: RedshiftCluster.provisionedByName('orders'), database: 'shop' }),
  ],
  '`secret` or `databaseUser` of the same warehouse; `checkQuery` switched on': [
    { ...with_('checkQuery', { checkQuery: true }), triesQueries: true },
    { ...with_('secret', stack => ({ secret: secretsmanager.Secret.fromSecretNameV2(stack, 'OtherSecret', 'other') })), triesQueries: true },
    { ...with_('databaseUser', { secret: undefined, databaseUser: 'lookout' }), triesQueries: true },
  ],
  '`encryptionKey` of the detector, another data bucket, another data access role': [
    with_('encryptionKey', stack => ({ encryptionKey: new kms.Key(stack, 'Key') })),
    renamed('data bucket', connector => connector.node.findChild('Bucket'), 'OtherBucket'),
    renamed('data access role', connector => connector.node.findChild('DataAccessRole'), 'OtherRole'),
  ],
  '`timezone`': [with_('timezone', { timezone: TimeZone.EUROPE_BERLIN })],
  '`holidays`': [with_('holidays', { holidays: HolidayCalendar.country('DE') })],
  '`detector`: between a service of the connector\'s own, a shared service and `lookoutForMetrics()`; another `LookoutService`, also the same one under another construct id': [
    with_('detector: shared service', stack => ({ detector: Detector.inAccount({ service: new LookoutService(stack, 'Shared') }) })),
    with_('detector: lookoutForMetrics()', { detector: Detector.lookoutForMetrics(), settleTime: undefined }),
    {
      // what another construct id comes to: another function answers, from another table
      what: 'LookoutService under another construct id',
      then: ({ service }) => [service!.serviceFunction, service!.table].forEach(({ node }, index) => (node.defaultChild as CfnResource).overrideLogicalId(`Other${index}`)),
    },
  ],
  '`removalPolicy`, `runtime`, `logRetention`, `vpc`, `vpcSubnets`, `securityGroups`; tags (`Tags.of`)': [
    with_('removalPolicy', { removalPolicy: RemovalPolicy.DESTROY }),
    with_('runtime', { runtime: lambda.Runtime.NODEJS_22_X }),
    with_('logRetention', { logRetention: logs.RetentionDays.ONE_DAY }),
    with_('vpc', network),
    with_('vpcSubnets', stack => ({ vpcSubnets: { subnets: [ec2.Subnet.fromSubnetId(stack, 'OtherSubnet', 'subnet-2')] } })),
    with_('securityGroups', stack => ({ securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'OtherGroup', 'sg-2')] })),
    { what: 'tags', then: (_connector, stack) => Tags.of(stack).add('team', 'data') },
  ],
};

/** What a deployment did to the detector. */
async function outcomeOf(change: Deployment): Promise<Outcome> {
  const before = await only();
  const { configuration } = world;
  const runs = world.historyRuns;
  const known = group(before.AnomalyDetectorArn!, {});
  await world.store.putGroup(known);
  try {
    await world.deploy(change);
  } catch (error) {
    if (!/[Ss]et another detectorName/.test((error as Error).message)) throw error;
    expect(await only()).toEqual(before);
    await world.rollBack();
    expect(world.historyRuns).toBe(runs);
    expect({ ...await only(), LastModificationTime: 0 }).toEqual({ ...before, LastModificationTime: 0 });
    return 'refused';
  }
  const after = await only();
  const alerts = (await world.alerts()).map(({ AnomalyDetectorArn }) => AnomalyDetectorArn);
  expect(alerts).toEqual([after.AnomalyDetectorArn]);
  const stays = await world.store.getGroup(before.AnomalyDetectorArn!, known.id) !== undefined;
  if (after.AnomalyDetectorArn !== before.AnomalyDetectorArn) {
    expect({ stays, runs: world.historyRuns - runs, status: after.Status }).toEqual({ stays: false, runs: 1, status: 'ACTIVE' });
    return 'replaces';
  }
  expect({ stays, created: after.CreationTime, tags: after.Tags }).toEqual({ stays: true, created: before.CreationTime, tags: before.Tags });
  if (world.historyRuns === runs) {
    expect(after.Status).toBe(before.Status);
    return isDeepStrictEqual(world.configuration, configuration) ? 'none' : 'in place';
  }
  expect(world.historyRuns).toBe(runs + 1);
  return 'learns again';
}

describe('a history that is read again by hand', () => {
  /** Three more hours of rows, which are in no history yet; and their number. */
  const threeHoursLater = async (now: string): Promise<number> => {
    const [{ rows }] = await world.warehouse.query<{ rows: number }>(
      'with added as (insert into orders select ts + interval \'3 hours\', platform, market, views, sales from orders '
      + 'where ts >= (select max(ts) - interval \'2 hours\' from orders) returning 1) select count(*) as rows from added');
    await world.cloud.clock.advanceTo(new Date(now));
    return Number(rows);
  };
  const run = () => {
    const last = world.cloud.executions.findLast(({ stateMachineName }) => stateMachineName.includes('Bootstrap'))!;
    return world.cloud.startExecution('Test/Orders/Bootstrap', last.input);
  };
  const rowsLearned = async (): Promise<number> => (await world.store.getLearnedData((await only()).AnomalyDetectorArn!))!.rows;

  test('is learned by a detector that is active', async () => {
    expect((await only()).Status).toBe('ACTIVE');
    const before = await rowsLearned();
    const rows = await threeHoursLater('2026-01-05T03:05:00Z');
    expect(await run()).toMatchObject({ status: 'SUCCEEDED' });
    expect((await only()).Status).toBe('ACTIVE');
    expect(await rowsLearned()).toBe(before + rows);
  }, 30_000);

  test('is learned by a detector that is still learning for an earlier run, which was ended', async () => {
    const arn = (await only()).AnomalyDetectorArn!;
    const before = await rowsLearned();
    await world.store.changeStatus(arn, ['ACTIVE'], 'ACTIVATING', Date.now() / 1000);
    const rows = await threeHoursLater('2026-01-05T06:05:00Z');
    const running = run();
    const states = () => world.cloud.executions.at(-1)!.states;
    while (states().filter(state => /^Wait for de/.test(state)).length < 2) await new Promise(resolve => setTimeout(resolve, 20));
    expect(await world.status(arn)).toBe('ACTIVATING');
    await world.store.changeStatus(arn, ['ACTIVATING'], 'ACTIVE', Date.now() / 1000); // with what it had read before the newest rows were there
    expect(await running).toMatchObject({ status: 'SUCCEEDED' });
    expect((await only()).Status).toBe('ACTIVE');
    expect(await rowsLearned()).toBe(before + rows);
  }, 30_000);
});

describe('prop of a connector', () => {
  test('each row has a case, which names each prop of the row', () => {
    const rows = rowsOf('| prop of `RedshiftLookoutConnector` | a change |');
    expect(Object.keys(CONNECTOR).sort()).toEqual([...rows.keys()].sort());
    for (const [row, changes] of Object.entries({ ...CONNECTOR, ...ALERT })) {
      const props = [...row.matchAll(/`(\w+)`/g)].map(([, prop]) => prop);
      expect([row, props.filter(prop => !changes.some(({ what }) => what.startsWith(prop)))]).toEqual([row, []]);
    }
  });

  test.each(Object.entries(CONNECTOR).flatMap(([row, changes]) => changes.map(change => [change.what, row, change] as const)))('%s (%s)', async (_what, row, change) => {
    const [expected] = rowsOf('| prop of `RedshiftLookoutConnector` | a change |').get(row)!.split(/,| \(|:/);
    if (change.triesQueries) {
      world.failures.add({ outcome: { type: 'FAIL', error: 'permission denied for relation orders' } });
      await expect(world.deploy(change)).rejects.toThrow('permission denied for relation orders');
      await world.rollBack();
    }
    expect(await outcomeOf(change)).toBe(expected);
    await change.see?.();
  }, 30_000);
});

const alert_ = (what: string, options: Partial<AlertOptions> | ((stack: Stack) => Partial<AlertOptions>), see: Partial<Alert>): Change => ({
  what,
  alert: typeof options === 'function' ? options : () => options,
  see: async () => expect((await world.alerts())[0]).toMatchObject(see),
});
const topicOf = (stack: Stack): sns.ITopic => stack.node.findChild('Anomalies') as sns.Topic;

const ALERT: Record<string, readonly Change[]> = {
  '`alertName`': [alert_('alertName', { alertName: 'other-pager' }, { AlertName: 'other-pager' })],
  '`threshold`, `description`, `target`, `metrics`, `dimensionValues`': [
    alert_('threshold', { threshold: 55 }, { AlertSensitivityThreshold: 55 }),
    alert_('description', { description: 'for the shop' }, { AlertDescription: 'for the shop' }),
    alert_('target', stack => ({ target: AlertTarget.topic(new sns.Topic(stack, 'OtherTopic')) }), { AlertType: 'SNS' }),
    alert_('target of another kind', stack => ({ target: AlertTarget.eventBus(new events.EventBus(stack, 'Bus')) }), { AlertType: 'LAMBDA' }),
    alert_('metrics', { metrics: ['views'] }, { AlertFilters: { MetricList: ['views'] } }),
    alert_('dimensionValues', { dimensionValues: { platform: ['web'] } }, {
      AlertFilters: { MetricList: ['views'], DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['web'] }] },
    }),
    {
      ...alert_('filters taken away', { metrics: undefined, dimensionValues: undefined }, {}),
      see: async () => (
        expect((await world.alerts())[0].AlertFilters ?? {}).toEqual({})),
    },
  ],
  '`remindAfter`, form of messages from or to `SnsFormat.CHAT`': [
    alert_('remindAfter', { remindAfter: Duration.hours(6) }, {}),
    alert_('to CHAT', stack => ({ target: AlertTarget.topic(topicOf(stack), { snsFormat: SnsFormat.CHAT }) }), {}),
    alert_('from CHAT', stack => ({ target: AlertTarget.topic(topicOf(stack), { snsFormat: SnsFormat.LONG_TEXT }) }), {}),
  ],
};

describe('prop of an alert', () => {
  const HEADING = '| prop of an alert | a change |';

  test('each row has a case', () => expect(Object.keys(ALERT).sort()).toEqual([...rowsOf(HEADING).keys()].sort()));

  test.each(Object.entries(ALERT).flatMap(([row, changes]) => changes.map(change => [change.what, row, change] as const)))('%s (%s)', async (_what, row, change) => {
    const [before] = await world.alerts();
    await world.deploy(change);
    const [after, ...others] = await world.alerts();
    expect(others).toEqual([]);
    const outcome = after.AlertArn !== before.AlertArn ? 'replaces'
      : after.CreationTime!.getTime() === before.CreationTime!.getTime() ? 'in place' : 'the alert is made again under its name';
    expect(outcome).toBe(rowsOf(HEADING).get(row)!.split(':')[0]);
    await change.see?.();
  }, 30_000);
});
