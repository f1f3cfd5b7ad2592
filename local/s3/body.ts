// SPDX-License-Identifier: Apache-2.0

import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { PassThrough, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { ChunkedDecoder } from './chunked-decoder';
import { errors } from './errors';

/** Checksums that S3 clients send, in `x-amz-checksum-<name>` as header or trailer; base64. */
const CHECKSUM_NAMES = ['crc32', 'sha256', 'sha1', 'crc32c', 'crc64nvme'] as const;

/** A body on disk, checked against every digest that came with it. */
export interface ReceivedBody {
  readonly file: string;
  readonly size: number;
  /** MD5 of the content, hexadecimal. */
  readonly md5: string;
  /** Checksums that the client sent, by header name. */
  readonly checksums: Record<string, string>;
}

/** Digests of a body while it streams by. */
class Digests extends Transform {
  public size = 0;
  private readonly hashes: Record<'md5' | 'sha256' | 'sha1', Hash> = {
    md5: createHash('md5'), sha256: createHash('sha256'), sha1: createHash('sha1'),
  };

  private crc = 0;

  public override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    this.crc = crc32(chunk, this.crc);
    for (const hash of Object.values(this.hashes)) hash.update(chunk);
    done(null, chunk);
  }

  public results() {
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(this.crc);
    return { crc32: crc, md5: this.hashes.md5.digest(), sha256: this.hashes.sha256.digest(), sha1: this.hashes.sha1.digest() };
  }
}

/**
 * Streams a request's body to a new file in `folder`, undoing `aws-chunked`, and verifies Content-MD5, `x-amz-content-sha256` and the
 * checksum headers or trailers. On any error the file is gone.
 */
export async function receiveBody(request: IncomingMessage, folder: string): Promise<ReceivedBody> {
  const { headers } = request;
  const file = join(folder, randomUUID());
  const digests = new Digests();
  const trailers: Record<string, string> = {};
  const contentSha256 = single(headers, 'x-amz-content-sha256') ?? '';
  const encodings = (headers['content-encoding'] ?? '').split(',').map((part) => part.trim());
  const chunked = contentSha256.startsWith('STREAMING-') || encodings.includes('aws-chunked');
  try {
    // not destroyed on an error: the client would see a broken connection instead of the answer
    const source = request.iterator({ destroyOnReturn: false });
    const decoder = chunked ? new ChunkedDecoder(trailers) : new PassThrough();
    await pipeline(source, decoder, digests, createWriteStream(file));
    const length = single(headers, chunked ? 'x-amz-decoded-content-length' : 'content-length');
    if (length !== undefined && Number(length) !== digests.size) {
      throw errors.incompleteBody(`${length} bytes were announced, ${digests.size} came`);
    }
    const found = digests.results();
    const md5 = single(headers, 'content-md5');
    if (md5 !== undefined && md5 !== found.md5.toString('base64')) throw errors.badDigest('Content-MD5', md5, found.md5.toString('base64'));
    if (/^[0-9a-f]{64}$/.test(contentSha256) && contentSha256 !== found.sha256.toString('hex')) {
      throw errors.badDigest('x-amz-content-sha256', contentSha256, found.sha256.toString('hex'));
    }
    const checksums: Record<string, string> = {};
    for (const name of CHECKSUM_NAMES) {
      const header = `x-amz-checksum-${name}`;
      const sent = single(headers, header) ?? trailers[header];
      if (sent === undefined) continue;
      if (name === 'crc32c' || name === 'crc64nvme') throw errors.notImplemented(`the checksum ${header}; send crc32, sha1 or sha256`);
      if (sent !== found[name].toString('base64')) throw errors.badDigest(header, sent, found[name].toString('base64'));
      checksums[header] = sent;
    }
    const promised = single(headers, 'x-amz-trailer');
    if (promised !== undefined && trailers[promised.toLowerCase()] === undefined) {
      throw errors.incompleteBody(`the trailer ${promised} was announced and did not come`);
    }
    return { file, size: digests.size, md5: found.md5.toString('hex'), checksums };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** A small body as text: the XML documents of DeleteObjects and CompleteMultipartUpload. */
export async function receiveText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Value of a header that comes at most once. */
export function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
