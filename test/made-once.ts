// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const KEPT = join(ROOT, '.tmp', 'made-once');

/** Files and folders of which templates and assemblies are made. */
const SOURCES = [
  'src', 'assets', 'examples/typescript', 'test/faults/app.ts', 'local/demo/synthesise.ts', 'README.md', 'package.json', 'package-lock.json', 'tsconfig.dev.json',
];

/** All that can change what is synthesised, as one hash. */
function sourceHash(): string {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) {
    const files = statSync(join(ROOT, source)).isFile() ? [source]
      : readdirSync(join(ROOT, source), { recursive: true, encoding: 'utf8' }).map(name => join(source, name)).filter(path => statSync(join(ROOT, path)).isFile());
    for (const file of files.sort()) hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * A folder with what several test files synthesise of the same sources, in processes of their own: made once, and kept in `.tmp` until a source changes.
 * It is not to be written to: take a copy.
 */
export function madeOnce(name: string, make: (folder: string) => void): string {
  const hash = sourceHash();
  const kept = join(KEPT, hash, name);
  if (existsSync(kept)) return kept;
  for (const older of existsSync(KEPT) ? readdirSync(KEPT) : []) if (older !== hash) rmSync(join(KEPT, older), { recursive: true, force: true });
  mkdirSync(join(KEPT, hash), { recursive: true });
  const work = mkdtempSync(join(KEPT, hash, 'work-'));
  make(work);
  try {
    renameSync(work, kept); // complete, or not there
  } catch {
    rmSync(work, { recursive: true, force: true }); // another process was first
  }
  return kept;
}

/** Puts what was made once into a folder of its own. */
export function copyOnce(name: string, make: (folder: string) => void, to: string): void {
  cpSync(madeOnce(name, make), to, { recursive: true });
}
