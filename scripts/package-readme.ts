// SPDX-License-Identifier: Apache-2.0

/**
 * README as the packages show it. Its links are relative, for who reads it in a clone, on GitHub or in the npm package, which holds the files
 * that it links to. PyPI, the wheel, the module for Go and Javadoc have none of these: there the same links lead to the repository, at the tag of
 * the version. Run as a part of `compile`, it writes them into the assembly, of which jsii-pacmak makes the packages.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../package.json';

const ROOT = join(__dirname, '..');

/** The repository's page. */
export const REPOSITORY = manifest.repository.url.replace(/\.git$/, '');
/** Its files as they are, which pictures need. */
const RAW = REPOSITORY.replace('//github.com/', '//raw.githubusercontent.com/');

/** The version in package.json, but while a release is made. */
export const UNRELEASED = '0.0.0';
/** The commit of a version: its tag, as projen makes it at the release. What is not released has none. */
const commitOf = (version: string) => version === UNRELEASED ? 'main' : `v${version}`;

/** A link or a picture in Markdown: `!` of a picture, what stands between brackets, and the target. */
export const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g;

/**
 * A document of the repository's root with addresses in place of relative links. Code is left as it is.
 * @throws when a link leads to a file that does not exist
 */
export function withAddresses(markdown: string, version: string): string {
  const address = (picture: boolean, target: string) => {
    if (/^[a-z]+:|^#/.test(target)) return target;
    const file = target.replace(/#.*/, '');
    const kind = statSync(join(ROOT, file)).isDirectory() ? 'tree' : 'blob';
    return picture ? `${RAW}/${commitOf(version)}/${target}` : `${REPOSITORY}/${kind}/${commitOf(version)}/${target}`;
  };
  // every second part is code
  return markdown.split(/(^```[^]*?^```$)/m).map((part, index) => index % 2 === 1 ? part : part.replace(LINK,
    (_, picture: string, text: string, target: string) => `${picture}[${text}](${address(picture !== '', target)})`)).join('');
}

/**
 * The file of the repository that an address of `withAddresses` leads to, with the part of it after `#`.
 * @returns undefined for other addresses
 */
export function fileOfAddress(address: string): string | undefined {
  const beginning = [`${REPOSITORY}/blob/`, `${REPOSITORY}/tree/`, `${RAW}/`].find(each => address.startsWith(each));
  return beginning && address.slice(beginning.length).replace(/^[^/]+\//, '');
}

if (require.main === module) {
  const file = join(ROOT, '.jsii');
  const assembly = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string; readonly readme: { readonly markdown: string } };
  const readme = { markdown: withAddresses(assembly.readme.markdown, assembly.version) };
  writeFileSync(file, JSON.stringify({ ...assembly, readme }, null, 2));
}
