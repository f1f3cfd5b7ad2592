// SPDX-License-Identifier: Apache-2.0

import type { WriteStream } from 'node:tty';

/** Milliseconds between two messages of the same step: on a terminal, where one line is written over, and elsewhere, such as in CI. */
const TERMINAL_PAUSE = 100;
const LOG_PAUSE = 10_000;

/** Tells how far a long run is: on one line of a terminal; elsewhere a line for each step, and more only while a step takes long. */
export class Progress {
  private readonly isTerminal: boolean;
  private lastAt = performance.now();
  private shown = false;

  /** @param stream standard error */
  public constructor(private readonly stream: Pick<WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number }) {
    this.isTerminal = stream.isTTY === true;
  }

  /** A step goes on. Cheap: most calls write nothing. */
  public update(text: () => string): void {
    const now = performance.now();
    if (now - this.lastAt < (this.isTerminal ? TERMINAL_PAUSE : LOG_PAUSE)) return;
    this.lastAt = now;
    if (this.isTerminal) {
      // on a line that wraps, the next message would write over its end only
      this.stream.write(`\r\u001b[K${text().slice(0, (this.stream.columns ?? Infinity) - 1)}`);
      this.shown = true;
    } else {
      this.stream.write(`${text()}\n`);
    }
  }

  /** A step is done. */
  public step(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
    this.lastAt = performance.now();
  }

  /** Something that the user should look at, though the run goes on. */
  public warn(text: string): void {
    this.step(`warning: ${text}`);
  }

  /** Takes an unfinished line off the terminal. */
  public clear(): void {
    if (this.shown) this.stream.write('\r\u001b[K');
    this.shown = false;
  }
}
