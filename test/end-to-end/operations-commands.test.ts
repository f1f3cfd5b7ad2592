// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from './run-script';

const directory = mkdtempSync(join(tmpdir(), 'redshift-lookout-operations-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('the commands of docs/operations.md do what it says of them, on the deployed example', async () => {
  const { code, stdout, stderr } = await runScript('test/end-to-end/operations-commands.ts', [directory]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    pause: { running: 4, whilePaused: 0, afterPause: 1, newest: '2026-11-23T16:00:00Z' },
    isCopied: [true, true],
    redelivered: { delivered: false, reason: 'the alert is there no more' },
    givenUp: ['2026-11-23T02:00:00Z'],
    crawl: [true, 'SUCCEEDED'],
    crawled: [10, 12, '2026-11-23T11:00:00Z', 'FINISHED'],
    bootstrap: [true, 'SUCCEEDED', true],
    statement: 'FINISHED',
    isAttached: true,
  });
}, 300_000);
