// SPDX-License-Identifier: Apache-2.0

/**
 * `npm run test:static`: the templates of every variant of the connector under cfn-lint and cdk-nag's AwsSolutions, at the oldest version of
 * aws-cdk-lib that the library takes and at the newest. cdk-nag and cfn-lint are installed beside, in `.tmp/static`: the library has neither.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NagFinding } from '../test/static/nag-app';
import { NAG_REASONS } from '../test/static/nag-reasons';

const ROOT = join(__dirname, '..');
const WORK = join(ROOT, '.tmp', 'static');
const CFN_LINT = 'cfn-lint==1.58.0';

/** What is installed: the floor from package.json, and the newest. */
const VERSIONS: Record<string, string[]> = {
  floor: [`aws-cdk-lib@${floorOf('aws-cdk-lib')}`, `constructs@${floorOf('constructs')}`, 'cdk-nag@2'],
  latest: ['aws-cdk-lib@latest', 'constructs@10', 'cdk-nag@3'],
};

function floorOf(name: string): string {
  const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { peerDependencies: Record<string, string> };
  return peerDependencies[name].replace(/^\^/, '');
}

function run(command: string, args: string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Folder in which the library's source is bundled beside one version of CDK, as far from its assets as it is in the package. */
function install(name: string): string {
  const folder = join(WORK, name);
  mkdirSync(join(folder, 'lib', 'private'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...VERSIONS[name]], folder);
  if (!existsSync(join(folder, 'assets'))) symlinkSync(join(ROOT, 'assets'), join(folder, 'assets'));
  return folder;
}

function synthesise(folder: string): { readonly findings: NagFinding[]; readonly templates: string[] } {
  const [app, assembly, result] = ['lib/private/app.cjs', 'cdk.out', 'findings.json'].map(name => join(folder, name));
  run('esbuild', [
    join(ROOT, 'test', 'static', 'nag-app.ts'), '--bundle', '--platform=node', '--packages=external', `--outfile=${app}`, '--log-level=error',
  ], ROOT);
  for (const path of [assembly, result]) rmSync(path, { recursive: true, force: true });
  // the findings are told below, with their reasons
  execFileSync(process.execPath, [app, assembly, result], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
  return {
    findings: JSON.parse(readFileSync(result, 'utf8')) as NagFinding[],
    templates: readdirSync(assembly).filter(file => file.endsWith('.template.json')).map(file => join(assembly, file)),
  };
}

function cfnLint(): string {
  const environment = join(WORK, 'venv');
  if (!existsSync(join(environment, 'bin', 'cfn-lint'))) run('python3', ['-m', 'venv', environment], ROOT);
  run(join(environment, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', CFN_LINT], ROOT);
  return join(environment, 'bin', 'cfn-lint');
}

mkdirSync(WORK, { recursive: true });
const lint = cfnLint();
const problems: string[] = [];
for (const name of Object.keys(VERSIONS)) {
  const { findings, templates } = synthesise(install(name));
  if (templates.length === 0) problems.push(`${name}: no templates were synthesised`);
  for (const { rule, construct } of findings) {
    if (!NAG_REASONS.some(reason => (reason.onlyAt ?? name) === name && reason.rule.test(rule))) problems.push(`${name}: ${rule} at ${construct} has no reason in nag-reasons.ts`);
  }
  for (const { rule, reason, onlyAt } of NAG_REASONS) {
    if ((onlyAt ?? name) === name && !findings.some(finding => rule.test(finding.rule))) problems.push(`${name}: nothing is found of ${rule} (${reason}): take it out of nag-reasons.ts`);
  }
  console.log(`${name}: ${VERSIONS[name].join(', ')}: ${templates.length} templates, ${findings.length} findings of AwsSolutions`);
  try {
    run(lint, ['--non-zero-exit-code', 'error', '--ignore-checks', 'W3005', '--', ...templates], ROOT); // W3005: the CDK writes dependencies that are implied
  } catch {
    problems.push(`${name}: cfn-lint finds errors, see above`);
  }
}
if (problems.length > 0) console.error(problems.join('\n'));
process.exitCode = problems.length > 0 ? 1 : 0;
