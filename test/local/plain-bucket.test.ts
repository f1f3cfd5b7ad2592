// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { removeTemporaryFolders, temporaryFolder } from './synthesise';
import { PlainBuckets } from '../../local/lookout/plain-buckets';
import { type S3Server, serveBuckets } from '../../local/s3/server';

let folder: string;
let server: S3Server;
let client: S3Client;

beforeAll(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'shop'));
  server = await serveBuckets(new PlainBuckets(folder, temporaryFolder(), 'models'));
  client = new S3Client({ endpoint: server.endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await server.close();
  removeTemporaryFolders();
});

const put = (Key: string, Body: string, conditions = {}, Bucket = 'shop') => client.send(new PutObjectCommand({ Bucket, Key, Body, ...conditions }));
const get = async (Key: string) => (await client.send(new GetObjectCommand({ Bucket: 'shop', Key }))).Body!.transformToString();
const list = async (Prefix: string) => ((await client.send(new ListObjectsV2Command({ Bucket: 'shop', Prefix, Delimiter: '/' }))).Contents ?? []).map(({ Key }) => Key);

test('objects are files of the same path, whoever writes them', async () => {
  await put('live/20260101/0000/ü "1".csv', 'ä,1\n');
  expect(readFileSync(join(folder, 'shop/live/20260101/0000/ü "1".csv'), 'utf8')).toBe('ä,1\n');
  writeFileSync(join(folder, 'shop/live/20260101/0000/2.csv'), 'b,2\n');
  expect(await list('live/20260101/0000/')).toEqual(['live/20260101/0000/2.csv', 'live/20260101/0000/ü "1".csv']);
  expect(await get('live/20260101/0000/2.csv')).toBe('b,2\n');
  await client.send(new DeleteObjectCommand({ Bucket: 'shop', Key: 'live/20260101/0000/2.csv' }));
  expect(existsSync(join(folder, 'shop/live/20260101/0000/2.csv'))).toBe(false);
});

test('symbolic links are followed, a link to a folder around it once', async () => {
  const elsewhere = temporaryFolder();
  mkdirSync(join(elsewhere, 'history'));
  writeFileSync(join(elsewhere, 'history', '1.csv'), 'a,1\n');
  symlinkSync(join(elsewhere, 'history'), join(folder, 'shop', 'linked'));
  symlinkSync(join(elsewhere, 'history', '1.csv'), join(folder, 'shop', 'linked.csv'));
  symlinkSync(elsewhere, join(elsewhere, 'history', 'around'));
  symlinkSync(join(elsewhere, 'gone'), join(folder, 'shop', 'gone'));
  expect(await list('linked/')).toEqual(['linked/1.csv']);
  expect(await list('linked')).toEqual(['linked.csv']);
  expect(await get('linked/1.csv')).toBe('a,1\n');
  expect((await client.send(new ListObjectsV2Command({ Bucket: 'shop', Prefix: 'linked/' }))).Contents!.map(({ Key }) => Key)).toEqual(['linked/1.csv']);
  expect(await list('gone')).toEqual([]);
});

test('conditional writes hold, also against changes from outside', async () => {
  const { ETag } = await put('state', 'one', { IfNoneMatch: '*' });
  await expect(put('state', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const { ETag: second } = await put('state', 'second', { IfMatch: ETag });
  writeFileSync(join(folder, 'shop', 'state'), 'from outside');
  await expect(put('state', 'third', { IfMatch: second })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(await get('state')).toBe('from outside');
});

test.each(['../outside', 'a/../../outside', '/absolute', 'a//b', 'a/'])('the key %j writes nothing', async key => {
  writeFileSync(join(folder, 'outside'), 'secret');
  await expect(put(key, 'x')).rejects.toThrow(/is no path of a file in the bucket's folder|BucketNotFound|bucket/);
  await expect(get(key)).rejects.toThrow();
  expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('secret');
});

test('a bucket without a folder says which to make; the models are in no folder of the data', async () => {
  await expect(put('a', 'x', {}, 'nothing')).rejects.toThrow(`make the folder ${join(folder, 'nothing')}`);
  await put('state/shop/model', 'x', {}, 'models');
  expect(existsSync(join(folder, 'models'))).toBe(false);
});
