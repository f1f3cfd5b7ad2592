// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { receiveBody, receiveText } from './body';
import { BucketStore, type Buckets, type ObjectBucket } from './bucket-store';
import { errors, S3Error } from './errors';
import { listObjects, listVersions } from './listing';
import { MultipartUploads } from './multipart';
import { answerXml, copyObject, deleteObject, deleteObjects, getObject, putObject } from './objects';
import { keptHeaders, targetOf, writeCondition, type Target } from './request';
import { xmlDocument } from './xml';

/** A running S3 server. */
export interface S3Server {
  /** `http://127.0.0.1:<port>`: for AWS_ENDPOINT_URL_S3. The SDK addresses an IP address in path style by itself. */
  readonly endpoint: string;
  /** Creates a bucket, as the CreateBucket operation does. */
  createBucket(name: string): void;
  /** Deletes a bucket, which must be empty. */
  deleteBucket(name: string): void;
  /** Sets the tags of a bucket, which GetBucketTagging tells. */
  tagBucket(name: string, tags: BucketTags): void;
  /** Names of the buckets. */
  buckets(): string[];
  close(): Promise<void>;
}

/** Tags of a bucket, as its template has them. */
export type BucketTags = readonly { readonly Key: string; readonly Value: string }[];

/** Query parameters that choose what is read of a bucket. */
const BUCKET_READS = ['tagging', 'policy', 'versions'];

/** Query parameters that do not choose an operation: paging and listing, and what presigned URLs and the SDK add. */
const PLAIN_PARAMETERS = [
  'x-id', 'list-type', 'prefix', 'delimiter', 'continuation-token', 'start-after', 'max-keys', 'encoding-type', 'fetch-owner',
  'uploads', 'uploadId', 'partNumber', 'delete',
];

/**
 * Starts an S3 server on a folder (created when it is not there), on a loopback port. It holds what it is told to in conditional writes,
 * checksums and listing order; it does not check signatures and rights. An operation that it does not know is answered with
 * NotImplemented, which names it. One server at a time may serve a folder; a new one finds what an earlier one stored.
 */
export function startS3Server(directory: string): Promise<S3Server> {
  mkdirSync(directory, { recursive: true });
  return serveBuckets(new BucketStore(directory));
}

/** Starts an S3 server on buckets, wherever they are. */
export async function serveBuckets(store: Buckets): Promise<S3Server> {
  const uploads = new MultipartUploads(store.incoming);
  const tags = new Map<string, BucketTags>();
  const server = createServer((request, response) => {
    response.setHeader('x-amz-request-id', randomUUID());
    handle(store, uploads, tags, request, response).catch((error: unknown) => answerError(request, response, error));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    createBucket: (name) => store.create(name),
    deleteBucket: (name) => store.delete(name),
    tagBucket: (name, given) => void tags.set(name, given),
    buckets: () => store.names,
    close: () => new Promise((resolve, reject) => {
      server.close((error) => error ? reject(error) : resolve());
      server.closeAllConnections();
    }),
  };
}

async function handle(
  store: Buckets, uploads: MultipartUploads, tags: ReadonlyMap<string, BucketTags>, request: IncomingMessage, response: ServerResponse,
): Promise<void> {
  const target = targetOf(request);
  const read = request.method === 'GET' && target.key === '' ? BUCKET_READS.find((name) => target.query.has(name)) : undefined;
  if (read !== undefined) return bucketRead(store.get(target.bucket), read, tags.get(target.bucket) ?? [], response);
  const unknown = [...target.query.keys()].find((name) => !PLAIN_PARAMETERS.includes(name) && !name.startsWith('X-Amz-'));
  if (unknown !== undefined) throw errors.notImplemented(`the request ${request.method} with the parameter ${JSON.stringify(unknown)}`);
  if (target.bucket === '') return serviceRequest(store, request, response);
  if (target.key === '') return bucketRequest(store, target, request, response);
  return objectRequest(store, uploads, target, request, response);
}

function serviceRequest(store: Buckets, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') throw errors.notImplemented(`${request.method} /`);
  answerXml(response, xmlDocument('ListAllMyBucketsResult', { Buckets: { Bucket: store.names.map((name) => ({ Name: name })) } }));
}

/** What the CDK asks of a bucket whose objects it is to delete with the stack: its tags, its policy (there is none), the versions of its objects. */
function bucketRead(bucket: ObjectBucket, what: string, tags: BucketTags, response: ServerResponse): void {
  if (what === 'versions') return answerXml(response, listVersions(bucket));
  if (what === 'policy') throw errors.noSuchBucketPolicy(bucket.name);
  if (tags.length === 0) throw errors.noSuchTagSet(bucket.name);
  answerXml(response, xmlDocument('Tagging', { TagSet: { Tag: tags.map(({ Key, Value }) => ({ Key, Value })) } }));
}

async function bucketRequest(store: Buckets, target: Target, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { bucket, query } = target;
  switch (request.method) {
    case 'PUT':
      store.create(bucket);
      response.writeHead(200, { location: `/${bucket}` }).end();
      return;
    case 'HEAD':
      store.get(bucket);
      response.writeHead(200).end();
      return;
    case 'DELETE':
      store.delete(bucket);
      response.writeHead(204).end();
      return;
    case 'POST':
      if (query.has('delete')) return deleteObjects(store.get(bucket), request, response);
      break;
    case 'GET':
      if (query.get('list-type') === '2') return answerXml(response, listObjects(store.get(bucket), query));
      break;
  }
  throw errors.notImplemented(`${request.method} on a bucket with the parameters ${JSON.stringify([...query.keys()])}`);
}

async function objectRequest(
  store: Buckets, uploads: MultipartUploads, target: Target, request: IncomingMessage, response: ServerResponse,
): Promise<void> {
  const { key, query } = target;
  const bucket = store.get(target.bucket);
  if (Buffer.byteLength(key) > 1024) {
    throw new S3Error('KeyTooLongError', 400, `Your key is too long: ${Buffer.byteLength(key)} bytes, at most 1024`);
  }
  if (query.has('uploadId') || query.has('uploads')) return multipartRequest(store, uploads, target, request, response);
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return getObject(bucket, key, request, response);
    case 'PUT':
      return request.headers['x-amz-copy-source'] === undefined
        ? putObject(store, bucket, key, request, response) : copyObject(store, bucket, key, request, response);
    case 'DELETE':
      return deleteObject(bucket, key, request, response);
  }
  throw errors.notImplemented(`${request.method} on an object`);
}

