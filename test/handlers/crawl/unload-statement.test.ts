// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { queryOfInterval } from '../../../handlers/crawl/query';
import { unloadStatement } from '../../../handlers/crawl/unload-statement';
import { parseUnload } from '../../../local/redshift/unload-statement';
import { hasPlaceholders } from '../../../src/private/contract';

const BOUNDS = { start: '2026-11-23 10:00:00', end: '2026-11-23 11:00:00' };
const PARTS = { cleanPath: true, prefix: 's3://data/live/20261123/1000/', roleArn: 'arn:aws:iam::123456789012:role/unload', region: 'eu-central-1', serial: true };

/** Where a dollar-quoted literal that opens at the first `$$` ends: at the next `$$`, whatever stands between. */
function literalOf(statement: string): { query: string; rest: string } {
  const open = statement.indexOf('$$') + 2;
  const close = statement.indexOf('$$', open);
  return { query: statement.slice(open, close), rest: statement.slice(close + 2) };
}

it('the whole statement', () => {
  const query = queryOfInterval("select ts from t where ts >= '{{start}}' and ts < '{{end}}';\n", BOUNDS, 'query');
  expect(unloadStatement({ ...PARTS, query, kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd' })).toBe(`UNLOAD ($$
select ts from t where ts >= '2026-11-23 10:00:00' and ts < '2026-11-23 11:00:00'
$$) TO 's3://data/live/20261123/1000/'
IAM_ROLE 'arn:aws:iam::123456789012:role/unload'
FORMAT AS CSV
HEADER
CLEANPATH
PARALLEL OFF
REGION 'eu-central-1'
KMS_KEY_ID 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd'
ENCRYPTED`);
});

it('the history is unloaded by all slices at once, and without a key nothing is said of encryption', () => {
  const statement = unloadStatement({ ...PARTS, query: 'select 1', serial: false });
  expect(statement).not.toContain('PARALLEL');
  expect(statement).not.toContain('ENCRYPTED');
});

it('each further option is written as Redshift reads it, and only where it is asked for', () => {
  const query = 'select 1';
  const options = (more: object) => unloadStatement({ ...PARTS, query, ...more }).split('\n').slice(4);
  expect(options({})).toEqual(['FORMAT AS CSV', 'HEADER', 'CLEANPATH', 'PARALLEL OFF', "REGION 'eu-central-1'"]);
  expect(options({ cleanPath: false, serial: false })).toEqual(['FORMAT AS CSV', 'HEADER', "REGION 'eu-central-1'"]);
  expect(options({ maxFileSizeMegabytes: 256 })).toContain('MAXFILESIZE 256 MB');
  expect(options({ nullAs: '<null>' })).toContain("NULL AS '<null>'");
  expect(options({ manifest: true })).toContain('MANIFEST');
  expect(parseUnload(unloadStatement({
    ...PARTS, query, serial: false, maxFileSizeMegabytes: 5, nullAs: '<null>', manifest: true, kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1',
  }))).toMatchObject({
    query: '\nselect 1\n',
    bucket: 'data',
    prefix: 'live/20261123/1000/',
    header: true,
    parallel: true,
    cleanPath: true,
    manifest: 'PLAIN',
    maxFileSizeBytes: 5 * 1024 * 1024,
    nullText: '<null>',
    region: 'eu-central-1',
    encrypted: true,
    kmsKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/1',
  });
});

it('placeholders are replaced everywhere', () => {
  expect(queryOfInterval("'{{start}}' '{{end}}' '{{start}}' /* {{end}} */ x", BOUNDS, 'query'))
    .toBe("'2026-11-23 10:00:00' '2026-11-23 11:00:00' '2026-11-23 10:00:00' /* 2026-11-23 11:00:00 */ x");
});

it('a comment at the end does not swallow what follows', () => {
  expect(unloadStatement({ ...PARTS, query: queryOfInterval('select 1 -- one', BOUNDS, 'query') })).toContain('select 1 -- one\n$$) TO');
});

it('quotes, backslashes, unicode and single dollars pass unchanged', () => {
  const query = 'select \'it\'\'s\', "a""b", \'\\n\', \'ü漢字🙂\', $1, \'{{1,2},{3,4}}\'\n from "t$" where x like \'%$\'';
  expect(literalOf(unloadStatement({ ...PARTS, query: queryOfInterval(query, BOUNDS, 'query') })).query).toBe(`\n${query}\n`);
});

it('knows queries that choose their rows themselves', () => {
  expect(hasPlaceholders('select * from t where ts > dateadd(hour, -1, getdate())')).toBe(false);
  expect(hasPlaceholders("select * from t where hour = '{{start}}'")).toBe(true);
});

describe('refuses', () => {
  it.each([
    ['a semicolon before a comment', 'select 1; -- done', 'query ends with ";" before a comment: remove it'],
    ['comments only', '-- select 1\n/* nothing */', 'query is empty: it has comments only'],
  ])('%s', (_, query, message) => {
    expect(() => queryOfInterval(query, BOUNDS, 'query')).toThrow(message);
  });

  it.each([
    ['$$', 'select $$a$$', 'query contains $$, which UNLOAD uses to quote the query: quote with \' instead, found "select $$a$$"'],
    ['blanks in a placeholder', "select '{{ start }}'", 'query contains the unknown placeholder "{{ start }}": write {{start}} and {{end}}, without blanks, in lower case; where it is meant to be text, write \'{\' || \'{ start }}\''],
    ['capitals in a placeholder', "select '{{START}}'", 'unknown placeholder "{{START}}"'],
    ['unknown placeholders', "select '{{start}}' '{{yyyyMMdd}}'", 'unknown placeholder "{{yyyyMMdd}}"'],
    ['nothing', ' ;\n', 'query is empty: write a SELECT statement'],
    ['NUL', 'select \0', 'query contains a NUL character: remove it'],
  ])('%s', (_, query, message) => {
    expect(() => queryOfInterval(query, BOUNDS, 'query')).toThrow(message);
  });

  it('a statement that is too long, counted in bytes', () => {
    expect(() => unloadStatement({ ...PARTS, query: 'ü'.repeat(50_000) }))
      .toThrow(/^the UNLOAD statement is 100\d\d\d bytes long and the Redshift Data API takes 100000: shorten the query \(100000 bytes\) or move it into a view$/);
  });

  it.each([4, 6349, 5.5, NaN])('files of %d MB', maxFileSizeMegabytes => {
    expect(() => unloadStatement({ ...PARTS, query: 'select 1', maxFileSizeMegabytes }))
      .toThrow(`the file size of an UNLOAD statement must be whole megabytes from 5 to 6348, found ${maxFileSizeMegabytes}`);
  });

  it('a text of NULL that ends the literal', () => {
    expect(() => unloadStatement({ ...PARTS, query: 'select 1', nullAs: "' MANIFEST" })).toThrow('the text of NULL of an UNLOAD statement must not');
  });

  it('quotes in a folder', () => {
    expect(() => unloadStatement({ ...PARTS, query: 'select 1', prefix: "s3://data/' PARALLEL ON" })).toThrow('the folder of an UNLOAD statement must not');
  });
});

it('whatever the query, the literal ends where the statement ends it', () => {
  const pieces = fc.oneof(
    fc.constantFrom('$', "'", '"', '\\', '--', '/*', '*/', '\n', ';', ')', '{{start}}', '{{end}}', '{', '}', '$a$', 'select', ' ', 'ü', '\u2028', '$1'),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(fc.property(fc.array(pieces, { maxLength: 12 }).map(all => all.join('')), query => {
    let text: string;
    try {
      text = queryOfInterval(query, BOUNDS, 'query');
    } catch (error) {
      expect((error as Error).message).toMatch(/^query (contains|is empty|ends with)/);
      return;
    }
    const { query: quoted, rest } = literalOf(unloadStatement({ ...PARTS, query: text }));
    expect(quoted).toBe(`\n${text}\n`);
    expect(rest.startsWith(") TO 's3://data/live/20261123/1000/'\n")).toBe(true);
  }), { numRuns: 500 });
});
