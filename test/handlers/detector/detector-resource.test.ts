// SPDX-License-Identifier: Apache-2.0

import {
  ActivateAnomalyDetectorCommand, CreateAnomalyDetectorCommand, DescribeAnomalyDetectorCommand, DescribeMetricSetCommand, ListAnomalyDetectorsCommand,
} from '@aws-sdk/client-lookoutmetrics';
import { LoopbackStateMachines } from './loopback-state-machines';
import { detectorConfiguration, QUERY, StackResource, type StackParts } from './stack';
import { MemoryStore } from '../../../handlers/lookout/memory-store';
import { FailurePlan } from '../../../local/redshift/failures';
import { RESOURCE_TYPES, type DetectorEvent } from '../../../src/private/contract';
import { TestBed } from '../../local-redshift/support';
import { TestService } from '../lookout/service';

const failures = new FailurePlan();
let warehouse: TestBed;
let stateMachines: LoopbackStateMachines;
let service: TestService;
let parts: StackParts;
let detector: StackResource;

beforeAll(async () => {
  warehouse = await TestBed.start({ failures });
  await warehouse.warehouse.query('create table platform (id int, name varchar(20))');
  await warehouse.warehouse.query('create table ecommerce (id int, ts timestamp, at timestamptz, platform int, views int, revenue decimal(9,2))');
  stateMachines = await LoopbackStateMachines.start();
});
afterAll(async () => {
  await stateMachines.stop();
  await warehouse.stop();
});
beforeEach(() => {
  stateMachines.clear();
  service = new TestService(new MemoryStore());
  parts = { redshift: warehouse.redshift, redshiftData: warehouse.data, stateMachines, lookout: service.client };
  detector = new StackResource(parts, RESOURCE_TYPES.detector);
});

const ARN = 'arn:aws-cn:lookoutmetrics:cn-north-1:123456789012:AnomalyDetector:sales';
const tagged = (code: string) => {
  const { detector: definition, ...rest } = detectorConfiguration();
  return { ...rest, detector: { ...definition, Tags: { 'cdk-redshift-lookout:holidays': code } } };
};
const names = async () => (await service.client.send(new ListAnomalyDetectorsCommand({})))
  .AnomalyDetectorSummaryList!.map(each => each.AnomalyDetectorName);
const describe_ = async () => service.client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn: ARN }));
const setStatus = async (to: 'LEARNING' | 'ACTIVE' | 'FAILED') => service.store.changeStatus(ARN, ['ACTIVATING', 'LEARNING'], to, service.now);
const activate = async () => service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: ARN }));

