// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PERMISSION_REASONS } from './permission-reasons';
import { allStatements, permissionsDocument, problemsOf, reasonsOf } from './permission-table';

const DOCUMENT = join(__dirname, '..', '..', 'docs', 'permissions.md');
const statements = allStatements();

test('every statement has one reason, and every * in it', () => {
  expect(statements.length).toBeGreaterThan(50);
  expect(statements.flatMap(problemsOf)).toEqual([]);
});

test('every reason, and every * that it allows, is needed', () => {
  const needed = new Set(statements.flatMap(reasonsOf));
  expect(PERMISSION_REASONS.filter(reason => !needed.has(reason)).map(({ actions, reason }) => `${reason}: ${actions}`)).toEqual([]);
  const used = new Set(statements.flatMap(({ resources }) => resources));
  expect(PERMISSION_REASONS.flatMap(({ wildcards }) => Object.keys(wildcards ?? {})).filter(each => !used.has(each))).toEqual([]);
});

test.each([
  ['a new action', { role: 'CrawlRole', actions: ['redshift:DeleteCluster'], resources: ['<Cluster>'] }, /0 reasons/],
  ['an action beside those that have a reason', { role: 'CrawlRole', actions: ['redshift-data:BatchExecuteStatement', 'redshift-data:ExecuteStatement'], resources: ['<Cluster>'] }, /0 reasons/],
  ['all resources', { role: 'CrawlRole', actions: ['redshift-data:ExecuteStatement'], resources: ['*'] }, /resource \*/],
  ['a wider prefix', { role: 'UnloadRole', actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'], resources: ['<Bucket>/*'] }, /resource <Bucket>\/\*/],
  ['the rights of another role', { role: 'ServiceServiceFunctionRole', actions: ['redshift-data:ExecuteStatement'], resources: ['<Cluster>'] }, /0 reasons/],
  ['a managed policy', { role: 'CrawlRole', actions: ['managed policies'], resources: ['arn:aws:iam::aws:policy/AdministratorAccess'] }, /0 reasons/],
])('refuses %s', (_name, statement, problem) => {
  expect(problemsOf(statement).join('\n')).toMatch(problem);
});

test('docs/permissions.md is as generated', () => {
  const generated = permissionsDocument();
  // jest -u writes it, as it does snapshots
  if (process.argv.some(argument => ['-u', '--updateSnapshot'].includes(argument))) writeFileSync(DOCUMENT, generated);
  expect(existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '').toBe(generated);
});
