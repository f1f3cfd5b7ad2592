// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { isUnload, parseUnload } from '../../local/redshift/unload-statement';

const ROLE = "iam_role 'arn:aws:iam::123456789012:role/r'";

/** Queries without a LIMIT, with all that breaks quoting. */
const query = fc.string({ unit: fc.constantFrom(...'abc \n\'"\\-()é😀,') }).map(text => `select '${text.replace(/\\/g, '').replace(/'/g, "''")}' as x`);

test('any query comes out of its literal as it went in, however it is quoted', () => {
  fc.assert(fc.property(query, fc.constantFrom('double', 'backslash', 'dollar'), (sql, quoting) => {
    const written = quoting === 'dollar' ? `$$${sql}$$`
      : quoting === 'double' ? `'${sql.replace(/'/g, "''")}'` : `'${sql.replace(/'/g, "\\'")}'`;
    expect(parseUnload(`unload (${written}) to 's3://b/p/' ${ROLE} csv`).query).toBe(sql);
  }));
});

test('options are read in any order, in any case, with comments between', () => {
  const options: [string, object][] = [
    ['HEADER', { header: true }],
    ['DELIMITER AS \'|\'', { delimiter: '|' }],
    ['gzip', { gzip: true }],
    ['PARALLEL OFF', { parallel: false }],
    ['CLEANPATH', { cleanPath: true }],
    ['MANIFEST VERBOSE', { manifest: 'VERBOSE' }],
    ['MAXFILESIZE 1.5 GB', { maxFileSizeBytes: 1.5 * 1024 ** 3 }],
    ["REGION AS 'eu-west-1'", { region: 'eu-west-1' }],
    ["KMS_KEY_ID 'key' /* ENCRYPTED AUTO */ ENCRYPTED", { kmsKeyId: 'key', encrypted: true }],
    ["EXTENSION 'csv'", { extension: 'csv' }],
    ["NULL AS '\\\\N'", { nullText: '\\N' }],
  ];
  fc.assert(fc.property(fc.shuffledSubarray(options), fc.constantFrom('csv', 'FORMAT CSV', 'Format As Csv'), fc.nat(), (chosen, format, place) => {
    const words = chosen.map(([text]) => text);
    words.splice(place % (words.length + 1), 0, format);
    const parsed = parseUnload(`UNLOAD ($$select 1$$)\nTO 's3://bucket/a/b' -- where\n${ROLE} ${words.join(' ')};`);
    expect(parsed).toEqual({
      query: 'select 1',
      bucket: 'bucket',
      prefix: 'a/b',
      iamRole: 'arn:aws:iam::123456789012:role/r',
      header: false,
      delimiter: ',',
      gzip: false,
      parallel: true,
      cleanPath: false,
      allowOverwrite: false,
      manifest: undefined,
      maxFileSizeBytes: 6.2 * 1024 ** 3,
      region: undefined,
      encrypted: false,
      kmsKeyId: undefined,
      extension: undefined,
      nullText: '',
      ...Object.assign({}, ...chosen.map(([, expected]) => expected)),
    });
  }));
});

test.each([
  ["unload ('select 1 limit 5') to 's3://b/p' ROLE csv", 'Limit clause is not supported in the outermost select of an UNLOAD statement'],
  ["unload ('select 1') to 's3://b/p' ROLE csv cleanpath allowoverwrite", 'CLEANPATH is not compatible with ALLOWOVERWRITE'],
  ["unload ('select 1') to 's3://b/p' ROLE csv escape", 'CSV is not compatible with ESCAPE'],
  ["unload ('select 1') to 's3://b/p' ROLE format parquet header", 'HEADER is not supported for UNLOAD to PARQUET'],
  ["unload ('select 1') to 's3://b/p' ROLE csv kms_key_id 'k'", 'KMS_KEY_ID requires ENCRYPTED'],
  ["unload ('select 1') to 's3://b/p' ROLE csv encrypted", 'ENCRYPTED requires KMS_KEY_ID'],
  ["unload ('select 1') to 's3://b/p' ROLE csv maxfilesize 1 mb", 'MAXFILESIZE must be between 5 MB and 6.2 GB'],
  ["unload ('select 1') to 's3://b/p' ROLE csv header header", 'conflicting or redundant options'],
  ["unload ('select 1') to 's3://b/p' ROLE csv delimiter '||'", 'DELIMITER must be a single ASCII character: "||"'],
  ["unload ('select 1') to '/tmp/p' ROLE csv", 'invalid S3 path: "/tmp/p"'],
  ["unload ('select 1') to 's3://b/p' csv", 'IAM_ROLE is missing'],
  ["unload ('select 1') to 's3://b/p' ROLE csv nonsense", 'syntax error at or near "nonsense"'],
  ["unload ('select 'x'') to 's3://b/p' ROLE csv", 'syntax error at or near "x"'],
  ["unload ('select 1'", 'syntax error at end of input'],
  ["unload ('select 1') to 's3://b/p' ROLE", 'not in local mode (the embedded warehouse writes CSV): UNLOAD as delimited text'],
  ["unload ('select 1') to 's3://b/p' ROLE format parquet", 'not in local mode (the embedded warehouse writes CSV): UNLOAD as PARQUET'],
  ["unload ('select 1') to 's3://b/p' credentials 'x' csv", 'not in local mode (the embedded warehouse writes CSV): credentials in UNLOAD'],
  ["unload ('select 1') to 's3://b/p' ROLE csv; select 2", 'cannot insert multiple commands into a prepared statement'],
])('%s is refused', (sql, message) => {
  expect(() => parseUnload(sql.replace('ROLE', ROLE))).toThrow(message);
});

test('an UNLOAD is told from other statements', () => {
  expect(isUnload('/* unload */ select 1')).toBe(false);
  expect(isUnload('-- history\n  Unload($$select 1$$) to')).toBe(true);
});
