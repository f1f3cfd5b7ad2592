import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';

const ROOT = join(__dirname, '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const WORK = join(ROOT, '.tmp', 'languages');
const DIST = join(WORK, 'dist');
const CDK_FLOOR = manifest.devDependencies['aws-cdk-lib'];

// The jsii kernel and pacmak warn loudly about Node 20; the Node of the devDependencies is the one the handlers run on.
const environment = { ...process.env, PATH: `${BIN}:${process.env.PATH}`, JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1' };

function run(command: string, args: string[], cwd = ROOT, more: NodeJS.ProcessEnv = {}): string {
  return execFileSync(command, args, { cwd, env: { ...environment, ...more }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
}

function find(folder: string, ends: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith(ends));
  if (found.length !== 1) {
    throw new Error(`expected one file *${ends} in ${folder}, found ${JSON.stringify(found)}`);
  }
  return join(folder, found[0]);
}

/** A template without what may differ between two synths of the same app: asset hashes, and the comment on the CDK version. */
function comparable(path: string): unknown {
  const template = JSON.parse(readFileSync(path, 'utf8').replace(/[0-9a-f]{64}/g, 'HASH'));
  for (const [id, resource] of Object.entries<{ Type: string; Metadata?: unknown }>(template.Resources)) {
    delete resource.Metadata;
    if (resource.Type === 'AWS::CDK::Metadata') {
      delete template.Resources[id];
    }
  }
  return template;
}

beforeAll(() => {
  rmSync(WORK, { recursive: true, force: true });
  mkdirSync(WORK, { recursive: true });
});

describe('Java', () => {
  beforeAll(() => {
    run('jsii-pacmak', ['--code-only', '--target', 'java', '--outdir', DIST]);
  }, 180_000);

  test('a builder offers the connector\'s props under their names and types', () => {
    const props = readFileSync(find(DIST, '/RedshiftLookoutConnectorProps.java'), 'utf8');
    for (const method of ['cluster', 'database', 'query', 'timestampColumn', 'metrics', 'dimensions', 'frequency', 'delay', 'history']) {
      expect(props).toMatch(new RegExp(`public Builder ${method}\\(`));
    }
    expect(props).toMatch(/Builder metrics\(java\.util\.List<\? extends [\w.]+\.Metric>/);
    expect(props).not.toMatch(/Builder \w+\((final )?java\.lang\.Object/);
  });
});

describe('Python', () => {
  const venv = join(WORK, 'venv');
  const python = join(venv, 'bin', 'python');

  beforeAll(() => {
    run('jsii-pacmak', ['--target', 'python', '--outdir', DIST]);
    run('python3', ['-m', 'venv', venv]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `aws-cdk-lib==${CDK_FLOOR}`, find(DIST, '.whl')]);
  }, 600_000);

  test('an app on the real wheel synthesises the same template as the TypeScript example', () => {
    const typescriptOut = join(WORK, 'typescript.out');
    const pythonOut = join(WORK, 'python.out');
    run('tsx', ['examples/typescript/app.ts'], ROOT, { CDK_OUTDIR: typescriptOut });
    run(python, ['app.py'], join(ROOT, 'examples', 'python'), { CDK_OUTDIR: pythonOut });
    const name = readdirSync(typescriptOut).find(file => file.endsWith('.template.json'))!;
    expect(comparable(join(pythonOut, name))).toEqual(comparable(join(typescriptOut, name)));
  }, 120_000);

  test('a wrong prop is refused with the prop\'s name', () => {
    const program = [
      'import aws_cdk as cdk, cdk_redshift_lookout as lookout',
      'lookout.Metric.sum("views")',
      'lookout.RedshiftLookoutConnector(cdk.Stack(cdk.App(), "S"), "C", databse="x")',
    ].join('\n');
    expect(() => run(python, ['-c', program])).toThrow(/unexpected keyword argument 'databse'/);
  }, 60_000);

  test('the wheel carries the bundles', () => {
    const site = find(join(venv, 'lib'), join('cdk_redshift_lookout', '_jsii', '__init__.py'));
    expect(existsSync(site)).toBe(true);
    const names = run(python, ['-c', [
      'import tarfile, glob, os, cdk_redshift_lookout._jsii as j',
      'print("\\n".join(tarfile.open(glob.glob(os.path.join(os.path.dirname(j.__file__), "*.tgz"))[0]).getnames()))',
    ].join('\n')]);
    expect(names).toContain('package/assets/detect/index.mjs');
  }, 60_000);
});
