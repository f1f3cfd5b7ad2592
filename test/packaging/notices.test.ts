// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages, noticesDocument } from '../../scripts/third-party-notices';

const packages = bundledPackages();

test('every package in the bundles has a licence that lets us pass it on', () => {
  expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['@aws-sdk/client-s3', '@aws-lambda-powertools/logger', 'date-holidays']));
  const allowed = /^\(?(Apache-2\.0|MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|CC-BY-3\.0|AND|OR|[() ])+\)?$/;
  expect(packages.filter(({ licence }) => !allowed.test(licence)).map(({ name, licence }) => `${name}: ${licence}`)).toEqual([]);
});

test('every bundle says what its licence is and where those of others stand', () => {
  const bundles = new Set(packages.flatMap(each => [...each.bundles]));
  expect(bundles.size).toBeGreaterThanOrEqual(6);
  for (const bundle of bundles) {
    const beginning = readFileSync(join(__dirname, '..', '..', bundle), 'utf8').slice(0, 300);
    expect({ [bundle]: beginning }).toEqual({ [bundle]: expect.stringMatching(/^(#!.*\n)?\/\*! cdk-redshift-lookout, Apache-2\.0\..*THIRD-PARTY-NOTICES\.md/) });
  }
});

test('THIRD-PARTY-NOTICES.md names them all: if not, run tsx scripts/third-party-notices.ts', () => {
  const document = readFileSync(join(__dirname, '..', '..', 'THIRD-PARTY-NOTICES.md'), 'utf8');
  const unnamed = packages.filter(({ name, version }) => !document.includes(`| \`${name}\` | ${version} |`)).map(({ name, version }) => `${name} ${version}`);
  expect(unnamed).toEqual([]);
  expect(document).toBe(noticesDocument(packages));
});

test('every source names its licence in its first line', () => {
  const root = join(__dirname, '..', '..');
  const sources = execFileSync('git', ['ls-files', '*.ts', '*.js', '*.mjs'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  expect(sources.length).toBeGreaterThan(400);
  const without = sources.filter(file => !/^(#!.*\n)?\/\/ SPDX-License-Identifier: Apache-2\.0\n/.test(readFileSync(join(root, file), 'utf8')));
  expect(without).toEqual([]);
});
