// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readCsvFile } from '../../../handlers/input/csv-file';
import type { CsvFormat } from '../../../handlers/input/row-layout';

const FORMAT: CsvFormat = { gzip: false, charset: 'UTF-8', delimiter: ',', quote: '"' };

/** Records and the lines on which they begin, of a file read in pieces that end at the given places. */
async function read(
  content: string | Buffer, format: Partial<CsvFormat> = {}, cuts: readonly number[] = [],
): Promise<{ records: string[][]; lines: number[] }> {
  const bytes = Buffer.from(content as string);
  const bounds = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const pieces = bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
  const [records, lines]: [string[][], number[]] = [[], []];
  await readCsvFile('s3://data/a.csv', Readable.from(pieces), { ...FORMAT, ...format }, record => {
    records.push(Array.from({ length: record.length }, (_, cell) => record.text(cell)));
    lines.push(record.line);
  });
  return { records, lines };
}

/** Whether each cell that is said to be as in the record before is so. */
async function checkRepeats(content: string, format: Partial<CsvFormat>, cuts: readonly number[]): Promise<number> {
  const bytes = Buffer.from(content);
  const bounds = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const pieces = bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
  let before: string[] = [];
  let repeated = 0;
  await readCsvFile('a.csv', Readable.from(pieces), { ...FORMAT, ...format }, record => {
    const texts = Array.from({ length: record.length }, (_, index) => record.text(index));
    texts.forEach((text, index) => {
      if (record.repeats[index] !== 1) return;
      expect(text).toBe(before[index]);
      repeated += 1;
    });
    before = texts;
  });
  return repeated;
}

const places = fc.array(fc.nat(), { maxLength: 20 });
/** In most pieces there are several rows. */
const fewPlaces = fc.array(fc.nat(), { maxLength: 2 });
const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.array(fc.constantFrom('"', '\'', ',', '|', '§', '||', '\n', '\r\n', '\r', ' ', 'a', '\u{1F600}', '__proto__'), { maxLength: 6 }).map(parts => parts.join('')),
);

test('what was written is read, whatever the cells hold and wherever the file is cut into pieces', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.array(cell, { minLength: 1, maxLength: 40 }), { maxLength: 8 }), fc.constantFrom(',', '|', ';', '\t', '§', '||'), fc.constantFrom('"', '\'', '„'),
    fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.boolean(), fc.boolean(), places,
    async (records, delimiter, quote, lineEnd, hasMark, endsLine, quotesAll, cuts) => {
      const write = (text: string): string => {
        const isPlain = text !== '' && ![delimiter, quote, '\n', '\r', '\uFEFF'].some(special => text.includes(special[0]));
        return isPlain && !quotesAll ? text : `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;
      };
      const rows = records.map(record => record.map(write).join(delimiter));
      const content = `${hasMark ? '\uFEFF' : ''}${rows.join(lineEnd)}${endsLine ? lineEnd : ''}`;
      const found = await read(content, { delimiter, quote }, cuts);
      expect(found.records).toEqual(records);
      let line = 1;
      expect(found.lines).toEqual(rows.map(row => {
        const first = line;
        line += row.split('\n').length;
        return first;
      }));
    },
  ), { numRuns: 300 });
});

test('cells that repeat those of the row before are read as others are', async () => {
  const long = fc.oneof(cell, fc.constantFrom('2026-01-05 00:00:00', '2026-01-05 01:00:00', 'a name, "quoted"', 'two\nlines of text', '„„„„„„„„„'));
  const table = fc.array(long, { minLength: 1, maxLength: 3 })
    .chain(pool => fc.array(fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 5 }), { maxLength: 12 }));
  let repeated = 0;
  await fc.assert(fc.asyncProperty(
    table, fc.constantFrom(',', '|', '§', '||'), fc.constantFrom('"', '\'', '„'), fc.constantFrom('\n', '\r\n'), fewPlaces,
    async (records, delimiter, quote, lineEnd, cuts) => {
      const write = (text: string): string => /^[\w :-]+$/.test(text) ? text : `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;
      const rows = records.map(record => record.map(write).join(delimiter));
      const content = rows.join(lineEnd);
      const found = await read(content, { delimiter, quote }, cuts);
      expect(found.records).toEqual(records);
      let line = 1;
      for (const [index, row] of rows.entries()) {
        expect(found.lines[index]).toBe(line);
        line += row.split('\n').length;
      }
      repeated += await checkRepeats(content, { delimiter, quote }, cuts);
    },
  ), { numRuns: 300 });
  expect(repeated).toBeGreaterThan(50);
});

