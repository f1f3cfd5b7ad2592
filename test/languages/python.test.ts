// SPDX-License-Identifier: Apache-2.0

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildPackage, CDK_FLOOR, cdkSynth, CONTEXTS, copyExample, find, README_APP, readmeTemplate, ROOT, run, synthesise, typescriptTemplate, workFolder,
} from './packages';

const WORK = workFolder('python');
const DIST = join(WORK, 'dist');
const app = copyExample('python', WORK);
const venv = join(WORK, 'venv');
const python = join(venv, 'bin', 'python');

beforeAll(() => {
  buildPackage('python', DIST);
  run('python3', ['-m', 'venv', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `aws-cdk-lib==${CDK_FLOOR}`, 'mypy==2.4.1', find(DIST, '.whl')]);
}, 600_000);

test.each(CONTEXTS)('the example on the real wheel synthesises the same template as the one in TypeScript: %j', context => {
  const template = synthesise(WORK, context, cdkSynth(app, { PATH: `${join(venv, 'bin')}:${process.env.PATH}` }));
  expect(template).toEqual(typescriptTemplate(WORK, context));
}, 120_000);

/** README's first block in Python, as the package's page has it. */
const FIRST_BLOCK = 'import importlib.metadata as m, re; print(re.search(r"```python\\n(.*?)```", m.metadata("cdk-redshift-lookout").get_payload(), re.S).group(1))';

test('the wheel shows README\'s first example in Python, an app that synthesises as it stands', () => {
  writeFileSync(join(app, 'readme.py'), run(python, ['-c', FIRST_BLOCK]));
  const template = synthesise(WORK, {}, variables => run(python, ['readme.py'], app, variables), README_APP.stack);
  // the lines of the query are indented as the code around them
  const spaced = (text: unknown) => JSON.stringify(text).replace(/(\\+n| )+/g, ' ');
  expect(spaced(template)).toEqual(spaced(readmeTemplate(WORK)));
  expect(spaced(template)).toContain("from ecommerce where ts >= '{{start}}'");
}, 180_000);

test('the example agrees with the wheel\'s types; a wrong prop and a wrong value do not', () => {
  // the types of aws_cdk are read once, which takes most of the time
  const check = (file: string) => run(python, ['-m', 'mypy', '--strict', '--cache-dir', join(ROOT, '.tmp', 'mypy'), file], app);
  expect(check('app.py')).toContain('Success: no issues found in 1 source file');
  run(python, ['-c', 'open("wrong.py", "w").write(open("app.py").read().replace("database=", "databse=").replace("threshold=70", "threshold=\'70\'"))'], app);
  expect(() => check('wrong.py')).toThrow(/Unexpected keyword argument "databse"[^]*Argument "threshold" to "add_alert" of "RedshiftLookoutConnector" has incompatible type "str"/);
}, 240_000);

test('a wrong prop is refused with the prop\'s name', () => {
  const program = [
    'import aws_cdk as cdk, cdk_redshift_lookout as lookout',
    'lookout.Metric.sum("views")',
    'lookout.RedshiftLookoutConnector(cdk.Stack(cdk.App(), "S"), "C", databse="x")',
  ].join('\n');
  expect(() => run(python, ['-c', program])).toThrow(/unexpected keyword argument 'databse'/);
}, 180_000);

test('a wrong value is refused with the prop\'s name, what was found and what to do; a prop that is missing is named', () => {
  run(python, ['-c', 'open("value.py", "w").write(open("app.py").read().replace(\'"l4m-demo"\', \'"no cluster"\'))'], app);
  expect(() => run(python, ['value.py'], app, { CDK_OUTDIR: join(WORK, 'wrong.out') })).toThrow(/clusterIdentifier is not the identifier of a cluster, got "no cluster"/);
  run(python, ['-c', 'open("missing.py", "w").write(open("app.py").read().replace("frequency=DetectorFrequency.HOURLY,", ""))'], app);
  expect(() => run(python, ['missing.py'], app, { CDK_OUTDIR: join(WORK, 'wrong.out') })).toThrow(/missing 1 required keyword-only argument: 'frequency'/);
}, 180_000);

test('the wheel carries the bundles and the sample', () => {
  expect(existsSync(find(join(venv, 'lib'), join('cdk_redshift_lookout', '_jsii', '__init__.py')))).toBe(true);
  const names = run(python, ['-c', [
    'import tarfile, glob, os, cdk_redshift_lookout._jsii as j',
    'print("\\n".join(tarfile.open(glob.glob(os.path.join(os.path.dirname(j.__file__), "*.tgz"))[0]).getnames()))',
  ].join('\n')]);
  expect(names).toContain('package/assets/detect/index.mjs');
  expect(names).toContain('package/assets/sample/views.csv.gz');
}, 180_000);
