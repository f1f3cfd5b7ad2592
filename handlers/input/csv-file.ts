// SPDX-License-Identifier: Apache-2.0

import { type Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type CsvRecord, CsvScanner } from './csv-scanner';
import { jsonLinesAsCsv } from './json-lines';
import type { CsvFormat } from './row-layout';
import { shown, UnusableData } from './unusable-data';

/** Larger than zlib's 16 KB, so that less time goes into handing chunks on. */
const UNPACKED_CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file record by record, as CSV, header included; nothing is held.
 * @param name of the file, for errors
 * @param onRecord called for each record, synchronously; the record is valid until it returns
 * @throws UnusableData when the file is no CSV file of this format, such as a quote that is never closed
 */
export async function readCsvFile(name: string, content: Readable, format: CsvFormat, onRecord: (record: CsvRecord) => void): Promise<void> {
  const scanner = new CsvScanner(name, format, onRecord);
  const decoder = toUtf8(format.charset);
  const sink = new Writable({
    write: attempt((chunk: Buffer) => scanner.push(chunk)),
    final: done => attempt(() => scanner.end())(undefined, undefined, done),
  });
  try {
    await pipeline([content, ...(format.gzip ? [createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES })] : []), ...(decoder ? [decoder] : []),
      ...(format.json ? [jsonLinesAsCsv(name, format.columns!)] : []), sink]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw new UnusableData(`${name} cannot be read as GZIP: ${(error as Error).message}; is it complete, and compressed at all?`);
    throw error;
  }
}

/** Work of a stream that may throw, as streams want it. */
function attempt<Chunk>(work: (chunk: Chunk) => void): (chunk: Chunk, encoding: unknown, done: (error?: Error | null) => void) => void {
  return (chunk, _encoding, done) => {
    try {
      work(chunk);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };
}

/** Recodes other charsets than UTF-8, which the scanner reads itself. */
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
