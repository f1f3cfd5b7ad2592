// SPDX-License-Identifier: Apache-2.0

/** docs/detector-changes.md, row by row, on a deployed connector: a row without a case fails, and a case without a row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteAnomalyDetectorCommand, type Alert, type AnomalyDetectorSummary } from '@aws-sdk/client-lookoutmetrics';
import { Duration, TimeZone, type CfnResource, type Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { ConnectorCloud, query, type Deployment } from './connector-cloud';
import { removeTemporaryFolders } from './synthesise';
import type { DetectorStatus } from '../../handlers/lookout/store';
import {
  AlertTarget, Detector, DetectorFrequency, HolidayCalendar, LookoutService, Metric, RedshiftCluster, SnsFormat, TimestampColumn,
  type AlertOptions, type RedshiftLookoutConnectorProps,
} from '../../src';
import { group } from '../handlers/lookout/service';

type Props = Partial<RedshiftLookoutConnectorProps>;
type Outcome = 'in place' | 'learns again' | 'replaces' | 'refused';

/** One change of one thing that a row names. */
interface Change extends Deployment {
  readonly what: string;
  /** Whether the queries are tried first: a warehouse that refuses them then fails the deployment. */
  readonly triesQueries?: boolean;
  /** What can be seen afterwards. */
  readonly see?: () => Promise<void>;
}

let world: ConnectorCloud;
beforeAll(async () => {
  world = await ConnectorCloud.start();
  await world.deploy();
}, 120_000);
afterAll(async () => {
  await world?.close();
  removeTemporaryFolders();
});

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

/** Rows of a table: the first cell, and the second one up to what it adds in parentheses. */
function rowsOf(heading: string): Map<string, string> {
  const lines = readFileSync(join(__dirname, '..', '..', 'docs', 'detector-changes.md'), 'utf8').split('\n');
  const from = lines.indexOf(heading);
  expect([heading, from]).not.toEqual([heading, -1]);
  const end = lines.findIndex((line, index) => index > from && !line.startsWith('|'));
  return new Map(lines.slice(from + 2, end < 0 ? undefined : end).map(line => line.split(' | ').map(cell => cell.replace(/^\| | \|$/g, '')) as [string, string]));
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
  '`detector`: between a service of the connector\'s own, a shared service and `lookoutForMetrics()`': [
    with_('detector: shared service', stack => ({ detector: Detector.inAccount({ service: new LookoutService(stack, 'Shared') }) })),
    with_('detector: lookoutForMetrics()', { detector: Detector.lookoutForMetrics(), settleTime: undefined }),
  ],
};

/** What a deployment did to the detector. */
async function outcomeOf(change: Deployment): Promise<Outcome> {
  const before = await only();
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
    return 'in place';
  }
  expect(world.historyRuns).toBe(runs + 1);
  return 'learns again';
}

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

