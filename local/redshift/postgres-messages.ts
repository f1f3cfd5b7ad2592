// SPDX-License-Identifier: Apache-2.0

/** What travels between the PostgreSQL thread and the rest. */

/** How the thread starts. */
export interface PostgresSettings {
  /** Saved data directory, read when it is there and written when not: a start takes 0.7 s with it and 4 s without. */
  readonly cacheFile: string;
  /** Run once, in a new database. */
  readonly setupSql: string;
  /** Run at every start. */
  readonly sessionSql: string;
}

/** One request. Values are text; null is NULL. */
export type PostgresRequest =
  | { readonly type: 'query'; readonly sql: string; readonly values: (string | null)[] }
  /** Any number of statements. */
  | { readonly type: 'exec'; readonly sql: string }
  /** Columns of a query, which is not run. */
  | { readonly type: 'describe'; readonly sql: string }
  /** `COPY … TO '/dev/blob'`. */
  | { readonly type: 'copyTo'; readonly sql: string }
  /** `COPY … FROM '/dev/blob'`. */
  | { readonly type: 'copyFrom'; readonly sql: string; readonly csv: Uint8Array };

/** A column of a result: its name and PostgreSQL's number of its type. */
export interface PostgresField {
  readonly name: string;
  readonly oid: number;
}

/** Answer to a request. */
export interface PostgresAnswer {
  readonly fields: PostgresField[];
  /** Values as PostgreSQL prints them. */
  readonly rows: (string | null)[][];
  readonly affectedRows: number;
  /** Of `copyTo`. */
  readonly csv?: Uint8Array;
}

/** An error of PostgreSQL. */
export interface PostgresErrorFields {
  readonly message: string;
  /** SQLSTATE. */
  readonly code?: string;
  readonly detail?: string;
}
