// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { NOW, TestBed } from './support';
import { translate } from '../../local/redshift/dialect';
import { literal } from '../../local/redshift/lexer';

const sqlOf = (sql: string) => translate(sql, { now: NOW }).sql;

let bed: TestBed;
beforeAll(async () => { bed = await TestBed.start(); });
afterAll(() => bed.stop());

async function value(expression: string): Promise<unknown> {
  const [row] = await bed.warehouse.query<{ x: unknown }>(`select ${expression} as x`);
  return row.x;
}

test.each([
  ['getdate()', '2026-11-23 10:05:06'],
  ['sysdate', '2026-11-23 10:05:06.789'],
  ['trunc(getdate())', '2026-11-23'],
  ['current_date', '2026-11-23'],
  ['dateadd(hour, -1, sysdate)', '2026-11-23 09:05:06.789'],
  ["DATEADD('hr', 0 -- nothing\n, GETDATE())", '2026-11-23 10:05:06'],
  ["dateadd(month, 1, '2026-01-31')", '2026-02-28 00:00:00'],
  ["dateadd(qtr, -1, date '2026-01-31')", '2025-10-31 00:00:00'],
  ["dateadd(day, datediff(day, '2026-01-01', '2026-01-03'), '2026-01-01 05:00')", '2026-01-03 05:00:00'],
  ["datediff(hour, '2026-01-01 00:59', '2026-01-01 01:01')", 1],
  ["datediff(hour, '2026-01-01 01:01', '2026-01-01 01:59')", 0],
  ["datediff(year, '2025-12-31', '2026-01-01')", 1],
  ["datediff(mins, '2026-01-01 00:00:59', '2026-01-01 00:01:00')", 1],
  ["datediff(month, '2026-03-31', '2025-01-01')", -14],
  ["date_part(dow, '2026-11-23')", 1],
  ["date_trunc('hour', sysdate)", '2026-11-23 10:00:00'],
  ["date_trunc('month', date '2026-05-06')", '2026-05-01 00:00:00'],
  ["extract(hr from timestamp '2026-05-06 07:08:09')", 7],
  ["extract(epoch from timestamp '1970-01-02 00:00:00.9')", 86400],
  ["extract(hour from timestamp '2026-05-06 07:08:09') / 2", 3],
  ["extract(hour from timestamp '2026-05-06 07:08:09') % 4", 3],
  ["extract(sec from timestamp '2009-09-21 11:10:03.189717')", 3],
  ["extract(ms from timestamp '2009-09-21 11:10:03.189717')", 189],
  ["extract(us from timestamp '2009-09-21 11:10:03.189717')", 717],
  ["convert_timezone('Europe/Berlin', '2026-07-01 10:00')", '2026-07-01 12:00:00'],
  ["convert_timezone('America/New_York', 'Asia/Tokyo', timestamp '2026-01-01 00:00')", '2026-01-01 14:00:00'],
  ['nvl(null, null, 3)', 3],
  ["nvl2(null, 'set', 'unset')", 'unset'],
  ["len('äbc')", 3],
  ["charindex('b', 'abc')", 2],
  ["decode(null, 1, 'one', null, 'nothing', 'other')", 'nothing'],
  ["decode(3, 1, 'one', 2, 'two')", null],
  ["regexp_replace('a1b22', '[0-9]', '#')", 'a#b##'],
  ["regexp_replace('a\\\\d', '\\\\\\\\', '/')", 'a/d'],
  ["'it\\'s'", "it's"],
  ["E'a\\tb'", 'a\tb'],
  ['7 / 2', 3],
  ["'abc'::varchar(2)", 'ab'],
  ["cast('x' as varchar(max))", 'x'],
  ['round(1.257::float, 2)', 1.26],
  ["add_months('2026-02-28', 1)", '2026-03-31 00:00:00'],
  ["last_day('2028-02-03')", '2028-02-29'],
  ["json_extract_path_text('{\"a\":{\"b\":1}}', 'a', 'b')", '1'],
])('%s', async (expression, expected) => {
  expect(await value(expression)).toEqual(expected);
});

test('aggregates', async () => {
  const [row] = await bed.warehouse.query(`
    select listagg(x, ', ') within group (order by x desc) as list, LISTAGG(distinct y) within group (order by y) as names, median(x) as middle,
      avg(x) as cut, avg(x::bigint) as cut_too, avg(x::float) as whole, approximately from (
        select 1 as x, 'b' as y, 0 as approximately union all select 4, 'a', 0 union all select 6, 'b', 0) t group by approximately`);
  expect(row).toEqual({ list: '6, 4, 1', names: 'ab', middle: 4, cut: 3, cut_too: 3, whole: expect.closeTo(11 / 3), approximately: 0 });
});

