// SPDX-License-Identifier: Apache-2.0

import { CopyObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { bucketAndPrefix, removeStrayFiles } from './stray-files';

/**
 * Lets files take the place of those of a folder. S3 replaces one object at once, and UNLOAD names the files of both readings alike: so
 * who reads the folder meanwhile finds the earlier rows or the later ones, and never both, as long as they are one file. May be done again.
 *
 * @param beginning what the names of the files begin with, `s3://bucket/again/20261123/1000/1f2e3d4c5b6a-`; the rest is the name in the folder
 * @param folder `s3://bucket/live/20261123/1000/`
 * @param isDone whether this was done before, and the files may have been removed since
 * @throws Error that names an object which could not be copied or removed
 */
export async function placeFiles(client: S3Client, beginning: string, folder: string, isDone: () => Promise<boolean>): Promise<void> {
  const from = bucketAndPrefix(beginning);
  const to = bucketAndPrefix(folder);
  const names: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: from.bucket, Prefix: from.prefix })) {
    names.push(...Contents.map(({ Key }) => Key!.slice(from.prefix.length)));
  }
  if (await isDone()) return; // asked after the list was read: a list without files says that there were no rows
  for (const name of names) {
    await client.send(new CopyObjectCommand({
      Bucket: to.bucket,
      Key: `${to.prefix}${name}`,
      CopySource: encodeURI(`${from.bucket}/${from.prefix}${name}`),
      TaggingDirective: 'REPLACE', // with none: to copy tags would need further rights
    })).catch((error: Error) => {
      throw new Error(`s3://${from.bucket}/${from.prefix}${name} could not be copied to ${folder}${name}: ${error.name}: ${error.message}`, { cause: error });
    });
  }
  await removeStrayFiles(client, folder, names.map(name => `${folder}${name}`));
}
