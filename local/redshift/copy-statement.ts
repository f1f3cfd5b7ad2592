// SPDX-License-Identifier: Apache-2.0

/** The COPY statement, as far as the embedded warehouse loads files: CSV in S3 (Redshift developer guide, COPY). */
import { isWord, meaningful, SqlError, tokenize } from './lexer';
import { refusal } from './refused-words';
import { Reader } from './statement-reader';

/** What a COPY asks for. */
export interface CopyStatement {
  readonly table: string;
  readonly bucket: string;
  /** Begins every object's key. */
  readonly prefix: string;
  readonly iamRole: string;
  readonly gzip: boolean;
}

/** Whether a statement is a COPY. */
export function isCopy(sql: string): boolean {
  return isWord(meaningful(tokenize(sql))[0], 'copy');
}

/**
 * Reads a COPY.
 * @throws SqlError for what is no COPY and for what is not in local mode
 */
export function parseCopy(sql: string): CopyStatement {
  const reader = new Reader(meaningful(tokenize(sql)));
  reader.expectWord('copy');
  const table = reader.take();
  if (table.type !== 'word') throw reader.unexpected(table);
  if (!reader.word('from')) throw refusal('COPY with a list of columns or a schema');
  const path = /^s3:\/\/([^/]+)\/([\s\S]+)$/.exec(reader.text());
  if (!path) throw refusal('COPY from anything but s3://bucket/prefix');
  let iamRole: string | undefined;
  let csv = false;
  let gzip = false;
  while (reader.current) {
    if (reader.word('iam_role')) {
      iamRole = reader.word('default') ? 'default' : reader.text();
    } else if (reader.word('gzip')) {
      gzip = true;
    } else if (reader.word('format', 'csv')) {
      reader.word('as');
      reader.word('csv');
      csv = true;
    } else {
      throw refusal(`${reader.current.text.toUpperCase()} in COPY`);
    }
  }
  if (iamRole === undefined) throw new SqlError('COPY needs IAM_ROLE');
  if (!csv) throw refusal('COPY of anything but FORMAT CSV');
  return { table: table.text, bucket: path[1], prefix: path[2], iamRole, gzip };
}
