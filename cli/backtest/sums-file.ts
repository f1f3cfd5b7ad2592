// SPDX-License-Identifier: Apache-2.0

import { ScratchFile } from './scratch-file';

/** Sums that are written together. */
const PIECE_SUMS = 2048;
/** Sums that a piece has room for at first, and by how much it grows: a stretch of few rows takes little. */
const FIRST_SUMS = 128;
const GROWTH = 4;
/** Bytes of a sum: the sum, its series, its count, and its interval within the stretch. */
const SUM_BYTES = 8 + 4 + 4 + 1;
const PIECE_BYTES = PIECE_SUMS * SUM_BYTES;

/** Sums of one stretch of time, column by column. */
class Piece {
  public readonly bytes: Uint8Array;
  public readonly sums: Float64Array;
  public readonly series: Uint32Array;
  public readonly counts: Uint32Array;
  public readonly intervals: Uint8Array;
  public length = 0;

  /** @param room for so many sums */
  public constructor(public readonly room: number) {
    const { buffer } = this.bytes = new Uint8Array(room * SUM_BYTES);
    this.sums = new Float64Array(buffer, 0, room);
    this.series = new Uint32Array(buffer, 8 * room, room);
    this.counts = new Uint32Array(buffer, 12 * room, room);
    this.intervals = new Uint8Array(buffer, 16 * room, room);
  }

  /** The same sums with more room. */
  public grown(): Piece {
    const piece = new Piece(this.room * GROWTH);
    piece.sums.set(this.sums);
    piece.series.set(this.series);
    piece.counts.set(this.counts);
    piece.intervals.set(this.intervals);
    piece.length = this.length;
    return piece;
  }
}

/** Takes a sum of an interval, counted within its stretch. */
type TakeSum = (interval: number, series: number, sum: number, count: number) => void;

/** What is known of a stretch. */
interface Stretch {
  /** Numbers of its pieces that are in the file. */
  readonly written: number[];
  /** The newest, which is not full. */
  open: Piece;
}

/**
 * Sums of rows, sorted by the stretch of time that they belong to while they come, in a file that is deleted at the end. In memory is one
 * piece of 35 KB at most for each stretch.
 */
export class SumsFile {
  private readonly file: ScratchFile;
  private readonly stretches = new Map<number, Stretch>();
  private pieces = 0;
  private newest = NaN;
  private newestStretch?: Stretch;

  public constructor(path: string) {
    this.file = new ScratchFile(path);
  }

  /** Length of the file. */
  public get bytes(): number {
    return this.pieces * PIECE_BYTES;
  }

  /** @param interval number within the stretch, 0 to 255 */
  public write(stretch: number, interval: number, series: number, sum: number, count: number): void {
    const found = stretch === this.newest ? this.newestStretch! : this.find(stretch);
    if (found.open.length === found.open.room) found.open = found.open.grown();
    const { written, open } = found;
    const at = open.length++;
    open.sums[at] = sum;
    open.series[at] = series;
    open.counts[at] = count;
    open.intervals[at] = interval;
    if (open.length < PIECE_SUMS) return;
    this.file.write(open.bytes, this.pieces * PIECE_BYTES);
    written.push(this.pieces++);
    open.length = 0;
  }

  /** Calls back with the sums of a stretch in the order in which they were written. */
  public read(stretch: number, take: TakeSum): void {
    const found = this.stretches.get(stretch);
    if (found === undefined) return;
    const piece = new Piece(PIECE_SUMS);
    piece.length = PIECE_SUMS;
    for (const number of found.written) {
      this.file.read(piece.bytes, number * PIECE_BYTES);
      each(piece, take);
    }
    each(found.open, take);
  }

  /** Closes and deletes the file. */
  public remove(): void {
    this.file.remove();
  }

  private find(stretch: number): Stretch {
    let found = this.stretches.get(stretch);
    if (found === undefined) this.stretches.set(stretch, found = { written: [], open: new Piece(FIRST_SUMS) });
    this.newest = stretch;
    return this.newestStretch = found;
  }
}

function each({ sums, series, counts, intervals, length }: Piece, take: TakeSum): void {
  for (let index = 0; index < length; index++) take(intervals[index], series[index], sums[index], counts[index]);
}
