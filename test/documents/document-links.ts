// SPDX-License-Identifier: Apache-2.0

/** The documents' links, and whether they lead to what is in the repository. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prose, read, ROOT } from './documents';
import { fileOfAddress, LINK } from '../../scripts/package-readme';

/** Names by which a document's headings are linked to, as GitHub makes them. */
function anchors(document: string): Set<string> {
  const headings = [...prose(read(document)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  // API.md has names of its own too
  const named = [...read(document).matchAll(/^#+ .* id="([^"]+)"/gm)].map(([, id]) => id);
  return new Set([...named, ...headings.map(heading => heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-'))]);
}

/** Why a link leads nowhere. Other people's addresses are only read: nothing is fetched. */
export function problemOf(document: string, link: string): string | undefined {
  const own = fileOfAddress(link);
  if (own !== undefined) return problemOf('README.md', own);
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

/** Why a link of a page that has no files beside it leads nowhere. */
export const problemOnPage = (link: string) => /^[a-z]+:/.test(link) ? problemOf('README.md', link) : 'relative, where there is nothing to relate to';

/** Links and pictures of a document, code left out. */
export const linksOf = (markdown: string) => [...prose(markdown).matchAll(LINK)].map(([, picture, text, target]) => ({ picture: picture !== '', text, target }));

/** What leads nowhere among links, each with the reason. */
export const broken = (links: readonly string[], problem: (link: string) => string | undefined) =>
  links.map(link => [link, problem(link)]).filter(([, why]) => why !== undefined);

/** Expects of the links on a package's page that each leads to a file of the repository, or to a public address. */
export function expectLinksOfPage(links: readonly string[]): void {
  expect(links.filter(link => fileOfAddress(link) !== undefined).length).toBeGreaterThan(20);
  expect(broken(links, problemOnPage)).toEqual([]);
}
