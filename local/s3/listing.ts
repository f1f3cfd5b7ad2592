// SPDX-License-Identifier: Apache-2.0

import type { ObjectBucket, ObjectRecord } from './bucket-store';
import { errors } from './errors';
import { compareKeys } from './keys';
import { xmlDocument, type XmlContent } from './xml';

/** Most entries of one page of a listing. */
const PAGE_LENGTH = 1000;

/** One entry of a page: an object, or a common prefix of several. */
type Entry = { readonly object: ObjectRecord } | { readonly prefix: string };

/** Answers ListObjectsV2. Continuation tokens are the last key or prefix of the page before, in base64. */
export function listObjects(bucket: ObjectBucket, query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token') ?? undefined;
  const limit = Math.min(Number(query.get('max-keys') ?? PAGE_LENGTH), PAGE_LENGTH);
  if (!Number.isInteger(limit) || limit < 0) {
    throw errors.invalidArgument(`max-keys must be a whole number, not ${JSON.stringify(query.get('max-keys'))}`);
  }
  const encodingType = query.get('encoding-type') ?? undefined;
  if (encodingType !== undefined && encodingType !== 'url') {
    throw errors.invalidArgument(`encoding-type must be url, not ${JSON.stringify(encodingType)}`);
  }

  const after = token === undefined ? query.get('start-after') ?? '' : Buffer.from(token, 'base64').toString('utf8');
  const { entries, truncated } = page(bucket, prefix, delimiter, after, limit);
  const last = entries.at(-1);
  const encode = (text: string) => encodingType === 'url' ? encodeURIComponent(text).replace(/%2F/g, '/').replace(/%20/g, '+') : text;
  const contents: XmlContent[] = [];
  const commonPrefixes: XmlContent[] = [];
  for (const entry of entries) {
    if ('prefix' in entry) commonPrefixes.push({ Prefix: encode(entry.prefix) });
    else contents.push(listed(entry.object, encode));
  }
  return xmlDocument('ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    StartAfter: query.has('start-after') ? encode(query.get('start-after')!) : undefined,
    ContinuationToken: token,
    MaxKeys: limit,
    KeyCount: entries.length,
    IsTruncated: truncated,
    EncodingType: encodingType,
    NextContinuationToken: truncated && last ? Buffer.from('prefix' in last ? last.prefix : last.object.key, 'utf8').toString('base64') : undefined,
    Contents: contents,
    CommonPrefixes: commonPrefixes,
  });
}

/** Answers ListObjectVersions with the first page: buckets are not versioned, so each object has the one version `null`. */
export function listVersions(bucket: ObjectBucket): string {
  const { entries, truncated } = page(bucket, '', '', '', PAGE_LENGTH);
  return xmlDocument('ListVersionsResult', {
    Name: bucket.name,
    MaxKeys: PAGE_LENGTH,
    IsTruncated: truncated,
    Version: entries.flatMap(entry => 'object' in entry ? [{ ...listed(entry.object, key => key), VersionId: 'null', IsLatest: true }] : []),
  });
}

function listed(object: ObjectRecord, encode: (text: string) => string): { [name: string]: XmlContent } {
  return { Key: encode(object.key), LastModified: object.lastModified, ETag: `"${object.etag}"`, Size: object.size, StorageClass: 'STANDARD' };
}

function page(bucket: ObjectBucket, prefix: string, delimiter: string, after: string, limit: number): { entries: Entry[]; truncated: boolean } {
  const entries: Entry[] = [];
  let currentPrefix: string | undefined;
  // keys with the prefix stand together, so the walk starts there and ends behind them; the prefix itself may be a key
  const fromPrefix = prefix !== '' && compareKeys(after, prefix) < 0;
  const keys = fromPrefix ? keysFrom(bucket, prefix) : bucket.keysAfter(after);
  for (const key of keys) {
    if (!key.startsWith(prefix)) {
      if (compareKeys(key, prefix) > 0) break;
      continue;
    }
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    // a page that ended with a common prefix is continued behind all keys of that prefix
    if (common !== undefined && (common === currentPrefix || common === after)) continue;
    if (entries.length === limit) return { entries, truncated: limit > 0 };
    currentPrefix = common;
    entries.push(common === undefined ? { object: bucket.get(key) } : { prefix: common });
  }
  return { entries, truncated: false };
}

function* keysFrom(bucket: ObjectBucket, key: string): Generator<string> {
  if (bucket.find(key)) yield key;
  yield* bucket.keysAfter(key);
}
