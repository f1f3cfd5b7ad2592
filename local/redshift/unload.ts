// SPDX-License-Identifier: Apache-2.0

import { gzipSync } from 'node:zlib';
import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { csvRecords } from './csv-records';
import { SqlContext, translate } from './dialect';
import { SqlError } from './lexer';
import { Connection } from './postgres';
import { withoutSemicolon } from './query-text';
import { redshiftType } from './result-set';
import { UnloadStatement } from './unload-statement';

/** What an UNLOAD of no rows leaves. AWS says it "might write empty S3 objects"; most reports say it writes nothing at all. */
export type EmptyUnload = 'NO_FILE' | 'EMPTY_FILE' | 'HEADER_FILE';

/** What an UNLOAD needs beside its statement. */
export interface UnloadSurroundings {
  readonly connection: Connection;
  readonly s3: S3Client;
  readonly context: SqlContext;
  readonly emptyUnload: EmptyUnload;
  /** Called before anything is written or removed: throws when the statement was cancelled. */
  readonly checkpoint: () => void;
  /** Error with which to fail when the first file is written, for tests. */
  readonly failAfterFirstFile?: string;
}

/** Slices of the cluster: an UNLOAD in parallel writes a file for each. */
const SLICES = 2;

const NOT_EMPTY = 'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.';

/** Objects that DeleteObjects removes at a time. */
const DELETE_BATCH = 1000;

interface Part {
  readonly key: string;
  readonly body: Buffer;
  readonly rows: number;
}

async function existingKeys(s3: S3Client, statement: UnloadStatement, most?: number): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({
      Bucket: statement.bucket, Prefix: statement.prefix, ContinuationToken: token, MaxKeys: most,
    }));
    keys.push(...(page.Contents ?? []).map(object => object.Key!));
    token = most === undefined ? page.NextContinuationToken : undefined;
  } while (token);
  return keys;
}

async function removeKeys(s3: S3Client, bucket: string, keys: string[]): Promise<void> {
  for (let index = 0; index < keys.length; index += DELETE_BATCH) {
    const Objects = keys.slice(index, index + DELETE_BATCH).map(Key => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  }
}

/** Rows of one slice in files of at most MAXFILESIZE, each with the header. */
function sliceParts(rows: readonly Buffer[], header: Buffer | undefined, limit: number): { body: Buffer; rows: number }[] {
  const parts: { body: Buffer; rows: number }[] = [];
  const headerSize = header?.length ?? 0;
  let pending: Buffer[] = [];
  let size = headerSize;
  const close = () => {
    parts.push({ body: Buffer.concat(header ? [header, ...pending] : pending), rows: pending.length });
    pending = [];
    size = headerSize;
  };
  for (const row of rows) {
    if (pending.length > 0 && size + row.length > limit) close();
    pending.push(row);
    size += row.length;
  }
  if (pending.length > 0) close();
  return parts;
}

function plannedParts(statement: UnloadStatement, records: readonly Buffer[], emptyUnload: EmptyUnload): Part[] {
  const rows = records.slice(1);
  const header = statement.header ? records[0] : undefined;
  if (rows.length === 0 && emptyUnload === 'NO_FILE') return [];
  const slices: Buffer[][] = statement.parallel ? Array.from({ length: SLICES }, () => []) : [[]];
  rows.forEach((row, index) => slices[index % slices.length].push(row));
  const suffix = statement.extension !== undefined ? `.${statement.extension}` : statement.gzip ? '.gz' : '';
  return slices.flatMap((slice, sliceNumber) => {
    const parts = sliceParts(slice, header, statement.maxFileSizeBytes);
    // an empty slice writes an empty file
    if (parts.length === 0) parts.push({ body: emptyUnload === 'HEADER_FILE' && header ? header : Buffer.alloc(0), rows: 0 });
    return parts.map((part, partNumber) => {
      const name = statement.parallel
        ? `${String(sliceNumber).padStart(4, '0')}_part_${String(partNumber).padStart(2, '0')}`
        : String(partNumber).padStart(3, '0');
      return {
        key: `${statement.prefix}${name}${suffix}`,
        body: statement.gzip && part.body.length > 0 ? gzipSync(part.body) : part.body,
        rows: part.rows,
      };
    });
  });
}

async function manifest(statement: UnloadStatement, parts: readonly Part[], query: string, connection: Connection): Promise<string> {
  const url = (part: Part) => `s3://${statement.bucket}/${part.key}`;
  // counts of the verbose manifest include the header lines
  const count = (part: Part) => part.rows + (statement.header ? 1 : 0);
  if (statement.manifest === 'PLAIN') return JSON.stringify({ entries: parts.map(part => ({ url: url(part) })) });
  const columns = await connection.describe(query);
  const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0);
  return JSON.stringify({
    entries: parts.map(part => ({ url: url(part), meta: { content_length: part.body.length, record_count: count(part) } })),
    schema: { elements: columns.map(column => ({ name: column.name, type: { base: redshiftType(column.oid).manifestName } })) },
    meta: { content_length: sum(part => part.body.length), record_count: sum(count) },
    author: { name: 'Amazon Redshift', version: '1.0.0' },
  });
}

/** Words an error of S3 as Redshift does. */
function s3Error(error: S3ServiceException): SqlError {
  const { httpStatusCode, requestId } = error.$metadata;
  return new SqlError(`S3ServiceException:${error.message},Status ${httpStatusCode},Error ${error.name},Rid ${requestId ?? ''},ExtRid ,CanRetry 1`);
}

/**
 * Runs an UNLOAD: the query once, then its files.
 * @returns rows written
 * @throws SqlError with Redshift's words
 */
export async function runUnload(statement: UnloadStatement, surroundings: UnloadSurroundings): Promise<number> {
  const { connection, s3, checkpoint } = surroundings;
  try {
    // parameters stay outside: the Data API does not look into the literal of an UNLOAD
    const query = translate(withoutSemicolon(statement.query), { now: surroundings.context.now }).sql;
    const [existing, { csv, rows }] = await Promise.all([
      statement.allowOverwrite ? [] : existingKeys(s3, statement, statement.cleanPath ? undefined : 1),
      connection.copyTo(query, statement.delimiter, statement.nullText),
    ]);
    if (existing.length > 0 && !statement.cleanPath) throw new SqlError(NOT_EMPTY);
    checkpoint();
    await removeKeys(s3, statement.bucket, existing);

    const encryption = statement.kmsKeyId ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: statement.kmsKeyId } : {};
    const put = (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket: statement.bucket, Key, Body, ...encryption }));
    const parts = plannedParts(statement, csvRecords(csv, statement.delimiter), surroundings.emptyUnload);
    if (surroundings.failAfterFirstFile !== undefined) {
      if (parts.length > 0) await put(parts[0].key, parts[0].body);
      throw new SqlError(surroundings.failAfterFirstFile);
    }
    // all are waited for, so that none is written after a failure was told
    const writes = await Promise.allSettled(parts.map(part => put(part.key, part.body)));
    const failed = writes.find(write => write.status === 'rejected');
    if (failed) throw failed.reason;
    if (statement.manifest && parts.length > 0) await put(`${statement.prefix}manifest`, await manifest(statement, parts, query, connection));
    return rows;
  } catch (error) {
    throw error instanceof S3ServiceException ? s3Error(error) : error;
  }
}
