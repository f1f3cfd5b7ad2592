// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'fs';
import { invalid } from './private/errors';

/**
 * The SELECT statement whose result is watched.
 *
 * `{{start}}` and `{{end}}` stand for the bounds of the interval, as `YYYY-MM-DD HH:MM:SS` in the connector's time zone. The start
 * belongs to the interval, the end does not: write `ts >= '{{start}}' and ts < '{{end}}'`. In Python give a plain string: an f-string makes one brace of two.
 *
 * A query without placeholders (one that chooses its rows by `getdate()`) is accepted with a warning: intervals are then as exact as the
 * clocks, missed intervals cannot be caught up, and a retry may read other rows.
 *
 * @example
 * const query = ConnectorQuery.fromString(`
 *   select ts, platform, views from ecommerce
 *   where ts >= '{{start}}' and ts < '{{end}}'`);
 */
export class ConnectorQuery {
  /**
   * Takes the SQL text.
   *
   * @param sql One SELECT statement without a final `;` and without `$$`, at most about 98,000 bytes
   */
  public static fromString(sql: string): ConnectorQuery {
    return new ConnectorQuery(sql);
  }

  /**
   * Reads the SQL text from a file, when the app is synthesized. The file is read as UTF-8.
   *
   * Throws when the file cannot be read.
   *
   * @param path Path of the file; a relative one starts at the working directory
   */
  public static fromFile(path: string): ConnectorQuery {
    try {
      // a byte order mark would become part of the first word
      return new ConnectorQuery(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
    } catch (error) {
      throw invalid('ConnectorQuery.fromFile', 'path', `cannot be read (${(error as Error).message})`, path, `give the path of a readable file (the working directory is ${process.cwd()})`);
    }
  }

  private constructor(
    /** The SQL text. */
    public readonly sql: string,
  ) {}
}
