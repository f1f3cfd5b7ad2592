// SPDX-License-Identifier: Apache-2.0

/**
 * `npm run links`: whether the pages of other people that the documents, the docs of props and the list of prices link to are there. A page that
 * is gone, or lacks the part that a link names, is a failure. So is one whose host cannot be reached from here, has trouble or does not answer programs,
 * unless links-seen.json says when and how somebody has seen that it exists; with `--require-network` a host must be reached all the same. Our own
 * addresses exist from the first release on: `--released` asks for them too. Files of the repository that documents link to are looked for by test/documents/links.test.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LinkChecker, type LinkResult, LinkState } from 'linkinator';
import { linkedAddresses, LINKING_FILES } from './linked-addresses';
import seenBefore from './links-seen.json';
import { fileOfAddress, REPOSITORY } from './package-readme';
import manifest from '../package.json';

const ROOT = join(__dirname, '..');
const WORK = join(ROOT, '.tmp', 'links');

const USAGE = `npm run links -- [--require-network] [--released] [--timeout SECONDS] [FILE ...]

--require-network   a host that cannot be reached or has trouble is a failure, though scripts/links-seen.json tells that the page has been seen
--released          our own addresses too, which exist from the first release on: those of README are as the packages show it
--timeout SECONDS   how long an answer may take, 20 unless told; each address is asked for up to four times
FILE                only the links of these files
`;

/** Addresses of which somebody has seen that they exist, where no host can be asked. */
const SEEN: Record<string, { readonly date: string; readonly how: string } | undefined> = seenBefore;

/**
 * 'refused': the host answers, but not to a program; 'not reached': it does not answer, or has trouble of its own (status 5xx).
 * 'seen before' is one of these when the page is in links-seen.json.
 */
type Verdict = 'there' | 'gone' | 'not reached' | 'refused' | 'seen before';

/** A page's path, without what names the same page in another way. */
const pathOf = (address: string) => new URL(address).pathname.replace(/(\/index(\.html?)?|\/)+$/, '');
/** Sites lead from a page that is gone to one above it, with status 200. */
const leadsUp = (from: string, to = '') => URL.canParse(to) && pathOf(from) !== pathOf(to) && `${pathOf(from)}/`.startsWith(`${pathOf(to)}/`);

function verdictOf({ url, state, status, failureDetails }: LinkResult, to: string | undefined): { readonly verdict: Verdict; readonly why: string } {
  if (state === LinkState.OK) return leadsUp(url, to) ? { verdict: 'gone', why: 'leads to a page above it' } : { verdict: 'there', why: '' };
  const reasons = (failureDetails ?? []).map(detail => detail instanceof Error ? (detail.cause as NodeJS.ErrnoException | undefined)?.code ?? detail.message : '');
  const why = [...new Set([...reasons, status ? `status ${status}` : ''])].filter(Boolean).join(', ');
  if (!status || status >= 500 && status !== 999) return { verdict: 'not reached', why };
  if (state === LinkState.SKIPPED) return { verdict: 'refused', why };
  return { verdict: status < 400 || status === 404 || status === 410 ? 'gone' : 'refused', why };
}

/** Asks for each address once; a list of them, as a page, is what the checker takes. */
async function resolve(wanted: readonly string[], timeoutSeconds: number) {
  mkdirSync(WORK, { recursive: true });
  writeFileSync(join(WORK, 'index.html'), wanted.map(address => `<a href="${address}">${address}</a>\n`).join(''));
  const moved = new Map<string, string>();
  const checker = new LinkChecker();
  checker.on('redirect', ({ url, targetUrl }) => moved.set(url, targetUrl ?? 'another address'));
  const { links } = await checker.check({
    path: 'index.html',
    serverRoot: WORK,
    recurse: false,
    checkFragments: true,
    redirects: 'warn',
    timeout: timeoutSeconds * 1000,
    concurrency: 8,
    retry: true,
    retryErrors: true,
    // once more is enough: a host that does not answer then is told of as such
    retryErrorsCount: 1,
    retryErrorsJitter: 500,
  });
  return { results: links, moved };
}

/** What people get by the packages' names once they are released; nothing has an address of its own in the documents. */
function publishedAtRelease(): string[] {
  const { python, java, go } = manifest.jsii.targets;
  return [
    `${REPOSITORY} and its files`, `npm: ${manifest.name}`, `PyPI: ${python.distName}`, `Maven: ${java.maven.groupId}:${java.maven.artifactId}`,
    `Go: ${go.moduleName}/${go.packageName}`,
  ];
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'require-network': { type: 'boolean', default: false },
      'released': { type: 'boolean', default: false },
      'timeout': { type: 'string', default: '20' },
      'help': { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const all = linkedAddresses(positionals.length > 0 ? positionals : LINKING_FILES);
  const own = [...all.keys()].filter(address => address.startsWith(REPOSITORY) || fileOfAddress(address) !== undefined);
  const wanted = [...all.keys()].filter(address => values.released || !own.includes(address));
  const { results, moved } = await resolve(wanted, Number(values.timeout));
  const told: Record<Verdict, string[]> = { 'there': [], 'gone': [], 'not reached': [], 'refused': [], 'seen before': [] };
  for (const address of wanted) {
    const { href } = new URL(address);
    const page = href.replace(/#.*/, '');
    // a part that a page lacks has a result of its own
    const result = results.find(({ url }) => url === href && href !== page) ?? results.find(({ url }) => url === page);
    const to = moved.get(page);
    const { verdict, why } = result ? verdictOf(result, to) : { verdict: 'not reached' as const, why: 'was not asked for' };
    const seen = verdict === 'refused' || verdict === 'not reached' && !values['require-network'] ? SEEN[address] : undefined;
    told[seen ? 'seen before' : verdict].push([
      address, ...to ? [`moved to ${to}`] : [], ...why ? [why] : [], ...seen ? [`${seen.date}: ${seen.how}`] : [], `in ${all.get(address)!.join(', ')}`,
    ].join('; '));
  }
  const unused = positionals.length > 0 ? [] : Object.keys(SEEN).filter(address => !all.has(address));
  const list = (title: string, lines: readonly string[]) => lines.length > 0 && console.log(`${title}:\n${lines.map(line => `  ${line}`).join('\n')}`);
  for (const verdict of Object.keys(told) as Verdict[]) list(verdict, told[verdict]);
  list('in scripts/links-seen.json, and nothing links to it', unused);
  if (told['not reached'].length + told.refused.length > 0) {
    console.log('what is not reached or refused must be looked at from elsewhere: write when and how into scripts/links-seen.json');
  }
  if (!values.released) list('published at the release, not asked for', publishedAtRelease());
  console.log(`${wanted.length} addresses: ${(Object.keys(told) as Verdict[]).map(verdict => `${told[verdict].length} ${verdict}`).join(', ')}`);
  return [...told.gone, ...told['not reached'], ...told.refused, ...unused].length > 0 ? 1 : 0;
}

if (require.main === module) {
  void main().then(code => process.exit(code));
}
