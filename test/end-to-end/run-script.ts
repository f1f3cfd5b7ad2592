// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** How a script ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a TypeScript file under the Node version of Lambda, in a process of its own: jest cannot load packages that are ES modules only. */
export function runScript(file: string, commandLine: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const bin = join(ROOT, 'node_modules', '.bin');
    const child = spawn(join(bin, 'tsx'), [join(ROOT, file), ...commandLine], {
      cwd: ROOT, env: { ...process.env, ...environment, PATH: `${bin}:${process.env.PATH}` }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => stdout += chunk);
    child.stderr.on('data', chunk => stderr += chunk);
    child.once('error', reject);
    child.once('close', code => resolve({ code, stdout, stderr }));
  });
}
