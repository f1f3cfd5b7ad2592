// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CDK_FLOOR, cdkSynth, CONTEXTS, copyExample, find, ROOT, run, synthesise, typescriptTemplate, workFolder } from './packages';
import manifest from '../../package.json';
import { expectLinksOfPage } from '../documents/document-links';

const WORK = workFolder('java');
const DIST = join(WORK, 'dist');
/** Kept between runs: aws-cdk-lib alone is 100 MB. */
const REPOSITORY = join(ROOT, '.tmp', 'maven');
const app = copyExample('java', WORK);

/** What every Maven in the folder of the app is told, the one that `cdk synth` starts too. */
const SETTINGS = {
  'maven.config': [`-Dmaven.repo.local=${REPOSITORY}`, `-Dcdk.version=${CDK_FLOOR}`, `-Dlookout.version=${manifest.version}`],
  'jvm.config': ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'], // as fast as can be for a process of seconds
};

const maven = (goals: string[], variables: NodeJS.ProcessEnv = {}) => run('mvn', ['--quiet', '--batch-mode', ...goals], app, variables);

beforeAll(() => {
  rmSync(join(REPOSITORY, 'io', 'github', 'cdkredshiftlookout'), { recursive: true, force: true }); // of an earlier build
  run('jsii-pacmak', ['--target', 'java', '--outdir', DIST, '--rosetta-unknown-snippets', 'fail', '--maven-local-repository', REPOSITORY]);
  const [jar, pom] = ['jar', 'pom'].map(type => find(DIST, `${manifest.version}.${type}`));
  mkdirSync(join(app, '.mvn'));
  for (const [name, lines] of Object.entries(SETTINGS)) writeFileSync(join(app, '.mvn', name), `${lines.join('\n')}\n`);
  maven(['install:install-file', `-Dfile=${jar}`, `-DpomFile=${pom}`]); // as README says
}, 600_000);

// it is compiled with -Xlint:all, and without a warning: see the example's pom.xml
test.each(CONTEXTS)('the example on the jar synthesises the same template as the one in TypeScript: %j', context => {
  const template = synthesise(WORK, context, cdkSynth(app));
  expect(template).toEqual(typescriptTemplate(context));
}, 180_000);

test('a builder offers the connector\'s props under their names and types', () => {
  run('unzip', ['-q', find(DIST, '-sources.jar'), '*/RedshiftLookoutConnectorProps.java', '-d', WORK]);
  const props = readFileSync(find(WORK, '/RedshiftLookoutConnectorProps.java'), 'utf8');
  for (const method of ['cluster', 'database', 'query', 'timestampColumn', 'metrics', 'dimensions', 'frequency', 'delay', 'history']) {
    expect(props).toMatch(new RegExp(`public Builder ${method}\\(`));
  }
  expect(props).toMatch(/Builder metrics\(java\.util\.List<\? extends [\w.]+\.Metric>/);
  expect(props).not.toMatch(/Builder \w+\((final )?java\.lang\.Object/);
});

test('the links of README in Javadoc lead somewhere', () => {
  const javadoc = join(WORK, 'javadoc');
  run('unzip', ['-q', find(DIST, '-javadoc.jar'), '-d', javadoc]);
  const page = join(javadoc, 'io', 'github', 'cdkredshiftlookout', 'package-summary.html');
  const links = [...readFileSync(page, 'utf8').matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, link]) => link);
  expectLinksOfPage(links.filter(link => !link.startsWith('#') && !existsSync(join(dirname(page), link.replace(/#.*/, ''))))); // the others are Javadoc's own
});

test('a wrong value is refused with the prop\'s name; a wrong prop does not compile', () => {
  const file = join(app, 'src', 'main', 'java', 'shop', 'EcommerceApp.java');
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, source.replace('"l4m-demo"', '"no cluster"'));
  expect(() => maven(['compile', 'exec:java'], { CDK_OUTDIR: join(WORK, 'wrong.out') })).toThrow(/clusterIdentifier is not the identifier of a cluster, got \\?"no cluster\\?"/);
  writeFileSync(file, source.replace('.database(', '.databse('));
  expect(() => maven(['compile'])).toThrow(/cannot find symbol[^]*method databse\(/);
}, 120_000);
