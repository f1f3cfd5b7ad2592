// SPDX-License-Identifier: Apache-2.0

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvRecords } from '../../local/redshift/csv-records';

const cell = fc.string({ unit: fc.constantFrom(...'ab,"\n\r;é😀 ') });

/** CSV as PostgreSQL's COPY writes it: `""` for an empty text, quotes where needed. */
function copied(rows: string[][]): string {
  return rows.map(row => `${row.map(text => (text === '' || /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text)).join(',')}\n`).join('');
}

test('records are whole rows, whatever their cells hold', () => {
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell, cell)), rows => {
    const records = csvRecords(Buffer.from(copied(rows)), ',');
    expect(records).toHaveLength(rows.length);
    expect(records.map(record => parse(record, { record_delimiter: '\n' })[0])).toEqual(rows);
  }));
});

test('an empty text is written like NULL, a quote in quotes is not taken for it', () => {
  const records = csvRecords(Buffer.from('a,"",\n"","""",""""""\n'), ',');
  expect(records.map(String)).toEqual(['a,,\n', ',"""",""""""\n']);
});
