// SPDX-License-Identifier: Apache-2.0

import type { IncomingMessage } from 'node:http';
import { single } from './body';
import type { WriteCondition } from './conditional-writes';
import { errors } from './errors';

/** Headers that S3 keeps with an object and answers as they came. */
const KEPT_HEADERS = [
  'content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires',
  'x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id', 'x-amz-server-side-encryption-bucket-key-enabled',
];

/** Headers that would change what is stored, and that this server does not honour. */
const REFUSED_HEADERS = ['x-amz-tagging', 'x-amz-acl', 'x-amz-object-lock-mode', 'x-amz-website-redirect-location', 'x-amz-write-offset-bytes'];

/** Where a request goes. An empty bucket means the service itself, an empty key the bucket. */
export interface Target {
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

/**
 * Finds bucket and key. `bucket.localhost[:port]` in the Host header is virtual-host style; every other host (`127.0.0.1`, `localhost`, as
 * the SDK writes it for an endpoint that is an IP address or with `forcePathStyle`) is path style.
 */
export function targetOf(request: IncomingMessage): Target {
  const [path, search = ''] = splitOnce(request.url ?? '/', '?');
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const query = new URLSearchParams(search);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path.slice(1));
  } catch {
    throw errors.invalidArgument(`the path is not valid UTF-8 with percent encoding: ${path}`);
  }
  if (host.endsWith('.localhost')) return { bucket: host.slice(0, -'.localhost'.length), key: decoded, query };
  const [bucket, key = ''] = splitOnce(decoded, '/');
  return { bucket, key, query };
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Headers to keep with the object that this request writes. */
export function keptHeaders(request: IncomingMessage): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of REFUSED_HEADERS) if (request.headers[name] !== undefined) throw errors.notImplemented(`the header ${name}`);
  for (const [name, value] of Object.entries(request.headers)) {
    if (KEPT_HEADERS.includes(name) || name.startsWith('x-amz-meta-')) kept[name] = String(value);
  }
  const encodings = (kept['content-encoding'] ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '' && part !== 'aws-chunked');
  delete kept['content-encoding'];
  if (encodings.length > 0) kept['content-encoding'] = encodings.join(',');
  return { 'content-type': 'binary/octet-stream', ...kept };
}

/** Condition under which this request writes. */
export function writeCondition(request: IncomingMessage): WriteCondition {
  const ifNoneMatch = single(request.headers, 'if-none-match');
  const ifMatch = single(request.headers, 'if-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw errors.notImplemented(`If-None-Match: ${ifNoneMatch} on a write; only * is allowed`);
  }
  return { ...(ifNoneMatch === '*' && { ifNoneMatch }), ...(ifMatch !== undefined && { ifMatch: ifMatch.replace(/"/g, '') }) };
}

/** Whether a list of ETags, as If-Match and If-None-Match carry it, names this one. */
export function matchesTag(header: string, etag: string): boolean {
  return header.split(',').map((part) => part.trim().replace(/^W\//, '').replace(/"/g, '')).some((part) => part === '*' || part === etag);
}

/** A byte range, both ends inclusive. Undefined: the whole object. A form that S3 does not take is ignored, as S3 does. */
export function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && match[1] !== '' && Number(match[2]) < start) return undefined;
  if (start >= size || end < start) throw errors.invalidRange(header!);
  return { start, end };
}
