// SPDX-License-Identifier: Apache-2.0

import type { DetectedInterval } from './detection';

/** The highest severity of each detected interval, over all time series and totals: what the report's overview shows. */
export class SeverityHistory {
  /** 0-100, one for each interval detected so far; NaN where no series had a score. */
  public readonly highest: number[] = [];
  /** Intervals in which no time series had a value. */
  public intervalsWithoutValues = 0;
  /** Intervals of time series that are anomalous. */
  public anomalies = 0;
  /** The same of totals. */
  public anomaliesOfTotals = 0;

  public constructor(private readonly threshold: number) {}

  public add({ observation: { scores: { severity }, totals, timeSeries } }: DetectedInterval): void {
    for (const value of severity) if (value >= this.threshold) this.anomalies += 1;
    for (const value of totals?.scores.severity ?? []) if (value >= this.threshold) this.anomaliesOfTotals += 1;
    let highest = NaN;
    for (const severities of [severity, totals?.scores.severity ?? []]) {
      for (const value of severities) {
        // false for NaN on the left, true for NaN on the right
        if (!(value <= highest) && !Number.isNaN(value)) highest = value;
      }
    }
    this.highest.push(highest);
    if (timeSeries === 0) this.intervalsWithoutValues += 1;
  }
}
