// SPDX-License-Identifier: Apache-2.0

import { isSame, placeOfEither, viewOf, WORD_BYTES, wordOf } from './byte-words';
import type { CsvFormat } from './row-layout';
import { UnusableData } from './unusable-data';
import { isUtf16, UTF_16_BYTES } from './utf-16';

/** Longest row, in bytes. A Redshift row has at most 4 MB, or 16 MB with a SUPER column. */
const ROW_BYTES = 16 * 1024 * 1024;

const FIRST_BUFFER_BYTES = 256 * 1024;
const FIRST_COLUMNS = 32;

/** Shorter cells are found as fast as they are compared with the cell above. */
const LEAST_COMPARED_BYTES = 8;

const LINE_FEED = 0x0a;
const LINE_FEEDS = wordOf(LINE_FEED);
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** A record of a CSV file, as bytes: valid until the next one is asked for. */
export interface CsvRecord {
  /** Holds the cells, without their quotes. */
  readonly bytes: Uint8Array;
  /** Number of cells. */
  readonly length: number;
  /** Where each cell begins in `bytes`. */
  readonly starts: Int32Array;
  /** Where each cell ends in `bytes`. */
  readonly ends: Int32Array;
  /** Where each cell begins as it is written, before its opening quote. One number more than cells: where another cell would begin. */
  readonly written: Int32Array;
  /** By cell: 1 where it is known to be written as in the record before. */
  readonly repeats: Uint8Array;
  /** Whether a cell has doubled quotes: `bytes` do not hold the record as it is written then. */
  readonly isChanged: boolean;
  /** Line of the file on which the record begins, counted from 1. */
  readonly line: number;
  /** A cell as text. */
  text(cell: number): string;
}

/**
 * Takes UTF-8 CSV apart into records without making a string or an object for a cell. Reads what RFC 4180 describes and what is found
 * beside it: lines that end in LF or CR LF, empty lines (skipped), a byte order mark, and quotes amid a cell, which are literal.
 *
 * A record that is not complete waits in the buffer until it is: it is then scanned again from its beginning, but only after as many bytes
 * have come as it had, so that long records in small chunks cost no more than twice their length.
 */
export class CsvScanner implements CsvRecord {
  public bytes = new Uint8Array(FIRST_BUFFER_BYTES);
  public length = 0;
  public starts = new Int32Array(FIRST_COLUMNS);
  public ends = new Int32Array(FIRST_COLUMNS);
  public written = new Int32Array(FIRST_COLUMNS + 1);
  public repeats = new Uint8Array(FIRST_COLUMNS);
  public line = 1;

  private readonly delimiter: Uint8Array;
  private readonly quote: Uint8Array;
  /** Bytes after a quote that say what it is: another quote, a delimiter or a line end. */
  private readonly lookAhead: number;
  private decoder: Buffer;
  private view: DataView;
  /** Cells of the record before that the next one may repeat: all but its last one. None when it is not in the buffer as it was written. */
  private repeatable = 0;
  /** Bytes of the buffer that hold content, and those among them that were waiting when it was scanned last. */
  private filled = 0;
  private waiting = 0;
  /** Line on which the next record begins. */
  private nextLine = 1;
  private atBeginning = true;
  /** Cells of the record with doubled quotes: number of the cell, and the bytes in which they are, three numbers a cell. */
  private readonly doubled: number[] = [];

  /**
   * @param name of the file, for errors
   * @param onRecord called for each record, the header too; the record is the scanner itself
   */
  public constructor(private readonly name: string, format: Pick<CsvFormat, 'delimiter' | 'quote'>, private readonly onRecord: (record: CsvRecord) => void) {
    this.delimiter = new TextEncoder().encode(format.delimiter);
    this.quote = new TextEncoder().encode(format.quote);
    this.lookAhead = Math.max(this.quote.length, this.delimiter.length, 2);
    this.decoder = Buffer.from(this.bytes.buffer);
    this.view = viewOf(this.bytes);
  }

  public get isChanged(): boolean {
    return this.doubled.length > 0;
  }

