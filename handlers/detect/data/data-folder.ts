// SPDX-License-Identifier: Apache-2.0

import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { readCsvFile } from '../../input/csv-file';
import type { RowReader } from '../../input/row-reader';
import { shown, UnusableData } from '../../input/unusable-data';
import type { Layout } from '../layout';

/** A file of the metric set. */
export interface SourceFile {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
}

/**
 * Reads all files directly in a folder, whatever their names; a path to one file works too.
 * @param path `s3://bucket/folder/`
 * @returns bytes of the files, as they are stored
 * @throws UnusableData when a file cannot be read with the metric set's definition; other errors name path and role
 */
export async function readFolder(client: S3Client, path: string, layout: Layout, reader: RowReader): Promise<number> {
  return readFiles(client, await withContext(path, layout, () => listFiles(client, path)), layout, reader);
}

/**
 * Reads the files of a folder whose names have a beginning.
 * @param beginning `s3://bucket/folder/name-`
 * @returns bytes of the files, as they are stored
 * @throws as `readFolder`
 */
export async function readFilesBeginning(client: S3Client, beginning: string, layout: Layout, reader: RowReader): Promise<number> {
  const [bucket, prefix] = splitPath(beginning);
  return readFiles(client, await withContext(beginning, layout, () => listTree(client, bucket, prefix, '/')), layout, reader);
}

/** Reads files one after the other: sums of fractions are then the same in every run. */
export async function readFiles(client: S3Client, files: readonly SourceFile[], layout: Layout, reader: RowReader): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    if (file.size === 0) continue;
    bytes += file.size;
    const name = `s3://${file.bucket}/${file.key}`;
    await withContext(name, layout, async () => {
      const answer = await client.send(new GetObjectCommand({ Bucket: file.bucket, Key: file.key }));
      await readCsvFile(name, answer.Body as Readable, layout.csv, reader.file(name));
    });
  }
  return bytes;
}

async function listFiles(client: S3Client, path: string): Promise<SourceFile[]> {
  const [bucket, prefix] = splitPath(path);
  if (prefix !== '' && !prefix.endsWith('/')) {
    // a key is the first of those that begin with it
    const { Contents: [first] = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }));
    if (first?.Key === prefix) return [{ bucket, key: prefix, size: first.Size ?? 0 }];
    return listFiles(client, `${path}/`);
  }
  return listTree(client, bucket, prefix, '/');
}

/**
 * Bucket, and key or prefix, of a path.
 * @throws UnusableData when it is no S3 path
 */
export function splitPath(path: string): readonly [bucket: string, prefix: string] {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(path);
  if (match === null) throw new UnusableData(`path ${shown(path)} is no S3 path: write s3://bucket/folder/`);
  return [match[1], match[2]];
}

/** All files under a prefix; with a delimiter only those without one after the prefix. */
export async function listTree(client: S3Client, bucket: string, prefix: string, delimiter?: string): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: delimiter, ContinuationToken: token }));
    for (const { Key: key, Size: size } of page.Contents ?? []) files.push({ bucket, key: key!, size: size! });
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return files;
}

/** Names path and role in errors that are no fault of the data. */
export async function withContext<T>(what: string, layout: Layout, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnusableData) throw error;
    const { name, message } = error as Error;
    throw new Error(`${what} cannot be read as role ${layout.roleArn}: ${name}: ${message}`, { cause: error });
  }
}
