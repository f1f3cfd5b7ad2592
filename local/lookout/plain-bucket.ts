// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, openSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ObjectBucket, ObjectRecord } from '../s3/bucket-store';
import { ConditionalWrites, type PendingWrite, type WriteCondition } from '../s3/conditional-writes';
import { errors } from '../s3/errors';
import { compareKeys } from '../s3/keys';

/** A bucket that is a folder of ordinary files: the object `a/b.csv` is the file `a/b.csv`, whoever put it there and whenever. */
export class PlainBucket implements ObjectBucket {
  private readonly writes = new ConditionalWrites(key => this.find(key));
  /** ETags of what was written here; they hold for as long as the file is not changed from outside. */
  private readonly written = new Map<string, { readonly state: string; readonly etag: string }>();

  public constructor(public readonly name: string, private readonly folder: string) {}

  public get empty(): boolean {
    return this.keys().length === 0;
  }

  public find(key: string): ObjectRecord | undefined {
    if (!isPlain(key)) return undefined;
    const file = statSync(join(this.folder, key), { throwIfNoEntry: false });
    if (!file?.isFile()) return undefined;
    const state = `${file.size} ${file.mtimeMs}`;
    const written = this.written.get(key);
    return {
      key,
      // with the part count of a multipart upload: such an ETag is no MD5 of the content, and no client takes it for one
      etag: written?.state === state ? written.etag : `${createHash('md5').update(state).digest('hex')}-1`,
      size: file.size,
      lastModified: file.mtime.toISOString(),
      headers: {},
      checksums: {},
    };
  }

  public get(key: string): ObjectRecord {
    const record = this.find(key);
    if (!record) throw errors.noSuchKey(key);
    return record;
  }

  public open(key: string): number {
    this.get(key);
    return openSync(join(this.folder, key), 'r');
  }

  public* keysAfter(after: string): Generator<string> {
    for (const key of this.keys()) if (compareKeys(key, after) > 0) yield key;
  }

  public begin(key: string, condition: WriteCondition): PendingWrite {
    if (!isPlain(key)) throw errors.invalidArgument(`the key ${JSON.stringify(key)} is no path of a file in the bucket's folder: it cannot be written`);
    return this.writes.begin(key, condition);
  }

  public abandon(write: PendingWrite): void {
    this.writes.abandon(write);
  }

  public commit(write: PendingWrite, file: string, record: ObjectRecord): void {
    this.writes.commit(write);
    const path = join(this.folder, write.key);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(file, path); // not renamed: bodies are received in another place, which may be another disk
    rmSync(file);
    const { size, mtimeMs } = statSync(path);
    this.written.set(write.key, { state: `${size} ${mtimeMs}`, etag: record.etag });
  }

  public delete(key: string, ifMatch?: string): void {
    this.writes.delete(key, ifMatch);
    if (this.find(key)) rmSync(join(this.folder, key));
  }

  private keys(): string[] {
    const keys: string[] = [];
    // symbolic links are followed; a folder is not walked through again within itself
    const walk = (prefix: string, within: readonly string[]): void => {
      const folder = realpathSync(join(this.folder, prefix));
      if (within.includes(folder)) return;
      for (const name of readdirSync(folder)) {
        if (statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory()) walk(`${prefix}${name}/`, [...within, folder]);
        else if (this.find(`${prefix}${name}`)) keys.push(`${prefix}${name}`);
      }
    };
    walk('', []);
    return keys.sort(compareKeys);
  }
}

/** Whether a key is a path that stays within the folder. */
function isPlain(key: string): boolean {
  return !/[\0\\]/.test(key) && key.split('/').every(segment => segment !== '' && segment !== '.' && segment !== '..');
}