  /**
   * Adds bytes of the file.
   * @throws UnusableData when a row is too long, and when the file is UTF-16
   */
  public push(chunk: Uint8Array): void {
    this.reserve(this.filled + chunk.length);
    this.bytes.set(chunk, this.filled);
    this.filled += chunk.length;
    if (this.filled < 2 * this.waiting && this.filled <= ROW_BYTES) return;
    this.scan(false);
    if (this.filled > ROW_BYTES) {
      throw new UnusableData(`${this.name} cannot be read as CSV: the row that begins in line ${this.nextLine} has more than ${ROW_BYTES} bytes: `
        + 'is a quote before it not closed?');
    }
  }

  /**
   * Ends the file: what is left is its last record.
   * @throws UnusableData when a quote is not closed
   */
  public end(): void {
    this.scan(true);
  }

  public text(cell: number): string {
    return this.decoder.toString('utf8', this.starts[cell], this.ends[cell]);
  }

  /** Room for the content, a line feed and a word after it. */
  private reserve(length: number): void {
    if (length + WORD_BYTES < this.bytes.length) return;
    const bytes = new Uint8Array(2 * length + WORD_BYTES);
    bytes.set(this.bytes.subarray(0, this.filled));
    this.bytes = bytes;
    this.decoder = Buffer.from(bytes.buffer);
    this.view = viewOf(bytes);
  }

  /** Takes the complete records out of the buffer. */
  private scan(isEnd: boolean): void {
    let from = 0;
    if (this.atBeginning) {
      if (this.filled < UTF_16_BYTES && !isEnd) return;
      const beginning = this.bytes.subarray(0, Math.min(this.filled, UTF_16_BYTES));
      if (isUtf16(beginning)) throw new UnusableData(`${this.name} is UTF-16: save it as UTF-8`);
      if (BYTE_ORDER_MARK.every((byte, index) => beginning[index] === byte)) from = BYTE_ORDER_MARK.length;
      this.atBeginning = false;
    }
    // a last line without line end gets one
    this.bytes[this.filled] = LINE_FEED;
    const limit = isEnd ? this.filled + 1 : this.filled;
    for (let next = from; next < limit; from = next) {
      next = this.scanRecord(from, limit);
      if (next < 0) break;
    }
    if (isEnd && from < this.filled) {
      throw new UnusableData(`${this.name} cannot be read as CSV: Quote Not Closed: the row that begins in line ${this.nextLine} has an opening quote `
        + `${new TextDecoder().decode(this.quote)} and the file ends before its closing one`);
    }
    this.bytes.copyWithin(0, from, this.filled);
    this.repeatable = 0;
    this.filled = this.waiting = Math.max(0, this.filled - from);
  }

