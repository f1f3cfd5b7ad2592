import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

test('every snippet in README and in the documentation of props compiles', () => {
  const work = join(ROOT, '.tmp', 'documents');
  mkdirSync(work, { recursive: true });
  // --strict: a snippet that does not compile fails; the tablet goes to a scratch folder
  execFileSync(join(ROOT, 'node_modules', '.bin', 'jsii-rosetta'), ['extract', '--strict', '--compile', '--output', join(work, 'snippets.json'), '.'], {
    cwd: ROOT, stdio: 'pipe', env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}` },
  });
}, 180_000);