/** The requests that a deployment does not make by itself are made of the deployed functions, for a detector of a resource of another stack. */
describe('request of CloudFormation', () => {
  const HEADING = '| request | done | when it is repeated or fails |';
  const named = (name: string, more: { query?: string } = {}): Record<string, any> => {
    const { detector, metricSet: set, settings, ...rest } = world.configuration;
    return {
      ...rest,
      detector: { ...detector, AnomalyDetectorName: name },
      metricSet: { ...set, MetricSetName: `${name}-set` },
      settings: { ...settings, query: `${settings.query}${more.query ?? ''}` },
    };
  };
  const find = async (name: string): Promise<AnomalyDetectorSummary | undefined> => (
    (await world.detectors()).find(({ AnomalyDetectorName }) => AnomalyDetectorName === name));
  const arnOf = async (name: string): Promise<string> => (await find(name))!.AnomalyDetectorArn!;
  const settled = (): Promise<void> => world.cloud.allExecutionsFinished();
  const runsDuring = async (work: () => Promise<unknown>): Promise<number> => {
    const before = world.historyRuns;
    await work();
    return world.historyRuns - before;
  };

  const REQUESTS: Record<string, () => Promise<void>> = {
    'Create': async () => {
      const request = world.request('Create', named('made'));
      expect(await runsDuring(() => world.carryOut(request))).toBe(1);
      expect((await find('made'))!.Tags).toMatchObject({
        'redshift-lookout:stack': request.StackId, 'redshift-lookout:resource': 'Detector', 'redshift-lookout:request': request.RequestId,
      });
      // repeated it finds what it has made; the rollback of what failed leaves nothing; a name that is taken is left alone
      expect(await runsDuring(() => world.carryOut(request))).toBe(0);
      await expect(world.carryOut(world.request('Create', { ...named('broken'), bootstrapStateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:None' })))
        .rejects.toThrow();
      expect(await find('broken')).toBeUndefined();
      await expect(world.carryOut(world.request('Create', named('made')))).rejects.toThrow('choose another detectorName');
      const owner = await nameOfStacks();
      await expect(world.carryOut(world.request('Create', named(owner)))).rejects.toThrow('choose another detectorName');
      await world.carryOut(world.request('Delete', named(owner), undefined, owner));
      expect(await find(owner)).toBeDefined();
    },
    'Update, same name': async () => {
      const request = world.request('Update', named('made', { query: ' and views > 3' }), named('made'), 'made');
      await settled();
      expect(await runsDuring(() => world.carryOut(request))).toBe(1);
      await settled();
      expect(await runsDuring(() => world.carryOut(request))).toBe(0);
      expect(await world.status(await arnOf('made'))).toBe('LEARNING');
    },
    'Update, other name': async () => {
      const request = world.request('Update', named('moved'), named('made', { query: ' and views > 3' }), 'made');
      expect(await runsDuring(() => world.carryOut(request))).toBe(1);
      expect((await world.begin(request)).PhysicalResourceId).toBe('moved');
      expect([await find('made'), await find('moved')]).not.toContain(undefined);
    },
    'rollback of an Update': async () => {
      // to another name: the old detector is taken back and learns again, then CloudFormation deletes the new one
      const back = world.request('Update', named('made', { query: ' and views > 3' }), named('moved'), 'moved');
      await settled();
      expect(await runsDuring(() => world.carryOut(back))).toBe(1);
      await world.carryOut(world.request('Delete', named('moved'), undefined, 'moved'));
      expect(await find('moved')).toBeUndefined();
      await settled();
      // what was refused before anything was changed: in place
      const [before, bad] = [named('made', { query: ' and views > 3' }), named('made', { query: ' and no_such_column > 3' })];
      await expect(world.carryOut(world.request('Update', bad, before, 'made'))).rejects.toThrow('no_such_column');
      expect(await runsDuring(() => world.carryOut(world.request('Update', before, bad, 'made')))).toBe(0);
      const zone = { ...before, metricSet: { ...before.metricSet, Timezone: 'Europe/Berlin' } };
      await expect(world.carryOut(world.request('Update', zone, before, 'made'))).rejects.toThrow('timezone');
      expect(await runsDuring(() => world.carryOut(world.request('Update', before, zone, 'made')))).toBe(0);
      // what failed when the detector was stopped already: learned again
      const late = named('made', { query: ' and views > 4' });
      const begun = await world.begin(world.request('Update', late, before, 'made'));
      while (await world.status(await arnOf('made')) !== 'DEACTIVATED') expect(await world.isComplete(begun)).toBe(false);
      expect(await runsDuring(() => world.carryOut(world.request('Update', before, late, 'made')))).toBe(1);
    },
    'Update of a detector that somebody deleted': async () => {
      await settled();
      const { AnomalyDetectorArn, CreationTime } = (await find('made'))!;
      await world.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn }));
      while (await find('made')) await new Promise(resolve => setTimeout(resolve, 20));
      const [before, after] = [named('made'), { ...named('made'), metricSet: { ...named('made').metricSet, Offset: 700 } }];
      expect(await runsDuring(() => world.carryOut(world.request('Update', after, before, 'made')))).toBe(1);
      expect((await find('made'))!.CreationTime!.getTime()).toBeGreaterThan(CreationTime!.getTime());
    },
    'Delete': async () => {
      // its history run is stopped
      await settled();
      await world.carryOut(world.request('Create', named('going')));
      await world.carryOut(world.request('Delete', named('going'), undefined, 'going'));
      expect(await find('going')).toBeUndefined();
      const [run] = world.cloud.executions.filter(({ stateMachineName }) => stateMachineName.includes('Bootstrap')).slice(-1);
      expect(run.status).toBe('ABORTED');
      // a passing state is waited for
      const arn = await arnOf('made');
      await world.store.changeStatus(arn, [await world.status(arn) as 'ACTIVE'], 'ACTIVATING', Date.now() / 1000);
      const deletion = await world.begin(world.request('Delete', named('made'), undefined, 'made'));
      for (let poll = 0; poll < 3; poll++) expect(await world.isComplete(deletion)).toBe(false);
      await world.store.changeStatus(arn, ['ACTIVATING'], 'ACTIVE', Date.now() / 1000);
      while (!await world.isComplete(deletion)) await new Promise(resolve => setTimeout(resolve, 20));
      expect(await find('made')).toBeUndefined();
      // gone, never made
      await world.carryOut(world.request('Delete', named('made'), undefined, 'made'));
      await world.carryOut(world.request('Delete', named('never'), undefined, 'never'));
    },
  };
  /** The stack's own detector, whatever it is called by now. */
  const nameOfStacks = async (): Promise<string> => (await world.detectors())
    .find(({ Tags }) => Tags!['redshift-lookout:resource'] !== 'Detector')!.AnomalyDetectorName!;

  test('each row has a case', () => expect(Object.keys(REQUESTS)).toEqual([...rowsOf(HEADING).keys()]));

  test.each(Object.keys(REQUESTS))('%s', name => REQUESTS[name](), 60_000);

  describe('status when an update has to learn again', () => {
    const STATES = '| status | what happens |';
    let arn: string;
    let configuration: Record<string, any>;
    let learned = 0;
    const now = (): number => Date.now() / 1000;
    const force = async (to: DetectorStatus): Promise<void> => {
      await settled();
      const from = await world.status(arn) as DetectorStatus;
      if (from !== to) await world.store.changeStatus(arn, [from], to, now());
    };
    /** An update to another query, begun, with its queries tried. */
    const updateIn = async (status: DetectorStatus): Promise<Record<string, any>> => {
      await force(status);
      const after = named('states', { query: ` and views > ${++learned}` });
      const begun = await world.begin(world.request('Update', after, configuration, 'states'));
      configuration = after;
      return begun;
    };
    const end = async (request: Record<string, any>): Promise<DetectorStatus[]> => {
      const seen = new Set<DetectorStatus>();
      for (let polls = 0; !await world.isComplete(request); polls++) {
        seen.add(await world.status(arn) as DetectorStatus);
        if (polls > 200) throw new Error('the update does not end');
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      return [...seen];
    };

    beforeAll(async () => {
      configuration = named('states');
      await world.carryOut(world.request('Create', configuration));
      arn = await arnOf('states');
    });

    test('each status of the table has a case', () => {
      expect([...rowsOf(STATES).keys()]).toEqual([
        'INACTIVE, DEACTIVATED, FAILED', 'LEARNING, ACTIVE', 'ACTIVATING, DEACTIVATING, BACK_TEST_ACTIVATING, BACK_TEST_ACTIVE', 'BACK_TEST_COMPLETE',
        'DELETING, or gone meanwhile',
      ]);
    });

    test.each<DetectorStatus>(['INACTIVE', 'DEACTIVATED', 'FAILED'])('%s: edited at once', async status => {
      const runs = world.historyRuns;
      const seen = await end(await updateIn(status));
      expect(seen.filter(other => other !== status)).toEqual([]);
      expect(world.historyRuns).toBe(runs + 1);
    }, 30_000);

    test.each<DetectorStatus>(['LEARNING', 'ACTIVE'])('%s: deactivated first', async status => {
      const seen = await end(await updateIn(status));
      expect(seen).toContain('DEACTIVATED');
    }, 30_000);

    test.each<DetectorStatus>(['ACTIVATING', 'DEACTIVATING', 'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'])('%s: waited for', async status => {
      const runs = world.historyRuns;
      const begun = await updateIn(status);
      for (let poll = 0; poll < 6; poll++) {
        expect(await world.isComplete(begun)).toBe(false);
        await new Promise(resolve => setTimeout(resolve, 30));
      }
      expect([await world.status(arn), world.historyRuns]).toEqual([status, runs]);
      await world.store.changeStatus(arn, [status], 'FAILED', now());
      await end(begun);
      expect(world.historyRuns).toBe(runs + 1);
    }, 30_000);

    test('BACK_TEST_COMPLETE: fails', async () => {
      const begun = await updateIn('BACK_TEST_COMPLETE');
      await expect(end(begun)).rejects.toThrow('has been back-tested and cannot be changed any more: set another detectorName');
    }, 30_000);

    test('DELETING, or gone meanwhile: fails', async () => {
      const begun = await updateIn('DELETING');
      for (let poll = 0; poll < 6; poll++) {
        expect(await world.isComplete(begun)).toBe(false);
        await new Promise(resolve => setTimeout(resolve, 30));
      }
      await world.store.deleteDetector(arn);
      await expect(end(begun)).rejects.toThrow('was deleted while it was being changed: deploy again');
    }, 30_000);
  });
});
