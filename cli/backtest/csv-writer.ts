// SPDX-License-Identifier: Apache-2.0

import { closeSync, openSync, writeFileSync } from 'node:fs';

/** Characters gathered before they are written. */
const BUFFER_CHARACTERS = 256 * 1024;

/** Writes a CSV file piece by piece. Nothing waits in memory but one buffer: each is on its way to the disk before the next is filled. */
export class CsvWriter {
  private readonly file: number;
  private text = '';

  /** @param header names of the columns */
  public constructor(path: string, header: readonly string[]) {
    this.file = openSync(path, 'w');
    this.write(`${header.map(csvCell).join(',')}\n`);
  }

  /** Adds lines, each with its end. */
  public write(lines: string): void {
    this.text += lines;
    if (this.text.length >= BUFFER_CHARACTERS) this.flush();
  }

  public close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    // unlike writeSync this writes all of it, and goes on where the last piece ended
    writeFileSync(this.file, this.text);
    this.text = '';
  }
}

/** A text as a cell (RFC 4180): quoted where it holds a quote, a comma or a line break, and left as it is otherwise. */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A number as a cell: the shortest text that reads back as the same number; empty when there is none. */
export function csvNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : '';
}
