// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import manifest from '../../package.json';
import { broken, linksOf } from '../documents/document-links';
import { read } from '../documents/documents';

const ROOT = join(__dirname, '..', '..');

interface Packed {
  readonly unpackedSize: number;
  readonly files: { readonly path: string; readonly size: number; readonly mode: number }[];
}

describe('npm tarball', () => {
  let packed: Packed;
  beforeAll(() => {
    const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], { cwd: ROOT, encoding: 'utf8' });
    // npm 11 gives a list, npm 12 an object by package name
    const parsed = JSON.parse(text) as Packed[] | Record<string, Packed>;
    packed = Object.values(parsed)[0];
  });

  test('holds the compiled constructs, the assembly, the bundles and the documents, and nothing else', () => {
    const outside = packed.files.map(file => file.path).filter(path =>
      !/^(lib\/.*\.(js|d\.ts)|assets\/(cli|crawl|detect|detector|service)\/index\.mjs|assets\/detect\/holidays(\.mjs|\.LICENSE\.txt)|assets\/sample\/\w+\.csv\.gz|\.jsii|\.jsii\.tabl\.json|package\.json|README\.md|API\.md|CHANGELOG\.md|LICENSE|NOTICE|THIRD-PARTY-NOTICES\.md)$/.test(path));
    // documents and what they link to: what is committed, not what was built there
    const committed = execFileSync('git', ['ls-files', 'docs', 'examples', 'scripts/cost/*.json'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
    expect(outside.filter(path => !committed.includes(path))).toEqual([]);
  });

  test('holds all that its documents link to', () => {
    const paths = packed.files.map(({ path }) => path);
    const documents = paths.filter(path => path.endsWith('.md'));
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'API.md', 'docs/operations.md']));
    for (const document of documents) {
      const relative = linksOf(read(document)).map(({ target }) => target.replace(/#.*/, '')).filter(target => target !== '' && !/^[a-z]+:/.test(target));
      const held = (target: string) => paths.some(path => path === join(dirname(document), target) || path.startsWith(`${join(dirname(document), target)}/`));
      expect([document, broken(relative, target => held(target) ? undefined : 'not in the tarball')]).toEqual([document, []]);
    }
  });

  test('holds no compiled file whose source is gone', () => {
    const compiled = packed.files.map(({ path }) => path).filter(path => path.startsWith('lib/'));
    expect(compiled.length).toBeGreaterThan(50);
    expect(compiled.filter(path => !existsSync(join(ROOT, path.replace(/^lib/, 'src').replace(/(\.d\.ts|\.js)$/, '.ts'))))).toEqual([]);
  });

  test.each(['crawl', 'detect', 'detector', 'service'])('ships the bundle of the %s handler', handler => {
    const bundle = packed.files.find(file => file.path === `assets/${handler}/index.mjs`);
    expect(bundle?.size).toBeGreaterThan(10_000);
  });

  test('ships the command as a program: jsii, from a wheel, runs the file as the tarball has it', () => {
    expect(packed.files.find(({ path }) => path === manifest.bin['cdk-redshift-lookout'])!.mode.toString(8)).toBe('755');
    expect(read(manifest.bin['cdk-redshift-lookout'])).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('the handler with clients for DynamoDB and S3 is at most 450 KB', () => {
    const crawl = packed.files.find(file => file.path === 'assets/crawl/index.mjs')!;
    expect(crawl.size).toBeLessThanOrEqual(450 * 1024);
  });

  test('public holidays are in a file of their own, beside the function and with their licence', () => {
    const sizes = new Map(packed.files.map(({ path, size }) => [path, size]));
    // they would double it
    expect(sizes.get('assets/detect/index.mjs')).toBeLessThanOrEqual(900 * 1024);
    expect(sizes.get('assets/detect/holidays.mjs')).toBeLessThanOrEqual(850 * 1024);
    expect(sizes.get('assets/detect/holidays.LICENSE.txt')).toBeGreaterThan(10_000);
    expect(sizes.get('THIRD-PARTY-NOTICES.md')).toBeGreaterThan(1_000);
  });

  test('the sample\'s files are there and at most 650 KB', () => {
    const sample = packed.files.filter(({ path }) => path.startsWith('assets/sample/'));
    expect(sample.map(({ path }) => path).sort()).toEqual(['anomaly', 'marketplace', 'platform', 'views'].map(name => `assets/sample/${name}.csv.gz`));
    expect(sample.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(650 * 1024);
  });

  test('needs nothing at the user\'s synth but its peers', () => {
    expect(manifest).not.toHaveProperty('dependencies');
    expect(Object.keys(manifest.peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
    expect(manifest).not.toHaveProperty('bundledDependencies');
  });
});
