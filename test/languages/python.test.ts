// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildPackage, CDK_FLOOR, cdkSynth, comparable, CONTEXTS, copyExample, find, README_APP, readmeTemplate, ROOT, run, synthesise, typescriptTemplate,
  workFolder,
} from './packages';
import { expectLinksOfPage } from '../documents/document-links';
import { block } from '../documents/documents';

const WORK = workFolder('python');
const DIST = join(WORK, 'dist');
const app = copyExample('python', WORK);
const venv = join(WORK, 'venv');
const python = join(venv, 'bin', 'python');

beforeAll(() => {
  buildPackage('python', DIST);
  run('python3', ['-m', 'venv', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check', `aws-cdk-lib==${CDK_FLOOR}`, 'mypy==2.4.1', 'readme-renderer[md]==46.0', find(DIST, '.whl')]);
}, 600_000);

test('`cdk synth` of the example on the real wheel gives the same template as the one in TypeScript', () => {
  const template = synthesise(WORK, CONTEXTS[0], cdkSynth(app, { PATH: `${join(venv, 'bin')}:${process.env.PATH}` }));
  expect(template).toEqual(typescriptTemplate(CONTEXTS[0]));
}, 180_000);

/** README's first block in Python, as the package's page has it. */
const FIRST_BLOCK = 'import importlib.metadata as m, re; print(re.search(r"```python\\n(.*?)```", m.metadata("cdk-redshift-lookout").get_payload(), re.S).group(1))';

/** The example with other words in it, as a program of its own. */
function variant(name: string, ...replaced: [found: string, by: string][]): string {
  const changed = replaced.reduce((text, [found, by]) => text.replace(found, by), readFileSync(join(app, 'app.py'), 'utf8'));
  writeFileSync(join(app, name), changed);
  return name;
}

describe('one process, in which aws_cdk is loaded once', () => {
  let template: unknown;
  const samples = CONTEXTS.slice(1).map((context, index) => ({ context, program: `sample${index}.py`, out: join(WORK, `sample${index}.out`) }));
  /** What each program ended with: the last lines of its traceback, or nothing. */
  let ends: Record<string, string>;

  beforeAll(() => {
    writeFileSync(join(app, 'readme.py'), run(python, ['-c', FIRST_BLOCK]));
    const programs = [
      'readme.py',
      variant('value.py', ['"l4m-demo"', '"no cluster"']),
      variant('missing.py', ['frequency=DetectorFrequency.HOURLY,', '']),
      variant('prop.py', ['database=', 'databse=']),
      ...samples.map(({ context, program, out }) => variant(program, ['cdk.App()', `cdk.App(context=${JSON.stringify(context)}, outdir=${JSON.stringify(out)})`])),
    ];
    const start = (variables: NodeJS.ProcessEnv) => ends = JSON.parse(run(python, [join(__dirname, 'run_programs.py'), ...programs], app, variables));
    template = synthesise(WORK, {}, start, README_APP.stack);
  }, 180_000);

  test.each(samples)('the example gives the same template as the one in TypeScript: $context', ({ context, program, out }) => {
    expect(ends[program]).toBe('');
    expect(comparable(join(out, 'RedshiftLookoutEcommerce.template.json'))).toEqual(typescriptTemplate(context));
  }, 60_000);

  test('the wheel shows README\'s first example in Python, an app that synthesises as it stands', () => {
    expect(ends['readme.py']).toBe('');
    // the lines of the query are indented as the code around them
    const spaced = (text: unknown) => JSON.stringify(text).replace(/(\\+n| )+/g, ' ');
    expect(spaced(template)).toEqual(spaced(readmeTemplate(WORK)));
    expect(spaced(template)).toContain("from ecommerce where ts >= '{{start}}'");
  }, 60_000);

  test('a wrong value is refused with the prop\'s name, what was found and what to do', () => {
    expect(ends['value.py']).toMatch(/clusterIdentifier is not the identifier of a cluster, got "no cluster"/);
  });

  test('a wrong prop and one that is missing are named', () => {
    expect(ends['prop.py']).toMatch(/unexpected keyword argument 'databse'/);
    expect(ends['missing.py']).toMatch(/missing 1 required keyword-only argument: 'frequency'/);
  });
});

test('the links on the package\'s page lead somewhere, as PyPI renders it', () => {
  expectLinksOfPage(JSON.parse(run(python, [join(__dirname, 'rendered_links.py'), 'cdk-redshift-lookout'])) as string[]);
}, 60_000);

/**
 * mypy's settings: modules of aws_cdk that neither the wheel nor the example names are not read, which would take most of the time.
 * Their types are `Any` then; those of the library and of all that its props take are there.
 */
function typeSettings(): string {
  const packages = run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']).trim();
  const naming = [join(packages, 'cdk_redshift_lookout', '__init__.py'), join(app, 'app.py')].map(file => readFileSync(file, 'utf8')).join('\n');
  const named = new Set([...naming.matchAll(/^ *(?:import aws_cdk\.|from aws_cdk(?:\.| import ))(\w+)/gm)].map(([, module]) => module));
  const others = readdirSync(join(packages, 'aws_cdk')).filter(module => /^(aws_|alexa_)/.test(module) && !named.has(module));
  expect(named.size).toBeGreaterThan(10);
  const file = join(WORK, 'mypy.ini');
  writeFileSync(file, `[mypy]\nstrict = True\n${others.map(module => `[mypy-aws_cdk.${module}.*]\nfollow_imports = skip\n`).join('')}`);
  return file;
}

test('the example agrees with the wheel\'s types; a wrong prop and a wrong value do not', () => {
  variant('wrong.py', ['database=', 'databse='], ['threshold=70', "threshold='70'"]);
  const settings = typeSettings();
  const check = (file: string) => run(python, ['-m', 'mypy', '--config-file', settings, '--cache-dir', join(ROOT, '.tmp', 'mypy'), file], app);
  expect(check('app.py')).toContain('Success: no issues found in 1 source file');
  expect(() => check('wrong.py')).toThrow(/Unexpected keyword argument "databse"[^]*Argument "threshold" to "add_alert" of "RedshiftLookoutConnector" has incompatible type "str"/);
}, 240_000);

test('the command that the wheel puts into the virtual environment runs, and its exit code is that of the back test', () => {
  writeFileSync(join(app, 'config.json'), block('README.md', 'json'));
  const command = join(venv, 'bin', 'cdk-redshift-lookout');
  const ended = spawnSync(command, ['backtest', '--data', 'nope', '--config', 'config.json', '--out', 'result'], { cwd: app, encoding: 'utf8' });
  expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('--data "nope" cannot be read') });
}, 180_000);

test('the wheel carries the bundles and the sample', () => {
  const [tarball] = run(python, ['-c', 'import importlib.metadata as m; print(*(f.locate() for f in m.files("cdk-redshift-lookout") if f.suffix == ".tgz"))']).trim().split(' ');
  const names = run('tar', ['-tzf', tarball]);
  expect(names).toContain('package/assets/detect/index.mjs');
  expect(names).toContain('package/assets/sample/views.csv.gz');
});
