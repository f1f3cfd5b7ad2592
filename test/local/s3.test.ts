// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand,
  DeleteBucketCommand, DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command,
  PutObjectCommand, PutObjectTaggingCommand, S3Client, UploadPartCommand, paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { compareKeys, fileOfKey } from '../../local/s3/keys';
import { startS3Server, type S3Server } from '../../local/s3/server';

const HOSTILE_KEYS = [
  'a', 'a/b', 'a/', 'a//b', '../../etc/passwd', './.', '..', '.', 'with space', 'ü/ö', '"quotes"\'&<>', 'new\nline', '$$ %2F %', '__proto__', 'a+b',
  '\u{1f600}', '\ufffd', 'x'.repeat(700), `${'y'.repeat(200)}.`, `${'y'.repeat(200)}./z`, '=', '+', 'a+/b',
];

let directory: string;
let server: S3Server;
let s3: S3Client;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 's3-'));
  server = await startS3Server(directory);
  server.createBucket('data');
  s3 = client(server.endpoint);
});

afterEach(async () => {
  s3.destroy();
  await server.close();
  rmSync(directory, { recursive: true });
});

function client(endpoint: string, more: object = {}): S3Client {
  return new S3Client({ endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'id', secretAccessKey: 'secret' }, maxAttempts: 1, ...more });
}

const put = (Key: string, Body: string | Buffer | Readable = Key, more: object = {}) => s3.send(new PutObjectCommand({ Bucket: 'data', Key, Body, ...more }));

async function read(Key: string, more: object = {}): Promise<string> {
  const answer = await s3.send(new GetObjectCommand({ Bucket: 'data', Key, ...more }));
  return answer.Body!.transformToString();
}

async function failure(promise: Promise<unknown>): Promise<{ name: string; status: number | undefined; message: string }> {
  const error = await promise.then(() => { throw new Error('did not fail'); }, (reason) => reason);
  return { name: error.name, status: error.$metadata?.httpStatusCode, message: error.message };
}

const md5 = (text: string | Buffer) => `"${createHash('md5').update(text).digest('hex')}"`;

