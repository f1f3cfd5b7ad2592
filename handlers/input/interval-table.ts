// SPDX-License-Identifier: Apache-2.0

import { PackedNumbers } from './packed-numbers';
import type { Measure } from './row-layout';
import { SeriesIndex } from './series-index';

/* eslint-disable no-bitwise -- a division for each value of each row would show */

/**
 * Series of a block: enough for a block's own cost not to count. A power of two, as the lowest bits of a series number say where in its
 * block it is.
 */
const BLOCK_BITS = 11;
const BLOCK_SERIES = 1 << BLOCK_BITS;
const BLOCK_MASK = BLOCK_SERIES - 1;

/** Factor by which a block that is too short grows, up to `BLOCK_SERIES`. */
const GROWTH = 1.5;

/** Bytes of blocks that are open to more rows, beyond which those that had none lately are packed. */
const OPEN_BYTES = 64 * 1024 * 1024;
const NO_SUMS = new Float64Array(0);

/** Some series of an interval: open to more rows, or packed until one comes. */
class Block {
  /** How many values a sum holds, where that matters: an average of which a series has more than one value. Absent: one each. */
  public counts?: Uint32Array;
  public packed?: PackedNumbers;
  /** Numbers that cannot be packed. */
  public isPlain = false;

  /** @param sums NaN: no value. Empty while the block is packed. */
  public constructor(public sums: Float64Array) {}
}

/** What was read of one interval: a row of the table. */
interface IntervalSums {
  rows: number;
  /** By series number divided by `BLOCK_SERIES`; a hole where the interval has none of those series. */
  readonly blocks: (Block | undefined)[];
}

/**
 * Rows aggregated to intervals x series by SUM or AVG. Rows may come in any order.
 *
 * Memory: 8 bytes an interval and series for the intervals that have rows (12 for averages of several rows), less where whole blocks of
 * series have none; 2 or 4 bytes where the values are numbers of few digits and rows come in some order, of the time or series by series.
 * Rows in the order of time give blocks of the right length at once; in other orders, blocks grow, and no more than the last block of an
 * interval is longer than it need be. Who reads files of any size looks at `bytes` now and then.
 */
export class IntervalTable {
  /** The combinations of dimension values seen. */
  public readonly series: SeriesIndex;
  private readonly intervals = new Map<number, IntervalSums>();
  private readonly isAverage: readonly boolean[];
  /** The interval of the row before, which mostly is the next row's too. */
  private newest: IntervalSums = { rows: 0, blocks: [] };
  private newestSlot = NaN;
  /** Bytes of the blocks that are open, and those from which on some are packed. */
  private openBytes = 0;
  private packedBytes = 0;
  private packFrom: number;
  /** Blocks packed by the last packing, and blocks opened again since. */
  private packed = 0;
  private opened = 0;

  /** @param step how many more bytes of blocks may be open until the next packing */
  public constructor(measures: readonly Measure[], dimensions: readonly string[], private step = OPEN_BYTES) {
    this.packFrom = step;
    this.series = new SeriesIndex(measures.map(measure => measure.name), dimensions);
    this.isAverage = measures.map(measure => measure.aggregation === 'AVG');
  }

  /** Slots of the intervals that have rows, oldest first. */
  public get slots(): number[] {
    return [...this.intervals.keys()].sort((a, b) => a - b);
  }

  /** Bytes that the sums and counts take. */
  public get bytes(): number {
    return this.openBytes + this.packedBytes;
  }

  /** Number of rows of an interval. */
  public rows(slot: number): number {
    return this.intervals.get(slot)?.rows ?? 0;
  }

  /**
   * Adds a row.
   * @param combination number of its dimension values in `series`
   * @param values one a measure, NaN where the row has none
   */
  public add(slot: number, combination: number, values: Float64Array): void {
    const interval = slot === this.newestSlot ? this.newest : this.interval(slot);
    interval.rows += 1;
    const first = combination * values.length;
    for (let measure = 0; measure < values.length; measure++) {
      const value = values[measure];
      if (value !== value) continue;
      const series = first + measure;
      const index = series & BLOCK_MASK;
      let block = interval.blocks[series >>> BLOCK_BITS];
      if (block === undefined || index >= block.sums.length) block = this.blockFor(interval, series);
      const sum = block.sums[index];
      if (sum !== sum) {
        block.sums[index] = value;
      } else {
        block.sums[index] = sum + value;
        if (this.isAverage[measure]) this.countsOf(block)[index] += 1;
      }
    }
  }

  /**
   * Adds what several rows of an interval gave for a series, as if they came one after the other; they do not count as rows.
   * @param sum of their values
   * @param count how many they are
   */
  public addSum(slot: number, series: number, sum: number, count: number): void {
    const interval = slot === this.newestSlot ? this.newest : this.interval(slot);
    const index = series & BLOCK_MASK;
    let block = interval.blocks[series >>> BLOCK_BITS];
    if (block === undefined || index >= block.sums.length) block = this.blockFor(interval, series);
    const before = block.sums[index];
    const isFirst = before !== before;
    block.sums[index] = isFirst ? sum : before + sum;
    if (!this.isAverage[series % this.isAverage.length] || (isFirst && count === 1)) return;
    const counts = this.countsOf(block);
    counts[index] = isFirst ? count : counts[index] + count;
  }

