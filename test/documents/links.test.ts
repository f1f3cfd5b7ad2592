// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DOCUMENTS, prose, read, ROOT } from './documents';
import manifest from '../../package.json';

/** Where the repository's files can be had by an address: what PyPI, npm and Construct Hub can show of README. */
const RAW = manifest.repository.url.replace('https://github.com/', 'https://raw.githubusercontent.com/').replace(/\.git$/, '/main/');

/** Names by which a document's headings are linked to, as GitHub makes them. */
function anchors(document: string): Set<string> {
  const headings = [...prose(read(document)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  // API.md has names of its own too
  const named = [...read(document).matchAll(/^#+ .* id="([^"]+)"/gm)].map(([, id]) => id);
  return new Set([...named, ...headings.map(heading => heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-'))]);
}

/** Why a link leads nowhere. Other people's addresses are only read: nothing is fetched. */
function problemOf(document: string, link: string): string | undefined {
  if (link.startsWith(RAW)) return existsSync(join(ROOT, link.slice(RAW.length))) ? undefined : 'no such file in the repository';
  if (/^[a-z]+:/.test(link)) {
    const url = URL.canParse(link) ? new URL(link) : undefined;
    if (url?.protocol !== 'https:') return 'no address that begins with https://';
    return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(url.hostname) && url.username === '' && url.port === '' ? undefined : 'no name of a public host';
  }
  const [file, anchor] = link.split('#');
  const target = file === '' ? document : join(dirname(document), file);
  if (!existsSync(join(ROOT, target))) return 'no such file';
  return anchor === undefined || anchors(target).has(anchor) ? undefined : 'no such heading';
}

const linksOf = (text: string) => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);

test.each(DOCUMENTS)('%s: every link leads somewhere', document => {
  const broken = linksOf(read(document)).map(link => [link, problemOf(document, link)]).filter(([, problem]) => problem !== undefined);
  expect(broken).toEqual([]);
});

test.each([
  ['docs/nothing.md', 'no such file'], ['docs/operations.md#nothing', 'no such heading'], ['http://example.com', 'no address that begins with https://'],
  ['https://example', 'no name of a public host'], [`${RAW}docs/nothing.svg`, 'no such file in the repository'],
])('a link to %s is noticed', (link, problem) => {
  expect(problemOf('README.md', link)).toBe(problem);
});

test('README\'s pictures have absolute addresses, since the packages hold none of them, and say in words what they show', () => {
  const pictures = [...read('README.md').matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)];
  expect(pictures.length).toBeGreaterThan(0);
  for (const [, words, address] of pictures) {
    expect(address.startsWith(RAW)).toBe(true);
    expect(words.length).toBeGreaterThan(80);
  }
});
