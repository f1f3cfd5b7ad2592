// SPDX-License-Identifier: Apache-2.0

import { createHash, randomUUID } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { receiveBody, receiveText, single } from './body';
import type { Buckets, ObjectBucket, ObjectRecord } from './bucket-store';
import { errors } from './errors';
import { keptHeaders, matchesTag, rangeOf, writeCondition } from './request';
import { elements, elementText, xmlDocument } from './xml';

function describe(record: ObjectRecord, request: IncomingMessage): Record<string, string> {
  const checksums = request.headers['x-amz-checksum-mode'] === 'ENABLED' && request.headers.range === undefined ? record.checksums : {};
  return {
    ...record.headers,
    ...checksums,
    'etag': `"${record.etag}"`,
    'last-modified': new Date(record.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

/** GetObject and HeadObject. */
export async function getObject(bucket: ObjectBucket, key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const record = bucket.get(key);
  const ifMatch = single(request.headers, 'if-match');
  const ifNoneMatch = single(request.headers, 'if-none-match');
  if (ifMatch !== undefined && !matchesTag(ifMatch, record.etag)) throw errors.preconditionFailed('If-Match');
  if (ifNoneMatch !== undefined && matchesTag(ifNoneMatch, record.etag)) {
    response.writeHead(304, { etag: `"${record.etag}"` }).end();
    return;
  }
  const range = rangeOf(request.headers.range, record.size);
  const length = range ? range.end - range.start + 1 : record.size;
  const headers = {
    ...describe(record, request),
    'content-length': String(length),
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${record.size}` }),
  };
  if (request.method === 'HEAD') {
    response.writeHead(range ? 206 : 200, headers).end();
    return;
  }
  const descriptor = bucket.open(key);
  response.writeHead(range ? 206 : 200, headers);
  if (length === 0) {
    closeSync(descriptor);
    response.end();
    return;
  }
  await pipeline(createReadStream('', { fd: descriptor, ...range }), response);
}

/** PutObject. */
export async function putObject(
  store: Buckets, bucket: ObjectBucket, key: string, request: IncomingMessage, response: ServerResponse,
): Promise<void> {
  const headers = keptHeaders(request);
  const write = bucket.begin(key, writeCondition(request));
  try {
    const body = await receiveBody(request, store.incoming);
    try {
      bucket.commit(write, body.file, {
        key, etag: body.md5, size: body.size, lastModified: new Date().toISOString(), headers, checksums: body.checksums,
      });
    } catch (error) {
      await rm(body.file, { force: true });
      throw error;
    }
    response.writeHead(200, { etag: `"${body.md5}"`, ...body.checksums, ...encryption(headers) }).end();
  } finally {
    bucket.abandon(write);
  }
}

function encryption(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption')));
}

/** CopyObject. */
export async function copyObject(
  store: Buckets, bucket: ObjectBucket, key: string, request: IncomingMessage, response: ServerResponse,
): Promise<void> {
  const source = decodeURIComponent(single(request.headers, 'x-amz-copy-source')!).replace(/^\//, '');
  if (/\?versionId=/.test(source)) throw errors.notImplemented('versions of objects (versionId)');
  const slash = source.indexOf('/');
  if (slash < 0) throw errors.invalidArgument(`x-amz-copy-source must be bucket/key, not ${JSON.stringify(source)}`);
  const from = store.get(source.slice(0, slash));
  const record = from.get(source.slice(slash + 1));
  const ifMatch = single(request.headers, 'x-amz-copy-source-if-match');
  if (ifMatch !== undefined && !matchesTag(ifMatch, record.etag)) throw errors.preconditionFailed('x-amz-copy-source-if-match');
  const replace = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const file = join(store.incoming, randomUUID());
  const write = bucket.begin(key, writeCondition(request));
  try {
    const digest = createHash('md5');
    await pipeline(createReadStream('', { fd: from.open(record.key) }), async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        digest.update(chunk);
        yield chunk;
      }
    }, createWriteStream(file));
    const etag = digest.digest('hex'); // also of an object that came in parts
    const lastModified = new Date().toISOString();
    bucket.commit(write, file, { ...record, key, etag, lastModified, headers: replace ? keptHeaders(request) : record.headers });
    answerXml(response, xmlDocument('CopyObjectResult', { LastModified: lastModified, ETag: `"${etag}"` }));
  } finally {
    bucket.abandon(write);
    await rm(file, { force: true });
  }
}

/** DeleteObject. */
export function deleteObject(bucket: ObjectBucket, key: string, request: IncomingMessage, response: ServerResponse): void {
  bucket.delete(key, single(request.headers, 'if-match')?.replace(/"/g, ''));
  response.writeHead(204).end();
}

/** DeleteObjects: at most 1,000 keys. */
export async function deleteObjects(bucket: ObjectBucket, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const xml = await receiveText(request);
  const quiet = elementText(xml, 'Quiet') === 'true';
  const keys = elements(xml, 'Object').map((element) => {
    const key = elementText(element, 'Key');
    if (key === undefined) throw errors.malformedXml('an Object without a Key');
    if ((elementText(element, 'VersionId') ?? 'null') !== 'null') throw errors.notImplemented('versions of objects (VersionId)');
    return key;
  });
  if (keys.length === 0 || keys.length > 1000) throw errors.malformedXml(`DeleteObjects takes 1 to 1000 keys, not ${keys.length}`);
  for (const key of keys) bucket.delete(key);
  answerXml(response, xmlDocument('DeleteResult', { Deleted: quiet ? [] : keys.map((key) => ({ Key: key })) }));
}

/** Answers with an XML document and status 200. */
export function answerXml(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(xml);
}
