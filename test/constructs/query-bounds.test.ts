// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { connectorIn, newStack, QUERY } from './fixture';
import { ConnectorQuery } from '../../src';
import { doubtfulClauses, likePlaceholder, problemOfBounds, unquotedPlaceholder } from '../../src/private/query-bounds';

const from = (where: string) => `select ts, views from t where ${where}`;
const BOUNDS = "ts >= '{{start}}' and ts < '{{end}}'";

describe('bounds between which there is nothing', () => {
  test.each([
    "ts >= '{{end}}' and ts < '{{start}}'", "T.ts < '{{start}}'  AND t.TS > '{{end}}'", "\"ts\" >= timestamp '{{end}}' and \"ts\" < '{{start}}'::timestamp",
    "'{{end}}' <= ts and '{{start}}' > ts", "'{{start}}'::timestamp > ts and T.X = 1 and '{{start}}' >= t.ts AND timestamp '{{end}}' < T.ts", "'{{end}}' <= ts and ts < '{{start}}'",
    "ts < '{{start}}' and '{{end}}' <= ts order by ts", "(to_timestamp('{{end}}', 'YYYY-MM-DD') <= ts and to_timestamp('{{start}}', 'YYYY-MM-DD') > ts)",
    "ts between '{{end}}' and '{{start}}'", "ts >= cast('{{end}}' as timestamp) and ts <= '{{start}}'",
  ])('%s', where => expect(problemOfBounds(from(where))).toMatch(/^asks for rows from '\{\{end\}\}' on and before '\{\{start\}\}', of which there are none; write "ts >=/));

  test.each([
    BOUNDS, "begun < '{{end}}' and ended >= '{{start}}'", "begun < '{{start}}' and ended >= '{{end}}'", "ts < '{{end}}' and ts >= '{{start}}'",
    `note <> 'ts >= ''{{end}}'' and ts < ''{{start}}''' and ${BOUNDS}`, `-- ts >= '{{end}}' and ts < '{{start}}'\n${BOUNDS}`,
    "'{{start}}' <= ts and '{{end}}' > ts", "'{{end}}' > ts and '{{start}}' <= ts", "'{{start}}' <= ts and ts < '{{end}}'", "ts < '{{end}}' and '{{start}}' <= ts",
    "'{{end}}' <= ended and '{{start}}' > begun", "'{{end}}' <= ts and '{{start}}' > ts2", "'{{end}}' <= ts and '{{start}}' > ts.begun", "'{{end}}' <= ts and '{{start}}' > ts - interval '2 days'",
    "'{{end}}' <= ts and '{{start}}' > ts::date - 2", "interval '-2 days' + '{{end}}' <= ts and '{{start}}' > ts", "'{{end}}' <= lag + ts and '{{start}}' > ts", "now - ts >= '{{end}}' and ts < '{{start}}'",
    "(ts < '{{start}}' or ts >= '{{end}}')", "ts not between '{{end}}' and '{{start}}'",
    "ts >= '{{end}}'::timestamp - interval '1 hour' and ts < '{{start}}'::timestamp + interval '1 hour'",
  ])('none: %s', where => expect(problemOfBounds(from(where))).toBeUndefined());
});

describe('rows at the end', () => {
  test.each([
    "ts >= '{{start}}' and ts <= '{{end}}'", "ts > '{{start}}' and ts<='{{end}}'::timestamp", "ts between '{{start}}' and '{{end}}'",
    "state <> 'new' and ts BETWEEN '{{start}}' AND '{{end}}'", "'{{end}}' >= ts and ts >= '{{start}}'", "ts between timestamp '{{start}}' and cast('{{end}}' as timestamp without time zone)",
    "ts between to_timestamp('{{start}}', 'YYYY-MM-DD HH24:MI:SS') and to_timestamp('{{end}}','YYYY-MM-DD HH24:MI:SS')", "ts <= TO_DATE ( '{{end}}' , 'YYYY-MM-DD' )",
    "ts between '{{start}}' and '{{end}}' and a <> 5 -- and ts < '{{end}}'", "views < 5 and ts between '{{start}}' and '{{end}}'",
  ])('%s', where => expect(problemOfBounds(from(where))).toMatch(/^takes the rows at '\{\{end\}\}' too \(by <= or between\), which belong to the next interval and are unloaded twice; write "ts >=/));

  test.each([
    BOUNDS, "ts between '{{start}}' and '{{end}}' and ts <> '{{end}}'", "ts between '{{start}}' and '{{end}}' and ts < '{{end}}'", "ts <= '{{end}}' and ts != '{{end}}'::timestamp",
    "ts between '{{start}}' and '{{end}}' and not ts = '{{end}}'", "ts between '{{start}}' and '{{end}}' and '{{end}}' > ts", "not between_flag and ts < '{{end}}'",
    "ts between '{{start}}' and dateadd(second, -1, '{{end}}')", "ts <= '{{end}}'::timestamp - interval '1 second'", "ts between '{{start}}' and timestamp '{{end}}' - interval '1 microsecond'",
    "ts between to_timestamp('{{start}}', 'YYYY-MM-DD') and to_timestamp('{{end}}', 'YYYY-MM-DD') - interval '1 second'", "ts <= dateadd(millisecond, -1, '{{end}}'::timestamp)", `valid_from <= '{{end}}' and valid_to > '{{start}}' and ${BOUNDS}`, `note = 'between ''{{start}}'' and ''{{end}}''' and ${BOUNDS}`,
    `/* ts between '{{start}}' and '{{end}}' */ ${BOUNDS}`, "ts between '{{start}}' and '{{end}}' and ts < to_timestamp('{{end}}', 'YYYY-MM-DD HH24:MI:SS')",
    "ts between '{{start}}' and '{{end}}' at time zone 'UTC' and ts < convert_timezone('UTC', '{{end}} Europe/Berlin')",
  ])('left out: %s', where => expect(problemOfBounds(from(where))).toBeUndefined());
});

describe('no rows at the start', () => {
  test.each([
    "ts > '{{start}}' and ts < '{{end}}'", "'{{start}}' < ts and '{{end}}' > ts", "'{{end}}' > t.ts and t.ts > '{{start}}'", "T.ts < '{{end}}'::timestamp and t.TS > timestamp '{{start}}'",
  ])('%s', where => expect(problemOfBounds(from(where))).toMatch(/^leaves out the rows at '\{\{start\}\}' \(by >\), which are in no interval then; write "ts >=/));

  test.each([
    "begun < '{{end}}' and ended > '{{start}}'", "ended > '{{start}}' and begun < '{{end}}'", "ts > '{{start}}'::timestamp - interval '1 second' and ts < '{{end}}'",
    "'{{start}}' < ended and '{{end}}' > begun", "'{{start}}' <= ts and '{{end}}' > ts", "ts - interval '1 second' > '{{start}}' and ts < '{{end}}'", `-- ts > '{{start}}' and ts < '{{end}}'\n${BOUNDS}`,
  ])('none: %s', where => expect(problemOfBounds(from(where))).toBeUndefined());
});

test.each([
  [`select ts, views into hours from t where ${BOUNDS}`, ['has INTO']],
  [`select ts, views INTO table hours from t where ${BOUNDS}`, ['has INTO']],
  [`select ts from t where ${BOUNDS} order by ts fetch first 10 rows only`, ['has FETCH of the whole result']],
  [`select ts from t where ${BOUNDS} offset 5 FETCH NEXT ROW ONLY`, ['has FETCH of the whole result']],
  [`select * from (select ts from t where ${BOUNDS} fetch first 10 rows only)`, []],
  [`select t.into, 'into t', "into" from t where ${BOUNDS} -- into t, fetch first 10 rows`, []],
  [`select fetch, ts as fetch from t where ${BOUNDS}`, []],
])('clauses: %s', (sql, found) => {
  expect(doubtfulClauses(sql)).toEqual(found.map(text => expect.stringMatching(new RegExp(`^${text}.*; leave it out`))));
});

test.each([
  ['ts >= {{start}} and ts < {{end}}', '{{start}}'],
  ["ts >= '{{start}}' and ts < {{end}}", '{{end}}'],
  ['ts >= "{{start}}" and ts < "{{end}}"', '"{{start}}"'],
  ["ts between '{{start}}' and \"{{end}}\"", '"{{end}}"'],
])('a placeholder that is no text is refused: %s', (where, found) => {
  expect(unquotedPlaceholder(from(where))).toBe(found);
  expect(() => connectorIn(newStack(), { query: ConnectorQuery.fromString(from(where)) })).toThrow(
    `RedshiftLookoutConnector: query has a placeholder that is not between single quotes, got ${JSON.stringify(found)}; write '{{start}}' and '{{end}}': a text takes the place of each`);
});

test.each([
  BOUNDS, "note = 'it\\'s' and ts >= '{{start}}' and ts < '{{end}}'", `-- {{start}}\n${BOUNDS}`, "ts >= '{{start}} UTC' and ts < ' {{end}}'", "ts >= to_timestamp('{{start}}', 'X') and x = 'from {{start}} to {{end}}'",
  'ts >= $a${{start}}$a$ and ts < $a${{end}}$a$', `"{{start}}" is not null and ${BOUNDS}`,
])('a placeholder within a text passes: %s', where => expect(unquotedPlaceholder(from(where))).toBeUndefined());

test.each([
  ['ts >= :start and ts < :end', ':start'], ["ts >= ':start_time'", ':start_time'], ['ts >= %(start)s', '%(start)s'], ["ts >= '%(end)s'", '%(end)s'], ['ts >= ${start}', '${start}'],
  ["ts > '2026-01-01'::start", undefined], ["note = 'at :start or so'", undefined], ['ts > 1 -- :start', undefined], ['ts > dateadd(hour, -1, getdate())', undefined],
])('what looks like a placeholder in %s: %p', (where, found) => expect(likePlaceholder(from(where))).toBe(found));

const warningsOf = (props: Parameters<typeof connectorIn>[1]) => {
  const stack = newStack();
  connectorIn(stack, props);
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));
};

test('the connector warns of both queries, and names the prop', () => {
  const text = from("ts between '{{start}}' and '{{end}}' fetch first row only");
  const found = warningsOf({ query: ConnectorQuery.fromString(text), historicalQuery: ConnectorQuery.fromString(text) });
  for (const prop of ['query', 'historicalQuery']) {
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${prop} takes the rows at .*\\[ack: cdk-redshift-lookout:queryBounds\\]$`)));
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${prop} has FETCH .*\\[ack: cdk-redshift-lookout:queryNotUnloadable\\]$`)));
  }
  expect(found).toHaveLength(4);
});

test('the warning of a query without placeholders shows what was meant for one', () => {
  const [found, ...others] = warningsOf({ query: ConnectorQuery.fromString(from('ts >= :start and ts < :end')) });
  expect(others).toEqual([]);
  expect(found).toMatch(/^query has no placeholders .* instead; nothing takes the place of :start \[ack/);
});

test('a long query takes no long time', () => {
  const blanks = ' '.repeat(90_000);
  for (const sql of [from(`${BOUNDS}${blanks}`), from(`ts${blanks}>= '{{start}}' and ts < '{{end}}'`), from(`'{{start}}'${blanks}<= ts and '{{end}}'${blanks}> ts`),
    from(`${"'{{end}}' > ts or ".repeat(5000)}${BOUNDS}`), from(`${BOUNDS} and ${'('.repeat(20_000)}1${')'.repeat(20_000)} = 1`),
    from(`${'a.'.repeat(30_000)}a > 1 and ${BOUNDS}`), from(`${BOUNDS} and a in (${'1 = 1, '.repeat(10_000)}1)`)]) {
    const begun = performance.now();
    expect([problemOfBounds(sql), doubtfulClauses(sql), unquotedPlaceholder(sql), likePlaceholder(sql)])
      .toEqual([undefined, [], undefined, undefined]);
    expect(performance.now() - begun).toBeLessThan(1000);
  }
});

test('our own queries make no warning', () => {
  const files = ['README.md', 'docs/access.md', 'docs/migration.md', 'docs/operations.md', 'examples/typescript/app.ts', 'src/connector.ts', 'src/connector-query.ts', 'src/sample-warehouse.ts'];
  const queries = files.flatMap(file => [...readFileSync(file, 'utf8').replace(/^ \* /gm, '').matchAll(/(?<=["'`]\s*)(?:select|with)\b[^`]*?'\{\{end\}\}'[^`"]*/gi)].map(([sql]) => sql));
  expect(queries.length).toBeGreaterThan(3);
  for (const sql of [...queries, QUERY]) {
    expect([problemOfBounds(sql), doubtfulClauses(sql), unquotedPlaceholder(sql)]).toEqual([undefined, [], undefined]);
  }
});
