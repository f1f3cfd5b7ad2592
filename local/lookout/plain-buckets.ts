// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PlainBucket } from './plain-bucket';
import { BucketStore, type Buckets, type ObjectBucket } from '../s3/bucket-store';
import { errors, S3Error } from '../s3/errors';

/** `s3://NAME/…` is the folder NAME in the data folder. One bucket is not there: that of the service's models, which has a place of its own. */
export class PlainBuckets implements Buckets {
  public readonly incoming: string;
  private readonly buckets = new Map<string, PlainBucket>();
  private readonly models: BucketStore;

  /**
   * @param folder of the data
   * @param working folder of the models, and of bodies that are being received
   */
  public constructor(private readonly folder: string, working: string, private readonly modelBucket: string) {
    mkdirSync(working, { recursive: true });
    this.models = new BucketStore(working);
    this.models.create(modelBucket);
    this.incoming = this.models.incoming;
  }

  public get names(): string[] {
    return readdirSync(this.folder).filter(name => statSync(join(this.folder, name), { throwIfNoEntry: false })?.isDirectory()).sort();
  }

  public get(name: string): ObjectBucket {
    if (name === this.modelBucket) return this.models.get(name);
    const path = this.pathOf(name);
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      throw new S3Error('NoSuchBucket', 404, `there is no bucket ${JSON.stringify(name)}: make the folder ${path}`);
    }
    const bucket = this.buckets.get(name) ?? new PlainBucket(name, path);
    this.buckets.set(name, bucket);
    return bucket;
  }

  public create(name: string): void {
    const path = this.pathOf(name);
    if (existsSync(path)) throw new S3Error('BucketAlreadyOwnedByYou', 409, `the bucket ${JSON.stringify(name)} exists already: ${path}`);
    mkdirSync(path);
  }

  public delete(name: string): void {
    if (!this.get(name).empty) throw new S3Error('BucketNotEmpty', 409, `the bucket ${JSON.stringify(name)} you tried to delete is not empty`);
    rmSync(this.pathOf(name), { recursive: true });
  }

  private pathOf(name: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(name)) throw errors.noSuchBucket(name);
    return join(this.folder, name);
  }
}
