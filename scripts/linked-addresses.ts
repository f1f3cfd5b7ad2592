// SPDX-License-Identifier: Apache-2.0

/** Which pages are linked to, for `npm run links`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UNRELEASED, withAddresses } from './package-readme';

const ROOT = join(__dirname, '..');

/** Files in which people find links. */
function files(): string[] {
  const within = (folder: string, ending: string) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending)).map(name => join(folder, name)).sort();
  // of THIRD-PARTY-NOTICES.md what is our own, without the texts of others
  const written = ['scripts/cost/prices.json', 'scripts/third-party-notices.ts'];
  return ['README.md', 'CHANGELOG.md', 'API.md', ...within('docs', '.md'), ...within('src', '.ts'), ...written];
}

export const LINKING_FILES = files();

/** Addresses of pages, each with the files that link to it. An address with a part to be filled in is none. README is as the packages show it. */
export function linkedAddresses(paths: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of paths) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const matches = (path === 'README.md' ? withAddresses(text, UNRELEASED) : text).matchAll(/\bhttps?:\/\/(?!127\.0\.0\.1)[^\s<>()[\]"'`{}$|\\]+/g);
    for (const [match] of matches) {
      const address = match.replace(/[.,;:]+$/, '');
      found.set(address, [...new Set([...found.get(address) ?? [], path])]);
    }
  }
  return found;
}
