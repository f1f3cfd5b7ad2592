// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { blocks, DOCUMENTS, read, ROOT } from './documents';
import { pythonEnvironment, pythonInterpreter } from '../conformance/python';

test('every snippet in README and in the documentation of props compiles', () => {
  const work = join(ROOT, '.tmp', 'documents');
  mkdirSync(work, { recursive: true });
  // --strict: a snippet that does not compile fails; the tablet goes to a scratch folder
  execFileSync(join(ROOT, 'node_modules', '.bin', 'jsii-rosetta'), ['extract', '--strict', '--compile', '--output', join(work, 'snippets.json'), '.'], {
    cwd: ROOT, stdio: 'pipe', env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}` },
  });
}, 180_000);

const IN_DOCS = readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md'));

/** Snippets of the documents in `docs/`, which rosetta does not read, each inside the fixture that the others have. */
function wrapped(): Record<string, string> {
  const [before, after] = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').split('/// here');
  return Object.fromEntries(IN_DOCS.flatMap(name => {
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

const ofLanguage = (language: string) => DOCUMENTS.flatMap(document =>
  blocks(read(document)).filter(({ info }) => info === language).map(({ text }) => ({ document, text })));

/** What is wrong with a piece of Python: its syntax, or a call of Lookout for Metrics that there is not. */
async function pythonProblems(text: string): Promise<string> {
  const options = { input: text, encoding: 'utf8', env: pythonEnvironment() } as const;
  const { stdout, stderr } = spawnSync(await pythonInterpreter(), [join(__dirname, 'python_calls.py')], options);
  return `${stdout}${stderr}`;
}

test('every snippet in Python is Python, and calls what Lookout for Metrics has', async () => {
  expect(ofLanguage('python').length).toBeGreaterThanOrEqual(3);
  for (const { document, text } of ofLanguage('python')) expect([document, await pythonProblems(text)]).toEqual([document, '']);
  expect(await pythonProblems('lookout.put_feedback(AnomalyDetector=arn)')).toBe('put_feedback takes no AnomalyDetector\n');
  expect(await pythonProblems('lookout.judge(')).toContain('SyntaxError');
}, 120_000);

test('every snippet in JavaScript and JSON can be read', () => {
  expect(ofLanguage('js').length + ofLanguage('json').length).toBeGreaterThanOrEqual(3);
  for (const { text } of ofLanguage('js')) transformSync(text, { loader: 'js', format: 'esm' });
  for (const { text } of ofLanguage('json')) JSON.parse(text);
});
