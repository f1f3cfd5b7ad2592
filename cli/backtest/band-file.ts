// SPDX-License-Identifier: Apache-2.0

import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

/** Bytes gathered before they are written. */
const BUFFER_BYTES = 1024 * 1024;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Values of one series or total over some intervals, NaN where there is none. */
export interface SeriesBand {
  readonly values: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * Values, expectations and bands of all series, or all totals, in all detected intervals, in a file that is deleted at the end: the report shows some
 * stretches of some series, and which ones is known only when all is detected.
 */
export class BandFile {
  private readonly file: number;
  /** Where each interval begins in the file, in bytes, and how many series it has. */
  private readonly intervals: { readonly offset: number; readonly series: number }[] = [];
  private readonly buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  private buffered = 0;
  private size = 0;

  public constructor(private readonly path: string) {
    this.file = openSync(path, 'w+');
    // open, it needs no name: with the process it is gone, also when that is killed
    try {
      rmSync(path);
    } catch {
      // where open files keep their names, `remove` deletes it
    }
  }

  /** Takes the next interval: all series, or all totals. */
  public write({ values, scores }: { readonly values: Float64Array; readonly scores: Pick<SeriesBand, 'expected' | 'lower' | 'upper'> }): void {
    this.intervals.push({ offset: this.size, series: values.length });
    for (const { buffer, byteOffset, byteLength } of [values, scores.expected, scores.lower, scores.upper]) {
      this.append(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }

  /**
   * Reads a series, for intervals counted from the first one detected.
   * @param to exclusive
   */
  public read(series: number, from: number, to: number): SeriesBand {
    this.flush();
    const columns = Array.from({ length: 4 }, () => new Float64Array(to - from).fill(NaN));
    for (let index = from; index < to; index++) {
      const { offset, series: count } = this.intervals[index];
      if (series >= count) continue;
      columns.forEach((column, number) => {
        readSync(this.file, column, (index - from) * NUMBER_BYTES, NUMBER_BYTES, offset + (number * count + series) * NUMBER_BYTES);
      });
    }
    const [values, expected, lower, upper] = columns;
    return { values, expected, lower, upper };
  }

  /** Closes and deletes the file. */
  public remove(): void {
    closeSync(this.file);
    rmSync(this.path, { force: true });
  }

  private append(bytes: Uint8Array): void {
    this.size += bytes.length;
    for (let done = 0; done < bytes.length;) {
      const piece = bytes.subarray(done, done + BUFFER_BYTES - this.buffered);
      this.buffer.set(piece, this.buffered);
      this.buffered += piece.length;
      done += piece.length;
      if (this.buffered === BUFFER_BYTES) this.flush();
    }
  }

  private flush(): void {
    for (let done = 0; done < this.buffered;) done += writeSync(this.file, this.buffer, done, this.buffered - done);
    this.buffered = 0;
  }
}