test('columns called like Redshift words are columns', async () => {
  await bed.warehouse.query('create table words (hour int, "Timestamp" timestamp, top int, qualify int, constructor int, "sysdate" varchar(5))');
  await bed.warehouse.query("insert into words values (5, '2026-01-01', 1, 2, 3, 'x')");
  expect(await bed.warehouse.query(`
    select w.hour, w."TIMESTAMP" as timestamp, dateadd(hour, hour, "timestamp") later, top, qualify, constructor, w.sysdate from words w where qualify > 1`))
    .toEqual([{ hour: 5, timestamp: '2026-01-01 00:00:00', later: '2026-01-01 05:00:00', top: 1, qualify: 2, constructor: 3, sysdate: 'x' }]);
  expect(await bed.warehouse.query('select e.timestamp timestamp from (select "timestamp" as timestamp from words) e')).toHaveLength(1);
});

test('names are folded to lower case, quoted ones too; other letters stay', async () => {
  await bed.warehouse.query('create table "Größe Ä" ("My ""Col""" int)');
  await bed.warehouse.query('insert into "GRößE Ä" values (1)');
  expect(await bed.warehouse.query('select "MY ""COL""" from "größe Ä"')).toEqual([{ 'my "col"': 1 }]);
});

test('storage words of CREATE TABLE change nothing', async () => {
  await bed.warehouse.query(`create table stored (id bigint identity(1, 1) encode az64, encode varchar(20) encode lzo distkey, ts timestamp not null)
    diststyle key compound sortkey (ts, id)`);
  await bed.warehouse.query("insert into stored (encode, ts) values ('a', '2026-01-01')");
  expect(await bed.warehouse.query('select * from stored')).toEqual([{ id: 1, encode: 'a', ts: '2026-01-01 00:00:00' }]);
});

test('MINUS is EXCEPT', async () => {
  expect(await bed.warehouse.query('select 1 as x union select 2 minus select 1')).toEqual([{ x: 2 }]);
});

test('any text comes back from a literal, a comment or a name unharmed', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', '')), async text => {
    const comment = text.replace(/[*/]/g, '');
    expect(await value(`/* ${comment} */ ${literal(text).replace(/^E/, '')}`)).toBe(text);
    expect(await value(`/* sysdate ' " $$ */ $x$${text.replaceAll('$', '')}$x$`)).toBe(text.replaceAll('$', ''));
  }), { numRuns: 60 });
});

test('dateadd and datediff agree with the calendar for any time', async () => {
  const moment = fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  await fc.assert(fc.asyncProperty(moment, moment, fc.integer({ min: -5000, max: 5000 }), async (a, b, amount) => {
    const text = (date: Date) => `'${date.toISOString().replace('T', ' ').replace('Z', '')}'`;
    const [row] = await bed.warehouse.query(`select dateadd(hour, ${amount}, ${text(a)}) added, datediff(hour, ${text(a)}, ${text(b)}) hours,
      datediff(day, ${text(a)}, ${text(b)}) days, datediff(m, ${text(a)}, ${text(b)}) minutes`);
    const boundaries = (length: number) => Math.floor(b.getTime() / length) - Math.floor(a.getTime() / length);
    expect(new Date(`${String(row.added).replace(' ', 'T')}Z`).getTime()).toBe(a.getTime() + amount * 3_600_000);
    expect(row).toMatchObject({ hours: boundaries(3_600_000), days: boundaries(86_400_000), minutes: boundaries(60_000) });
  }), { numRuns: 60 });
});

test('strings, comments and names keep Redshift words as they are', () => {
  expect(sqlOf('select \'dateadd(hour, 1, sysdate)\', $$sysdate$$, "sysdate", t.getdate from t')).toBe(
    'select \'dateadd(hour, 1, sysdate)\', $$sysdate$$, "sysdate", t.getdate from t');
});

test('parameters become values, each once', () => {
  expect(translate("select :a, ':a', :b || :a, x::int", { now: NOW, parameters: new Map([['a', '1'], ['b', "'"]]) }))
    .toEqual({ sql: "select $1, ':a', $2 || $1, x::int", values: ['1', "'"] });
});

test.each([
  ['select top 10 * from t', 'TOP: use LIMIT'],
  ['select a from t qualify row_number() over (order by a) = 1', 'QUALIFY: filter a subquery'],
  ['select * from t pivot (sum(a) for b in (1, 2))', 'PIVOT'],
  ['select approximate count(distinct a) from t', 'APPROXIMATE: leave the word out'],
  ["select json_parse('{}')", 'the SUPER type'],
  ['select a::super from t', 'the SUPER type'],
  ['select listagg(a) within group (order by a) over (partition by b) from t', 'LISTAGG as a window function'],
  ['select median(a) over (partition by b) from t', 'MEDIAN as a window function'],
  [`select "${'long'.repeat(20)}" from t`, 'names longer than 63 bytes'],
])('%s is not in local mode', (sql, reason) => {
  expect(() => sqlOf(sql)).toThrow(`not in local mode (the embedded warehouse is PostgreSQL with the functions of Redshift): ${reason}`);
});
