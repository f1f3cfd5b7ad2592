// SPDX-License-Identifier: Apache-2.0

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage, CDK_FLOOR, CONTEXTS, copyExample, find, run, synthesise, typescriptTemplate, workFolder } from './packages';

/**
 * All else is tried with the oldest CDK that the library takes; this tries the package with the newest one, and compares what both synthesise.
 */
const WORK = workFolder('latest');
const DIST = join(WORK, 'dist');
const app = copyExample('typescript', WORK);
const start = (variables: NodeJS.ProcessEnv) => run('node', ['build/app.js'], app, variables);

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>;
}

/** The framework of custom resources is the CDK's own, and so is its runtime. */
const FRAMEWORK = /framework(onEvent|isComplete|onTimeout)/;

/** A template without the runtime of the CDK's own functions, and with lists of one in policies as what they list, which means the same. */
function comparable(template: unknown): unknown {
  const simplified = JSON.parse(JSON.stringify(template), (name, value) =>
    (name === 'Resource' || name === 'Action') && Array.isArray(value) && value.length === 1 ? value[0] : value) as Template;
  for (const [id, { Type, Properties }] of Object.entries(simplified.Resources)) {
    if (Type === 'AWS::Lambda::Function' && FRAMEWORK.test(id)) delete Properties!.Runtime;
  }
  return simplified;
}

beforeAll(() => {
  buildPackage('js', DIST);
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', find(join(DIST, 'js'), '.tgz'), 'aws-cdk-lib@latest'], app);
  run(join(app, 'node_modules', '.bin', 'tsc'), ['--skipLibCheck', 'false'], app);
}, 600_000);

test('what is installed is a newer version 2 than the oldest one that the library takes', () => {
  const { version } = JSON.parse(readFileSync(join(app, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8')) as { version: string };
  const [major, minor] = version.split('.').map(Number);
  expect([major, minor > Number(CDK_FLOOR.split('.')[1])]).toEqual([2, true]);
});

test.each(CONTEXTS)('the example compiles and synthesises what it does with the oldest one: %j', context => {
  const template = synthesise(WORK, context, start);
  expect(comparable(template)).toEqual(comparable(typescriptTemplate(context)));
  expect(Object.keys((template as Template).Resources).length).toBeGreaterThan(40);
}, 240_000);

test('a wrong value is refused with the prop\'s name there too', () => {
  const file = join(app, 'build', 'app.js');
  writeFileSync(file, readFileSync(file, 'utf8').replace("'l4m-demo'", "'no cluster'"));
  expect(() => start({ CDK_OUTDIR: join(WORK, 'wrong.out') })).toThrow(/clusterIdentifier is not the identifier of a cluster, got "no cluster"/);
}, 120_000);
