// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Pinned: the launcher touches names that are private to this version. */
const MOTO = 'moto[server]==5.2.1';

/**
 * Python of a virtual environment with moto, under `.tmp`; made when it is not there, which takes a minute.
 * @throws Error that tells what to install when there is no Python, or moto cannot be installed: ring 2 is never skipped
 */
export function pythonWithMoto(root: string): string {
  const folder = join(root, '.tmp', 'ring2', 'python');
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, `complete-${MOTO}`);
  if (existsSync(complete)) return python;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  try {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check', MOTO], { stdio: 'pipe' });
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: Buffer };
    throw new Error(`ring 2 needs ${MOTO}: install Python 3.10 or newer with its venv module (Debian: python3-venv), and let pip reach PyPI.\n`
      + `${message}\n${stderr?.toString() ?? ''}`);
  }
  writeFileSync(complete, '');
  return python;
}
