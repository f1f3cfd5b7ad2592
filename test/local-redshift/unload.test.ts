// SPDX-License-Identifier: Apache-2.0

import { gunzipSync } from 'node:zlib';
import { ModifyClusterIamRolesCommand } from '@aws-sdk/client-redshift';
import { CancelStatementCommand } from '@aws-sdk/client-redshift-data';
import { parse } from 'csv-parse/sync';
import { BUCKET, ROLE, TestBed } from './support';
import { FailurePlan } from '../../local/redshift/failures';
import { generateEcommerce } from '../../local/sample/ecommerce';
import { ecommerceRows, loadEcommerce } from '../../local/sample/ecommerce-tables';

/** The published solution's two queries. */
const JOIN = `select ecommerce.ts as timestamp, ecommerce.views, ecommerce.revenue, platform.name as platform, marketplace.name as marketplace
  from ecommerce, platform, marketplace
  where ecommerce.platform = platform.id and ecommerce.marketplace = marketplace.id`;
const HISTORICAL = `${JOIN} and ecommerce.ts < dateadd(hour, -1, sysdate)`;
const CONTINUOUS = `${JOIN} and ecommerce.ts < DATEADD(hour, 0, getdate()) and ecommerce.ts > DATEADD(hour, -1, getdate())`;

const HOUR = 3_600_000;
const data = generateEcommerce({ start: new Date('2026-11-20T00:00:00Z'), days: 4 });
const failures = new FailurePlan();
let now = new Date('2026-11-22T10:05:00Z');
let bed: TestBed;

beforeAll(async () => {
  bed = await TestBed.start({ now: () => now, failures });
  await loadEcommerce(bed.warehouse, data);
});
afterAll(() => bed.stop());

const unload = (query: string, prefix: string, options = 'format csv header') => bed.run(unloadSql(query, prefix, options));
const unloadSql = (query: string, prefix: string, options = 'format csv header') =>
  `unload ('${query.replace(/'/g, "''")}') to 's3://${BUCKET}/${prefix}' iam_role '${ROLE}' ${options}`;

/** Rows of all files, by column. */
async function rowsIn(prefix: string): Promise<Record<string, string>[]> {
  const texts = await Promise.all((await bed.keys(prefix)).map(key => bed.text(key)));
  return texts.flatMap(text => parse(text, { columns: true }) as Record<string, string>[]);
}

const sql = (moment: number) => `'${new Date(moment).toISOString().slice(0, 19).replace('T', ' ')}'`;

describe('the published solution', () => {
  test('its historical query unloads all but the last hour', async () => {
    const description = await unload(HISTORICAL, 'published/backtest/');
    expect(description).toMatchObject({ Status: 'FINISHED', HasResultSet: false, ResultRows: 58 * 21 });
    const rows = await rowsIn('published/backtest/');
    expect(rows).toHaveLength(58 * 21);
    expect(Object.keys(rows[0])).toEqual(['timestamp', 'views', 'revenue', 'platform', 'marketplace']);
    expect(rows.map(row => row.timestamp).sort().at(-1)).toBe('2026-11-22 09:00:00');
  });

  test('its continuous query unloads the last hour', async () => {
    expect(await unload(CONTINUOUS, 'published/live/')).toMatchObject({ ResultRows: 21 });
    expect(new Set((await rowsIn('published/live/')).map(row => row.timestamp))).toEqual(new Set(['2026-11-22 10:00:00']));
  });

  test('on the hour its continuous query loses the rows that stand on both bounds', async () => {
    now = new Date('2026-11-22T10:00:00Z');
    expect(await unload(CONTINUOUS, 'published/on-the-hour/')).toMatchObject({ ResultRows: 0 });
    now = new Date('2026-11-22T10:05:00Z');
  });
});

test('intervals add up to the whole, rows on the bounds included', async () => {
  const start = Date.parse('2026-11-20T00:00:00Z');
  const count = 24;
  for (let interval = 0; interval < count; interval++) {
    const bounds = `ecommerce.ts >= ${sql(start + interval * HOUR)} and ecommerce.ts < ${sql(start + (interval + 1) * HOUR)}`;
    const folder = `live/${new Date(start + interval * HOUR).toISOString().slice(0, 13)}/`;
    expect(await unload(`${JOIN} and ${bounds}`, folder, 'format csv header cleanpath')).toMatchObject({ ResultRows: 21 });
  }
  const rows = await rowsIn('live/');
  const [whole] = await bed.warehouse.query(`select count(*) as count, sum(views) as views, sum(revenue)::float as revenue from ecommerce
    where ts >= ${sql(start)} and ts < ${sql(start + count * HOUR)}`);
  const sum = (column: string) => rows.reduce((total, row) => total + Number(row[column]), 0);
  expect({ count: rows.length, views: sum('views'), revenue: expect.closeTo(sum('revenue') as number) }).toEqual(whole);
});

