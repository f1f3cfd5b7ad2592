// SPDX-License-Identifier: Apache-2.0

import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { CopyStatement } from './copy-statement';
import { SqlError } from './lexer';
import type { Connection } from './postgres';

/** Loads the objects whose keys begin with the prefix. Gives the number of rows. @throws SqlError when there are none, as Redshift does */
export async function runCopy({ table, bucket, prefix, gzip }: CopyStatement, connection: Connection, s3: S3Client): Promise<number> {
  let rows: number | undefined;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key } of page.Contents ?? []) {
      const content = await (await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body!.transformToByteArray();
      rows = (rows ?? 0) + await connection.copyFrom(table, gzip ? gunzipSync(content) : content);
    }
  }
  if (rows === undefined) throw new SqlError(`The specified S3 prefix '${prefix}' does not exist`);
  return rows;
}
