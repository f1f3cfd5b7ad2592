// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildPackage, CDK_FLOOR, cdkSynth, CONTEXTS, find, README_APP, readmeTemplate, ROOT, run, synthesise, typescriptTemplate, workFolder,
} from './packages';

/**
 * All else is tried with the oldest CDK that the library takes; this tries the package with the newest one, in a new app of `cdk init`, with the
 * compiler and the settings that it brings. What both synthesise is compared.
 */
const WORK = workFolder('latest');
const DIST = join(WORK, 'dist');
const app = join(WORK, 'shop');
const example = readFileSync(join(ROOT, 'examples', 'typescript', 'app.ts'), 'utf8');
const write = (program: string, code: string) => writeFileSync(join(app, 'bin', `${program}.ts`), code);
const start = (program: string) => (variables: NodeJS.ProcessEnv) => run(join(app, 'node_modules', '.bin', 'tsx'), [`bin/${program}.ts`], app, variables);

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
  mkdirSync(app);
  run('cdk', ['init', 'app', '--language', 'typescript', '--generate-only'], app);
  write('shop', README_APP.code);
  write('example', example);
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', find(join(DIST, 'js'), '.tgz'), 'aws-cdk-lib@latest'], app);
  run(join(app, 'node_modules', '.bin', 'tsc'), ['--skipLibCheck', 'false'], app); // the library's declarations too
}, 600_000);

test('what is installed is a newer version 2 than the oldest one that the library takes', () => {
  const { version } = JSON.parse(readFileSync(join(app, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8')) as { version: string };
  const [major, minor] = version.split('.').map(Number);
  expect([major, minor > Number(CDK_FLOOR.split('.')[1])]).toEqual([2, true]);
});

test('README\'s first example in `bin/` of a new app of `cdk init` synthesises as it is', () => {
  // its cdk.json has the CDK's feature flags of today, with which policies are written otherwise
  const types = (template: unknown) => Object.values((template as Template).Resources).map(({ Type }) => Type).sort();
  const template = synthesise(WORK, {}, cdkSynth(app), README_APP.stack);
  expect(types(template)).toEqual(types(readmeTemplate(WORK)));
  expect(JSON.stringify(template)).toContain('my-cluster');
}, 240_000);

test.each(CONTEXTS)('the example compiles and synthesises what it does with the oldest one: %j', context => {
  const template = synthesise(WORK, context, start('example'));
  expect(comparable(template)).toEqual(comparable(typescriptTemplate(context)));
  expect(Object.keys((template as Template).Resources).length).toBeGreaterThan(40);
}, 240_000);

/** Both sample warehouses and a connector on each, with all that a connector makes when it is asked to. */
const DEPRECATIONS = `
import { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AlertTarget, ConnectorQuery, Detector, DetectorFrequency, LookoutService, Metric, RedshiftLookoutConnector, SampleWarehouse, SampleWarehouseType, TimestampColumn } from 'cdk-redshift-lookout';

const stack = new Stack(new App(), 'Deprecations');
const topic = new Topic(stack, 'Topic');
const service = new LookoutService(stack, 'Lookout', { continuousDetection: true });
service.addFunctionUrl({ readOnly: true, maximumConcurrency: 5 });
for (const type of Object.values(SampleWarehouseType)) {
  const connector = new RedshiftLookoutConnector(stack, \`Connector\${type}\`, {
    cluster: new SampleWarehouse(stack, \`Warehouse\${type}\`, { type }).cluster,
    query: ConnectorQuery.fromString("select ts, views from ecommerce where ts >= '{{start}}' and ts < '{{end}}'"),
    timestampColumn: TimestampColumn.of('ts', 'yyyy-MM-dd HH:mm:ss'),
    metrics: [Metric.sum('views')],
    frequency: DetectorFrequency.HOURLY,
    detector: Detector.inAccount({ service }),
  });
  connector.addAlert('Pager', { target: AlertTarget.topic(topic) });
  connector.addAlarms(topic);
  connector.createLogsInsightsQueries();
}
`;

test('the library calls nothing of the CDK that is deprecated', () => {
  write('deprecations', DEPRECATIONS);
  expect(() => synthesise(WORK, {}, variables => start('deprecations')({ ...variables, JSII_DEPRECATED: 'fail' }), 'Deprecations')).not.toThrow();
}, 120_000);

test('a wrong value is refused with the prop\'s name there too', () => {
  write('wrong-value', example.replace("'l4m-demo'", "'no cluster'"));
  expect(() => start('wrong-value')({ CDK_OUTDIR: join(WORK, 'wrong.out') })).toThrow(/clusterIdentifier is not the identifier of a cluster, got "no cluster"/);
}, 120_000);
