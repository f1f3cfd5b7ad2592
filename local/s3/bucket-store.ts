// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConditionalWrites, type PendingWrite, type WriteCondition } from './conditional-writes';
import { errors, S3Error } from './errors';
import { compareKeys, fileOfKey } from './keys';

/** What S3 remembers of an object besides its content. */
export interface ObjectRecord {
  readonly key: string;
  /** Without quotes: MD5 in hexadecimal, with `-<parts>` after a multipart upload. */
  readonly etag: string;
  readonly size: number;
  /** ISO 8601. */
  readonly lastModified: string;
  /** Answered as they were sent: content-type, content-encoding, x-amz-meta-… */
  readonly headers: Record<string, string>;
  /** Answered when the client asks for them (`x-amz-checksum-mode: ENABLED`). */
  readonly checksums: Record<string, string>;
}

/** What the server needs of a bucket. */
export type ObjectBucket = Pick<Bucket, 'name' | 'empty' | 'find' | 'get' | 'open' | 'keysAfter' | 'begin' | 'abandon' | 'commit' | 'delete'>;

/** What the server needs of the place that holds the buckets. */
export interface Buckets extends Pick<BucketStore, 'incoming' | 'names' | 'create' | 'delete'> {
  get(name: string): ObjectBucket;
}

/** One bucket: an index in memory, the contents in `objects/` and the records in `metadata/` of its folder. */
export class Bucket {
  private readonly records = new Map<string, ObjectRecord>();
  private readonly order: string[] = [];
  private readonly writes = new ConditionalWrites(key => this.find(key));

  public constructor(public readonly name: string, private readonly directory: string) {
    mkdirSync(join(directory, 'objects'), { recursive: true });
    mkdirSync(join(directory, 'metadata'), { recursive: true });
    for (const entry of readdirSync(join(directory, 'metadata'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const record = JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8')) as ObjectRecord;
      this.records.set(record.key, record);
      this.order.push(record.key);
    }
    this.order.sort(compareKeys);
  }

  public get empty(): boolean {
    return this.order.length === 0;
  }

  public find(key: string): ObjectRecord | undefined {
    return this.records.get(key);
  }

  public get(key: string): ObjectRecord {
    const record = this.records.get(key);
    if (!record) throw errors.noSuchKey(key);
    return record;
  }

  /** Opens an object's content: the file descriptor stays valid when the object is replaced or deleted. */
  public open(key: string): number {
    return openSync(this.path('objects', key), 'r');
  }

  /** Keys after `after` (exclusive) in the order of listings. */
  public* keysAfter(after: string): Generator<string> {
    for (let index = this.position(after, true); index < this.order.length; index++) yield this.order[index];
  }

  /** Announces a write, before its body is read; a condition that already fails is refused here. End it with `commit` or `abandon`. */
  public begin(key: string, condition: WriteCondition): PendingWrite {
    return this.writes.begin(key, condition);
  }

  public abandon(write: PendingWrite): void {
    this.writes.abandon(write);
  }

  /** Puts the object in place of what was there, if the condition still holds: one step, since nothing here awaits. */
  public commit(write: PendingWrite, file: string, record: ObjectRecord): void {
    this.writes.commit(write);
    const path = this.path('objects', write.key);
    const metadata = this.path('metadata', write.key, '.json');
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(dirname(metadata), { recursive: true });
    renameSync(file, path);
    writeFileSync(metadata, JSON.stringify(record));
    if (!this.records.has(write.key)) this.order.splice(this.position(write.key, false), 0, write.key);
    this.records.set(write.key, record);
  }

  /** Deletes an object; one that is not there is no error, unless a condition asks for it. */
  public delete(key: string, ifMatch?: string): void {
    this.writes.delete(key, ifMatch);
    if (!this.records.delete(key)) return;
    this.order.splice(this.position(key, false), 1);
    rmSync(this.path('metadata', key, '.json'));
    rmSync(this.path('objects', key));
  }

  private path(kind: 'objects' | 'metadata', key: string, suffix = ''): string {
    return join(this.directory, kind, fileOfKey(key) + suffix);
  }

  /** Index of the first key at (or, with `after`, behind) this one. */
  private position(key: string, after: boolean): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const compared = compareKeys(this.order[middle], key);
      if (compared < 0 || (after && compared === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The buckets in a folder: one subfolder each. */
export class BucketStore {
  /** Bodies that are being received. */
  public readonly incoming: string;
  private readonly buckets = new Map<string, Bucket>();

  public constructor(private readonly directory: string) {
    this.incoming = join(directory, '.incoming');
    rmSync(this.incoming, { recursive: true, force: true });
    mkdirSync(this.incoming, { recursive: true });
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory() && validName(entry.name)) this.buckets.set(entry.name, new Bucket(entry.name, join(directory, entry.name)));
    }
  }

  public get names(): string[] {
    return [...this.buckets.keys()].sort();
  }

  public get(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) throw errors.noSuchBucket(name);
    return bucket;
  }

  public create(name: string): void {
    if (!validName(name)) throw new S3Error('InvalidBucketName', 400, `The specified bucket is not valid: ${JSON.stringify(name)}`);
    if (this.buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou', 409, `the bucket ${JSON.stringify(name)} exists already`);
    this.buckets.set(name, new Bucket(name, join(this.directory, name)));
  }

  public delete(name: string): void {
    if (!this.get(name).empty) {
      throw new S3Error('BucketNotEmpty', 409, `the bucket ${JSON.stringify(name)} you tried to delete is not empty`);
    }
    this.buckets.delete(name);
    if (existsSync(join(this.directory, name))) rmSync(join(this.directory, name), { recursive: true });
  }
}

function validName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
}
