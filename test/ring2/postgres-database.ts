// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, DatabaseError, type QueryArrayConfig } from 'pg';
import { PostgresServer } from './postgres-server';
import { REDSHIFT_FUNCTIONS, SESSION_SETTINGS } from '../../local/redshift/functions';
import { literal } from '../../local/redshift/lexer';
import { PostgresError, type Connection, type Database } from '../../local/redshift/postgres';
import type { PostgresAnswer } from '../../local/redshift/postgres-messages';

/** Values travel as the text that PostgreSQL prints. */
const AS_TEXT = { getTypeParser: () => (text: string | Buffer) => text as string };

/** Words an error as the embedded engine does. */
function asPostgresError(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { message, code, detail } = error;
  return new PostgresError({ message, code, detail });
}

/** The warehouse's engine in ring 2: a PostgreSQL 15 of its own, through one connection that is handed to one holder after the other. */
export class PostgresDatabase implements Database {
  public static async start(): Promise<PostgresDatabase> {
    const server = await PostgresServer.start();
    const client = new Client({ host: server.folder, user: 'redshift', database: 'postgres' });
    try {
      await client.connect();
      await client.query(REDSHIFT_FUNCTIONS);
      await client.query(SESSION_SETTINGS);
    } catch (error) {
      await client.end();
      await server.close();
      throw error;
    }
    return new PostgresDatabase(server, client);
  }

  private queue: Promise<unknown> = Promise.resolve();
  private readonly connection: Connection;

  private constructor(private readonly server: PostgresServer, private readonly client: Client) {
    this.connection = {
      query: (sql, values) => this.query(sql, values),
      exec: async sql => { await this.client.query(sql).catch(error => { throw asPostgresError(error); }); },
      describe: async sql => (await this.query(`select * from (${sql}\n) described limit 0`)).fields,
      copyTo: (query, delimiter, nullText) => this.withFile(async file => {
        const options = `format csv, header, delimiter ${literal(delimiter)}, null ${literal(nullText)}`;
        const { affectedRows } = await this.query(`copy (${query}\n) to ${literal(file)} with (${options})`);
        return { csv: readFileSync(file), rows: affectedRows };
      }),
      copyFrom: (target, csv) => this.withFile(async file => {
        writeFileSync(file, csv);
        chmodSync(file, 0o644);
        return (await this.query(`copy ${target} from ${literal(file)} with (format csv)`)).affectedRows;
      }),
    };
  }

  public async exclusive<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const turn = this.queue.then(() => work(this.connection));
    this.queue = turn.catch(() => undefined); // the next holder does not care how this one fared; the caller gets the error
    return turn;
  }

  public async close(): Promise<void> {
    await this.client.end();
    await this.server.close();
  }

  private async query(text: string, values: (string | null)[] = []): Promise<PostgresAnswer> {
    // the extended protocol takes one statement only, with or without values
    const config: QueryArrayConfig & { readonly queryMode: 'extended' } = { text, values, rowMode: 'array', types: AS_TEXT, queryMode: 'extended' };
    try {
      const { fields, rows, rowCount } = await this.client.query<(string | null)[]>(config);
      return { fields: fields.map(({ name, dataTypeID }) => ({ name, oid: dataTypeID })), rows, affectedRows: rowCount ?? 0 };
    } catch (error) {
      throw asPostgresError(error);
    }
  }

  /** A file in a folder that the server and this process share. */
  private async withFile<T>(work: (file: string) => Promise<T>): Promise<T> {
    const file = join(this.server.folder, randomUUID());
    try {
      return await work(file);
    } finally {
      rmSync(file, { force: true });
    }
  }
}
