// SPDX-License-Identifier: Apache-2.0

import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { UnusableData } from './unusable-data';

/** Longest line, in characters: as long as a CSV row may be. */
const LINE_CHARACTERS = 16 * 1024 * 1024;

/**
 * Makes CSV rows with these columns of JSON lines in UTF-8: one object a line, whose members are the columns. A member that is missing or null is
 * an empty cell. A line that is no object becomes a row of one cell, which the reader of rows counts as damaged.
 * @param name of the file, for errors
 * @throws UnusableData (in the stream) when a line does not come to its end
 */
export function jsonLinesAsCsv(name: string, columns: readonly string[]): Transform {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let isFirst = true;
  const rowsOf = (lines: readonly string[]): string => lines.map(line => row(line, columns)).join('');
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      let text = decoder.write(chunk);
      if (isFirst && text !== '') {
        text = text.replace(/^\ufeff/, '');
        isFirst = false;
      }
      const lines = text.split('\n');
      lines[0] = rest + lines[0];
      rest = lines.pop()!;
      if (rest.length > LINE_CHARACTERS) {
        done(new UnusableData(`${name} has a line of more than ${LINE_CHARACTERS} characters: JSON files have one object a line`));
        return;
      }
      done(null, rowsOf(lines));
    },
    flush: done => done(null, rowsOf([rest + decoder.end()])),
  });
}

function row(line: string, columns: readonly string[]): string {
  if (line.trim() === '') return '';
  const object = parsed(line);
  return typeof object === 'object' && object !== null && !Array.isArray(object)
    ? `${columns.map(column => cell(memberOf(object as Record<string, unknown>, column))).join(',')}\n`
    : `${cell(line)}\n`;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** As for the columns of CSV files: where no name is the same, upper and lower case are not told apart. */
function memberOf(object: Record<string, unknown>, column: string): unknown {
  if (Object.hasOwn(object, column)) return object[column];
  const folded = Object.keys(object).find(name => name.toLowerCase() === column.toLowerCase());
  return folded === undefined ? undefined : object[folded];
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  return `"${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('"', '""')}"`;
}
