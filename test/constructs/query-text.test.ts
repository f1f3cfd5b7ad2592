// SPDX-License-Identifier: Apache-2.0

import { connectorIn, newStack, QUERY } from './fixture';
import { ConnectorQuery } from '../../src';
import { hasPlaceholders, problemOfQuery } from '../../src/private/contract';

test.each([
  ['a text with quotes, both kinds', "select 'it''s', \"a\"\"b\", '' from t"],
  ['a backslash before a quote, as Redshift reads it', "select 'it\\'s'"],
  ['a backslash at the end, as PostgreSQL reads it', "select '\\'"],
  ['semicolons, parentheses and comments within quotes', "select ';', ')(', '--', '/*', \"';\" from t"],
  ['quotes within comments', "select 1 -- it's; (\n/* don't ) limit */ from t"],
  ['a semicolon at the end, with a comment after it', 'select 1; -- done'],
  ['a LIMIT within parentheses', 'select * from (select ts from t order by ts limit 100)'],
  ['a column that is called limit', 'select "limit", x as limit from t'],
  ['comments within comments', "select /* it's /* nested ( */ still; limit 'one */ 1 from t"],
  ['what follows a comment that a carriage return ends', "select 1 -- it's\rfrom t"],
  ['text between tagged dollars', "select $tag$ it's; ( $tag$"],
])('%s passes', (_, sql) => expect(problemOfQuery(sql)).toBeUndefined());

test.each([
  ['an open text', "select 'a from t", "contains a ' that is not closed"],
  ['an open text after a doubled quote', "select 'a'' from t", "contains a ' that is not closed"],
  ['an open name', 'select "a from t', 'contains a " that is not closed'],
  ['an open comment', 'select 1 /* from t', 'contains a comment that is not closed'],
  ['a comment within a comment that closes both', 'select 1 /* a /* b */ from t', 'contains a comment that is not closed'],
  ['a second statement after a comment that a carriage return ends', 'select 1; -- done\rdrop table t', 'contains more than one statement'],
  ['an open parenthesis', 'select (1 from t', 'contains a ( that is not closed'],
  ['a parenthesis that closes what surrounds the query', 'select 1) as x; delete from t; select * from (select 1', 'contains a ) that nothing opens'],
  ['a second statement', 'select 1; drop table t', 'contains more than one statement'],
  ['a LIMIT of the result', 'select ts from t order by ts\nLIMIT 10', 'contains a LIMIT of the whole result, which UNLOAD refuses'],
])('%s is a problem', (_, sql, problem) => {
  expect(problemOfQuery(sql)).toMatchObject({ problem, found: expect.stringMatching(/./s), advice: expect.stringMatching(/./) });
});

test.each([
  ['in code', "select 1 from t where ts >= '{{start}}'", true],
  ['in comments only', "select 1 from t -- where ts >= '{{start}}' and\n/* ts < '{{end}}' */", false],
  ['after what looks like a comment within quotes', "select '--' from t where ts >= '{{start}}'", true],
])('placeholders %s: %s', (_, sql, has) => expect(hasPlaceholders(sql)).toBe(has));

test('placeholders in comments do not bound the rows', () => {
  const refused = (sql: string) => expect(() => connectorIn(newStack(), { query: ConnectorQuery.fromString(sql) }));
  refused("select ts, views from t where ts >= '{{start}}' -- and ts < '{{end}}'").toThrow('query has no {{end}}');
});

test('the connector refuses such a query at synthesis, and names the prop', () => {
  const refused = (props: object) => expect(() => connectorIn(newStack(), props));
  refused({ query: ConnectorQuery.fromString(`${QUERY} limit 10`) }).toThrow(
    /^RedshiftLookoutConnector: query contains a LIMIT of the whole result, which UNLOAD refuses, got ".* limit 10"; leave it out, or put it into a subquery/);
  refused({ historicalQuery: ConnectorQuery.fromString(`${QUERY} and (1 = 1`) }).toThrow('historicalQuery contains a ( that is not closed');
});
