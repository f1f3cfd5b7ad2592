// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { copyOnce } from '../made-once';

const ROOT = join(__dirname, '..', '..');

function run(assembly: string, settleHours: string, views: string): void {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsx'), [join(__dirname, 'app.ts')], {
    encoding: 'utf8',
    env: {
      ...process.env, SETTLE_HOURS: settleHours, VIEWS: views, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:enable-path-metadata': true }),
    },
  });
  if (status !== 0) throw new Error(`test/faults/app.ts does not synthesise: ${stderr}${stdout}`);
}

/**
 * Puts the synthesised app of the fault matrix into a folder.
 * @param settleHours settle time; '': none
 * @param views what the query gives as views; '': the column
 */
export function synthesise(assembly: string, settleHours = process.env.SETTLE_HOURS ?? '', views = ''): void {
  copyOnce(`faults-settle-${settleHours}-${views}`, folder => run(folder, settleHours, views), assembly);
}
