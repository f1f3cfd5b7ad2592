// SPDX-License-Identifier: Apache-2.0

import { ScratchFile } from './scratch-file';

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
  private readonly file: ScratchFile;
  /** Where each interval begins in the file, in bytes, and how many series it has. */
  private readonly intervals: { readonly offset: number; readonly series: number }[] = [];
  private readonly buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  private buffered = 0;
  private flushed = 0;
  private size = 0;

  public constructor(path: string) {
    this.file = new ScratchFile(path);
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
        const place = new Uint8Array(column.buffer, (index - from) * NUMBER_BYTES, NUMBER_BYTES);
        this.file.read(place, offset + (number * count + series) * NUMBER_BYTES);
      });
    }
    const [values, expected, lower, upper] = columns;
    return { values, expected, lower, upper };
  }

  /** Closes and deletes the file. */
  public remove(): void {
    this.file.remove();
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
    this.file.write(this.buffer.subarray(0, this.buffered), this.flushed);
    this.flushed += this.buffered;
    this.buffered = 0;
  }
}
