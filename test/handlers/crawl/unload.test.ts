// SPDX-License-Identifier: Apache-2.0

import { readHistory, SETTINGS, startLedger, type TestLedger } from './ledger-table';
import type { CrawlPlan, UnloadPlan } from '../../../src/private/contract';
import { ROLE, TestBed } from '../../local-redshift/support';

let warehouse: TestBed;
let ledger: TestLedger;
beforeAll(async () => {
  [warehouse, ledger] = await Promise.all([TestBed.start({ region: 'eu-central-1' }), startLedger()]);
  await warehouse.warehouse.query('create table t (ts timestamp, views int, platform varchar(60))');
});
afterAll(async () => {
  await warehouse.stop();
  await ledger.stop();
});

/** The query of a careful and of a careless person: quotes, a comment at the end, a semicolon. */
const QUERY = `select ts as "timestamp", views, 'it''s "$' || platform as platform -- {{start}}
from t where ts >= '{{start}}' and ts < '{{end}}' -- the end is exclusive;`;

const settings = { ...SETTINGS, query: QUERY, unloadRoleArn: ROLE, timezone: 'America/New_York' };

async function rowsOf(folder: string): Promise<string[]> {
  const prefix = folder.replace('s3://data/', '');
  const texts = await Promise.all((await warehouse.keys(prefix)).map(async key => warehouse.text(key)));
  return texts.flatMap(text => text.split('\n').slice(1).filter(line => line !== ''));
}

it('every row is unloaded once: those on the hour, and those of the hours around a change of the clock', async () => {
  // the wall clock of New York goes from 01:59 back to 01:00 on November 1st, at 06:00 UTC
  const local = ['00:00:00', '00:59:59.999', '01:00:00', '01:30:00', '01:59:59', '02:00:00', '02:59:59', '03:00:00'];
  for (const [index, time] of local.entries()) {
    await warehouse.warehouse.query('insert into t values ($1::timestamp, $2, $3)', [`2026-11-01 ${time}`, 10 ** index, 'a,"b"']);
  }
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const handle = await ledger.fresh();
  await readHistory(handle, '2026-11-01T04:05:00Z', 'bootstrap', settings);
  const { intervals } = await handle({ action: 'plan', settings, scheduledTime: '2026-11-01T09:05:00Z', execution: 'crawl' }) as CrawlPlan;
  const unloaded: Record<string, number> = {};
  for (const interval of intervals) {
    const { sql, folder } = await handle({ action: 'begin', settings, interval, execution: 'crawl' }) as UnloadPlan;
    // a second attempt must not add to what the first one wrote
    for (let attempt = 0; attempt < 2; attempt++) expect(await warehouse.run(sql)).toMatchObject({ Status: 'FINISHED' });
    const rows = await rowsOf(folder);
    for (const row of rows) expect(row).toContain('"it\'s ""$a,""b"""');
    unloaded[folder] = rows.map(row => Number(row.split(',')[1])).reduce((sum, views) => sum + views, 0);
    await handle({ action: 'finished', settings, interval, execution: 'crawl', statement: { Id: 's', Status: 'FINISHED' } });
  }
  expect(unloaded).toEqual({
    's3://data/live/20261101/0000/': 11,
    's3://data/live/20261101/0100/': 11_100, // two hours
    's3://data/live/20261101/0200/': 1_100_000,
    's3://data/live/20261101/0300/': 10_000_000,
  });
});
