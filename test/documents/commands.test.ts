// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { commandsOf, wordsOf } from './commands';
import { block, blocks, DOCUMENTS, read, ROOT } from './documents';
import tasks from '../../.projen/tasks.json';
import { usageOf } from '../../cli/command-line';
import { USAGE as DEMO_USAGE } from '../../local/demo/options';
import { USAGE as LOOKOUT_USAGE } from '../../local/lookout/options';
import { generateEcommerce } from '../../local/sample/ecommerce';
import manifest from '../../package.json';
import { UNRELEASED } from '../../scripts/package-readme';
import { pythonEnvironment, pythonInterpreter } from '../conformance/python';

/** Why a command of the documents would not work; undefined when it does. */
type Rule = (words: readonly string[]) => string | undefined | Promise<string | undefined>;

const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);
const missing = (paths: readonly string[]) => paths.filter(path => !existsSync(join(ROOT, path))).map(path => `there is no ${path}`)[0];
const filesIn = (folder: string): string[] => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(name => /\.[jt]s$/.test(name))
  .map(name => readFileSync(join(ROOT, folder, name), 'utf8'));

/** Options that a command is given and its usage does not tell of. */
const unknownOption = (given: readonly string[], usage: string) =>
  given.filter(word => word.startsWith('--') && !usage.includes(`${word} `) && !usage.includes(`${word}\n`)).map(option => `its usage does not know ${option}`)[0];

const inCi = (command: string, options = ' --silent') => readFileSync(join(ROOT, '.ci/run'), 'utf8').includes(`\nmust ${command}${options}\n`);

/** Scripts of package.json, with the options that they take. That each of them works is seen where it says. */
const SCRIPTS: Record<string, { readonly usage?: string; readonly seen: () => boolean }> = {
  'test': { seen: () => inCi('npm test') }, // test:languages and others run a folder of it
  'test:static': { seen: () => inCi('npm run test:static') },
  'eslint': { seen: () => inCi('npm run eslint') },
  'test:fuzz': { seen: () => readFileSync(join(ROOT, 'test', 'conformance', 'fuzz.test.ts'), 'utf8').includes('join(__dirname, \'fuzz.ts\')') },
  'demo': { usage: DEMO_USAGE, seen: () => inCi('npm run demo') },
  'links': { usage: read('scripts/links.ts'), seen: () => inCi('npm run links') },
  'lookout': { usage: LOOKOUT_USAGE, seen: () => filesIn('test/local').some(text => text.includes('local/lookout/index.ts')) },
  'packages': { usage: '', seen: () => filesIn('test/languages').some(text => text.includes("'packages', '--built'")) },
};

function npmScript(script: string, rest: readonly string[]): string | undefined {
  if (!Object.hasOwn(manifest.scripts, script)) return `package.json has no script ${script}`;
  const [, name, task, ...parameters] = /^(node scripts\/run\.mjs) (\S+)(.*)$/.exec(manifest.scripts[script as keyof typeof manifest.scripts]) ?? [];
  if (name !== undefined) {
    if (!readFileSync(join(ROOT, 'scripts', 'run.mjs'), 'utf8').includes(`case '${task}':`)) return `scripts/run.mjs has no task ${task}`;
    const lost = missing(parameters.join('').split(' ').filter(path => path.includes('/')));
    if (lost) return lost;
  }
  const known = SCRIPTS[script] ?? SCRIPTS[script.split(':')[0]];
  if (known === undefined) return `nothing in this test says how ${script} is seen to work`;
  if (!known.seen()) return `${script} is not run where this test says that it is`;
  return unknownOption(rest.slice(1), known.usage ?? '');
}

