// SPDX-License-Identifier: Apache-2.0

declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Times in milliseconds that tables take to be created, deleted and changed. */
  interface Options {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  /** An HTTP server that answers DynamoDB's API. */
  export default function dynalite(options?: Options): Server;
}
