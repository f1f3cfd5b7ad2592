// SPDX-License-Identifier: Apache-2.0

/** scripts/run.mjs, by which `npm run lookout` and its like begin on a fresh clone. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTemporaryFolders, temporaryFolder } from '../local/synthesise';

afterAll(removeTemporaryFolders);

/** A clone with nothing but the script, a lock file and an npm that says what it was asked, as npm does: on standard output. */
function clone(): string {
  const root = temporaryFolder();
  cpSync(join(__dirname, '..', '..', 'scripts', 'run.mjs'), join(root, 'scripts', 'run.mjs'));
  const binaries = join(root, 'node_modules', '.bin');
  mkdirSync(binaries, { recursive: true });
  writeFileSync(join(binaries, 'npm'), '#!/bin/sh\necho "added 882 packages: $1"\ntouch node_modules/.package-lock.json\n');
  chmodSync(join(binaries, 'npm'), 0o755);
  writeFileSync(join(root, 'package-lock.json'), '{}');
  return root;
}

/** A program that says what it is asked to do, and fails when FAILING names that. */
function program(root: string, name: string, what: string): void {
  const file = join(root, 'node_modules', '.bin', name);
  writeFileSync(file, `#!/bin/sh\necho "asked for ${what}"\n[ "$FAILING" != "${what}" ]\n`);
  chmodSync(file, 0o755);
}

/** The script with a task that does not exist, so that it ends after the installation. */
const begin = (root: string) => spawnSync(process.execPath, [join(root, 'scripts', 'run.mjs'), 'no-task'], { encoding: 'utf8' });

test('what is missing is installed once, and again after a change of the lock file; standard output has nothing of it', () => {
  const root = clone();
  const first = begin(root);
  expect(first.stderr).toContain('added 882 packages: ci');
  expect(first).toMatchObject({ stdout: '', status: 2 });
  expect(existsSync(join(root, 'node_modules', '.package-lock.json'))).toBe(true);
  expect(begin(root).stderr).not.toContain('added');
  const later = Date.now() / 1000 + 60;
  utimesSync(join(root, 'package-lock.json'), later, later);
  const again = begin(root);
  expect(again.stderr).toContain('added 882 packages: ci');
  expect(again.stdout).toBe('');
});

test.each([
  ['nothing', 0], ['jest', 1], ['typecheck', 1], ['compile', 1],
])('`npm test` when %s fails ends with %d, and shows what the failure says', (failing, code) => {
  const root = clone();
  program(root, 'projen', '$1');
  program(root, 'jest', 'jest');
  const environment = { ...process.env, FAILING: failing };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'run.mjs'), 'test'], { encoding: 'utf8', env: environment });
  expect({ status, jest: stdout.includes('asked for jest') }).toEqual({ status: code, jest: failing !== 'compile' });
  const told = [...stderr.matchAll(/asked for (\w+)/g)].map(([, what]) => what);
  expect(told).toEqual(failing === 'nothing' || failing === 'jest' ? [] : [failing]);
});

test.each([['SIGTERM', [143]], ['SIGINT', [130, 1]]] as const)('`npm test` that is ended by %s leaves no temporary folder', async (signal, codes) => {
  const root = clone();
  program(root, 'projen', '$1');
  const jest = join(root, 'node_modules', '.bin', 'jest');
  writeFileSync(jest, '#!/bin/sh\necho "$TMPDIR"\nexec sleep 30 > /dev/null\n');
  chmodSync(jest, 0o755);
  const script = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), 'test'], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const ended = once(script, 'exit');
  const [line] = await once(script.stdout, 'data') as [Buffer];
  const temporary = String(line).trim();
  expect(temporary).toContain('lookout-test-');
  expect(existsSync(temporary)).toBe(true);
  // a terminal tells all processes of the group, `kill` and npm one
  process.kill(signal === 'SIGINT' ? -script.pid! : script.pid!, signal);
  expect(codes).toContain((await ended)[0]); // the tests may be seen to have ended first
  expect(existsSync(temporary)).toBe(false);
});
