// SPDX-License-Identifier: Apache-2.0

import { Transform, type TransformCallback } from 'node:stream';
import { errors } from './errors';

/**
 * Undoes `aws-chunked`: `<hex size>[;chunk-signature=…]\r\n<data>\r\n`, ended by a chunk of size 0 and trailer lines (`name:value`).
 * Chunk signatures are not verified. (Amazon S3 API reference, "Signature calculations for the authorization header: chunked upload".)
 */
export class ChunkedDecoder extends Transform {
  private buffered: Buffer = Buffer.alloc(0);
  /** Data bytes of the current chunk still to come; undefined: a size line comes next. */
  private remaining: number | undefined;
  private inTrailers = false;

  /** Trailers are written into `trailers`, by lower-case name. */
  public constructor(private readonly trailers: Record<string, string>) {
    super();
  }

  public override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    try {
      while (this.step());
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  public override _flush(done: TransformCallback): void {
    if (!this.inTrailers) return done(errors.incompleteBody('the body ended before its last chunk'));
    if (this.buffered.length > 0) this.readTrailer(this.buffered.toString('latin1'));
    return done();
  }

  /** Reads one line or a piece of data; false when more input is needed. */
  private step(): boolean {
    if (this.remaining !== undefined && this.remaining > 0) {
      if (this.buffered.length === 0) return false;
      const data = this.buffered.subarray(0, this.remaining);
      this.push(data);
      this.remaining -= data.length;
      this.buffered = this.buffered.subarray(data.length);
      return true;
    }
    const end = this.buffered.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.buffered.subarray(0, end).toString('latin1');
    this.buffered = this.buffered.subarray(end + 2);
    if (this.inTrailers) {
      this.readTrailer(line);
    } else if (this.remaining === 0) {
      if (line !== '') throw errors.incompleteBody('a chunk is longer than its size says');
      this.remaining = undefined;
    } else {
      const size = /^([0-9a-fA-F]+)(?:;.*)?$/.exec(line);
      if (!size) throw errors.incompleteBody(`not the size of a chunk: ${JSON.stringify(line.slice(0, 80))}`);
      this.remaining = parseInt(size[1], 16);
      if (this.remaining === 0) this.inTrailers = true;
    }
    return true;
  }

  private readTrailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon > 0) this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
}