  /**
   * Finds the cells of the record that begins at an offset and hands it on. The byte at `limit`, or the last one before it, is a line feed.
   * @returns offset of the next record; -1 when the record does not end before `limit`
   */
  private scanRecord(from: number, limit: number): number {
    const { bytes, delimiter, quote } = this;
    const delimiterByte = delimiter[0];
    const delimiterWord = wordOf(delimiterByte);
    const quoteByte = quote.length > 0 ? quote[0] : -1;
    const isLong = delimiter.length > 1;
    const isLongQuote = quote.length > 1;
    const { view, repeatable } = this;
    let { starts, ends, written, repeats } = this;
    let cells = 0;
    let at = from;
    let lines = 1;
    this.repeatable = 0;
    if (this.doubled.length > 0) this.doubled.length = 0;
    for (;;) {
      if (cells < repeatable) {
        // the same bytes up to the same delimiter are the same cell: time stamps repeat, or names
        const above = written[cells];
        const length = written[cells + 1] - above;
        if (length >= LEAST_COMPARED_BYTES && at + length <= limit && isSame(view, above, view, at, length)) {
          starts[cells] += at - above;
          ends[cells] += at - above;
          written[cells] = at;
          repeats[cells++] = 1;
          at += length;
          continue;
        }
      }
      const cellStart = at;
      let start = at;
      let wasQuoted = false;
      let end = -1;
      if (bytes[at] === quoteByte && (!isLongQuote || this.matches(quote, at, limit))) {
        start = at += quote.length;
        let hasDoubled = false;
        for (;;) {
          let byte: number;
          while (at < limit && (byte = bytes[at]) !== quoteByte) {
            if (byte === LINE_FEED) lines += 1;
            at += 1;
          }
          if (at >= limit) return -1;
          if (isLongQuote && !this.matches(quote, at, limit)) {
            at += 1;
            continue;
          }
          const after = at + quote.length;
          // what follows the quote decides what it is
          if (after + this.lookAhead > limit && limit === this.filled) return -1;
          if (bytes[after] === quoteByte && (!isLongQuote || this.matches(quote, after, limit))) {
            hasDoubled = true;
            at = after + quote.length;
            continue;
          }
          break;
        }
        const close = at;
        at += quote.length;
        wasQuoted = (bytes[at] === delimiterByte && !isLong) || this.endsCell(at, limit);
        if (wasQuoted) end = close;
        else start -= quote.length;
        if (hasDoubled) this.doubled.push(cells, wasQuoted ? start : start + quote.length, close);
      }
      let byte = bytes[at];
      for (;;) {
        if (byte !== delimiterByte && byte !== LINE_FEED) byte = bytes[at = placeOfEither(view, at + 1, delimiterWord, LINE_FEEDS)];
        if (at >= limit) return -1;
        if (byte === LINE_FEED || !isLong || this.matches(delimiter, at, limit)) break;
        byte = bytes[++at];
      }
      if (end < 0) end = byte === LINE_FEED && at > start && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
      if (cells === starts.length) ({ starts, ends, written, repeats } = this.growColumns());
      starts[cells] = start;
      ends[cells] = end;
      written[cells] = cellStart;
      repeats[cells] = 0;
      cells += 1;
      if (byte === LINE_FEED) {
        this.line = this.nextLine;
        this.nextLine += lines;
        at += 1;
        if (cells === 1 && start === end && !wasQuoted) return at;
        this.length = cells;
        // as if a delimiter ended the last cell too
        written[cells] = at - 1 + delimiter.length;
        if (this.doubled.length > 0) this.unescape();
        // what a longer quote is may depend on bytes after the delimiter
        else if (lines === 1 && !isLongQuote) this.repeatable = cells - 1;
        this.onRecord(this);
        return at;
      }
      at += delimiter.length;
    }
  }

  /** Whether a delimiter or a line end is at an offset. */
  private endsCell(at: number, limit: number): boolean {
    const { bytes } = this;
    return bytes[at] === LINE_FEED || (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) || this.matches(this.delimiter, at, limit);
  }

  private matches(text: Uint8Array, at: number, limit: number): boolean {
    if (text.length === 0 || at + text.length > limit) return false;
    for (let index = 0; index < text.length; index++) {
      if (this.bytes[at + index] !== text[index]) return false;
    }
    return true;
  }

  private growColumns(): Pick<CsvScanner, 'starts' | 'ends' | 'written' | 'repeats'> {
    const grown = (cells: Int32Array): Int32Array<ArrayBuffer> => {
      const more = new Int32Array(2 * this.starts.length + 1);
      more.set(cells);
      return more;
    };
    const repeats = new Uint8Array(2 * this.starts.length + 1);
    repeats.set(this.repeats);
    this.repeats = repeats;
    this.written = grown(this.written);
    this.ends = grown(this.ends);
    this.starts = grown(this.starts);
    return this;
  }

  /** Makes doubled quotes single ones. */
  private unescape(): void {
    const { bytes, doubled, ends, quote } = this;
    for (let index = 0; index < doubled.length; index += 3) {
      const [cell, from, to] = [doubled[index], doubled[index + 1], doubled[index + 2]];
      let out = from;
      let at = from;
      while (at < to) {
        // between the opening and the closing quote, all quotes are doubled
        if (this.matches(quote, at, to)) {
          bytes.copyWithin(out, at, at + quote.length);
          out += quote.length;
          at += 2 * quote.length;
        } else {
          bytes[out++] = bytes[at++];
        }
      }
      bytes.copyWithin(out, to, ends[cell]);
      ends[cell] -= to - out;
    }
  }
}