/** The back test of README, on made data and with README's configuration. */
function backTest(words: readonly string[]): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'documented-'));
  try {
    const data = generateEcommerce({ start: new Date('2026-01-05T00:00:00Z'), days: 30, seed: 1, frequency: 'PT1H' });
    const time = (interval: number) => new Date(data.start.getTime() + interval * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const rows = Array.from({ length: data.intervals }, (_, interval) => data.series.map(({ platform, marketplace }, series) => {
      const views = data.views[interval * data.series.length + series];
      return `${time(interval)},${views},${views / 50},${platform},${marketplace}`;
    })).flat();
    mkdirSync(join(folder, 'history'));
    writeFileSync(join(folder, 'history', 'rows.csv'), ['timestamp,views,revenue,platform,marketplace', ...rows].join('\n'));
    writeFileSync(join(folder, 'config.json'), block('README.md', 'json'));
    const command = join(ROOT, manifest.bin['cdk-redshift-lookout']);
    const { status, stderr } = spawnSync(process.execPath, [command, ...words], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) return `${status}: ${stderr}`;
    const told = ['report.html', 'scores.csv', 'groups.json', 'explanations.csv', 'summary.json'];
    return told.filter(name => !existsSync(join(folder, 'result', name)) || !read('README.md').includes(`\`${name}\``)).map(name => `it wrote no ${name}, or README does not name it`)[0];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The benchmarks take hours with their data: a test runs some of them on little, and of parts and options it is asked whether the program knows them. */
function benchmarks([command, ...rest]: readonly string[]): string | undefined {
  if (tasks.tasks.bench.steps[0].exec !== `tsx ${command}`) return 'the task bench runs something else';
  if (!filesIn('test/bench').some(text => text.includes(`runScript('${command}'`))) return `no test runs ${command}`;
  const { stderr } = spawnSync(bin('tsx'), [command, ...rest, 'no-part'], { cwd: ROOT, encoding: 'utf8' });
  return stderr.startsWith('"no-part" is no part and no option; ') ? undefined : stderr;
}

/** A script that documents have people run: a test or CI runs it, or what it writes is made by a test and compared. */
function scriptThatRuns(file: string): string | undefined {
  const lost = missing([file]);
  if (lost) return lost;
  const module = file.replace(/\.ts$/, '');
  const ways = [`runScript('${file}'`, `/${module}'`, `join(__dirname, '${basename(file)}')`];
  const isRun = inCi(`tsx ${file}`, '') || filesIn('test').some(text => ways.some(way => text.includes(way)));
  return isRun ? undefined : `nothing runs ${file}`;
}

/** Files that commands before have written, as far as it counts what is in them. */
const WRITTEN: Record<string, string> = {
  'schedule.json': JSON.stringify({ Name: 'crawl', ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: 'arn:aws:states:::m', RoleArn: 'arn:aws:iam::123456789012:role/r' } }),
};

/** AWS's command line checks its parameters before it calls anything. */
async function awsCommand(words: readonly string[]): Promise<string | undefined> {
  const redirected = words.indexOf('>');
  const given = words.slice(0, redirected < 0 ? undefined : redirected).map(word => word.replace(/^\$(LEDGER|TABLE|SCHEDULE)$/, 'some-name')
    .replace(/^\$\w+$/, 'arn:aws:states:eu-central-1:123456789012:stateMachine:Crawl').replace('$FIELDS', 'Name: Name').replace(/^<\w+>$/, 'id').replaceAll('…', 'some-name')
    .replace(/^fileb?:\/\/(.*)$/, (_, file: string) => WRITTEN[file] ?? '{}'));
  const nowhere = 'http://127.0.0.1:9'; // nothing listens there: who gets so far has given the parameters that the operation takes
  const { stderr } = spawnSync(await pythonInterpreter(), ['-m', 'awscli', ...given, '--endpoint-url', nowhere], { encoding: 'utf8', env: pythonEnvironment() });
  return stderr.includes('Could not connect to the endpoint URL') ? undefined : stderr;
}

/** Lines of the shell around commands of AWS: of blocks that test/end-to-end runs whole. */
function shellLine(words: readonly string[]): string | undefined {
  const line = words.join(' ');
  const isRun = blocks(read('docs/operations.md')).some(({ info, text }) => info === 'sh' && text.split('\n').some(each => wordsOf(each).join(' ') === line)
    && [...readFileSync(join(ROOT, 'test/end-to-end/operations-commands.ts'), 'utf8').matchAll(/shellBlock\('([^']*)'\)/g)].some(([, part]) => text.includes(part)));
  return isRun ? undefined : 'its block is not run by test/end-to-end/operations-commands.ts';
}

/** Commands of the CDK, and where a test runs each: in ring 2's account (the sample up to its change set), or on the installed packages. */
const CDK_COMMANDS: Record<string, readonly [folder: string, call: string]> = {
  'init': ['test/languages', "run('cdk', ['init', "],
  'bootstrap': ['test/ring2', "cdk.run('bootstrap', "],
  'synth': ['test/languages', "run('cdk', ['synth', "],
  'deploy -c sample=true': ['test/ring2', "cdk.run('deploy', '-c', 'sample=true', "],
  'diff': ['test/ring2', "cdk.run('diff', "],
  'destroy': ['test/ring2', "cdk.run('destroy', "],
};

/** The CDK's command line in the folder of an example: what it is told must be in the example, in every language, and a test runs it. */
function cdkCommand(words: readonly string[]): string | undefined {
  const [, ...rest] = words;
  const [context] = rest[0] === '-c' ? rest[1].split('=') : [''];
  if (rest.length !== (context === '' ? 0 : 2)) return `this test knows no ${rest.join(' ')}`;
  const apps = { typescript: 'app.ts', python: 'app.py', java: 'src/main/java/shop/EcommerceApp.java', go: 'main.go' };
  const missed = Object.entries(apps).flatMap(([language, file]) => [
    ...existsSync(join(ROOT, 'examples', language, 'cdk.json')) ? [] : [`examples/${language} has no cdk.json`],
    ...read(`examples/${language}/${file}`).includes(context) ? [] : [`examples/${language} knows no context ${context}`],
  ])[0];
  if (missed !== undefined) return missed;
  const [folder, call] = CDK_COMMANDS[words.join(' ')] ?? [];
  if (folder === undefined) return `nothing in this test says how cdk ${words.join(' ')} is seen to work`;
  return filesIn(folder).some(text => text.includes(call)) ? undefined : `cdk ${words.join(' ')} is not run in ${folder}`;
}

const { targets } = manifest.jsii;
const GO_MODULE = `${targets.go.moduleName}/${targets.go.packageName}`;
/** What `npm run packages` writes, as each language's own tool is told. */
const PACKAGES: Record<string, readonly string[]> = {
  npm: [manifest.name, `CLONE/dist/js/${manifest.name}@${UNRELEASED}.jsii.tgz`],
  pip: [targets.python.distName, `CLONE/dist/python/${targets.python.module}-${UNRELEASED}-py3-none-any.whl`],
  go: [GO_MODULE, `${GO_MODULE}=CLONE/dist/go/${targets.go.packageName}`],
};
const { groupId, artifactId } = targets.java.maven;
const JAR = `CLONE/dist/java/${groupId.replaceAll('.', '/')}/${artifactId}/${UNRELEASED}/${artifactId}-${UNRELEASED}.jar`;
const packageName = (tool: string, name: string) => PACKAGES[tool].includes(name) ? undefined : `the package for ${tool} is ${PACKAGES[tool].join(' or ')}`;

/** As the task `package` of a release writes it. */
function softwareBillOfMaterials(): string | undefined {
  const [, command, file] = tasks.tasks.package.steps.map(step => /^(npm sbom .*) > (.*)$/.exec((step as { exec?: string }).exec ?? '')).find(found => found) ?? [];
  if (command === undefined || !read('docs/releasing.md').includes(`\`${file.replace('dist/', '')}\``)) return 'no release writes it, or under another name';
  const [program, ...parameters] = command.split(' ');
  const { stdout } = spawnSync(program, parameters, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const { components } = JSON.parse(stdout) as { components: { name: string }[] };
  return components.some(({ name }) => name === 'esbuild') ? undefined : 'it lists nothing of what makes the packages';
}

/** By the beginning of the command: the first that fits. */
const RULES: readonly (readonly [RegExp, Rule])[] = [
  [/^npm test$/, () => npmScript('test', [])],
  [/^(npm run|npx projen) bench\b/, ([, , , ...rest]) => benchmarks(['bench/index.ts', ...rest.filter(word => word !== '--')])],
  [/^npm run \S+/, ([, , script, ...rest]) => npmScript(script, rest)],
  [/^npm ci$/, () => missing(['package-lock.json'])],
  [/^npm sbom$/, softwareBillOfMaterials],
  [/^npm install /, ([, , name]) => packageName('npm', name)],
  [/^pip install /, ([, , name]) => packageName('pip', name)],
  [/^mvn install:install-file -Dfile=JAR -DpomFile=POM$/, () => read('README.md').includes(`\`${JAR}\` and \`.pom\``) ? undefined : `JAR is not ${JAR}`],
  [/^go mod tidy$/, () => undefined],
  [/^go get /, ([, , name]) => packageName('go', name)],
  [/^go mod edit -replace /, words => packageName('go', words[4])],
  [/^(npx )?cdk-redshift-lookout backtest --/, words => backTest(words.slice(words.indexOf('backtest')))],
  [/^(cdk-redshift-lookout )?backtest/, words => unknownOption(words, usageOf('backtest'))],
  [/^npx cdk /, ([, , ...rest]) => cdkCommand(rest)],
  [/^cdk /, ([, ...rest]) => cdkCommand(rest)],
  [/^npx jest |^jest /, words => missing(words.slice(words.indexOf('jest') + 1).filter(word => word !== '-u'))],
  [/^npx projen( |$)/, ([, , task]) => task === undefined || Object.hasOwn(tasks.tasks, task) ? undefined : `projen has no task ${task}`],
  [/^projen /, ([, task]) => Object.hasOwn(tasks.tasks, task) ? undefined : `projen has no task ${task}`],
  [/^tsx /, ([, file]) => scriptThatRuns(file)],
  [/^\.ci\/run$/, () => missing(['.ci/run'])],
  [/^export (PATH|AWS_ENDPOINT_URL_LOOKOUTMETRICS)=/, () => undefined],
  [/^aws /, ([, ...rest]) => awsCommand(rest)],
  [/^(FIELDS=|split |for |printf |done$)/, shellLine],
  [/^rm requests request\.json batch\.\*$/, () => undefined], // what the block before has written
  [/^[A-Z]+=\$\(aws .*\)$/, ([, ...rest]) => awsCommand(rest.map(word => word.replace(/\)$/, '')))], // keeps what the command prints
];

async function problemOf(words: readonly string[]): Promise<string | undefined> {
  const rule = RULES.find(([beginning]) => beginning.test(words.join(' ')));
  return rule ? rule[1](words) : 'no rule of this test covers it';
}

test.each(DOCUMENTS)('%s: every command works, or what it runs is there', async document => {
  const problems = [];
  for (const { words } of commandsOf(document)) {
    const problem = await problemOf(words);
    if (problem !== undefined) problems.push({ command: words.join(' '), problem });
  }
  expect(problems).toEqual([]);
}, 300_000);

test('the commands are found', () => {
  const all = DOCUMENTS.flatMap(commandsOf).map(({ words }) => words.join(' '));
  expect(all).toEqual(expect.arrayContaining([
    'npm run demo', 'npm test',
    'npx cdk-redshift-lookout backtest --data history/ --config config.json --out result/',
    'cdk-redshift-lookout backtest --data history/ --config config.json --out result/',
  ]));
  expect(all.some(command => command.startsWith('aws dynamodb query '))).toBe(true);
});

test.each([
  ['npm run nothing', 'package.json has no script nothing'], ['npm run demo -- --nothing', 'its usage does not know --nothing'],
  ['npx projen nothing', 'projen has no task nothing'], ['jest test/nothing', 'there is no test/nothing'], ['tsx scripts/nothing.ts', 'there is no scripts/nothing.ts'],
  ['pip install something', 'the package for pip is cdk-redshift-lookout or CLONE/dist/python/cdk_redshift_lookout-0.0.0-py3-none-any.whl'],
  ['backtest --nothing', 'its usage does not know --nothing'], ['npx cdk nothing', 'nothing in this test says how cdk nothing is seen to work'], ['npx cdk deploy -c nothing=1', 'examples/typescript knows no context nothing'],
  ['split -l 3 nothing', 'its block is not run by test/end-to-end/operations-commands.ts'],
  ['something else', 'no rule of this test covers it'],
])('%s is noticed', async (command, problem) => {
  expect(await problemOf(wordsOf(command))).toBe(problem);
});

test('a wrong option of AWS\'s command line and of the back test are noticed', async () => {
  expect(await problemOf(wordsOf('aws stepfunctions start-execution --machine "$CRAWL"'))).toContain('--state-machine-arn');
  expect(await problemOf(wordsOf('npx cdk-redshift-lookout backtest --data history/ --config config.json --output result/'))).toContain('--output');
}, 120_000);