describe('objects', () => {
  test('are stored with type, metadata and ETag, and answered so', async () => {
    const stored = await put('live/20261123/1000/0000_part_00.gz', 'ts,views\n', { ContentType: 'text/csv', Metadata: { rows: '1' } });
    expect(stored.ETag).toBe(md5('ts,views\n'));
    const found = await s3.send(new HeadObjectCommand({ Bucket: 'data', Key: 'live/20261123/1000/0000_part_00.gz' }));
    expect(found).toMatchObject({ ContentLength: 9, ContentType: 'text/csv', Metadata: { rows: '1' }, ETag: md5('ts,views\n') });
    expect(Math.abs(found.LastModified!.getTime() - Date.now())).toBeLessThan(10_000);
    expect(await read('live/20261123/1000/0000_part_00.gz')).toBe('ts,views\n');
  });

  test('may be empty, and streamed in chunks with a trailing checksum', async () => {
    await put('empty', '', { ContentLength: 0 });
    expect(await read('empty')).toBe('');
    const text = 'many bytes, '.repeat(50_000);
    await put('streamed', Readable.from([Buffer.from(text.slice(0, 99_999)), Buffer.from(text.slice(99_999))]), { ContentLength: text.length });
    expect(await read('streamed')).toBe(text);
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'data', Key: 'streamed', ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ ContentLength: text.length, ETag: md5(text) });
    expect(head.ChecksumCRC32).toEqual(expect.any(String));
    expect(head.ContentEncoding).toBeUndefined();
  });

  test.each(HOSTILE_KEYS)('may have the key %j', async (key) => {
    await put(key, `content of ${key}`);
    expect(await read(key)).toBe(`content of ${key}`);
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: 'data' }));
    expect(listed.Contents!.map((object) => object.Key)).toEqual([key]);
    const deleted = await s3.send(new DeleteObjectsCommand({ Bucket: 'data', Delete: { Objects: [{ Key: key }] } }));
    expect(deleted.Deleted).toEqual([{ Key: key }]);
    expect(await failure(read(key))).toMatchObject({ name: 'NoSuchKey', status: 404 });
  });

  test('are read in ranges', async () => {
    await put('digits', '0123456789');
    expect(await read('digits', { Range: 'bytes=2-4' })).toBe('234');
    expect(await read('digits', { Range: 'bytes=7-' })).toBe('789');
    expect(await read('digits', { Range: 'bytes=-2' })).toBe('89');
    expect(await read('digits', { Range: 'bytes=8-99' })).toBe('89');
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'data', Key: 'digits', Range: 'bytes=2-4' }));
    expect(answer.ContentRange).toBe('bytes 2-4/10');
    expect(await failure(read('digits', { Range: 'bytes=10-' }))).toMatchObject({ name: 'InvalidRange', status: 416 });
  });

  test('are read under conditions', async () => {
    const { ETag } = await put('model', 'one');
    expect(await read('model', { IfMatch: ETag })).toBe('one');
    expect(await read('model', { IfNoneMatch: md5('two') })).toBe('one');
    expect(await failure(read('model', { IfNoneMatch: ETag }))).toMatchObject({ status: 304 });
    expect(await failure(read('model', { IfMatch: md5('two') }))).toMatchObject({ status: 412 });
  });

  test('are copied, with their metadata or new one', async () => {
    await put('from ü', 'text', { Metadata: { a: '1' } });
    await s3.send(new CopyObjectCommand({ Bucket: 'data', Key: 'to', CopySource: `data/${encodeURIComponent('from ü')}` }));
    expect(await read('to')).toBe('text');
    expect((await s3.send(new HeadObjectCommand({ Bucket: 'data', Key: 'to' }))).Metadata).toEqual({ a: '1' });
    await s3.send(new CopyObjectCommand({ Bucket: 'data', Key: 'to', CopySource: 'data/to', MetadataDirective: 'REPLACE', Metadata: { b: '2' } }));
    expect((await s3.send(new HeadObjectCommand({ Bucket: 'data', Key: 'to' }))).Metadata).toEqual({ b: '2' });
    expect(await failure(s3.send(new CopyObjectCommand({ Bucket: 'data', Key: 'to', CopySource: 'data/none' })))).toMatchObject({ name: 'NoSuchKey' });
  });

  test('that are missing, and missing buckets, are errors with S3\'s names', async () => {
    expect(await failure(read('none'))).toEqual({ name: 'NoSuchKey', status: 404, message: 'The specified key does not exist: "none"' });
    expect(await failure(s3.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'x' })))).toMatchObject({ name: 'NoSuchBucket', status: 404 });
    expect(await failure(s3.send(new PutObjectCommand({ Bucket: 'nowhere', Key: 'x', Body: 'x' })))).toMatchObject({ name: 'NoSuchBucket' });
    expect(await failure(s3.send(new HeadObjectCommand({ Bucket: 'data', Key: 'none' })))).toMatchObject({ name: 'NotFound', status: 404 });
    await s3.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'none' })); // no error, as in S3
  });

  test('survive a restart of the server', async () => {
    await put('a/b', 'kept', { ContentType: 'text/plain' });
    await server.close();
    server = await startS3Server(directory);
    s3 = client(server.endpoint);
    expect(await read('a/b')).toBe('kept');
    expect((await s3.send(new HeadObjectCommand({ Bucket: 'data', Key: 'a/b' }))).ContentType).toBe('text/plain');
  });

  test('being read are not torn by an overwrite', async () => {
    const first = 'first '.repeat(400_000);
    await put('torn', first);
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'data', Key: 'torn' }));
    await put('torn', 'second');
    expect(await answer.Body!.transformToString()).toBe(first);
  });
});

