// SPDX-License-Identifier: Apache-2.0

import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { OutputError } from '../errors';

/** A file for what a run need not have in memory. It is gone with the process, also when that is killed. */
export class ScratchFile {
  private readonly file: number;

  /** @throws OutputError when the file cannot be made */
  public constructor(private readonly path: string) {
    this.file = this.orOutputError(() => openSync(path, 'w+'));
    // open, it needs no name
    try {
      rmSync(path);
    } catch {
      // where open files keep their names, `remove` deletes it
    }
  }

  /**
   * Writes all bytes, from a place of the file on.
   * @throws OutputError when they cannot be written, such as to a disk that is full
   */
  public write(bytes: Uint8Array, at: number): void {
    this.orOutputError(() => {
      for (let done = 0; done < bytes.length;) done += writeSync(this.file, bytes, done, bytes.length - done, at + done);
    });
  }

  /**
   * Fills all bytes with what the file has from a place on.
   * @throws Error when the file ends before
   */
  public read(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length;) {
      const read = readSync(this.file, bytes, done, bytes.length - done, at + done);
      if (read === 0) throw new Error(`${this.path} ends before byte ${at + bytes.length}: was it changed while the back test ran?`);
      done += read;
    }
  }

  /** Closes and deletes the file. */
  public remove(): void {
    closeSync(this.file);
    rmSync(this.path, { force: true });
  }

  /** While the data is read, an error of the system would be taken for one of the data's file. */
  private orOutputError<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw new OutputError(`what the memory need not hold cannot be kept in ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }
}
