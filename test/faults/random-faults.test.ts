// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from '../end-to-end/run-script';

const directory = mkdtempSync(join(tmpdir(), 'redshift-lookout-trials-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('the program of trials by chance runs, and finds nothing in a short one', async () => {
  const { code, stdout, stderr } = await runScript('test/faults/random-faults.ts', [directory, '1', '6', '24']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^1 trials, 0 of them bad: \{"hours":24,/);
}, 180_000);
