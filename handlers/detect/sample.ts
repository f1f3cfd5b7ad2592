// SPDX-License-Identifier: Apache-2.0

import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Services } from './services';
import type { FileSample, SampleEvent } from '../../src/private/contract';
import { shown } from '../input/unusable-data';

/** Bytes read of a file: some hundred rows, packed or not. */
const SAMPLE_BYTES = 256 * 1024;
/** Pages of 1,000 keys in which a file is looked for. */
const MOST_PAGES = 10;

/**
 * Reads the beginning of the first file at a path that is not empty. A date key such as `{{yyyyMMdd}}` stands for one or more characters
 * of a key, not for slashes.
 */
export async function sample({ roleArn, path }: SampleEvent, { roles }: Pick<Services, 'roles'>): Promise<FileSample> {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(path);
  if (match === null) return { problem: `path ${shown(path)} is no S3 path: write s3://bucket/folder/` };
  const [, bucket, pattern] = match;
  const reader = roleArn === undefined ? 'the detect function\'s own role' : `role ${roleArn}`;
  try {
    const client = roles.s3(roleArn);
    const found = await firstFile(client, bucket, pattern);
    if (found === undefined) return { problem: `there is no file with content at ${shown(path)}, read as ${reader}` };
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: found.key, Range: `bytes=0-${SAMPLE_BYTES - 1}` }));
    const bytes = Buffer.from(await Body!.transformToByteArray()).subarray(0, SAMPLE_BYTES);
    return { file: `s3://${bucket}/${found.key}`, bytes: bytes.toString('base64'), isWhole: found.size <= SAMPLE_BYTES };
  } catch (error) {
    const { name, message } = error as Error;
    return { problem: `${shown(path)} cannot be read as ${reader}: ${name}: ${message}` };
  }
}

async function firstFile(client: S3Client, bucket: string, pattern: string): Promise<{ readonly key: string; readonly size: number } | undefined> {
  const [prefix] = pattern.split('{{', 1);
  const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  // a whole key or folder: not one that only begins with the same letters
  const isMatch = new RegExp(`^${pattern.split(/\{\{[^}]*\}\}/).map(literal).join('[^/]+')}(?:$|/|(?<=^|/))`, 's');
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { Contents = [], NextContinuationToken } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    const found = Contents.find(({ Key, Size }) => Size! > 0 && isMatch.test(Key!));
    if (found !== undefined) return { key: found.Key!, size: found.Size! };
    if (NextContinuationToken === undefined) return undefined;
    token = NextContinuationToken;
  }
  return undefined;
}
