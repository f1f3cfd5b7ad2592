// SPDX-License-Identifier: Apache-2.0

/** How often a detector runs: ISO 8601 durations, as the Lookout for Metrics API writes them. */
export type Frequency = 'PT5M' | 'PT10M' | 'PT1H' | 'P1D';

/** Length of each frequency's interval, in seconds. */
export const FREQUENCY_SECONDS: Record<Frequency, number> = { PT5M: 300, PT10M: 600, PT1H: 3600, P1D: 86400 };

export const DAY_MINUTES = 1440;

/**
 * How long after the first run of a day a daily crawl runs once more, on the wall clock. Where clocks go forward, the first run comes before
 * the delay is over, or at a minute that the clocks skip. No zone puts its clocks forward by more than this; most do so by an hour.
 */
export const SECOND_RUN_MINUTES = 120;

/** Minute of the day, on the wall clock, at which the first run of a daily crawl comes: at the end of the day before, and the delay. */
export function dailyRunMinute(delaySeconds: number): number {
  return Math.ceil(delaySeconds / 60) % DAY_MINUTES;
}

/** One interval: start inclusive, end exclusive, ISO 8601 in UTC with seconds (`2026-11-23T10:00:00Z`). */
export interface Interval {
  readonly start: string;
  readonly end: string;
}

/** An interval as the crawl is to read it. */
export interface PlannedInterval extends Interval {
  /**
   * `FIRST_OF_TWO`: it is read again after the settle time. `AGAIN`: this is that second reading, whose rows replace those of the first.
   * Absent: it is read once.
   */
  readonly reading?: 'FIRST_OF_TWO' | 'AGAIN';
}

/** Most intervals that may lie between the two readings of one: each second reading detects all of them again. */
export const SETTLE_INTERVALS = 96;

/**
 * Intervals that a detector must have learned before it reports anomalies (status ACTIVE instead of LEARNING).
 * Lookout for Metrics: 300 intervals (14 for days), developer guide "quotas", June 2021; 96 for hours in its workshop of late 2021.
 */
export const LEARNING_INTERVALS: Record<Frequency, number> = { PT5M: 300, PT10M: 300, PT1H: 96, P1D: 14 };

/** History read by default, in intervals: two weeks of 5 and 10 minutes' intervals, 60 days of hours, 400 days of days. */
export const DEFAULT_HISTORY_INTERVALS: Record<Frequency, number> = { PT5M: 4032, PT10M: 2016, PT1H: 1440, P1D: 400 };

/** Intervals of history that one statement reads: what it unloads is bounded by this and the number of series, however long the history is. */
export const HISTORY_CHUNK_INTERVALS = 720;

/** Longest history learned, in days: the age that Lookout for Metrics takes (developer guide, "detectors-dataset"). */
export const HISTORY_DAYS: Record<Frequency, number> = { PT5M: 92, PT10M: 184, PT1H: 1096, P1D: 1827 };

/** Share of the intervals that a back test learns before it detects the rest (developer guide, "quotas"). */
export const BACK_TEST_LEARNED_SHARE = 0.7;
