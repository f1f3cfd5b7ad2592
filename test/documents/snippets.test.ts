import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const DOCUMENTS = readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md'));

/** Snippets of the documents in `docs/`, which rosetta does not read, each inside the fixture that the others have. */
function wrapped(): Record<string, string> {
  const [before, after] = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').split('/// here');
  return Object.fromEntries(DOCUMENTS.flatMap(name => {
    const snippets = [...readFileSync(join(ROOT, 'docs', name), 'utf8').matchAll(/^```ts( nofixture)?\n([^]*?)^```$/gm)];
    return snippets.map(([, nofixture, code], index) => [`${name.replace('.md', '')}-${index}.ts`, nofixture ? code : `${before}${code}${after}`]);
  }));
}

test('every snippet in docs/ compiles', () => {
  const work = join(ROOT, '.tmp', 'documents', 'docs');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const files = wrapped();
  expect(Object.keys(files)).toContain('migration-0.ts');
  for (const [name, code] of Object.entries(files)) writeFileSync(join(work, name), code);
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, paths: { 'cdk-redshift-lookout': [join(ROOT, 'src', 'index.ts')] } };
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({ extends: '../../../tsconfig.dev.json', compilerOptions, include: ['*.ts'], exclude: [] }));
  const { status, stdout } = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['--noEmit', '-p', work], { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
}, 120_000);