describe('files', () => {
  test('are one for each slice, with a header in each', async () => {
    await unload('select n from generate_series(1, 5) n', 'files/parallel_');
    expect(await bed.keys('files/parallel_')).toEqual(['files/parallel_0000_part_00', 'files/parallel_0001_part_00']);
    expect(await bed.text('files/parallel_0000_part_00')).toBe('n\n1\n3\n5\n');
    expect(await bed.text('files/parallel_0001_part_00')).toBe('n\n2\n4\n');
  });

  test('of a slice without rows are empty', async () => {
    await unload('select 1 as n', 'files/one/');
    expect(await bed.text('files/one/0000_part_00')).toBe('n\n1\n');
    expect(await bed.text('files/one/0001_part_00')).toBe('');
  });

  test('without rows are none', async () => {
    expect(await unload('select 1 as n where false', 'files/none/', 'csv header manifest')).toMatchObject({ Status: 'FINISHED', ResultRows: 0 });
    expect(await bed.keys('files/none/')).toEqual([]);
  });

  test('are one where PARALLEL is OFF, and as small as asked', async () => {
    const description = await unload("select n, repeat('x', 1000) as text from generate_series(1, 12000) n", 'files/serial/', 'csv parallel off maxfilesize 5 mb');
    expect(description).toMatchObject({ ResultRows: 12000 });
    const keys = await bed.keys('files/serial/');
    expect(keys).toEqual(['files/serial/000', 'files/serial/001', 'files/serial/002']);
    const texts = await Promise.all(keys.map(key => bed.text(key)));
    expect(Math.max(...texts.map(text => text.length))).toBeLessThanOrEqual(5 * 1024 * 1024);
    expect(texts.join('').split('\n')).toHaveLength(12001);
  });

  test('are compressed, with a suffix or the one asked for', async () => {
    await unload('select 1 as n', 'files/gzip/', 'csv header gzip parallel off');
    expect(gunzipSync(await bed.bytes('files/gzip/000.gz')).toString()).toBe('n\n1\n');
    await unload('select 1 as n', 'files/extension/', "csv gzip parallel off extension 'csv'");
    expect(await bed.keys('files/extension/')).toEqual(['files/extension/000.csv']);
  });

  test('are listed in a manifest', async () => {
    await unload('select 1 as n, 1.5::decimal(9,2) as amount', 'files/manifest/', 'csv header manifest verbose parallel off');
    expect(JSON.parse(await bed.text('files/manifest/manifest'))).toEqual({
      entries: [{ url: `s3://${BUCKET}/files/manifest/000`, meta: { content_length: 16, record_count: 2 } }],
      schema: { elements: [{ name: 'n', type: { base: 'integer' } }, { name: 'amount', type: { base: 'numeric' } }] },
      meta: { content_length: 16, record_count: 2 },
      author: { name: 'Amazon Redshift', version: '1.0.0' },
    });
  });

  test('hold values as Redshift writes them, and any text unharmed', async () => {
    const hostile = 'a "quoted", \'single\' $$dollar$$ <b>x</b>\r\nnext line é😀 __proto__';
    await bed.warehouse.query('create table hostile (text varchar(200))');
    await bed.warehouse.query('insert into hostile values ($1)', [hostile]);
    await unload(`select true as yes, false as no, null::int as nothing, '' as empty, timestamp '2026-01-01 02:03:04' as whole,
      timestamp '2026-01-01 02:03:04.120' as part, date '2026-01-01' as day, 1.50::decimal(9,2) as exact, 1e10::float as large, text from hostile`, 'files/values/');
    expect(await bed.text('files/values/0000_part_00')).toBe('yes,no,nothing,empty,whole,part,day,exact,large,text\n'
      + `t,f,,,2026-01-01 02:03:04,2026-01-01 02:03:04.12,2026-01-01,1.50,10000000000,"${hostile.replace(/"/g, '""')}"\n`);
    await unload("select null as a, '' as b", 'files/null/', "csv parallel off null as '\\\\N' delimiter as '|'");
    expect(await bed.text('files/null/000')).toBe('\\N|\n');
  });
});