test('cells that repeat those of the row before are read as csv-parse reads them, whatever is written', async () => {
  const piece = fc.constantFrom('2026-01-05 00:00:00', '"2026-01-05 00:00:00"', '"a ""long"" name"', '"a long" name', '"two\nlines of text"', 'x', '"', 'aaaaaaaa"');
  const line = fc.array(piece, { minLength: 1, maxLength: 4 }).map(cells => cells.join(','));
  const lines = fc.array(line, { minLength: 1, maxLength: 3 }).chain(pool => fc.array(fc.constantFrom(...pool, ''), { maxLength: 12 }));
  await fc.assert(fc.asyncProperty(lines, fc.constantFrom('\n', '\r\n'), fewPlaces, async (rows, lineEnd, cuts) => {
    const content = rows.join(lineEnd);
    let expected: string[][];
    try {
      expected = parse(content, { relax_column_count: true, relax_quotes: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] });
    } catch {
      return;
    }
    expect((await read(content, {}, cuts)).records).toEqual(expected);
    await checkRepeats(content, {}, cuts);
  }), { numRuns: 500 });
});

test('files that no one should write are read as csv-parse reads them: quotes amid cells, text after quotes, empty lines', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom('"', '"', ',', '\n', '\r\n', 'a', 'é'), { maxLength: 25 }).map(parts => parts.join('')), places, async (content, cuts) => {
    let expected: string[][] | undefined;
    try {
      expected = parse(content, { relax_column_count: true, relax_quotes: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] });
    } catch {
      await expect(read(content, {}, cuts)).rejects.toThrow('s3://data/a.csv cannot be read as CSV: Quote Not Closed');
      return;
    }
    expect((await read(content, {}, cuts)).records).toEqual(expected);
  }), { numRuns: 1000 });
});

test('without quote symbol, quotes are letters', async () => {
  expect((await read('a,"b\nc",d""\n', { quote: '' })).records).toEqual([['a', '"b'], ['c"', 'd""']]);
});

test.each([['nothing', ''], ['a byte order mark', '\uFEFF'], ['empty lines', '\n\r\n\n']])('a file of %s has no records', async (_name, content) => {
  expect((await read(content)).records).toEqual([]);
});

test.each([['little', (text: Buffer) => text], ['big', (text: Buffer) => text.swap16()]])('UTF-16, its %s end first, is refused with what it is, and read as the charset that it is', async (_, order) => {
  const bytes = order(Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'));
  await expect(read(bytes, {}, [1, 2])).rejects.toThrow('s3://data/a.csv is UTF-16: save it as UTF-8');
  await expect(read(bytes.subarray(2), {}, [1, 2])).rejects.toThrow('s3://data/a.csv is UTF-16: save it as UTF-8');
  expect((await read(bytes, { charset: bytes[0] === 0xff ? 'UTF-16LE' : 'UTF-16BE' }, [1])).records).toEqual([['a', 'b'], ['1', '2']]);
});

test('gzip in several members and another charset is read in a stream', async () => {
  const part = (text: string): Buffer => gzipSync(Buffer.from(text, 'latin1'));
  expect((await read(Buffer.concat([part('größe,a\n1'), part(',2\n')]), { gzip: true, charset: 'ISO-8859-1' }, [7, 20])).records).toEqual([['größe', 'a'], ['1', '2']]);
});

test('a quote that is not closed names the line of its row; rows beyond 16 MB are refused before they fill the memory', async () => {
  await expect(read('a,b\n1,"x\ny\n2,3\n')).rejects.toThrow('Quote Not Closed: the row that begins in line 2 has an opening quote "');
  let pieces = 0;
  const endless = Readable.from((function* () {
    yield Buffer.from('a,b\n1,"');
    for (; pieces < 10_000; pieces++) yield Buffer.alloc(65_536, 'x\n');
  })());
  await expect(readCsvFile('big.csv', endless, FORMAT, () => undefined)).rejects.toThrow('big.csv cannot be read as CSV: the row that begins in line 2 has more than 16777216 bytes');
  expect(pieces).toBeLessThan(600);
});

test('a long row in small pieces, and short rows after it, are read', async () => {
  const long = 'x"\n'.repeat(300_000);
  const content = `"${long.replaceAll('"', '""')}",1\n2,3\n`;
  const cuts = Array.from({ length: 1000 }, (_, index) => index * 997);
  const { records, lines } = await read(content, {}, cuts);
  expect(records[0][0] === long).toBe(true);
  expect([records[0][1], records[1], lines]).toEqual(['1', ['2', '3'], [1, 300_002]]);
});

test('an error of the reader of records ends the reading', async () => {
  const failing = readCsvFile('a.csv', Readable.from([Buffer.from('a\nb\n')]), FORMAT, () => { throw new RangeError('enough'); });
  await expect(failing).rejects.toThrow('enough');
});
