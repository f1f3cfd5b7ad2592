// SPDX-License-Identifier: Apache-2.0

import type { ObjectRecord } from './bucket-store';
import { errors } from './errors';

/** Condition of a conditional write. */
export interface WriteCondition {
  /** The object must not exist. */
  readonly ifNoneMatch?: '*';
  /** The object must exist with this ETag (without quotes), or exist (`*`). */
  readonly ifMatch?: string;
}

/** A write that waits for its body. `conflict` is set when the key is deleted meanwhile. */
export interface PendingWrite {
  readonly key: string;
  readonly condition: WriteCondition;
  conflict: boolean;
}

/** The writes to a bucket that wait for their bodies, and whether their conditions hold. */
export class ConditionalWrites {
  private readonly pending = new Set<PendingWrite>();

  /** @param find gives what is stored under a key */
  public constructor(private readonly find: (key: string) => ObjectRecord | undefined) {}

  /** Announces a write, before its body is read; a condition that already fails is refused here. End it with `commit` or `abandon`. */
  public begin(key: string, condition: WriteCondition): PendingWrite {
    this.check(key, condition);
    const write = { key, condition, conflict: false };
    this.pending.add(write);
    return write;
  }

  public abandon(write: PendingWrite): void {
    this.pending.delete(write);
  }

  /** Ends a write whose body is there. Afterwards it can be stored, if this does not throw. */
  public commit(write: PendingWrite): void {
    this.pending.delete(write);
    const isConditional = write.condition.ifMatch !== undefined || write.condition.ifNoneMatch !== undefined;
    if (isConditional && write.conflict) throw errors.conditionalConflict();
    this.check(write.key, write.condition);
  }

  /** Lets a key be deleted: conditional writes to it that have begun fail. */
  public delete(key: string, ifMatch?: string): void {
    if (ifMatch !== undefined) this.check(key, { ifMatch });
    for (const write of this.pending) if (write.key === key) write.conflict = true;
  }

  private check(key: string, { ifNoneMatch, ifMatch }: WriteCondition): void {
    const record = this.find(key);
    if (ifNoneMatch === '*' && record) throw errors.preconditionFailed('If-None-Match');
    if (ifMatch === undefined) return;
    if (!record) throw errors.noSuchKey(key);
    if (ifMatch !== '*' && ifMatch !== record.etag) throw errors.preconditionFailed('If-Match');
  }
}
