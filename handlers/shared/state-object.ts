// SPDX-License-Identifier: Apache-2.0

import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** A state object was written by someone else since it was read. */
export class WriteConflict extends Error {
  public constructor(key: string) {
    super(`object ${JSON.stringify(key)} was changed by another call meanwhile`);
    this.name = 'WriteConflict';
  }
}

/** An object's content and the ETag that names this version of it. */
export interface StateObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/**
 * Reads an object of the state bucket.
 * @param knownEtag version that the caller still holds; when the object has not changed, nothing is downloaded
 * @returns the object, `unchanged`, or undefined when there is none
 */
export async function readStateObject(
  client: S3Client, bucket: string, key: string, knownEtag: string | undefined,
): Promise<StateObject | 'unchanged' | undefined>;
export async function readStateObject(client: S3Client, bucket: string, key: string): Promise<StateObject | undefined>;
export async function readStateObject(
  client: S3Client, bucket: string, key: string, knownEtag?: string,
): Promise<StateObject | 'unchanged' | undefined> {
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: knownEtag }));
    return { bytes: await answer.Body!.transformToByteArray(), etag: answer.ETag! };
  } catch (error) {
    const status = statusOf(error);
    if (status === 304) return 'unchanged';
    if (status === 404 && (error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/**
 * Writes an object of the state bucket.
 * @param replaces ETag of the version that it replaces, `none` when there must be none yet, `any` for whatever there is
 * @returns ETag of the new version
 * @throws WriteConflict when the object is another version than `replaces`
 */
export async function writeStateObject(
  client: S3Client, bucket: string, key: string, bytes: Uint8Array, replaces: string | 'none' | 'any',
): Promise<string> {
  const condition = replaces === 'any' ? {} : replaces === 'none' ? { IfNoneMatch: '*' } : { IfMatch: replaces };
  try {
    const answer = await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: 'application/octet-stream', ...condition }));
    return answer.ETag!;
  } catch (error) {
    const status = statusOf(error);
    // 409: S3 is writing another version at this moment; 404: the version to replace was deleted
    if (status === 412 || status === 409 || (status === 404 && (error as Error).name === 'NoSuchKey')) throw new WriteConflict(key);
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
