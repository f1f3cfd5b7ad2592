// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

/** Copies of what this process has synthesised, by settle time: cases switch between two. */
const kept = new Map<string, string>();

const ROOT = join(__dirname, '..', '..');

/**
 * Synthesises the app of the fault matrix into a folder.
 * @param settleHours settle time; '': none
 */
export function synthesise(assembly: string, settleHours = process.env.SETTLE_HOURS ?? ''): void {
  const copy = kept.get(settleHours);
  if (copy !== undefined) return cpSync(copy, assembly, { recursive: true });
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsx'), [join(__dirname, 'app.ts')], {
    encoding: 'utf8',
    env: {
      ...process.env, SETTLE_HOURS: settleHours, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:enable-path-metadata': true }),
    },
  });
  if (status !== 0) throw new Error(`test/faults/app.ts does not synthesise: ${stderr}${stdout}`);
  cpSync(assembly, `${assembly}-settle-${settleHours}`, { recursive: true });
  kept.set(settleHours, `${assembly}-settle-${settleHours}`);
}
