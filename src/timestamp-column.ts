// SPDX-License-Identifier: Apache-2.0

/**
 * The column of the query's result that says when a row happened, and how its text is read.
 *
 * @example
 * const timestampColumn = TimestampColumn.of('timestamp', 'yyyy-MM-dd HH:mm:ss');
 */
export class TimestampColumn {
  /**
   * Names the column and its format.
   *
   * Redshift unloads a TIMESTAMP as `yyyy-MM-dd HH:mm:ss` (with or without a fraction of a second) and a DATE as `yyyy-MM-dd`.
   * The text is read in the connector's time zone.
   *
   * @param name Column in the query's result: 1 to 63 letters, digits, `-` and `_`, beginning with a letter or digit
   * @param format Letters of Java's date formats: `y` year, `M` month, `d` day, `D` day of the year, `H` hour 0-23, `k` hour 1-24,
   *   `h` hour 1-12 or `K` hour 0-11 with `a` for AM or PM, `m` minute, `s` second, `S` fraction, `E` day of the week, `z`, `Z` or `X`
   *   offset from UTC. Other letters stand between single quotes (`yyyy-MM-dd'T'HH:mm`). A text such as `2026-01-31T10:00:00Z` is read by `X`
   *   as UTC; between single quotes the `Z` says nothing
   */
  public static of(name: string, format: string): TimestampColumn {
    return new TimestampColumn(name, format);
  }

  private constructor(
    /** Column in the query's result. */
    public readonly name: string,
    /** Format of the column's text. */
    public readonly format: string,
  ) {}
}
