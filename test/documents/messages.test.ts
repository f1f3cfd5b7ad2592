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

/** What Redshift itself says, in the table of errors of docs/operations.md. */
const OF_REDSHIFT = ['permission denied for relation', 'S3ServiceException', 'AccessDenied', 'column "', '" does not exist'];

test('each error in the table of docs/operations.md is one of the library\'s, or of Redshift', () => {
  const [table] = /^\| error \| do \|[^]*?\n\n/m.exec(read('docs/operations.md'))!;
  const errors = [...table.matchAll(/^\| `([^`]*)` \|/gm)].flatMap(([, error]) => parts(error));
  expect(errors.length).toBeGreaterThanOrEqual(8);
  const shown = SOURCE.replaceAll('of the ${what} cannot be used', 'of the interval cannot be used');
  expect(errors.filter(error => !shown.includes(error) && !OF_REDSHIFT.some(known => error.includes(known)))).toEqual([]);
});

test('a message that nothing says is noticed', () => {
  expect(parts('role … cannot be attached to cluster …: nothing of the kind').every(part => SOURCE.includes(part))).toBe(false);
});
