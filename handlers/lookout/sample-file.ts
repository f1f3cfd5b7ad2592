// SPDX-License-Identifier: Apache-2.0

import { constants, gunzipSync } from 'node:zlib';
import { CsvScanner } from '../input/csv-scanner';
import type { CsvFormat } from '../input/row-layout';
import { shown, UnusableData } from '../input/unusable-data';

/** The beginning of a file, as it is stored. */
export interface FileBeginning {
  /** Its address, for errors. */
  readonly file: string;
  readonly bytes: Buffer;
  /** Whether that is all of the file. */
  readonly isWhole: boolean;
}

/** How a JSON file is written. */
export type JsonFormat = Pick<CsvFormat, 'gzip' | 'charset'>;

/** Whether a file begins as one that is compressed with GZIP, and as no text does. */
export function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The text of a file's beginning.
 * @throws UnusableData when it is packed otherwise than the format says, or the charset is not known
 */
export function textOf({ file, bytes, isWhole }: FileBeginning, { gzip, charset }: JsonFormat): string {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    throw new UnusableData(`charset ${shown(charset)} is not known: give a name of the WHATWG Encoding standard, such as UTF-8 or ISO-8859-1`);
  }
  if (!gzip && isPacked(bytes)) throw new UnusableData(`${file} is compressed with GZIP: set FileCompression to GZIP`);
  // a character that is cut at the end waits for its rest
  return decoder.decode(gzip ? unpacked(file, bytes) : bytes, { stream: !isWhole });
}

/** The records of a CSV file's beginning, header included; one that is cut at the end is left out. */
export function csvRecords(beginning: FileBeginning, format: CsvFormat): string[][] {
  const records: string[][] = [];
  const scanner = new CsvScanner(beginning.file, format, record => {
    records.push(Array.from({ length: record.length }, (_, cell) => record.text(cell)));
  });
  scanner.push(Buffer.from(textOf(beginning, format)));
  if (beginning.isWhole) scanner.end();
  return records;
}

/**
 * The objects of a file of JSON lines.
 * @throws UnusableData for a line that is no JSON object
 */
export function jsonObjects(beginning: FileBeginning, format: JsonFormat): Record<string, unknown>[] {
  const lines = textOf(beginning, format).split(/\r?\n/);
  if (!beginning.isWhole) lines.pop();
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const object = parsed(line);
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      throw new UnusableData(`${beginning.file} cannot be read as JSON lines: line ${index + 1} is no object: ${shown(line)}`);
    }
    return [object as Record<string, unknown>];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function unpacked(file: string, bytes: Buffer): Buffer {
  try {
    // of a file that is cut, what can be unpacked
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw new UnusableData(`${file} cannot be read as GZIP, which FileCompression names: ${(error as Error).message}`);
  }
}
