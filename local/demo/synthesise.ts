// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Frequency } from '../../src/private/contract';

const ROOT = join(__dirname, '..', '..');

/**
 * Synthesises examples/typescript into a folder, as `cdk synth` would: in a process of its own that is told folder and context.
 * @throws with the app's output when it fails
 */
export function synthesiseExample(assembly: string, options: { readonly frequency: Frequency; readonly publishedQueries: boolean }): void {
  rmSync(assembly, { recursive: true, force: true });
  const context = {
    'frequency': options.frequency,
    'published': String(options.publishedQueries),
    'aws:cdk:enable-path-metadata': true, // as the CDK command line sets it: resources are found by their constructs' paths
  };
  // tsconfig.dev.json says that the library is src/: nothing is installed into the example's folder
  const parameters = ['--tsconfig', join(ROOT, 'tsconfig.dev.json'), join(ROOT, 'examples', 'typescript', 'app.ts')];
  const { status, stdout, stderr, error } = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsx'), parameters, {
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  if (error || status !== 0) {
    throw new Error(`examples/typescript/app.ts does not synthesise: ${error?.message ?? `${stderr}${stdout}`}`);
  }
}
