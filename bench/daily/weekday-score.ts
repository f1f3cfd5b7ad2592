// SPDX-License-Identifier: Apache-2.0

/** Same weekdays before that a day is compared with, and the standard deviations from which it is an anomaly. */
const WEEKDAYS = 10;
const DEVIATIONS = 4;
const WEEK = 7;

/**
 * What people write by hand, often in SQL: a day is an anomaly when it is more than four standard deviations from the mean of the ten same
 * weekdays before it.
 */
export class WeekdayScore {
  private readonly before: number[][] = Array.from({ length: WEEK }, () => []);

  /** Whether a day is an anomaly; then learns it. */
  public observe(day: number, value: number): boolean {
    if (Number.isNaN(value)) return false;
    const weekday = this.before[day % WEEK]!;
    const mean = weekday.reduce((sum, earlier) => sum + earlier, 0) / weekday.length;
    const variance = weekday.reduce((sum, earlier) => sum + (earlier - mean) ** 2, 0) / (weekday.length - 1);
    const anomalous = weekday.length === WEEKDAYS && Math.abs(value - mean) > DEVIATIONS * Math.sqrt(variance);
    weekday.push(value);
    if (weekday.length > WEEKDAYS) weekday.shift();
    return anomalous;
  }
}
