// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';
import { block } from '../documents/documents';
import { madeOnce } from '../made-once';

export const ROOT = join(__dirname, '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');
/** The CDK that the packages are tried with: the oldest that the library takes. */
export const CDK_FLOOR = manifest.devDependencies['aws-cdk-lib'];

// The jsii kernel and pacmak warn loudly about Node 20; the Node of the devDependencies is the one the handlers run on.
const environment = { ...process.env, PATH: `${BIN}:${process.env.PATH}`, JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1' };

/** Runs a command. @throws with all that it printed when it fails */
export function run(command: string, args: string[], cwd = ROOT, more: NodeJS.ProcessEnv = {}): string {
  try {
    return execFileSync(command, args, { cwd, env: { ...environment, ...more }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message.split('\n')[0]}\n${stdout}\n${stderr}`);
  }
}

/** An empty folder of one language, under `.tmp`. */
export function workFolder(language: string): string {
  const folder = join(ROOT, '.tmp', 'languages', language);
  // modules of Go are written read-only
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Builds the package for a language as `npm run packages` does, from what is compiled. */
export function buildPackage(language: string, folder: string): void {
  run('node', [join('scripts', 'run.mjs'), 'packages', '--built', '--outdir', folder, language]);
}

/** A copy of an example, away from the repository. */
export function copyExample(language: string, folder: string): string {
  const app = join(folder, 'app');
  cpSync(join(ROOT, 'examples', language), app, { recursive: true });
  return app;
}

/** The one file of a folder whose path ends so. */
export function find(folder: string, ends: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith(ends));
  if (found.length !== 1) throw new Error(`expected one file *${ends} in ${folder}, found ${JSON.stringify(found)}`);
  return join(folder, found[0]);
}

/** Contexts in which the examples are compared. */
export const CONTEXTS = [{}, { sample: 'true' }];

/** Runs an app, told folder and context by the environment. */
export type Start = (variables: NodeJS.ProcessEnv) => void;

/** README's last step, in the folder of an app: `cdk synth`, which starts the app by its cdk.json. */
export function cdkSynth(app: string, more: NodeJS.ProcessEnv = {}): Start {
  return ({ CDK_OUTDIR, CDK_CONTEXT_JSON }) => {
    const context = Object.entries(JSON.parse(CDK_CONTEXT_JSON!)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    run('cdk', ['synth', '--quiet', '--no-version-reporting', '--output', CDK_OUTDIR!, ...context], app, more);
  };
}

/** Synthesises an example. Gives the template of one of its stacks, comparable with others. */
export function synthesise(folder: string, context: object, app: Start, stack = 'RedshiftLookoutEcommerce'): unknown {
  const out = join(folder, `${stack}-${Object.keys(context).join('-')}-cdk.out`);
  app({ CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context) });
  return comparable(join(out, `${stack}.template.json`));
}

/** README's first example, a whole app with one stack. */
export const README_APP = { code: block('README.md', 'ts nofixture'), stack: 'Shop' };

/** The template of an app, run on the library's source. */
function sourceTemplate(name: string, context: object, app: Start, stack?: string): unknown {
  const folder = madeOnce(`${name}-template-${Object.keys(context).join('-')}`, into => {
    writeFileSync(join(into, 'template.json'), JSON.stringify(synthesise(join(into, 'work'), context, app, stack)));
    rmSync(join(into, 'work'), { recursive: true });
  });
  return JSON.parse(readFileSync(join(folder, 'template.json'), 'utf8'));
}

/** The template of the example in TypeScript, run on the library's source. */
export const typescriptTemplate = (context: object) => sourceTemplate('example', context, onSource('examples/typescript/app.ts'));

/** The template of README's first example, run on the library's source. */
export function readmeTemplate(folder: string): unknown {
  const file = join(folder, 'readme.ts');
  writeFileSync(file, README_APP.code);
  return sourceTemplate('readme', {}, onSource(file), README_APP.stack);
}

const onSource = (file: string): Start => variables => run('tsx', ['--tsconfig', 'tsconfig.dev.json', file], ROOT, variables);

/** A template without what may differ between two synths of the same app: asset hashes, and the comment on the CDK version. */
export function comparable(path: string): unknown {
  const template = JSON.parse(readFileSync(path, 'utf8').replace(/[0-9a-f]{64}/g, 'HASH'));
  for (const [id, resource] of Object.entries<{ Type: string; Metadata?: unknown }>(template.Resources)) {
    delete resource.Metadata;
    if (resource.Type === 'AWS::CDK::Metadata') delete template.Resources[id];
  }
  return template;
}