describe('conditional writes', () => {
  test('If-None-Match: * writes only what is not there', async () => {
    await put('once', '1', { IfNoneMatch: '*' });
    expect(await failure(put('once', '2', { IfNoneMatch: '*' }))).toMatchObject({ name: 'PreconditionFailed', status: 412 });
    expect(await read('once')).toBe('1');
  });

  test('If-Match writes only over the version it names', async () => {
    const { ETag } = await put('model', '1');
    await put('model', '2', { IfMatch: ETag });
    expect(await failure(put('model', '3', { IfMatch: ETag }))).toMatchObject({ name: 'PreconditionFailed', status: 412 });
    expect(await failure(put('none', '3', { IfMatch: ETag }))).toMatchObject({ name: 'NoSuchKey', status: 404 });
    expect(await read('model')).toBe('2');
  });

  test('of many writers at once exactly one wins', async () => {
    const { ETag } = await put('model', 'start');
    for (const condition of [{ key: 'new', IfNoneMatch: '*' }, { key: 'model', IfMatch: ETag }]) {
      const { key, ...more } = condition;
      const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => put(key, `writer ${index}`, more)));
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      const winner = results.findIndex((result) => result.status === 'fulfilled');
      expect(await read(key)).toBe(`writer ${winner}`);
    }
  });

  test('a delete while the body is still coming is a conflict', async () => {
    const { ETag } = await put('model', 'start');
    const url = new URL(server.endpoint);
    const answer = new Promise<{ status: number; body: string }>((resolve, reject) => {
      const slow = request({ host: url.hostname, port: url.port, path: '/data/model', method: 'PUT', headers: { 'if-match': ETag!, 'content-length': 4 } });
      slow.on('error', reject).on('response', (response) => {
        let body = '';
        response.on('data', (chunk) => { body += chunk; }).on('end', () => resolve({ status: response.statusCode!, body }));
      });
      slow.write('ab');
      setTimeout(() => void s3.send(new DeleteObjectCommand({ Bucket: 'data', Key: 'model' })).then(() => slow.end('cd')), 100);
    });
    expect(await answer).toEqual({ status: 409, body: expect.stringContaining('<Code>ConditionalRequestConflict</Code>') });
    expect(await failure(read('model'))).toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('bodies that do not match their checksums are refused and leave nothing', () => {
  const wrong = [
    ['ChecksumCRC32', { ChecksumCRC32: 'AAAAAA==' }],
    ['ChecksumSHA256', { ChecksumSHA256: createHash('sha256').update('other').digest('base64') }],
    ['ContentMD5', { ContentMD5: createHash('md5').update('other').digest('base64') }],
  ] as const;

  test.each(wrong)('%s', async (_, checksum) => {
    expect(await failure(put('bad', 'text', checksum))).toMatchObject({ name: 'BadDigest', status: 400 });
    expect(await failure(read('bad'))).toMatchObject({ name: 'NoSuchKey' });
  });

  test.each([
    ['a wrong trailer', '4\r\ntext\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', 'BadDigest'],
    ['a missing trailer', '4\r\ntext\r\n0\r\n\r\n', 'IncompleteBody'],
    ['no last chunk', '4\r\ntext\r\n', 'IncompleteBody'],
    ['a broken chunk size', 'four\r\ntext\r\n', 'IncompleteBody'],
    ['a chunk longer than its size', '2\r\ntext\r\n0\r\n\r\n', 'IncompleteBody'],
  ])('aws-chunked with %s', async (_, body, code) => {
    const answer = await fetch(`${server.endpoint}/data/bad`, {
      method: 'PUT',
      body,
      headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': '4' },
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    expect(await failure(read('bad'))).toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('listings', () => {
  test('are in the order of UTF-8 bytes, paged, and complete', async () => {
    for (const key of HOSTILE_KEYS) await put(key);
    const expected = [...HOSTILE_KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const found: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 4 }, { Bucket: 'data' })) {
      expect(page.KeyCount).toBeLessThanOrEqual(4);
      for (const object of page.Contents ?? []) found.push(object.Key);
    }
    expect(found).toEqual(expected);
    const encoded = await s3.send(new ListObjectsV2Command({ Bucket: 'data', EncodingType: 'url', Prefix: 'ü' }));
    expect(encoded.Contents!.map((object) => object.Key)).toEqual(['%C3%BC/%C3%B6']);
  });

  test('group keys by delimiter, over pages', async () => {
    for (const key of ['live/', 'live/20261123/1000/a', 'live/20261123/1100/a', 'live/20261123/1100/b', 'live/20261124/0000/a', 'live/readme', 'other']) await put(key);
    const prefixes: unknown[] = [];
    const keys: unknown[] = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 1 }, { Bucket: 'data', Prefix: 'live/', Delimiter: '/' })) {
      prefixes.push(...(page.CommonPrefixes ?? []).map((entry) => entry.Prefix));
      keys.push(...(page.Contents ?? []).map((entry) => entry.Key));
    }
    expect(prefixes).toEqual(['live/20261123/', 'live/20261124/']);
    expect(keys).toEqual(['live/', 'live/readme']);
    const one = await s3.send(new ListObjectsV2Command({ Bucket: 'data', Prefix: 'live/20261123/1100/', StartAfter: 'live/20261123/1100/a' }));
    expect(one.Contents).toMatchObject([{ Key: 'live/20261123/1100/b', Size: 20, ETag: md5('live/20261123/1100/b') }]);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: 'data', Prefix: 'nothing' }))).KeyCount).toBe(0);
  });

  test('keys are files that no other key has, inside the bucket, and sort as their bytes do', () => {
    const key = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.array(fc.constantFrom('a', '/', '.', '%', '+', '=', 'ü', '\u{1f600}', '\uffff'), { minLength: 1 }).map((p) => p.join('')));
    fc.assert(fc.property(key, key, (a, b) => {
      const [left, right] = [fileOfKey(a), fileOfKey(b)];
      expect(left === right).toBe(a === b);
      expect(left.startsWith(`${right}/`)).toBe(false);
      expect(left.split('/').some((part) => part === '' || part === '.' || part === '..')).toBe(false);
      expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }), { numRuns: 500 });
  });
});

