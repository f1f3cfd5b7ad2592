// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read, ROOT } from './documents';

/** The library's own texts: constructs and handlers, with the pieces of long messages put together. */
const SOURCE = ['src', 'handlers'].flatMap(folder => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts')).map(name => readFileSync(join(ROOT, folder, name), 'utf8'))).join('\n')
  .replace(/['`]\s*\n\s*\+ ['`]/g, '')
  .replaceAll('${what} cluster', 'attached to cluster').replaceAll('${prop}', 'query'); // as the table has them

/** Messages as the table of troubles has them: between backquotes, with … for what differs. */
const messages = () => [.../## Troubleshooting[^]*?(?=\n## )/.exec(read('README.md'))![0].matchAll(/^\| [^|]*?`([^`|]*…[^`|]*|there is a detector[^`|]*)`/gm)].map(([, text]) => text);
/** Parts of a message that are always the same, of a length that says something. */
const parts = (message: string) => message.split('…').map(part => part.trim()).filter(part => part.length > 6);

test('each message in README\'s table of troubles is one of the library\'s', () => {
  expect(messages().length).toBeGreaterThanOrEqual(7);
  const invented = messages().flatMap(parts).filter(part => !SOURCE.includes(part));
  expect(invented).toEqual([]);
});

test('a message that nothing says is noticed', () => {
  expect(parts('role … cannot be attached to cluster …: nothing of the kind').every(part => SOURCE.includes(part))).toBe(false);
});
