// SPDX-License-Identifier: Apache-2.0

import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { PREFIXES } from '../../src/private/contract';

/**
 * Deletes a detector's models and observed values from the state bucket. Can be broken off and done again.
 *
 * @throws Error that names the first object that could not be deleted, and why
 */
export async function deleteDetectorState(client: S3Client, bucketName: string, detectorName: string): Promise<void> {
  for (;;) {
    // always the first page: what was listed before is gone
    const listing = new ListObjectsV2Command({ Bucket: bucketName, Prefix: `${PREFIXES.state}${detectorName}/` });
    const { Contents: objects = [] } = await client.send(listing);
    if (objects.length === 0) {
      return;
    }
    const { Errors: [failure] = [] } = await client.send(new DeleteObjectsCommand({
      Bucket: bucketName, Delete: { Objects: objects.map(({ Key }) => ({ Key })), Quiet: true },
    }));
    if (failure) {
      throw new Error(`object ${JSON.stringify(failure.Key)} of bucket ${bucketName} cannot be deleted: ${failure.Code}: ${failure.Message}`);
    }
  }
}
