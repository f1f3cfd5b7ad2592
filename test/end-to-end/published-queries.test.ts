// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript, type Ended } from './run-script';
import type { Summary } from '../../local/demo/summary';

const output = mkdtempSync(join(tmpdir(), 'redshift-lookout-published-'));
let ended: Ended;
let summary: Summary;

beforeAll(async () => {
  ended = await runScript('local/demo/index.ts', ['--published-queries', '--days', '2', '--output', output]);
  summary = JSON.parse(readFileSync(join(output, 'summary.json'), 'utf8')) as Summary;
}, 240_000);
afterAll(() => rmSync(output, { recursive: true, force: true }));

describe('the published solution\'s own two queries, unchanged', () => {
  test('run through the demo and find the labelled events', () => {
    expect({ code: ended.code, stderr: ended.stderr.replace(/^warning .*$/gm, '').trim() }).toEqual({ code: 0, stderr: '' });
    expect(summary.events).toBeGreaterThan(5);
    expect(summary.recall).toBeGreaterThanOrEqual(0.95);
    expect(summary.precision).toBeGreaterThanOrEqual(0.9);
  });

  test('show the warnings that name what is lost', () => {
    expect(ended.stderr).toMatch(/query has no placeholders .* exact intervals .* catching up .* safe retries .*\[ack: cdk-redshift-lookout:queryWithoutPlaceholders\]/);
    expect(ended.stderr).toMatch(/historicalQuery has no placeholders/);
  });

  test('lose the rows between history and first run, as warned, and double none', () => {
    expect(summary.viewsUnloaded).toBeLessThan(summary.viewsInWarehouse);
    expect(summary.intervalsDoubled).toBe(0);
  });
});