async function multipartRequest(
  store: Buckets, uploads: MultipartUploads, target: Target, request: IncomingMessage, response: ServerResponse,
): Promise<void> {
  const { key, query } = target;
  const bucket = store.get(target.bucket);
  const id = query.get('uploadId') ?? '';
  if (request.method === 'POST' && query.has('uploads')) {
    const created = uploads.create(bucket.name, key, keptHeaders(request));
    return answerXml(response, xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: key, UploadId: created }));
  }
  const upload = uploads.get(id, bucket.name, key);
  switch (request.method) {
    case 'PUT': {
      if (request.headers['x-amz-copy-source'] !== undefined) throw errors.notImplemented('UploadPartCopy');
      const number = Number(query.get('partNumber'));
      if (!Number.isInteger(number) || number < 1 || number > 10_000) {
        throw errors.invalidArgument(`Part number must be an integer between 1 and 10000, inclusive, not ${JSON.stringify(query.get('partNumber'))}`);
      }
      const body = await receiveBody(request, store.incoming);
      await uploads.put(upload, number, body);
      response.writeHead(200, { etag: `"${body.md5}"`, ...body.checksums }).end();
      return;
    }
    case 'POST': {
      const xml = await receiveText(request);
      const write = bucket.begin(key, writeCondition(request));
      try {
        const body = await uploads.assemble(upload, xml);
        try {
          bucket.commit(write, body.file, {
            key, etag: body.etag, size: body.size, lastModified: new Date().toISOString(), headers: upload.headers, checksums: {},
          });
        } finally {
          await rm(body.file, { force: true }); // gone already when it was put in place
        }
        await uploads.remove(id);
        return answerXml(response, xmlDocument('CompleteMultipartUploadResult', { Bucket: bucket.name, Key: key, ETag: `"${body.etag}"` }));
      } finally {
        bucket.abandon(write);
      }
    }
    case 'DELETE':
      await uploads.remove(id);
      response.writeHead(204).end();
      return;
  }
  throw errors.notImplemented(`${request.method} on a multipart upload`);
}

function answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const failure = error instanceof S3Error ? error : new S3Error('InternalError', 500, String(error));
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // the rest of a refused body is read and dropped, so that the client sees the answer and not a broken connection
  request.resume();
  const body = xmlDocument('Error', { Code: failure.code, Message: failure.message, Resource: request.url ?? '', RequestId: String(response.getHeader('x-amz-request-id')) });
  response.writeHead(failure.status, { 'content-type': 'application/xml' }).end(request.method === 'HEAD' ? undefined : body);
}
