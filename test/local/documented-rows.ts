// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rows of a table of docs/detector-changes.md: the first cell, and the second one. */
export function rowsOf(heading: string): Map<string, string> {
  const lines = readFileSync(join(__dirname, '..', '..', 'docs', 'detector-changes.md'), 'utf8').split('\n');
  const from = lines.indexOf(heading);
  expect([heading, from]).not.toEqual([heading, -1]);
  const end = lines.findIndex((line, index) => index > from && !line.startsWith('|'));
  return new Map(lines.slice(from + 2, end < 0 ? undefined : end).map(line => line.split(' | ').map(cell => cell.replace(/^\| | \|$/g, '')) as [string, string]));
}
