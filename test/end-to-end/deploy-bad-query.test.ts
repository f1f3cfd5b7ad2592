// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from './run-script';

const directory = mkdtempSync(join(tmpdir(), 'redshift-lookout-query-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

// The deployment tries the query in the warehouse before it makes anything: what is wrong is told then, in the warehouse's words.
test.each([
  ['a column that the query names does not exist', 'alter table ecommerce rename column revenue to turnover', 'the warehouse refuses query: ERROR: column e.revenue does not exist. Correct query (statement '],
  ['a measure is text', 'alter table ecommerce alter column views type varchar(20)', 'metric `views` of query has the type varchar, and a metric must be a number: cast it in query'],
  ['a table does not exist', 'drop table marketplace', 'the warehouse refuses query: ERROR: relation "marketplace" does not exist'],
])('the deployment fails when %s', async (name, change, message) => {
  const { stdout } = await runScript('test/end-to-end/deploy-bad-query.ts', [join(directory, name.replaceAll(' ', '-')), change]);
  expect(stdout).toMatch(/Custom::RedshiftLookoutDetector\): Create failed: /);
  expect(stdout).toContain(message);
}, 180_000);
