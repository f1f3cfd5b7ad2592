// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { REDSHIFT_FUNCTIONS, SESSION_SETTINGS } from './functions';
import { literal } from './lexer';
import type { PostgresAnswer, PostgresErrorFields, PostgresField, PostgresRequest, PostgresSettings } from './postgres-messages';

/** An error that PostgreSQL answered with. */
export class PostgresError extends Error {
  /** SQLSTATE. */
  readonly code?: string;
  readonly detail?: string;

  constructor(fields: PostgresErrorFields) {
    super(fields.message);
    this.name = 'PostgresError';
    this.code = fields.code;
    this.detail = fields.detail;
  }
}

/** What one holder of the connection may do. SQL is PostgreSQL's here, not Redshift's. */
export interface Connection {
  /** One statement. */
  query(sql: string, values?: (string | null)[]): Promise<PostgresAnswer>;
  /** Any number of statements, without a result. */
  exec(sql: string): Promise<void>;
  /** Columns of a query, which is not run. */
  describe(sql: string): Promise<PostgresField[]>;
  /** Rows of a query as CSV with a header, and how many there are. */
  copyTo(query: string, delimiter: string, nullText: string): Promise<{ csv: Uint8Array; rows: number }>;
  /** Loads CSV without a header into `target`: a table, or a table with a list of columns. Gives the number of rows. */
  copyFrom(target: string, csv: Uint8Array): Promise<number>;
}

/** The engine behind a warehouse: PostgreSQL in which `REDSHIFT_FUNCTIONS` are made, its sessions with `SESSION_SETTINGS`. */
export interface Database {
  /** Runs `work` while nobody else uses the connection. */
  exclusive<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Ends the engine; what still waits for an answer fails. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (answer: PostgresAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Where the installed PGlite stands. Its package.json is not among its exports, so it is found from its entry. */
function pglitePackage(): { readonly version: string; readonly modules: string } {
  const folder = join(require.resolve('@electric-sql/pglite'), '..', '..');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { version, modules: join(folder, '..', '..') };
}

function settings(): PostgresSettings {
  const { version, modules } = pglitePackage();
  const key = createHash('sha256').update(version).update(REDSHIFT_FUNCTIONS).digest('hex').slice(0, 16);
  return {
    cacheFile: join(modules, '.cache', 'cdk-redshift-lookout', `warehouse-${key}.tar`),
    setupSql: REDSHIFT_FUNCTIONS,
    sessionSql: SESSION_SETTINGS,
  };
}

/** PGlite with Redshift's functions: one connection in a thread of its own, handed to one holder after the other. */
export class Postgres implements Database {
  /** Starts an empty database in memory. */
  static async start(): Promise<Postgres> {
    const postgres = new Postgres();
    try {
      await postgres.ready;
    } catch (error) {
      await postgres.close();
      throw error;
    }
    return postgres;
  }

  private readonly ready: Promise<unknown>;
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private readonly connection: Connection;
  private last = 0;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor() {
    this.worker = new Worker(join(__dirname, 'postgres-worker.ts'), { workerData: settings(), execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'] });
    this.ready = new Promise<PostgresAnswer>((resolve, reject) => this.pending.set(0, { resolve, reject }));
    this.worker.on('message', ({ id, answer, error }: { id: number; answer?: PostgresAnswer; error?: PostgresErrorFields }) => {
      const pending = this.pending.get(id)!;
      this.pending.delete(id);
      if (answer) pending.resolve(answer);
      else pending.reject(new PostgresError(error!));
    });
    this.worker.on('error', error => this.fail(error as Error));
    this.worker.on('exit', () => this.fail(new Error('the embedded warehouse is closed')));
    this.connection = {
      query: (sql, values = []) => this.send({ type: 'query', sql, values }),
      exec: async sql => { await this.send({ type: 'exec', sql }); },
      describe: async sql => (await this.send({ type: 'describe', sql })).fields,
      copyTo: async (query, delimiter, nullText) => {
        const options = `format csv, header, delimiter ${literal(delimiter)}, null ${literal(nullText)}`;
        const answer = await this.send({ type: 'copyTo', sql: `copy (${query}\n) to '/dev/blob' with (${options})` });
        return { csv: answer.csv!, rows: answer.affectedRows };
      },
      copyFrom: async (target, csv) =>
        (await this.send({ type: 'copyFrom', sql: `copy ${target} from '/dev/blob' with (format csv)`, csv })).affectedRows,
    };
  }

  async exclusive<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const turn = this.queue.then(() => work(this.connection));
    this.queue = turn.catch(() => undefined); // the next holder does not care how this one fared; the caller gets the error
    return turn;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private async send(request: PostgresRequest): Promise<PostgresAnswer> {
    const id = ++this.last;
    return new Promise<PostgresAnswer>((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker.postMessage({ id, request });
    });
  }

  private fail(error: Error): void {
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}
