// SPDX-License-Identifier: Apache-2.0

import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { InputError } from '../errors';

/** A file of the data. */
export interface DataFile {
  readonly path: string;
  /** Bytes as it is stored. */
  readonly size: number;
}

/** First bytes of a gzip file. */
const GZIP_MAGIC = [0x1f, 0x8b];

/** Bytes read at once. */
const READ_BYTES = 1024 * 1024;

/**
 * The files of `--data`, in the order of their paths: the file itself, or all CSV files of the folder and the folders in it. UNLOAD gives
 * its parts no extension, so files without one are read too.
 * @throws InputError when there is none
 */
export function findDataFiles(data: string): DataFile[] {
  try {
    const stats = statSync(data);
    if (!stats.isDirectory()) return [{ path: data, size: stats.size }];
    const files = readdirSync(data, { recursive: true, withFileTypes: true })
      .filter(entry => !entry.isDirectory() && isDataFile(entry.name))
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
      .map(path => ({ path, size: statSync(path).size }));
    if (files.length === 0) throw new InputError(`--data ${JSON.stringify(data)} holds no file named *.csv or *.gz, nor one without an extension`);
    return files;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--data ${JSON.stringify(data)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Hidden files and markers such as `_SUCCESS` hold no rows. */
function isDataFile(name: string): boolean {
  return !/^[._]/.test(name) && ['', '.csv', '.gz'].includes(extname(basename(name)).toLowerCase());
}

/** Whether a file is compressed, whatever its name says. */
export function isGzip(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(GZIP_MAGIC.length);
    return readSync(file, bytes) === bytes.length && GZIP_MAGIC.every((byte, index) => bytes[index] === byte);
  } finally {
    closeSync(file);
  }
}

/** The bytes of a file. */
export function openFile({ path }: DataFile): Readable {
  return createReadStream(path, { highWaterMark: READ_BYTES });
}
