import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { CsvFormat } from './layout';
import { shown, UnusableData } from './problem';

/** Longest row, in bytes. A Redshift row has at most 4 MB, or 16 MB with a SUPER column. */
const ROW_BYTES = 16 * 1024 * 1024;

/**
 * Reads a CSV file record by record, header included; nothing is held.
 * @param name of the file, for errors
 * @param onRecord called for each record, synchronously: a stream of objects would take twice as long
 * @throws UnusableData when the file is no CSV file of this format, such as a quote that is never closed
 */
export async function readCsvFile(name: string, content: Readable, format: CsvFormat, onRecord: (record: string[]) => void): Promise<void> {
  const quote = format.quote === '' ? null : format.quote;
  const parser = parse({
    bom: true,
    delimiter: format.delimiter,
    quote,
    escape: quote,
    record_delimiter: ['\r\n', '\n'],
    // counted by the caller, who rejects the row and not the file
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: ROW_BYTES,
    on_record: (record: string[]) => {
      onRecord(record);
      return undefined;
    },
  });
  parser.resume();
  const decoder = toUtf8(format.charset);
  try {
    await pipeline([content, ...(format.gzip ? [createGunzip()] : []), ...(decoder ? [decoder] : []), parser]);
  } catch (error) {
    if (error instanceof CsvError) throw new UnusableData(`${name} cannot be read as CSV: ${error.message}`);
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw new UnusableData(`${name} cannot be read as GZIP, which FileCompression names: ${(error as Error).message}`);
    throw error;
  }
}

/** Recodes other charsets than UTF-8, which the parser reads itself. */
function toUtf8(charset: string): Transform | undefined {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    throw new UnusableData(`charset ${shown(charset)} is not known: give a name of the WHATWG Encoding standard, such as UTF-8 or ISO-8859-1`);
  }
  if (decoder.encoding === 'utf-8') return undefined;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, Buffer.from(decoder.decode(chunk, { stream: true }))),
    flush: done => done(null, Buffer.from(decoder.decode())),
  });
}
