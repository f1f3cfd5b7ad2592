// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** AWS's own runtime interface client, the version for Node 22 and newer. Its native part is compiled: cmake, make and a C++ compiler. */
const PACKAGE = 'aws-lambda-ric@4.0.2';
/** Programs that its installation calls. */
const PROGRAMS = ['cmake', 'make', 'g++', 'tar', 'xz'];

/** The client, or why there is none here. */
export type RuntimeInterfaceClient = { readonly entry: string } | { readonly unavailable: string };

function missingPrograms(): string[] {
  return PROGRAMS.filter(program => {
    try {
      execFileSync('which', [program], { stdio: 'pipe' });
      return false;
    } catch {
      return true;
    }
  });
}

/**
 * AWS's runtime interface client under `.tmp`; built when it is not there, which takes a minute. A build that fails is kept as such until
 * its folder is removed, so that it is not tried at every run.
 */
export function runtimeInterfaceClient(root: string): RuntimeInterfaceClient {
  const folder = join(root, '.tmp', 'ring2', PACKAGE);
  const entry = join(folder, 'node_modules', 'aws-lambda-ric', 'index.mjs');
  const failure = join(folder, 'failure.txt');
  if (existsSync(join(folder, 'complete'))) return { entry };
  if (existsSync(failure)) return { unavailable: readFileSync(failure, 'utf8') };
  const missing = missingPrograms();
  if (missing.length > 0) return { unavailable: `${PACKAGE} needs ${missing.join(', ')} to be built` };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', PACKAGE], { cwd: folder, stdio: 'pipe' });
    // npm may leave out scripts of packages without an error
    if (!existsSync(join(entry, '..', 'rapid-client.node'))) throw new Error('npm did not build its native part');
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: Buffer };
    const unavailable = `${PACKAGE} cannot be built: ${message}\n${(stderr?.toString() ?? '').slice(-2000)}`;
    writeFileSync(failure, unavailable);
    return { unavailable };
  }
  writeFileSync(join(folder, 'complete'), '');
  return { entry };
}