describe('the target', () => {
  test('must be empty, unless it may be cleaned or written over', async () => {
    await unload('select n from generate_series(1, 3) n', 'target/a');
    const again = await unload('select 9 as n', 'target/');
    expect(again).toMatchObject({ Status: 'FAILED', ResultRows: -1 });
    expect(again.Error).toMatch(/^ERROR: Specified unload destination on S3 is not empty\. .*ALLOWOVERWRITE option\.$/);
    expect(await unload('select 9 as n', 'target/a', 'csv parallel off allowoverwrite')).toMatchObject({ Status: 'FINISHED' });
    expect(await bed.keys('target/')).toEqual(['target/a000', 'target/a0000_part_00', 'target/a0001_part_00']);
    await unload('select 9 as n', 'target/', 'csv parallel off cleanpath');
    expect(await bed.keys('target/')).toEqual(['target/000']);
  });

  test('is left as it is when the query fails', async () => {
    await unload('select 1 as n', 'kept/');
    const before = await bed.keys('kept/');
    expect((await unload('select n from nowhere', 'kept/', 'csv cleanpath')).Error).toBe('ERROR: relation "nowhere" does not exist');
    expect(await bed.keys('kept/')).toEqual(before);
  });

  test('in a bucket that is not there', async () => {
    const { Error: error } = await bed.run(unloadSql('select 1', 'x').replace(`s3://${BUCKET}/`, 's3://nowhere/'));
    expect(error).toMatch(/^ERROR: S3ServiceException:The specified bucket does not exist.*,Status 404,Error NoSuchBucket,Rid /);
  });
});

test('the role must be attached and in sync', async () => {
  const arn = 'arn:aws:iam::123456789012:role/new';
  const statement = unloadSql('select 1 as n', 'role/', 'csv cleanpath').replace(ROLE, arn);
  const refused = `ERROR: User arn:aws:redshift:us-east-1:123456789012:dbuser:lookout/awsuser is not authorized to assume IAM Role ${arn}`;
  expect(await bed.run(statement, { DbUser: 'awsuser' })).toMatchObject({ Status: 'FAILED', Error: refused });
  await bed.redshift.send(new ModifyClusterIamRolesCommand({ ClusterIdentifier: 'lookout', AddIamRoles: [arn] }));
  expect(await bed.run(statement, { DbUser: 'awsuser' })).toMatchObject({ Status: 'FAILED', Error: refused });
});

test('a broken UNLOAD leaves a file, which CLEANPATH clears away', async () => {
  failures.add({ matching: /broken/, outcome: { type: 'FAIL_AFTER_FIRST_FILE', error: 'internal error' } });
  const query = 'select n as broken from generate_series(1, 4) n';
  expect(await unload(query, 'broken/', 'csv cleanpath')).toMatchObject({ Status: 'FAILED', Error: 'ERROR: internal error' });
  expect(await bed.keys('broken/')).toEqual(['broken/0000_part_00']);
  expect(await unload(query, 'broken/', 'csv cleanpath parallel off')).toMatchObject({ Status: 'FINISHED' });
  expect(await bed.keys('broken/')).toEqual(['broken/000']);
});

test('a cancelled UNLOAD writes nothing', async () => {
  const Id = await bed.execute(unloadSql('select count(*) from ecommerce a, ecommerce b where b.id < 500', 'cancelled/'));
  await bed.data.send(new CancelStatementCommand({ Id }));
  expect(await bed.ended(Id)).toMatchObject({ Status: 'ABORTED' });
  // statements run one after the other: when this one has run, the cancelled one has come to its end too
  expect(await bed.run('select 1')).toMatchObject({ Status: 'FINISHED' });
  expect(await bed.keys('cancelled/')).toEqual([]);
});

test('the sample is loaded whole', async () => {
  expect(await bed.warehouse.query('select count(*), min(ts), max(ts), sum(views) from ecommerce')).toEqual([{
    count: 4 * 24 * 21, min: '2026-11-20 00:00:00', max: '2026-11-23 23:00:00', sum: data.views.reduce((sum, views) => sum + views, 0),
  }]);
  expect(ecommerceRows(data).split('\n')[0]).toMatch(/^1,2026-11-20 00:00:00,1,1,\d+,\d+\.\d\d$/);
});
