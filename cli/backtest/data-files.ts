// SPDX-License-Identifier: Apache-2.0

import { closeSync, createReadStream, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { shown } from '../../handlers/input/unusable-data';
import { InputError } from '../errors';

/** A file of the data. */
export interface DataFile {
  readonly path: string;
  /** Bytes as it is stored. */
  readonly size: number;
}

/** What a folder holds. */
export interface DataFiles {
  readonly files: DataFile[];
  /** Paths of files and folders that are left out, other than hidden files and markers. */
  readonly notRead: string[];
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
export function findDataFiles(data: string): DataFiles {
  try {
    const stats = statSync(data);
    if (stats.isFile()) return { files: [{ path: data, size: stats.size }], notRead: [] };
    if (!stats.isDirectory()) throw new InputError(`--data ${JSON.stringify(data)} is neither a file nor a folder: save the rows in a file first`);
    const found: DataFiles = { files: [], notRead: [] };
    search(data, new Set([realpathSync(data)]), found);
    const byPath = (a: string, b: string): number => a < b ? -1 : 1;
    found.files.sort((a, b) => byPath(a.path, b.path));
    found.notRead.sort(byPath);
    if (found.files.length === 0) {
      throw new InputError(`--data ${JSON.stringify(data)} holds no file named *.csv or *.gz, nor one without an extension${
        found.notRead.length === 0 ? '' : `, but ${shown(found.notRead[0])}`}`);
    }
    return found;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--data ${JSON.stringify(data)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Links are followed, to each file and folder once: rows that are read twice would be added up twice.
 * @param seen real paths
 */
function search(folder: string, seen: Set<string>, { files, notRead }: DataFiles): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = statSync(path);
    // hidden files, and markers such as `_SUCCESS`, hold no rows; in such folders are copies of files, and what is not finished
    const isHidden = /^[._]/.test(name);
    if (isHidden && !stats.isDirectory()) continue;
    if (isHidden || !(stats.isDirectory() || (stats.isFile() && isDataFile(name)))) {
      notRead.push(path);
      continue;
    }
    const real = realpathSync(path);
    if (seen.has(real)) continue;
    seen.add(real);
    if (stats.isDirectory()) search(path, seen, { files, notRead });
    else files.push({ path, size: stats.size });
  }
}

function isDataFile(name: string): boolean {
  return ['', '.csv', '.gz'].includes(extname(name).toLowerCase());
}

/** What the user should look at, in words: rows may be in files that are not read. */
export function remarksOfFilesNotRead(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const what = paths.length === 1 ? `${shown(paths[0])} is not read` : `${paths.length} files or folders of the data are not read, such as ${shown(paths[0])}`;
  return [`${what}: names of files end in .csv or .gz or have no extension, and names of files and folders begin neither with "." nor with "_"`];
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
