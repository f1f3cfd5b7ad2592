// SPDX-License-Identifier: Apache-2.0

import type { S3Client } from '@aws-sdk/client-s3';
import { DetectorModel } from './detector-model';
import { PREFIXES } from '../../../src/private/contract';
import type { DetectorRecord } from '../../lookout/store';
import { readStateObject, writeStateObject } from '../../shared/state-object';
import type { PublicHolidays } from '../holidays';

/** A model and the version of the object that it was read from or written to; `none` before it was written. */
export interface StoredModel {
  readonly model: DetectorModel;
  readonly etag: string;
}

/** A model object that cannot be read, or is gone. */
export class UnreadableModel extends Error {
  /**
   * @param etag of the version that cannot be read; `none`: there is none
   * @param bytes what it holds; undefined: there is none
   */
  public constructor(key: string, public readonly etag: string, public readonly bytes: Uint8Array | undefined, cause: unknown) {
    super(`model ${JSON.stringify(key)} in the state bucket cannot be read: ${(cause as Error).message}`, { cause });
    this.name = 'UnreadableModel';
  }
}

/**
 * Keeps detectors' models in the state bucket, and the model that was used last in memory, so that it need not be read again. A model is
 * one object and holds all series of its detector: its shard 0. Further shards would be objects `model-1` and so on beside it.
 */
export class ModelStore {
  private warm?: { readonly key: string; readonly stored: StoredModel };

  public constructor(private readonly client: S3Client, private readonly bucketName: string) {}

  /**
   * Reads a detector's model. The caller may change it and has it alone: the store holds it again only when it is saved or given back.
   * @param holidays that the detector knows, if any
   * @returns undefined when there is none
   * @throws UnreadableModel when it cannot be read, such as a model of a later version
   */
  public async take(detector: DetectorRecord, holidays?: PublicHolidays): Promise<StoredModel | undefined> {
    const key = keyOf(detector);
    const warm = this.warm?.key === key ? this.warm.stored : undefined;
    this.warm = undefined;
    const object = await readStateObject(this.client, this.bucketName, key, warm?.etag);
    if (object === 'unchanged') return warm;
    if (object === undefined) return undefined;
    try {
      return { model: DetectorModel.decode(object.bytes, holidays, 'own'), etag: object.etag };
    } catch (error) {
      throw new UnreadableModel(key, object.etag, object.bytes, error);
    }
  }

  /** What to throw where a detector that detects has no model: somebody has deleted it. */
  public lost(detector: DetectorRecord): UnreadableModel {
    return new UnreadableModel(keyOf(detector), 'none', undefined, new Error('it is gone'));
  }

  /** Whether a version of a detector's model is the one that there is. */
  public async isCurrent(detector: DetectorRecord, etag: string): Promise<boolean> {
    return await readStateObject(this.client, this.bucketName, keyOf(detector), etag) === 'unchanged';
  }

  /**
   * Copies a model that cannot be read to `model-unreadable-<ETag>`, so that people can look at it when another has taken its place.
   * @returns key of the copy; undefined when there is nothing to be copied
   */
  public async keepAside(detector: DetectorRecord, { etag, bytes }: UnreadableModel): Promise<string | undefined> {
    if (bytes === undefined) return undefined;
    const key = `${keyOf(detector)}-unreadable-${etag.replace(/[^0-9a-zA-Z]/g, '')}`;
    await writeStateObject(this.client, this.bucketName, key, bytes, 'any');
    return key;
  }

  /**
   * Reads the model as it was before the interval that was read again last: see `replaceInterval`.
   * @returns undefined when there is none
   * @throws UnreadableModel when it cannot be read
   */
  public async takeSettled(detector: DetectorRecord, holidays?: PublicHolidays): Promise<DetectorModel | undefined> {
    const key = settledKeyOf(detector);
    const object = await readStateObject(this.client, this.bucketName, key);
    if (object === undefined) return undefined;
    try {
      return DetectorModel.decode(object.bytes, holidays);
    } catch (error) {
      throw new UnreadableModel(key, object.etag, object.bytes, error);
    }
  }

  /** Keeps a model as it is before an interval that is read again. Whatever was kept may be replaced: it can be made again from the values. */
  public async saveSettled(detector: DetectorRecord, model: DetectorModel): Promise<void> {
    await writeStateObject(this.client, this.bucketName, settledKeyOf(detector), model.encode(), 'any');
  }

  /** Gives back a model that was not changed. */
  public giveBack(detector: DetectorRecord, stored: StoredModel): void {
    this.warm = { key: keyOf(detector), stored };
  }

  /**
   * Writes a model in place of the version that it was made from (`none`: there was none).
   * @throws WriteConflict when another call has written meanwhile
   */
  public async save(detector: DetectorRecord, model: DetectorModel, replaces: string): Promise<StoredModel> {
    const etag = await writeStateObject(this.client, this.bucketName, keyOf(detector), model.encode(), replaces);
    const stored = { model, etag };
    this.giveBack(detector, stored);
    return stored;
  }
}

function keyOf(detector: DetectorRecord): string {
  return `${PREFIXES.state}${detector.name}/model`;
}

function settledKeyOf(detector: DetectorRecord): string {
  return `${keyOf(detector)}-settled`;
}
