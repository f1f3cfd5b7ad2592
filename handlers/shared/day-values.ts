// SPDX-License-Identifier: Apache-2.0

import type { Frequency } from '../../src/private/contract';

/** First bytes of an object of values. */
const MAGIC = 'LVAL';
const VERSION = 1;

/** Bytes of a TimeSeriesId that are kept: enough to tell 2^64 series apart. */
const ID_BYTES = 16;
const ID_DIGITS = 2 * ID_BYTES;

interface Header {
  readonly version: number;
  readonly timezone: string;
  readonly frequency: Frequency;
  /** Intervals of the day, in the order of their blocks. */
  readonly slots: number[];
  /** Length of each interval's block: series that came later have no value in it. */
  readonly lengths: number[];
  readonly series: number;
}

/**
 * Observed values of one day, by interval and series, and their form as bytes: magic, length of the header, header as JSON, the first
 * 16 bytes of each TimeSeriesId, then 64-bit floats, a block for each interval.
 */
export class DayValues {
  /** @throws TypeError when the bytes are no values of this version */
  public static decode(bytes: Uint8Array): DayValues {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (buffer.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new TypeError('the object holds no series values');
    const headerEnd = 8 + buffer.readUInt32LE(4);
    const header = JSON.parse(buffer.toString('utf8', 8, headerEnd)) as Header;
    if (header.version !== VERSION) throw new TypeError(`the object holds series values of version ${header.version}, not ${VERSION}`);
    const day = new DayValues(header.timezone, header.frequency);
    let position = headerEnd;
    for (let number = 0; number < header.series; number++, position += ID_BYTES) {
      day.numbers.set(buffer.toString('hex', position, position + ID_BYTES), number);
    }
    for (const [index, slot] of header.slots.entries()) {
      // copied, since the floats need not lie on a multiple of 8
      const block = new Uint8Array(buffer.subarray(position, position += 8 * header.lengths[index]));
      day.intervals.set(slot, new Float64Array(block.buffer));
    }
    return day;
  }

  private readonly numbers = new Map<string, number>();
  private readonly intervals = new Map<number, Float64Array>();
  /** Places of the list of ids that was given last. */
  private placed: { readonly ids?: readonly string[]; readonly places: readonly number[] } = { places: [] };

  /** @param timezone IANA name of the zone on whose wall clock the slots are */
  public constructor(public readonly timezone: string, public readonly frequency: Frequency) {}

  /** Puts the values of an interval in place of what there was. NaN: no value. Quick when the same list of ids is given again. */
  public set(slot: number, timeSeriesIds: readonly string[], values: Float64Array): void {
    if (this.placed.ids !== timeSeriesIds) this.placed = { ids: timeSeriesIds, places: timeSeriesIds.map(id => this.place(id)) };
    const block = new Float64Array(this.numbers.size).fill(NaN);
    for (const [index, place] of this.placed.places.entries()) block[place] = values[index];
    this.intervals.set(slot, block);
  }

  /** Value of a series in an interval; NaN when there is none. */
  public get(slot: number, timeSeriesId: string): number {
    const number = this.numbers.get(timeSeriesId.slice(0, ID_DIGITS));
    return number === undefined ? NaN : this.intervals.get(slot)?.[number] ?? NaN;
  }

  /** The day as bytes, for `decode`. */
  public encode(): Uint8Array {
    const slots = [...this.intervals.keys()].sort((a, b) => a - b);
    const blocks = slots.map(slot => this.intervals.get(slot)!);
    const header: Header = {
      version: VERSION,
      timezone: this.timezone,
      frequency: this.frequency,
      slots,
      lengths: blocks.map(block => block.length),
      series: this.numbers.size,
    };
    const text = Buffer.from(JSON.stringify(header));
    const start = Buffer.alloc(8);
    start.write(MAGIC, 'latin1');
    start.writeUInt32LE(text.length, 4);
    return Buffer.concat([
      start, text, Buffer.from([...this.numbers.keys()].join(''), 'hex'),
      ...blocks.map(block => Buffer.from(block.buffer, block.byteOffset, block.byteLength)),
    ]);
  }

  private place(id: string): number {
    const key = id.slice(0, ID_DIGITS);
    let number = this.numbers.get(key);
    if (number === undefined) this.numbers.set(key, number = this.numbers.size);
    return number;
  }
}
