// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** The documents, as paths from the repository's root. */
export const DOCUMENTS = ['README.md', 'CHANGELOG.md', ...readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)];

export const read = (document: string) => readFileSync(join(ROOT, document), 'utf8');

/** Text without fenced code, in which nothing is a link or a heading. */
export const prose = (text: string) => text.replace(/^```[^]*?^```/gm, '');

/** A block of code between fences. */
export interface Block {
  /** What stands after the fence: language and more. */
  readonly info: string;
  readonly text: string;
}

export function blocks(text: string): Block[] {
  return [...text.matchAll(/^```([^\n]*)\n([^]*?)^```$/gm)].map(([, info, code]) => ({ info, text: code }));
}

/** A block of a language, the first one unless told otherwise. @throws when there is none */
export function block(document: string, info: string, index = 0): string {
  const found = blocks(read(document)).filter(each => each.info === info)[index];
  if (!found) throw new Error(`${document} has no block ${index} of ${info}`);
  return found.text;
}
