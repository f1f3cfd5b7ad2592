// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BUCKET, CLUSTER, ROLE, TestBed } from './support';
import { loadAssembly } from '../../local/assembly/assembly';
import { generateEcommerce } from '../../local/sample/ecommerce';
import { SampleWarehouse, SampleWarehouseType } from '../../src';
import { RESOURCE_TYPES, SampleDataConfiguration } from '../../src/private/contract';
import { configuration } from '../constructs/fixture';
import { LoopbackStateMachines } from '../handlers/detector/loopback-state-machines';
import { StackResource } from '../handlers/detector/stack';

/** A Monday a year before the week of the test bed's clock, 2026-11-23. */
const FIRST = new Date('2025-11-24T00:00:00Z');

let bed: TestBed;
let configured: SampleDataConfiguration;
let resource: StackResource;
let stateMachines: LoopbackStateMachines;

/** The statements of the synthesised template, for the test bed's cluster and bucket. */
async function deployedConfiguration(): Promise<SampleDataConfiguration> {
  const app = new App();
  const stack = new Stack(app, 'Sample');
  new SampleWarehouse(stack, 'Warehouse', { type: SampleWarehouseType.PROVISIONED });
  const template = Template.fromStack(stack).toJSON();
  const known = JSON.stringify(template).replace(/\{"Fn::Sub":("[^"]*")\}/g, '$1').replace(/cdk-\w+-assets-\$\{AWS::AccountId\}-\$\{AWS::Region\}/g, BUCKET);
  const { statements } = configuration(Template.fromJSON(JSON.parse(known)), RESOURCE_TYPES.sampleData) as SampleDataConfiguration;
  for (const [Key, asset] of loadAssembly(app.synth().directory).assets) {
    if (Key.endsWith('.gz')) await bed.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: readFileSync(asset.path) }));
  }
  return { warehouse: CLUSTER, statements: statements.map(sql => sql.replace(/<WarehouseLoadRole[^>]*>/, ROLE)) };
}

beforeAll(async () => {
  bed = await TestBed.start({ describeHoldMilliseconds: 5000 });
  configured = await deployedConfiguration();
  stateMachines = await LoopbackStateMachines.start();
  resource = new StackResource({
    redshift: bed.redshift, redshiftData: bed.data, stateMachines, lookout: undefined!,
  }, RESOURCE_TYPES.sampleData, 'Data');
  await resource.create(configured);
});
afterAll(async () => {
  await stateMachines.stop();
  await bed.stop();
});

const query = <Row>(sql: string) => bed.warehouse.query<Row>(sql);

test('the template\'s statements load every row of 104 weeks as the generator made it', async () => {
  const data = generateEcommerce({ start: FIRST, days: 104 * 7, weeklyPattern: true });
  const [totals] = await query(`select count(*) as rows, count(distinct id) as ids, min(ts) as first, max(ts) as last, sum(views) as views,
    sum(revenue)::varchar as revenue from ecommerce`);
  const views = data.views.reduce((sum, value) => sum + value, 0);
  expect(totals).toMatchObject({
    rows: data.views.length,
    ids: data.views.length,
    first: '2025-11-24 00:00:00',
    last: '2027-11-21 23:00:00',
    views,
    revenue: (data.revenueCents.reduce((sum, value) => sum + value, 0) / 100).toFixed(2),
  });
  const rows = await query<{ views: number; revenue: string }>(`select e.views, e.revenue from ecommerce e
    join platform p on e.platform = p.id join marketplace m on e.marketplace = m.id where p.name = 'mobile_web' and m.name = 'jp' order by e.ts`);
  const series = data.series.findIndex(({ platform, marketplace }) => platform === 'mobile_web' && marketplace === 'jp');
  const made = Array.from({ length: data.intervals }, (_, interval) => data.views[interval * data.series.length + series]);
  expect(rows.map(row => row.views)).toEqual(made);
});

test('the table of anomalies lists the labels', async () => {
  const { labels } = generateEcommerce({ start: FIRST, days: 104 * 7, weeklyPattern: true });
  const found = await query<Record<string, unknown>>(`select a.measure, p.name as platform, m.name as marketplace, a.starts, a.ends, a.direction, a.size
    from anomaly a join platform p on a.platform = p.id join marketplace m on a.marketplace = m.id order by a.starts, a.measure, p.name, m.name`);
  const time = (moment: Date) => moment.toISOString().slice(0, 19).replace('T', ' ');
  expect(labels.length).toBeGreaterThan(1000);
  const expected = labels.map(({ start, end, measure, platform, marketplace, ...rest }) =>
    JSON.stringify({ measure, platform, marketplace, starts: time(start), ends: time(end), ...rest }));
  expect(found.map(row => JSON.stringify({ ...row, size: Number(row.size) })).sort()).toEqual(expected.sort());
});

test('loaded again it is the same; no table but the sample\'s is left', async () => {
  await resource.update(configured);
  expect(await query('select count(*) as rows from ecommerce')).toEqual([{ rows: 104 * 7 * 24 * 21 }]);
  const tables = await query<{ name: string }>("select table_name as name from information_schema.tables where table_schema = 'public' order by 1");
  expect(tables.map(({ name }) => name))
    .toEqual(['anomaly', 'ecommerce', 'marketplace', 'platform']);
});

test('a load that fails says why and leaves the tables as they were', async () => {
  const statements = configured.statements.map(sql => sql.replace(/(copy loaded_views from 's3:\/\/data\/)[^']*/, '$1nothing'));
  await expect(resource.update({ ...configured, statements })).rejects
    .toThrow(/^the sample data could not be loaded: Query #\d+ failed with ERROR: .*'nothing' does not exist \(statement [0-9a-f-]{36} of/);
  expect(await query('select count(*) as rows from ecommerce')).toEqual([{ rows: 104 * 7 * 24 * 21 }]);
});

test('deleting asks the warehouse for nothing: it may be gone', async () => {
  await expect(resource.delete()).resolves.toBeUndefined();
});
