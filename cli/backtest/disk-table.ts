// SPDX-License-Identifier: Apache-2.0

import { SumsFile } from './sums-file';
import type { Layout } from '../../handlers/detect/layout';
import { IntervalTable } from '../../handlers/input/interval-table';
import { FREQUENCY_SECONDS } from '../../src/private/contract';

/** Intervals that are read from the file together: of 50,000 series 100 MB at most, or what rows in the order of time have in a day of five minutes. */
const INTERVALS_TOGETHER = 256;

/** Most bytes that the values of the data have in memory. All in all a back test takes up to twice as much. */
export const VALUES_IN_MEMORY = 512 * 1024 * 1024;

/**
 * An interval table that goes on in a file when it has grown beyond what a back test may have of the memory. Rows come in any order; they are
 * sorted into stretches of time, and a stretch is read, and aggregated, when one of its intervals is asked for: in the order of time each is
 * read once. What it gives is the same to the bit. All rows come before the first values are asked for.
 */
export class DiskTable extends IntervalTable {
  private file?: SumsFile;
  /** Once there is a file: how many rows each interval has. */
  private readonly rowCounts = new Map<number, number>();
  /** The stretch whose sums are in memory. */
  private stretch = NaN;

  private readonly intervalSeconds: number;

  /**
   * @param path of the file, which is there only while it is needed
   * @param limit most bytes of values in memory
   */
  public constructor(
    { measures, dimensions, clock }: Pick<Layout, 'measures' | 'dimensions' | 'clock'>, private readonly path: string, private readonly limit = VALUES_IN_MEMORY,
  ) {
    super(measures, dimensions);
    this.intervalSeconds = FREQUENCY_SECONDS[clock.frequency];
  }

  /** Bytes of the file; 0 while all is in memory. */
  public get fileBytes(): number {
    return this.file?.bytes ?? 0;
  }

  public override get slots(): number[] {
    return this.file ? [...this.rowCounts.keys()].sort((a, b) => a - b) : super.slots;
  }

  public override rows(slot: number): number {
    return this.file ? this.rowCounts.get(slot) ?? 0 : super.rows(slot);
  }

  public override add(slot: number, combination: number, values: Float64Array): void {
    if (!this.file) {
      super.add(slot, combination, values);
      if (this.bytes > this.limit) this.moveToFile();
      return;
    }
    this.rowCounts.set(slot, (this.rowCounts.get(slot) ?? 0) + 1);
    const first = combination * values.length;
    for (let measure = 0; measure < values.length; measure++) {
      const value = values[measure];
      if (value === value) this.write(this.file, slot, first + measure, value, 1);
    }
  }

  public override values(slot: number): Float64Array {
    if (this.file && this.rowCounts.has(slot)) this.load(this.file, this.stretchOf(slot));
    return super.values(slot);
  }

  public override release(slot: number): void {
    this.rowCounts.delete(slot);
    super.release(slot);
  }

  /** Closes and deletes the file. */
  public remove(): void {
    this.file?.remove();
  }

  private moveToFile(): void {
    const { slots } = this;
    for (const slot of slots) this.rowCounts.set(slot, super.rows(slot));
    // before anything is written: when that fails, the file is closed all the same
    const file = this.file = new SumsFile(this.path);
    for (const slot of slots) {
      this.eachSum(slot, (series, sum, count) => this.write(file, slot, series, sum, count));
      super.release(slot);
    }
  }

  private stretchOf(slot: number): number {
    return Math.floor(slot / (INTERVALS_TOGETHER * this.intervalSeconds));
  }

  private write(file: SumsFile, slot: number, series: number, sum: number, count: number): void {
    const stretch = this.stretchOf(slot);
    file.write(stretch, slot / this.intervalSeconds - stretch * INTERVALS_TOGETHER, series, sum, count);
  }

  private load(file: SumsFile, stretch: number): void {
    if (stretch === this.stretch) return;
    // all that is in memory: of the stretch before
    for (const slot of super.slots) super.release(slot);
    this.stretch = stretch;
    const first = stretch * INTERVALS_TOGETHER;
    file.read(stretch, (interval, series, sum, count) => {
      const slot = (first + interval) * this.intervalSeconds;
      if (this.rowCounts.has(slot)) this.addSum(slot, series, sum, count);
    });
  }
}
