// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildPackage, CDK_FLOOR, cdkSynth, CONTEXTS, copyExample, find, README_APP, readmeTemplate, run, synthesise, typescriptTemplate, workFolder,
} from './packages';

const WORK = workFolder('typescript');
const DIST = join(WORK, 'dist');
const app = copyExample('typescript', WORK);
const start = (program: string) => (variables: NodeJS.ProcessEnv) => run('node', [`build/${program}.js`], app, variables);

const example = readFileSync(join(app, 'app.ts'), 'utf8');
const write = (program: string, code: string) => writeFileSync(join(app, `${program}.ts`), code);
/** What the compiler told of all programs. */
let told = '';

beforeAll(() => {
  buildPackage('js', DIST);
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', find(join(DIST, 'js'), '.tgz'), `aws-cdk-lib@${CDK_FLOOR}`], app);
  write('readme', README_APP.code);
  write('wrong-value', example.replace("'l4m-demo'", "'no cluster'"));
  write('wrong-prop', example.replace('database: ', 'databse: '));
  write('wrong-type', example.replace('threshold: 70', "threshold: '70'"));
  try {
    // the compiler of the example's own package.json, with its tsconfig.json; the library's declarations too
    run(join(app, 'node_modules', '.bin', 'tsc'), ['--skipLibCheck', 'false'], app);
  } catch (error) {
    told = (error as Error).message;
  }
  for (const program of ['wrong-prop', 'wrong-type']) rmSync(join(app, `${program}.ts`)); // `cdk synth` compiles the rest again
}, 600_000);

test('`cdk synth` of the example on the installed tarball gives the same template as on the source', () => {
  expect(synthesise(WORK, CONTEXTS[0], cdkSynth(app))).toEqual(typescriptTemplate(CONTEXTS[0]));
}, 180_000);

test.each(CONTEXTS.slice(1))('so does the compiled example: %j', context => {
  expect(synthesise(WORK, context, start('app'))).toEqual(typescriptTemplate(context));
}, 180_000);

test('README\'s first example is an app that compiles and synthesises as it stands', () => {
  const template = synthesise(WORK, {}, start('readme'), README_APP.stack);
  expect(template).toEqual(readmeTemplate(WORK));
  expect(JSON.stringify(template)).toContain('my-cluster');
}, 180_000);

test('the tarball brings nothing into node_modules but itself: aws-cdk-lib and constructs are the app\'s', () => {
  const manifest = JSON.parse(readFileSync(join(app, 'node_modules', 'cdk-redshift-lookout', 'package.json'), 'utf8'));
  expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
  expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  expect(readdirSync(join(app, 'node_modules', 'cdk-redshift-lookout'))).not.toContain('node_modules');
});

test('a wrong value is refused with the prop\'s name', () => {
  expect(() => start('wrong-value')({ CDK_OUTDIR: join(WORK, 'wrong.out') })).toThrow(/clusterIdentifier is not the identifier of a cluster, got "no cluster"/);
}, 120_000);

test('a wrong prop and a wrong type do not compile, and nothing else is told', () => {
  expect(told).toMatch(/wrong-prop\.ts.*'databse' does not exist in type 'RedshiftLookoutConnectorProps'. Did you mean to write 'database'\?/);
  expect(told).toMatch(/wrong-type\.ts.*Type 'string' is not assignable to type 'number'/);
  expect(told.match(/error TS/g)).toHaveLength(2);
});
