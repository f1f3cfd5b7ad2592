// SPDX-License-Identifier: Apache-2.0

/** Writes THIRD-PARTY-NOTICES.md: every package of which code is in the bundles, found by bundling as the task `bundle` does. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = join(__dirname, '..');
const WORK = join(ROOT, '.tmp', 'notices');
const DOCUMENT = join(ROOT, 'THIRD-PARTY-NOTICES.md');
const NODE_MODULES = 'node_modules/';

/** A package of which code is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Empty where the package names none. */
  readonly author: string;
  /** Licence and notice as the package has them; empty where it has neither. */
  readonly text: string;
  /** Paths of the bundles. */
  readonly bundles: Set<string>;
}

interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
}

interface Metafile {
  readonly outputs: Record<string, { readonly inputs: Record<string, { readonly bytesInOutput: number }> }>;
}

/** Command lines of esbuild, as projen has written them. */
function bundleCommands(): string[][] {
  const { tasks } = JSON.parse(readFileSync(join(ROOT, '.projen', 'tasks.json'), 'utf8')) as { tasks: Record<string, { steps?: { execArgs?: string[] }[] }> };
  return Object.entries(tasks).filter(([name]) => name.startsWith('bundle:'))
    .flatMap(([, { steps }]) => (steps ?? []).flatMap(({ execArgs }) => execArgs?.[0] === 'esbuild' ? [execArgs] : []));
}

/** Folder of the package that a bundled file is of. Undefined: the file is ours. */
function packageFolder(input: string): string | undefined {
  const at = input.lastIndexOf(NODE_MODULES);
  if (at < 0) return undefined;
  const parts = input.slice(at + NODE_MODULES.length).split('/');
  return resolve(ROOT, input.slice(0, at + NODE_MODULES.length), ...parts.slice(0, parts[0].startsWith('@') ? 2 : 1));
}

function texts(folder: string): string {
  const files = readdirSync(folder).filter(name => /^(licen[cs]e|notice|copying)/i.test(name)).sort();
  return files.map(name => readFileSync(join(folder, name), 'utf8').replace(/\r\n/g, '\n').split('\n').map(line => line.trimEnd()).join('\n').trim()).join('\n\n');
}

/** All packages in the bundles, by name and version. */
export function bundledPackages(): BundledPackage[] {
  mkdirSync(WORK, { recursive: true });
  const found = new Map<string, BundledPackage>();
  for (const [index, [, ...args]] of bundleCommands().entries()) {
    const metafile = join(WORK, `${index}.json`);
    const bundle = args.find(argument => argument.startsWith('--outfile='))!.slice('--outfile='.length);
    const elsewhere = args.map(argument => argument.startsWith('--outfile=') ? `--outfile=${join(WORK, `${index}.mjs`)}` : argument);
    execFileSync(join(ROOT, 'node_modules', '.bin', 'esbuild'), [...elsewhere, `--metafile=${metafile}`, '--log-level=error'], { cwd: ROOT });
    const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
    for (const [input, { bytesInOutput }] of Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
      const folder = bytesInOutput > 0 ? packageFolder(input) : undefined;
      if (folder === undefined || !existsSync(join(folder, 'package.json'))) continue;
      const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
      const key = `${name} ${version}`;
      if (!found.has(key)) found.set(key, { name, version, licence: license ?? '', author: typeof author === 'string' ? author : author?.name ?? '', text: texts(folder), bundles: new Set() });
      found.get(key)!.bundles.add(bundle);
    }
  }
  return [...found.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, each]) => each);
}

/** THIRD-PARTY-NOTICES.md. */
export function noticesDocument(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, string[]>();
  for (const { name, text } of packages) {
    if (text !== '') byText.set(text, [...new Set([...byText.get(text) ?? [], name])]);
  }
  const rows = packages.map(({ name, version, licence, author, text, bundles }) =>
    `| \`${name}\` | ${version} | ${licence}${text === '' ? ` (by ${author.replace(/ *<[^>]*>/, '')}; the package has no text of it)` : ''} | ${[...bundles].sort().map(path => `\`${path}\``).join(', ')} |`);
  return `# Third-party notices

<!-- written by tsx scripts/third-party-notices.ts -->

The files in \`assets/\` hold other people's work, minified.

## Data of public holidays

\`assets/detect/holidays.mjs\` is loaded only for daily detectors that know the holidays of a country. The data of the npm package
\`date-holidays\` is available under [CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/), and so is the copy of it in this file,
which was minified and is unchanged otherwise. Who passes it on passes it on under the same licence. The attributions stand in
\`assets/detect/holidays.LICENSE.txt\`.

## Packages

| package | version | licence | in |
| --- | --- | --- | --- |
${rows.join('\n')}

## Licences

${[...byText].map(([text, names]) => `### ${names.join(', ')}\n\n\`\`\`\`text\n${text}\n\`\`\`\`\n`).join('\n')}`;
}

if (require.main === module) writeFileSync(DOCUMENT, noticesDocument(bundledPackages()));