describe('multipart uploads', () => {
  const five = Buffer.alloc(5 * 1024 * 1024, 'five');

  async function upload(parts: Buffer[], finish: object = {}) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: 'data', Key: 'big', ContentType: 'text/csv' }));
    const Parts = [];
    for (const [index, Body] of parts.entries()) {
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket: 'data', Key: 'big', UploadId, PartNumber: index + 1, Body }));
      Parts.push({ ETag, PartNumber: index + 1 });
    }
    return s3.send(new CompleteMultipartUploadCommand({ Bucket: 'data', Key: 'big', UploadId, MultipartUpload: { Parts }, ...finish }));
  }

  test('become one object', async () => {
    const done = await upload([five, Buffer.from('tail')]);
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'data', Key: 'big' }));
    expect(answer).toMatchObject({ ContentLength: five.length + 4, ContentType: 'text/csv' });
    expect(Buffer.from(await answer.Body!.transformToByteArray()).equals(Buffer.concat([five, Buffer.from('tail')]))).toBe(true);
    expect(await failure(upload([five], { IfNoneMatch: '*' }))).toMatchObject({ name: 'PreconditionFailed' });
  });

  test('with a short or missing part are refused', async () => {
    expect(await failure(upload([Buffer.from('short'), Buffer.from('tail')]))).toMatchObject({ name: 'EntityTooSmall' });
    expect(await failure(upload([five], { MultipartUpload: { Parts: [{ PartNumber: 2, ETag: '"x"' }] } }))).toMatchObject({ name: 'InvalidPart' });
  });

  test('that are aborted are gone', async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: 'data', Key: 'big' }));
    await s3.send(new AbortMultipartUploadCommand({ Bucket: 'data', Key: 'big', UploadId }));
    const late = s3.send(new UploadPartCommand({ Bucket: 'data', Key: 'big', UploadId, PartNumber: 1, Body: 'x' }));
    expect(await failure(late)).toMatchObject({ name: 'NoSuchUpload' });
  });
});

describe('buckets', () => {
  test('are created, listed and deleted when empty', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'second', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    expect(server.buckets()).toEqual(['data', 'second']);
    expect(await failure(s3.send(new CreateBucketCommand({ Bucket: 'second' })))).toMatchObject({ name: 'BucketAlreadyOwnedByYou', status: 409 });
    await s3.send(new PutObjectCommand({ Bucket: 'second', Key: 'x', Body: 'x' }));
    expect(await failure(s3.send(new DeleteBucketCommand({ Bucket: 'second' })))).toMatchObject({ name: 'BucketNotEmpty', status: 409 });
    await s3.send(new DeleteObjectCommand({ Bucket: 'second', Key: 'x' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'second' }));
    expect(server.buckets()).toEqual(['data']);
    expect(() => server.createBucket('../up')).toThrow('The specified bucket is not valid: "../up"');
  });

  test('are found in the Host header too', async () => {
    await put('a/b', 'by host');
    const url = new URL(server.endpoint);
    const body = await new Promise((resolve, reject) => {
      request({ host: url.hostname, port: url.port, path: '/a/b', headers: { host: `data.localhost:${url.port}` } }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).on('error', reject).end();
    });
    expect(body).toBe('by host');
  });

  test('an operation that is not there is named', async () => {
    const tagging = s3.send(new PutObjectTaggingCommand({ Bucket: 'data', Key: 'a', Tagging: { TagSet: [] } }));
    expect(await failure(tagging)).toEqual({ name: 'NotImplemented', status: 501, message: 'the embedded cloud\'s S3 does not know the request PUT with the parameter "tagging"' });
  });
});
