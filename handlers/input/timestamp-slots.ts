// SPDX-License-Identifier: Apache-2.0

import { ByteKeys } from './byte-keys';
import type { TimestampFormat } from '../shared/time-format';

/** The slot of a time stamp that does not match the format. */
export const UNREADABLE_TIMESTAMP = Infinity;

/** Finds the slots of time stamps by their bytes: each text is parsed once. */
export class TimestampSlots {
  private readonly known = new ByteKeys();

  /** @param slotOf slot for seconds on the wall clock; NaN when the interval is not read */
  public constructor(private readonly timestamps: TimestampFormat, private readonly slotOf: (wall: number) => number) {}

  /** @returns slot of the interval; NaN when it is not read, `UNREADABLE_TIMESTAMP` when the bytes do not match the format */
  public find(bytes: Uint8Array, start: number, end: number): number {
    const known = this.known.find(bytes, start, end);
    if (known !== undefined) return known;
    const slot = this.parse(bytes, start, end);
    this.known.add(bytes, start, end, slot);
    return slot;
  }

  private parse(bytes: Uint8Array, start: number, end: number): number {
    const wall = this.timestamps.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'));
    return Number.isNaN(wall) ? UNREADABLE_TIMESTAMP : this.slotOf(wall);
  }
}
