// SPDX-License-Identifier: Apache-2.0

// `npm run demo`, `npm test` and their like: install what is missing, build, then do the work under the Node version of Lambda.
// Plain JavaScript without dependencies, since it must start on a fresh clone.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const BIN = join(ROOT, 'node_modules', '.bin');
// node_modules/.bin holds Node 24 (the package `node`): first on the PATH, it runs everything that follows.
const environment = { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}`, JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1' };
// Some machines forbid Python to keep what it compiles; aws_cdk would be compiled anew each time that a test starts it, 15 seconds.
delete environment.PYTHONDONTWRITEBYTECODE;
// What Node has compiled of a package once, the hundreds of processes that tests start need not compile again.
environment.NODE_COMPILE_CACHE ??= join(ROOT, '.tmp', 'compiled');

/** Runs a command in the repository; ends the process with its exit code when it fails. */
function run(command, args, { mayFail = false, stdio = 'inherit' } = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, env: environment, stdio });
  if (error) {
    console.error(`could not start ${command}: ${error.message}`);
  }
  const code = error ? 1 : status ?? 1;
  if (code !== 0 && !mayFail) {
    process.exit(code);
  }
  return code;
}

/** Starts a command and keeps what it prints. Gives that and its exit code. */
function quietly(command, args) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd: ROOT, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => output += text);
    child.once('error', error => resolve({ code: 1, output: `could not start ${command}: ${error.message}` }));
    child.once('close', code => resolve({ code: code ?? 1, output }));
  });
}

/** Starts a command whose output is shown as it comes. Gives its exit code. When this process is told to end, the command ends first. */
function show(command, args) {
  return new Promise(resolve => {
    process.once('SIGTERM', () => {
      child.once('close', () => process.exit(143));
      if (!child.kill('SIGTERM')) process.exit(143);
    });
    const child = spawn(command, args, { cwd: ROOT, env: environment, stdio: 'inherit' });
    child.once('error', error => {
      console.error(`could not start ${command}: ${error.message}`);
      resolve(1);
    });
    child.once('close', code => resolve(code ?? 1));
  });
}

/** Runs a task of projen that makes files, and shows its output only when it fails: standard output is for what was asked for. */
async function make(task, what) {
  console.error(`${what} …`);
  const { code, output } = await quietly('projen', [task]);
  if (code !== 0) {
    console.error(output);
    process.exit(code);
  }
}

/** Installs when there is no node_modules, or when the lock file is newer than what is installed. */
function install() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  const locked = join(ROOT, 'package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(locked).mtimeMs) {
    console.error('installing dependencies (npm ci), about a minute …');
    // npm's summary goes to standard error too: standard output is for what was asked for
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['inherit', 2, 2] });
  }
}

/** The library as users get it: bundles in assets/, compiled constructs and assembly in lib/ and .jsii. */
async function build() {
  await Promise.all([make('bundle', 'bundling the functions'), make('compile', 'compiling the library, about half a minute')]);
  await make('snippets', 'translating the snippets');
}

const [task, ...rest] = process.argv.slice(2);
install();
switch (task) {
  case 'demo': {
    // --assembly runs what is already synthesised, bundles included: nothing is built over it
    if (!rest.some(argument => argument === '--assembly' || argument.startsWith('--assembly='))) {
      await make('bundle', 'bundling the functions');
    }
    process.exit(run('tsx', ['local/demo/index.ts', ...rest], { mayFail: true }));
  }
  // eslint-disable-next-line no-fallthrough
  case 'lookout':
    await make('bundle', 'bundling the functions');
    process.exit(run('tsx', ['local/lookout/index.ts', ...rest], { mayFail: true }));
  // eslint-disable-next-line no-fallthrough
  case 'fuzz':
    await make('bundle', 'bundling the functions');
    process.exit(run('tsx', ['test/conformance/fuzz.ts', ...rest], { mayFail: true }));
  // eslint-disable-next-line no-fallthrough
  case 'static':
    await make('bundle', 'bundling the functions');
    process.exit(run('tsx', ['scripts/check-static.ts', ...rest], { mayFail: true }));
  // eslint-disable-next-line no-fallthrough
  case 'links':
    process.exit(run('tsx', ['scripts/links.ts', ...rest], { mayFail: true }));
  // eslint-disable-next-line no-fallthrough
  case 'packages': {
    // --built: by the tests, after whose build nothing is built over; --outdir FOLDER: other than dist
    const { values, positionals } = parseArgs({
      args: rest, allowPositionals: true, options: { built: { type: 'boolean', default: false }, outdir: { type: 'string', default: 'dist' } },
    });
    const languages = positionals.length > 0 ? positionals : ['js', 'python', 'java', 'go'];
    if (!values.built) {
      await build();
    }
    for (const language of languages) {
      // Go modules are released as source; pacmak would compile it, for which some module proxies lack a dependency of aws-cdk-lib
      run('jsii-pacmak', ['--target', language, '--outdir', values.outdir, '--rosetta-unknown-snippets', 'fail', ...language === 'go' ? ['--code-only'] : []]);
      console.log(join(values.outdir, language));
    }
    process.exit(0);
  }
  // eslint-disable-next-line no-fallthrough
  case 'test': {
    mkdirSync(join(ROOT, '.tmp'), { recursive: true });
    await build();
    // hundreds of apps and warehouses leave folders behind, a temporary assembly each app without an `outdir`: they go with the tests
    const temporary = mkdtempSync(join(tmpdir(), 'lookout-test-'));
    chmodSync(temporary, 0o711); // PostgreSQL refuses to run as root: the user that then runs it has its files in here
    process.once('exit', () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
    process.once('SIGINT', () => process.exit(130));
    environment.TMPDIR = temporary;
    // beside the tests, which often wait for a clock or for the network; told of after them
    const types = quietly('projen', ['typecheck']);
    const tests = await show('jest', ['--ci', '--json', '--outputFile=.tmp/jest.json', '--cacheDirectory=.tmp/jest', ...rest]);
    const { code, output } = await types;
    if (code !== 0) console.error(output);
    process.exit(tests !== 0 || code !== 0 ? 1 : 0);
  }
  // eslint-disable-next-line no-fallthrough
  default:
    console.error(`unknown task ${JSON.stringify(task)}: use "demo", "test", "packages", "lookout", "fuzz", "links" or "static"`);
    process.exit(2);
}
