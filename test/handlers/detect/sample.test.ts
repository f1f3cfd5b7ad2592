// SPDX-License-Identifier: Apache-2.0

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { World } from './world';
import { AssumedRoles } from '../../../handlers/detect/assumed-roles';
import { sample } from '../../../handlers/detect/sample';
import type { FileSample } from '../../../src/private/contract';

const BUCKET = 'data';

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.setUp();
});
afterAll(() => world.close());

const put = (Key: string, Body: string | Buffer): Promise<unknown> =>
  world.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, ...Body.length > 0 && { Body } }));
const roleArn = 'arn:aws:iam::123456789012:role/data';
const take = (path: string): Promise<FileSample> =>
  sample({ action: 'sample', path, roleArn }, { roles: new AssumedRoles() });

test('takes the first file with content of a folder, of a path with date keys, or of a file', async () => {
  await put('one/0', '');
  await put('one/1', 'a,b\n');
  await put('one-more/0', 'not this');
  await put('live/20240101/0000/x.csv', 'live');
  await put('live/20240101/y.csv', 'not this');
  const bytes = Buffer.from('a,b\n').toString('base64');
  const whole = { file: 's3://data/one/1', bytes, isWhole: true };
  expect(await take('s3://data/one/')).toEqual(whole);
  expect(await take('s3://data/one')).toEqual(whole);
  expect(await take('s3://data/one/1')).toEqual(whole);
  expect(await take('s3://data/live/{{yyyyMMdd}}/{{HHmm}}/')).toMatchObject({ file: 's3://data/live/20240101/0000/x.csv' });
});

test('takes the beginning of a large file', async () => {
  await put('large/1', Buffer.alloc(1_000_000, 'x'));
  const taken = await take('s3://data/large/');
  expect(taken).toMatchObject({ isWhole: false });
  expect(Buffer.from((taken as { bytes: string }).bytes, 'base64')).toHaveLength(256 * 1024);
});

test('says why there is nothing', async () => {
  expect(await take('s3://data/no(where+/{{yyyy}}/')).toEqual({
    problem: expect.stringContaining('there is no file with content at "s3://data/no(where+/{{yyyy}}/", read as role arn:'),
  });
  expect(await take('s3://missing-bucket/x/')).toEqual({ problem: expect.stringContaining('NoSuchBucket') });
  expect(await take('https://data/x')).toEqual({ problem: expect.stringContaining('is no S3 path') });
});
