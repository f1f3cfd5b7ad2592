// SPDX-License-Identifier: Apache-2.0

import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

/** Objects that DeleteObjects takes at a time. */
const BATCH = 1000;

/**
 * Removes the files under a folder whose names do not begin as they should: what earlier runs, and statements that were cancelled, have left, or what others took the place of.
 *
 * @param folder `s3://bucket/path/`
 * @param keep beginnings of names, written in the same way
 * @throws Error that names an object which could not be removed
 */
export async function removeStrayFiles(client: S3Client, folder: string, keep: readonly string[]): Promise<void> {
  const { bucket, prefix } = bucketAndPrefix(folder);
  const kept = keep.map(each => bucketAndPrefix(each).prefix);
  for await (const { Contents = [] } of paginateListObjectsV2({ client, pageSize: BATCH }, { Bucket: bucket, Prefix: prefix })) {
    const strays = Contents.filter(({ Key }) => !kept.some(each => Key!.startsWith(each)));
    if (strays.length === 0) continue;
    const { Errors: [refused] = [] } = await client.send(new DeleteObjectsCommand({
      Bucket: bucket, Delete: { Objects: strays.map(({ Key }) => ({ Key })), Quiet: true },
    }));
    if (refused) throw new Error(`s3://${bucket}/${refused.Key} could not be removed: ${refused.Code}: ${refused.Message}`);
  }
}

/** Bucket, and key or beginning of keys, of `s3://bucket/path`. */
export function bucketAndPrefix(folder: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(folder)!;
  return { bucket, prefix };
}
