// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runScript } from '../end-to-end/run-script';

const ROOT = join(__dirname, '..', '..');
const BASELINE = gunzipSync(readFileSync(join(__dirname, 'baseline.jsii.gz'))).toString('utf8');

/** What jsii-diff says of the compiled assembly beside an earlier one. All changes count: the library is marked experimental. */
function compareWith(earlier: string): { readonly status: number | null; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'api-baseline-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules')); // jsii-diff loads the assemblies of the dependencies too
  writeFileSync(join(folder, '.jsii'), earlier);
  writeFileSync(join(folder, 'package.json'), readFileSync(join(ROOT, 'package.json')));
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules', '.bin', 'jsii-diff'), ['--keys', '--error-on', 'all', folder, ROOT], {
    cwd: ROOT, encoding: 'utf8', env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}` },
  });
  rmSync(folder, { recursive: true });
  return { status, output: `${stdout}${stderr}` };
}

test('nothing that the baseline has is gone or takes other values (docs/versioning.md)', () => {
  const { status, output } = compareWith(BASELINE);
  expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
}, 120_000);

test('a method that is gone is noticed', () => {
  const earlier = JSON.parse(BASELINE) as { types: Record<string, { methods?: { name: string }[] }> };
  const { methods } = earlier.types['cdk-redshift-lookout.RedshiftLookoutConnector'];
  methods!.push({ ...methods!.find(({ name }) => name === 'createLogsInsightsQueries')!, name: 'removedSince' });
  const { status, output } = compareWith(JSON.stringify(earlier));
  expect(status).not.toBe(0);
  expect(output).toContain('removedSince');
}, 120_000);

test('the script that makes a baseline writes the compiled assembly', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-baseline-'));
  const file = join(folder, 'baseline.jsii.gz');
  expect(await runScript('scripts/api-baseline.ts', [file])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(gunzipSync(readFileSync(file)).equals(readFileSync(join(ROOT, '.jsii')))).toBe(true);
  rmSync(folder, { recursive: true });
});
