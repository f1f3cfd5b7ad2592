// SPDX-License-Identifier: Apache-2.0

/**
 * A measure: a numeric column of the query's result, and how its rows are combined within an interval.
 *
 * Lookout for Metrics allows one aggregation for each column and at most ten measures.
 *
 * @example
 * const metrics = [Metric.sum('views'), Metric.average('latency')];
 */
export class Metric {
  /**
   * Adds up the column's values of an interval.
   *
   * @param name Column in the query's result: 1 to 63 letters, digits, `-` and `_`, beginning with a letter or digit
   */
  public static sum(name: string): Metric {
    return new Metric(name, 'SUM');
  }

  /**
   * Averages the column's values of an interval over its rows.
   *
   * @param name Column in the query's result: 1 to 63 letters, digits, `-` and `_`, beginning with a letter or digit
   */
  public static average(name: string): Metric {
    return new Metric(name, 'AVG');
  }

  private constructor(
    /** Column in the query's result. */
    public readonly name: string,
    /** `SUM` or `AVG`. */
    public readonly aggregation: string,
  ) {}
}