describe('create', () => {
  it('tries the query, makes detector and metric set, and starts one history run', async () => {
    const data = await detector.create(detectorConfiguration({ description: 'Sales by hour' }));
    expect(data).toEqual({ DetectorArn: ARN, DetectorName: 'sales', MetricSetArn: expect.stringContaining(':MetricSet/') });
    expect(detector.physicalId).toBe('sales');
    expect(await describe_()).toMatchObject({ Status: 'INACTIVE', AnomalyDetectorDescription: 'Sales by hour' });
    expect(await service.client.send(new DescribeMetricSetCommand({ MetricSetArn: data!.MetricSetArn })))
      .toMatchObject({ MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }, { MetricName: 'revenue' }], DimensionList: ['platform'], Offset: 300 });
    expect(stateMachines.executions.map(({ input }) => JSON.parse(input)))
      .toEqual([{ detectorArn: ARN, backend: { type: 'IN_ACCOUNT', functionName: 'service' }, learned: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(stateMachines.executions[0].executionArn).toMatch(/^arn:aws:states:eu-central-1:123456789012:execution:Bootstrap:deploy-[0-9a-f-]{36}$/);
  });

  it('gives the detector the tags that it is to have, and those that say whose it is', async () => {
    await detector.create(tagged('DE-BY'));
    const { AnomalyDetectorSummaryList: summaries } = await service.client.send(new ListAnomalyDetectorsCommand({}));
    expect(summaries![0]!.Tags).toMatchObject({ 'cdk-redshift-lookout:holidays': 'DE-BY', 'redshift-lookout:resource': 'Detector' });
    await detector.update(tagged('DE-BY'));
    await expect(detector.update(tagged('DE'))).rejects.toThrow('holidays of detector "sales" cannot be changed from "DE-BY" to "DE"');
  });

  it('waits for a query that takes its time', async () => {
    failures.add({ outcome: { type: 'SLOW', describes: 3 } });
    await detector.create(detectorConfiguration());
    expect(detector.polls).toBeGreaterThan(3);
  });

  it('each step may be repeated', async () => {
    const event = detector.event('Create', detectorConfiguration());
    await detector.run(event);
    expect(await detector.run(event)).toMatchObject({ DetectorArn: ARN });
    stateMachines.executions[0].status = 'SUCCEEDED';
    expect(await detector.run(event)).toMatchObject({ DetectorArn: ARN });
    expect(await names()).toEqual(['sales']);
    expect(stateMachines.executions).toHaveLength(1);
  });

  describe('makes nothing when the query cannot be used', () => {
    afterEach(async () => {
      expect(await names()).toEqual([]);
      expect(stateMachines.executions).toEqual([]);
      await detector.delete('sales'); // what CloudFormation does next
    });

    it.each([
      ['a syntax error', { query: 'selekt 1' }, /^the warehouse refuses query: ERROR: syntax error at or near .*Correct query \(statement/],
      ['a column that is missing', { dimensions: ['marketplace'] }, /^dimension `marketplace` is not a column of the query; columns are timestamp, views, revenue, platform: name one of them, or add the column to query$/],
      ['a misspelt metric', { metrics: ['views', 'revenu'] }, /^metric `revenu` is not a column of the query; columns are timestamp, views, revenue, platform: /],
      ['a column in capitals', { metrics: ['Views'] }, /^metric `Views` is not a column of the query; .*: write "views", as it comes out of the warehouse$/],
      ['a column that is there twice', { query: QUERY.replace('e.views,', 'e.views, e.revenue as views,') }, /^metric `views` is the name of 2 columns of query: give each column a name of its own/],
      ['a column that differs from another in blanks only', { query: QUERY.replace('e.views,', 'e.views, e.revenue as " views ",') }, /^metric `views` is the name of 2 columns of query: /],
      ['a timestamp that is a day', { query: QUERY.replace('e.ts as', 'cast(e.ts as date) as') }, /^timestamp column `timestamp` of query has the type date, which is unloaded without a time of day/],
      ['a timestamp whose time of day the format leaves out', { format: 'yyyy-MM-dd', frequency: 'P1D' as const }, /^timestamp column `timestamp` of query has the type timestamp, which is unloaded with a time of day/],
      ['columns of the historical query', { historicalQuery: 'select ts as timestamp, views from ecommerce' }, /^metric `revenue` is not a column of the historicalQuery; columns are timestamp, views: /],
      ['a second statement', { query: 'select 1; drop table ecommerce' }, /^query contains more than one statement: /],
      ['a way out of the parentheses', { query: 'select 1) as x; drop table ecommerce; --' }, /^query contains a \) that nothing opens: /],
      ['a LIMIT, which UNLOAD refuses', { query: `${QUERY}\nlimit 10` }, /^query contains a LIMIT of the whole result, which UNLOAD refuses: /],
      ['a table that is missing, in the historical query', { historicalQuery: 'select * from ecommerce_old' }, /^the warehouse refuses historicalQuery: ERROR: relation "ecommerce_old" does not exist/],
      ['a metric that is no number', { metrics: ['views', 'platform'], dimensions: ['revenue'] }, /^metric `platform` of query has the type varchar, and a metric must be a number: cast it in query/],
      ['a time zone that the format does not have', { query: QUERY.replace('e.ts as', 'e.at as') }, /^timestamp column `timestamp` of query has the type timestamptz.*write "timestamp" at time zone 'UTC' in query$/],
      ['a database that is missing', { database: 'l4mdemoo' }, /^the warehouse refuses query: FATAL: database "l4mdemoo" does not exist\. Check the props cluster, database and secret/],
      ['an unknown placeholder', { query: "select '{{ start }}'" }, /^query contains the unknown placeholder/],
      ['hostile column names', { dimensions: ['p" from pg_user; drop table ecommerce; --'] }, /^dimension `p" from pg_user; drop table ecommerce; --` is not a column of the query/],
    ])('%s', async (_, more, message) => {
      await expect(detector.create(detectorConfiguration(more))).rejects.toThrow(message);
      await warehouse.warehouse.query('select 1 from ecommerce');
    });

    it('a cluster that is missing', async () => {
      const configuration = detectorConfiguration();
      await expect(detector.create({ ...configuration, warehouse: { ...configuration.warehouse, ClusterIdentifier: 'lookoutt' } }))
        .rejects.toThrow(/^query could not be tried in database "l4mdemo" of "lookoutt": \w+Exception: .*Check the props cluster, database and secret/);
    });

    it('a statement that the warehouse aborts', async () => {
      failures.add({ outcome: { type: 'ABORT' } });
      await expect(detector.create(detectorConfiguration())).rejects.toThrow(/^the warehouse refuses query: .*\(statement [0-9a-f-]{36} of the Redshift Data API\)$/);
    });
  });

  it('asks nothing of the warehouse where the check of the query is switched off', async () => {
    await detector.create({ ...detectorConfiguration({ query: 'selekt 1' }), checkQuery: false });
    expect(await names()).toEqual(['sales']);
    await expect(detector.update(detectorConfiguration({ query: 'selekt 1' }))).rejects.toThrow('the warehouse refuses query: ERROR: syntax error');
  });

  it('deletes the detector again when what follows fails', async () => {
    stateMachines.refuse = { name: 'StateMachineDoesNotExist', message: 'State Machine Does Not Exist' };
    await expect(detector.create(detectorConfiguration())).rejects.toThrow('State Machine Does Not Exist');
    expect(await names()).toEqual([]);
    await detector.delete();
  });

  it('refuses a name that is taken, and does not delete what is not its own when it is rolled back', async () => {
    await service.createDetector();
    await expect(detector.create(detectorConfiguration())).rejects.toThrow(`detectorName: there is a detector named "sales" (${ARN}) that was not made by this resource`);
    await detector.delete('sales');
    expect(await names()).toEqual(['sales']);
  });

  it('also when the name is taken while the query is tried', async () => {
    const event = detector.event('Create', detectorConfiguration());
    const begun = await detector.handlers.onEvent(event);
    await warehouse.ended(begun.Trials![0].statementId);
    await service.client.send(new CreateAnomalyDetectorCommand({ AnomalyDetectorName: 'sales', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' } }));
    await expect(detector.handlers.isComplete({ ...event, ...begun })).rejects.toThrow('choose another detectorName');
    expect(await names()).toEqual(['sales']);
  });

  it('of two stacks the second one is refused', async () => {
    await detector.create(detectorConfiguration());
    const other = new StackResource(parts, RESOURCE_TYPES.detector, 'Detector', 'arn:aws:cloudformation:eu-central-1:123456789012:stack/other/1');
    await expect(other.create(detectorConfiguration())).rejects.toThrow('choose another detectorName');
    await other.delete('sales');
    expect(await names()).toEqual(['sales']);
  });
});

describe('update', () => {
  beforeEach(async () => {
    await detector.create(detectorConfiguration());
    stateMachines.executions[0].status = 'SUCCEEDED';
    await activate();
    await setStatus('LEARNING');
  });

  it('description and delay are changed while the detector runs', async () => {
    const data = await detector.update(detectorConfiguration({ description: 'new', offset: 600 }));
    expect(data).toMatchObject({ DetectorArn: ARN, DetectorName: 'sales' });
    expect(await describe_()).toMatchObject({ Status: 'LEARNING', AnomalyDetectorDescription: 'new' });
    expect(await service.client.send(new DescribeMetricSetCommand({ MetricSetArn: data!.MetricSetArn }))).toMatchObject({ Offset: 600 });
    expect(stateMachines.executions).toHaveLength(1);
  });

  it('another secret is tried, and nothing is learned anew', async () => {
    const before = await describe_();
    await detector.update(detectorConfiguration({ secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:b-AbCdEf' }));
    expect((await describe_()).Status).toBe(before.Status);
    expect(stateMachines.executions).toHaveLength(1);
  });

  it('for another query the detector is deactivated, changed and taught anew', async () => {
    const data = await detector.update(detectorConfiguration({ query: QUERY.replace(' e.revenue,', ' 2.5 as revenue,'), metrics: ['revenue'] }));
    expect((await describe_()).Status).toBe('DEACTIVATED');
    expect(await service.client.send(new DescribeMetricSetCommand({ MetricSetArn: data!.MetricSetArn }))).toMatchObject({ MetricList: [{ MetricName: 'revenue' }] });
    expect(stateMachines.executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'RUNNING']);
  });

  it('repeated after it was done, it does not stop what the history run has activated', async () => {
    const event = detector.event('Update', detectorConfiguration({ frequency: 'P1D' }), { Configuration: JSON.stringify(detectorConfiguration()) });
    await detector.run(event);
    await activate();
    expect(await detector.run(event)).toMatchObject({ DetectorArn: ARN });
    expect(await describe_()).toMatchObject({ Status: 'ACTIVATING', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' } });
    expect(stateMachines.executions).toHaveLength(2);
  });

  it('a history run of the old query is stopped', async () => {
    await detector.update(detectorConfiguration({ query: `${QUERY}\n` }));
    await detector.update(detectorConfiguration({ query: `${QUERY}\n\n` }));
    expect(stateMachines.executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'ABORTED', 'RUNNING']);
  });

  it('a detector that is learning its history is waited for', async () => {
    await setStatus('FAILED');
    await activate();
    const event = detector.event('Update', detectorConfiguration({ frequency: 'P1D' }), { Configuration: JSON.stringify(detectorConfiguration()) });
    const completion = { ...event, ...await detector.handlers.onEvent(event) };
    await warehouse.ended(completion.Trials![0].statementId);
    expect(await detector.handlers.isComplete(completion)).toEqual({ IsComplete: false });
    await setStatus('ACTIVE');
    expect(await detector.handlers.isComplete(completion)).toEqual({ IsComplete: false }); // deactivates it
    expect(await detector.handlers.isComplete(completion)).toMatchObject({ IsComplete: true });
  });

  it('a query that the warehouse refuses changes nothing', async () => {
    await expect(detector.update(detectorConfiguration({ query: 'selekt 1' }))).rejects.toThrow('the warehouse refuses query');
    expect((await describe_()).Status).toBe('LEARNING');
    expect(stateMachines.executions).toHaveLength(1);
  });

  it.each([
    ['timezone', detectorConfiguration({ timezone: 'Europe/Berlin' }), 'timezone of detector "sales" cannot be changed from "UTC" to "Europe/Berlin"'],
    ['holidays', tagged('DE-BY'), 'holidays of detector "sales" cannot be changed from "none" to "DE-BY"'],
    ['the last dimension', detectorConfiguration({ dimensions: [] }), 'the list of dimensions of detector "sales" cannot be changed from ["platform"] to []'],
    ['the backend', { ...detectorConfiguration(), backend: { type: 'LOOKOUT_FOR_METRICS' } }, 'the backend of detector "sales" cannot be changed from {"type":"IN_ACCOUNT"'],
  ])('%s cannot be changed without another name', async (_, configuration, message) => {
    await expect(detector.update(configuration)).rejects.toThrow(message);
    expect((await describe_()).Status).toBe('LEARNING');
    // CloudFormation's rollback is an update from what was refused, also long after the history runs are forgotten
    stateMachines.executions.length = 0;
    expect(await detector.update(detectorConfiguration())).toMatchObject({ DetectorArn: ARN });
    expect((await describe_()).Status).toBe('LEARNING');
    expect(stateMachines.executions).toHaveLength(0);
  });

  it('a list of dimensions can be given to a detector that has none, and is rolled back by learning again', async () => {
    await detector.update(detectorConfiguration({ name: 'plain', dimensions: [] }));
    await detector.delete('sales');
    expect(await detector.update(detectorConfiguration({ name: 'plain' }))).toMatchObject({ DetectorName: 'plain' });
    expect(stateMachines.executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'ABORTED', 'RUNNING']);
    await expect(detector.update(detectorConfiguration({ name: 'plain', dimensions: [] }))).rejects.toThrow('the list of dimensions');
  });

  it('a query that was refused is rolled back without learning again', async () => {
    await expect(detector.update(detectorConfiguration({ query: 'selekt 1' }))).rejects.toThrow('the warehouse refuses query');
    await detector.update(detectorConfiguration());
    expect((await describe_()).Status).toBe('LEARNING');
    expect(stateMachines.executions).toHaveLength(1);
  });

  it('what failed after the detector was stopped is rolled back by learning again', async () => {
    stateMachines.refuse = { name: 'StateMachineDoesNotExist', message: 'State Machine Does Not Exist' };
    await expect(detector.update(detectorConfiguration({ query: `${QUERY} ` }))).rejects.toThrow('State Machine Does Not Exist');
    expect((await describe_()).Status).toBe('DEACTIVATED');
    stateMachines.refuse = undefined;
    await detector.update(detectorConfiguration());
    expect(stateMachines.executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'RUNNING']);
  });

  it('another name is another detector, and the old one is deleted after it', async () => {
    await detector.update(detectorConfiguration({ name: 'sales-2', timezone: 'Europe/Berlin' }));
    expect(await names()).toEqual(['sales', 'sales-2']);
    expect(detector.physicalId).toBe('sales-2');
    await detector.delete('sales');
    expect(await names()).toEqual(['sales-2']);
    expect(stateMachines.executions[1].status).toBe('RUNNING');
  });

  it('a change of the name that is rolled back leads to the old detector, taught anew', async () => {
    await detector.update(detectorConfiguration({ name: 'sales-2' }));
    expect(await detector.update(detectorConfiguration())).toMatchObject({ DetectorArn: ARN });
    await detector.delete('sales-2');
    expect(await names()).toEqual(['sales']);
    expect(stateMachines.executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'ABORTED', 'RUNNING']);
  });

  it('a detector that somebody has deleted is made again', async () => {
    await service.store.deleteDetector(ARN);
    expect(await detector.update(detectorConfiguration({ offset: 900 }))).toMatchObject({ DetectorArn: ARN });
    expect((await describe_()).Status).toBe('INACTIVE');
  });
});

describe('delete', () => {
  it('waits until the detector is gone, and stops its history run', async () => {
    await detector.create(detectorConfiguration());
    await detector.delete();
    expect(await names()).toEqual([]);
    expect(stateMachines.executions[0].status).toBe('ABORTED');
  });

  it('waits while it is learning its history', async () => {
    await detector.create(detectorConfiguration());
    await activate();
    const event = detector.event('Delete');
    const completion = { ...event, ...await detector.handlers.onEvent(event) };
    expect(await detector.handlers.isComplete(completion)).toEqual({ IsComplete: false });
    expect((await describe_()).Status).toBe('ACTIVATING');
    await setStatus('ACTIVE');
    expect(await detector.handlers.isComplete(completion)).toEqual({ IsComplete: false });
    expect(await detector.handlers.isComplete(completion)).toEqual({ IsComplete: true });
    expect(await names()).toEqual([]);
  });

  it('is done when there is nothing to delete', async () => {
    await detector.create(detectorConfiguration());
    await detector.delete();
    await detector.delete();
    expect(await names()).toEqual([]);
  });

  it('says why a deletion failed', async () => {
    await detector.create(detectorConfiguration());
    await service.store.changeStatus(ARN, ['INACTIVE'], 'FAILED', service.now, { reason: 'the bucket is locked', type: 'DELETION_FAILURE' });
    await expect(detector.delete()).rejects.toThrow('could not be deleted: the bucket is locked. Delete the stack again');
  });
});

describe('for the Bootstrap state machine', () => {
  const backend = { type: 'IN_ACCOUNT', functionName: 'service' } as const;

  const ask = (action: DetectorEvent['action']) => detector.handlers.handler({ action, backend, detectorArn: ARN });

  it('activates a detector, once', async () => {
    await detector.create(detectorConfiguration());
    expect(await ask('activate')).toEqual({ status: 'ACTIVATING', failureReason: '' });
    // its answer was lost
    expect(await ask('activate')).toEqual({ status: 'ACTIVATING', failureReason: '' });
    await setStatus('ACTIVE');
    expect(await ask('activate')).toEqual({ status: 'ACTIVE', failureReason: '' });
    expect(service.learning).toHaveLength(1);
  });

  it('has a detector that detects learn the history that was read again', async () => {
    await detector.create(detectorConfiguration());
    expect(await ask('deactivate')).toEqual({ status: 'INACTIVE', failureReason: '' });
    for (const status of ['LEARNING', 'ACTIVE'] as const) {
      await ask('activate');
      await setStatus(status);
      expect(await ask('deactivate')).toEqual({ status: 'DEACTIVATED', failureReason: '' });
      expect(await ask('deactivate')).toEqual({ status: 'DEACTIVATED', failureReason: '' });
    }
    await ask('activate');
    expect(service.learning).toHaveLength(3);
  });

  it('leaves a detector that is learning as it is', async () => {
    await detector.create(detectorConfiguration());
    await ask('activate');
    expect(await ask('deactivate')).toEqual({ status: 'ACTIVATING', failureReason: '' });
  });

  it('tells why a detector failed', async () => {
    await detector.create(detectorConfiguration());
    await activate();
    await service.store.changeStatus(ARN, ['ACTIVATING'], 'FAILED', service.now, { reason: 'no usable rows', type: 'ACTIVATION_FAILURE' });
    expect(await ask('describe')).toEqual({ status: 'FAILED', failureReason: 'no usable rows' });
  });

  it('knows nothing else', async () => {
    await expect(ask('describe')).rejects.toThrow(`detector ${ARN} does not exist any more`);
    await expect(ask('explode' as never)).rejects.toThrow('action "explode" is unknown');
    await expect(detector.handlers.onEvent({ ...detector.event('Create', {}), ResourceType: '__proto__' as never }))
      .rejects.toThrow('does not know the resource type "__proto__"');
  });
});
