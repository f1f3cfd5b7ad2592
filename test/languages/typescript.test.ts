// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildPackage, CDK_FLOOR, cdkSynth, CONTEXTS, copyExample, find, README_APP, readmeTemplate, run, synthesise, typescriptTemplate, workFolder,
} from './packages';

const WORK = workFolder('typescript');
const DIST = join(WORK, 'dist');
const app = copyExample('typescript', WORK);
/** The compiler of the example's own package.json, with its tsconfig.json: strict, and the library's declarations are checked too. */
const compile = () => run(join(app, 'node_modules', '.bin', 'tsc'), [], app);
const start = (variables: NodeJS.ProcessEnv) => run('node', ['build/app.js'], app, variables);

beforeAll(() => {
  buildPackage('js', DIST);
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', find(join(DIST, 'js'), '.tgz'), `aws-cdk-lib@${CDK_FLOOR}`], app);
  compile();
}, 600_000);

test.each(CONTEXTS)('the example on the installed tarball synthesises the same template as on the source: %j', context => {
  expect(synthesise(WORK, context, cdkSynth(app))).toEqual(typescriptTemplate(WORK, context));
}, 180_000);

test('README\'s first example is an app that compiles and synthesises as it stands', () => {
  writeFileSync(join(app, 'readme.ts'), README_APP.code);
  compile();
  const template = synthesise(WORK, {}, variables => run('node', ['build/readme.js'], app, variables), README_APP.stack);
  expect(template).toEqual(readmeTemplate(WORK));
  expect(JSON.stringify(template)).toContain('my-cluster');
}, 180_000);

test('the tarball brings nothing into node_modules but itself: aws-cdk-lib and constructs are the app\'s', () => {
  const manifest = JSON.parse(readFileSync(join(app, 'node_modules', 'cdk-redshift-lookout', 'package.json'), 'utf8'));
  expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
  expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  expect(readdirSync(join(app, 'node_modules', 'cdk-redshift-lookout'))).not.toContain('node_modules');
});

test('a wrong value is refused with the prop\'s name; a wrong prop and a wrong type do not compile', () => {
  const file = join(app, 'app.ts');
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, source.replace("'l4m-demo'", "'no cluster'"));
  compile();
  expect(() => start({ CDK_OUTDIR: join(WORK, 'wrong.out') })).toThrow(/clusterIdentifier is not the identifier of a cluster, got "no cluster"/);
  writeFileSync(file, source.replace('database: ', 'databse: '));
  expect(compile).toThrow(/'databse' does not exist in type 'RedshiftLookoutConnectorProps'. Did you mean to write 'database'\?/);
  writeFileSync(file, source.replace('threshold: 70', "threshold: '70'"));
  expect(compile).toThrow(/Type 'string' is not assignable to type 'number'/);
}, 180_000);
