// SPDX-License-Identifier: Apache-2.0

/** SQL that README and messages advise: checked at synthesis without a warning, and unloaded as the crawl does. */
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { parse } from 'csv-parse/sync';
import { BUCKET, ROLE, TestBed } from './support';
import { queryOfInterval } from '../../handlers/crawl/query';
import { unloadStatement } from '../../handlers/crawl/unload-statement';
import { ConnectorQuery } from '../../src';
import { unknownPlaceholder } from '../../src/private/contract';
import { connectorIn, newStack } from '../constructs/fixture';
import { block, blocks, DOCUMENTS, read } from '../documents/documents';

const INTERVAL = { start: '2026-07-01 10:00:00', end: '2026-07-01 11:00:00' };

let bed: TestBed;
beforeAll(async () => { bed = await TestBed.start(); });
afterAll(() => bed.stop());

/** Rows that the query unloads for an interval, in any order. */
async function unloaded(query: string, folder: string): Promise<Record<string, string>[]> {
  const stack = newStack();
  connectorIn(stack, { query: ConnectorQuery.fromString(query) });
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  const statement = unloadStatement({
    query: queryOfInterval(query, INTERVAL, 'query'), prefix: `s3://${BUCKET}/${folder}/`, roleArn: ROLE, region: 'us-east-1', serial: true, cleanPath: true,
  });
  expect(await bed.run(statement)).toMatchObject({ Status: 'FINISHED' });
  const [key] = await bed.keys(`${folder}/`);
  return parse(await bed.text(key), { columns: true });
}

describe('times that are numbers', () => {
  const seconds = (text: string): number => Date.parse(text) / 1000;
  const inUtc = block('README.md', 'sql');
  const of = (views: number, ts: string) => ({ ts, views: String(views), platform: 'web' });
  beforeAll(async () => {
    const rows = ['07:59:59', '08:00:00', '08:59:59', '09:00:00', '09:59:59', '10:00:00', '10:59:59', '11:00:00']
      .map((time, views) => `(${seconds(`2026-07-01T${time}Z`)}, ${views}, 'web')`);
    await bed.warehouse.query('create table events (t bigint, views int, platform varchar(10))');
    await bed.warehouse.query(`insert into events values ${rows.join(', ')}`);
  });

  test('there is no other SQL in the documents', () => {
    expect(DOCUMENTS.flatMap(document => blocks(read(document))).filter(({ info }) => info === 'sql').map(({ text }) => text)).toEqual([inUtc]);
  });

  test('README reads the rows of the interval', async () => {
    expect(await unloaded(inUtc, 'utc')).toEqual([of(5, '2026-07-01 10:00:00'), of(6, '2026-07-01 10:59:59')]);
  });

  test('and with the functions that it names for another time zone', async () => {
    const [, select, bound] = /select `(convert_timezone\([^`]*)`\s+and compare with `(extract\([^`]*)`/.exec(read('README.md'))!;
    const [plain] = select.match(/timestamp 'epoch' .*(?=\)$)/)!;
    const inBerlin = inUtc.replace(plain, select).replace(/extract\(epoch from timestamp '\{\{(\w+)\}\}'\)/g, (_, name: string) => bound.replace('start', name));
    expect(await unloaded(inBerlin, 'berlin')).toEqual([of(1, '2026-07-01 10:00:00'), of(2, '2026-07-01 10:59:59')]);
  });

  test('and of milliseconds', async () => {
    await bed.warehouse.query('create table moments as select 1000 * t + 5 as t, views, platform from events');
    const ofMilliseconds = inUtc.replace('events', 'moments').replace('t * interval', 't / 1000 * interval').replace(/extract\(/g, '1000 * extract(');
    expect(await unloaded(ofMilliseconds, 'milliseconds')).toEqual([of(5, '2026-07-01 10:00:00'), of(6, '2026-07-01 10:59:59')]);
  });
});

test('a text that looks like a placeholder, written as the message says', async () => {
  await bed.warehouse.query('create table mails (ts timestamp, views int, template varchar(40))');
  await bed.warehouse.query("insert into mails values ('2026-07-01 10:00:00', 1, 'Dear {{name}},'), ('2026-07-01 10:00:00', 2, 'Dear {name},')");
  const bounds = "ts >= '{{start}}' and ts < '{{end}}'";
  const query = `select ts, views from mails where ${bounds} and template = 'Dear ' || '{{name}}' || ','`;
  const { found, asText } = unknownPlaceholder(query)!;
  expect(await unloaded(query.replace(`'${found}'`, asText), 'text')).toEqual([{ ts: '2026-07-01 10:00:00', views: '1' }]);
  expect(await unloaded(`select ts, views from mails where ${bounds} and template like '%{' || '{name}}%'`, 'pattern')).toEqual([{ ts: '2026-07-01 10:00:00', views: '1' }]);
});
