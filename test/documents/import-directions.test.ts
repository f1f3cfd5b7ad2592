// SPDX-License-Identifier: Apache-2.0

/** Imports go one way: what may import what, as docs/contributing.md says. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** Relative imports of the TypeScript files in a folder, as paths from the repository's root, with the file that has them. */
function importsOf(folder: string): { readonly file: string; readonly imported: string }[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts')).flatMap(name => {
    const file = join(folder, name);
    return [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?: from |\bimport ?\(?)'([^']+)'/g)].map(([, path]) => ({
      file, imported: path.startsWith('.') ? normalize(join(dirname(file), path)) : path,
    }));
  });
}

const among = (folders: readonly string[]) => (path: string) => folders.some(folder => path === folder || path.startsWith(`${folder}/`));
const ours = among(['src', 'handlers', 'local', 'cli', 'test', 'scripts', 'bench']);

test.each([
  { folder: 'src', allowed: ['src'] },
  { folder: 'handlers', allowed: ['handlers', 'src/private/contract'] },
  { folder: 'handlers/engine', allowed: ['handlers/engine'] },
  { folder: 'cli', allowed: ['cli', 'handlers', 'src/private/contract'] },
  // it runs what is synthesised and bundled, not its source; the demonstration's page has the look of the back test's
  { folder: 'local', allowed: ['local', 'src/private/contract', 'cli/report'] },
])('$folder imports of our own files only $allowed', ({ folder, allowed }) => {
  const imports = importsOf(folder);
  expect(imports.length).toBeGreaterThan(5);
  expect(imports.filter(({ imported }) => ours(imported) && !among(allowed)(imported))).toEqual([]);
});

test('the contract and the engine import nothing of AWS', () => {
  const imports = [...importsOf('src/private/contract'), ...importsOf('handlers/engine')];
  expect(imports.filter(({ imported }) => /aws|constructs/i.test(imported))).toEqual([]);
});