  /** Calls back with each series of an interval that has a value: its sum, and of how many values where that matters. */
  public eachSum(slot: number, take: (series: number, sum: number, count: number) => void): void {
    for (const [number, block] of this.intervals.get(slot)?.blocks.entries() ?? []) {
      if (block === undefined) continue;
      let { sums } = block;
      if (block.packed) block.packed.copyTo(sums = new Float64Array(block.packed.length), 0, block.packed.length);
      for (let index = 0; index < sums.length; index++) {
        if (sums[index] === sums[index]) take(number * BLOCK_SERIES + index, sums[index], block.counts?.[index] ?? 1);
      }
    }
  }

  /** Aggregated values of an interval, one for each series of `series`; NaN where there is none. */
  public values(slot: number): Float64Array {
    const values = new Float64Array(this.series.size).fill(NaN);
    for (const [number, block] of this.intervals.get(slot)?.blocks.entries() ?? []) {
      if (block === undefined) continue;
      const first = number * BLOCK_SERIES;
      // a block's length is a guess at the series to come
      if (block.packed) block.packed.copyTo(values, first, Math.min(block.packed.length, values.length - first));
      else values.set(block.sums.subarray(0, values.length - first), first);
      if (block.counts) this.divide(values, first, block.counts);
    }
    return values;
  }

  /** Forgets the values and rows of an interval that is not needed any more. */
  public release(slot: number): void {
    for (const block of this.intervals.get(slot)?.blocks ?? []) {
      if (block === undefined) continue;
      this.openBytes -= bytesOf(block);
      this.packedBytes -= block.packed?.byteLength ?? 0;
    }
    this.intervals.delete(slot);
    if (slot === this.newestSlot) this.newestSlot = NaN;
  }

  private divide(values: Float64Array, first: number, counts: Uint32Array): void {
    const { isAverage } = this;
    const end = Math.min(first + counts.length, values.length);
    for (let series = first; series < end; series++) {
      if (isAverage[series % isAverage.length]) values[series] /= counts[series - first];
    }
  }

  private countsOf(block: Block): Uint32Array {
    if (block.counts) return block.counts;
    block.counts = new Uint32Array(block.sums.length).fill(1);
    this.openBytes += block.counts.byteLength;
    return block.counts;
  }

  private interval(slot: number): IntervalSums {
    let interval = this.intervals.get(slot);
    if (interval === undefined) this.intervals.set(slot, interval = { rows: 0, blocks: [] });
    this.newest = interval;
    this.newestSlot = slot;
    return interval;
  }

  /** The block of a series, made, opened or grown so that it has room for it. */
  private blockFor(interval: IntervalSums, series: number): Block {
    const number = series >>> BLOCK_BITS;
    const known = this.series.size - number * BLOCK_SERIES;
    const block = interval.blocks[number] ??= new Block(NO_SUMS);
    const before = bytesOf(block);
    if (block.packed) this.open(block, block.packed);
    const { length } = block.sums;
    // a new block is as long as the series seen so far
    if ((series & BLOCK_MASK) >= length) grow(block, Math.min(length === 0 ? known : Math.ceil(known * GROWTH), BLOCK_SERIES));
    this.openBytes += bytesOf(block) - before;
    if (this.openBytes > this.packFrom) this.pack(block);
    return block;
  }

  private open(block: Block, packed: PackedNumbers): void {
    block.sums = new Float64Array(packed.length);
    packed.copyTo(block.sums, 0, packed.length);
    block.packed = undefined;
    this.packedBytes -= packed.byteLength;
    this.opened += 1;
  }

  /** Packs the blocks of all intervals but the newest. Rows that come in no order open them again at once: then it is done ever more seldom. */
  private pack(needed: Block): void {
    if (this.opened > this.packed / 2) this.step *= 2;
    this.packed = this.opened = 0;
    for (const interval of this.intervals.values()) {
      if (interval === this.newest) continue;
      for (const block of interval.blocks) {
        if (block === undefined || block === needed || block.packed || block.counts || block.isPlain) continue;
        block.packed = PackedNumbers.of(block.sums);
        block.isPlain = block.packed === undefined;
        if (block.isPlain) continue;
        this.openBytes -= block.sums.byteLength;
        this.packedBytes += block.packed!.byteLength;
        block.sums = NO_SUMS;
        this.packed += 1;
      }
    }
    this.packFrom = this.openBytes + this.step;
  }
}

/** Bytes of a block that is open. */
function bytesOf({ sums, counts }: Block): number {
  return sums.byteLength + (counts?.byteLength ?? 0);
}

function grow(block: Block, length: number): void {
  const sums = new Float64Array(length).fill(NaN);
  sums.set(block.sums);
  block.sums = sums;
  if (block.counts) {
    const counts = new Uint32Array(length).fill(1);
    counts.set(block.counts);
    block.counts = counts;
  }
}
