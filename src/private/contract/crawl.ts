// SPDX-License-Identifier: Apache-2.0

import type { ConnectorSettings, WarehouseConnection } from './connector-settings';
import type { DetectionOutcome } from './detect';
import type { Interval, PlannedInterval } from './intervals';

/** Input of the Crawl state machine. The schedule passes `<aws.scheduler.scheduled-time>`. */
export interface CrawlInput {
  readonly scheduledTime: string;
}

/** Outcome of a statement as DescribeStatement tells it. */
export interface StatementOutcome {
  readonly Id: string;
  readonly Status: string;
  readonly Error?: string;
  /** -1 when unknown. */
  readonly ResultRows?: number;
  /** Nanoseconds. */
  readonly Duration?: number;
}

/** Error as a state machine's Catch gives it. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause: string;
}

/** Events of the `crawl` function, sent by the two state machines only. */
export type CrawlEvent =
  /**
   * Bootstrap: decides the history's bounds and the chunk to read next; asked again after each. `now` is `$$.Execution.StartTime`.
   * Answer: `HistoryPlan`.
   */
  | {
    readonly action: 'planHistory';
    readonly settings: ConnectorSettings;
    /** Chunks that an earlier run has read from another warehouse are read again. */
    readonly warehouse?: WarehouseConnection;
    readonly now: string;
    readonly execution: string;
  }
  /** Bootstrap: the statement was accepted. */
  | { readonly action: 'historySubmitted'; readonly execution: string; readonly interval: Interval; readonly statementId: string }
  /** Bootstrap: a chunk is unloaded. */
  | { readonly action: 'historyUnloaded'; readonly execution: string; readonly interval: Interval; readonly statement: StatementOutcome }
  /** Bootstrap: the history is unloaded and learned; the crawl may begin at its end. */
  | { readonly action: 'historyFinished'; readonly execution: string }
  | { readonly action: 'historyFailed'; readonly execution: string; readonly error: CaughtError }
  /** Crawl: which intervals are missing. Takes the lease. */
  | { readonly action: 'plan'; readonly settings: ConnectorSettings; readonly scheduledTime: string; readonly execution: string }
  /** Crawl: an event has told of the intervals that a plan gave up. */
  | { readonly action: 'givenUpTold'; readonly givenUp: GivenUpIntervals }
  /** Crawl: the exact SQL of one interval; writes the attempt to the ledger. */
  | { readonly action: 'begin'; readonly settings: ConnectorSettings; readonly interval: PlannedInterval; readonly execution: string }
  | { readonly action: 'submitted'; readonly interval: PlannedInterval; readonly execution: string; readonly statementId: string }
  /** Crawl: the interval is unloaded and (in-account backend) detected. */
  | {
    readonly action: 'finished';
    readonly settings: ConnectorSettings;
    readonly interval: PlannedInterval;
    readonly execution: string;
    readonly statement: StatementOutcome;
    readonly detection?: DetectionOutcome;
  }
  /** Crawl: the interval failed; releases the lease. */
  | {
    readonly action: 'failed';
    readonly settings: ConnectorSettings;
    readonly interval: PlannedInterval;
    readonly execution: string;
    readonly error: CaughtError;
  };

/** Answer to `begin`, and part of that to `planHistory`: one UNLOAD to run. */
export interface UnloadPlan {
  readonly interval: Interval;
  readonly sql: string;
  /** At most 64 characters; the same for every retry of the same attempt. */
  readonly clientToken: string;
  readonly statementName: string;
  /** What the names of the files begin with: `s3://bucket/live/20261123/1000/`, or a beginning of names in such a folder. */
  readonly folder: string;
  /** Statement of an earlier attempt that may still run: cancelled first. Empty when there is none. */
  readonly previousStatementId: string;
  /** Whether the query has no placeholders, so that its rows and not the interval say what was read. */
  readonly chosenByQuery: boolean;
}

/** Answer to `planHistory`: the UNLOAD of the oldest chunk that has not been read. */
export interface HistoryPlan extends UnloadPlan {
  /** Chunks to be read, this one included. 0: all are, and there is nothing to unload (the texts are empty). */
  readonly remaining: number;
}

/** Answer to `plan`. */
export interface CrawlPlan {
  /** Oldest first; empty: nothing to do. Those that are read again come in a plan of their own, when no first reading is missing. */
  readonly intervals: PlannedInterval[];
  /** Why there is nothing to do, in words. */
  readonly reason: string;
  /** Intervals that were listed as failed for good while planning, and of which nobody was told yet: until `givenUpTold`. Absent: none. */
  readonly givenUp?: GivenUpIntervals;
}

/** Intervals that will not be read any more. */
export interface GivenUpIntervals {
  readonly count: number;
  /** Start of the first one and end of the last one; intervals between them may have been read. */
  readonly start: string;
  readonly end: string;
  /** Why the last one was given up. */
  readonly error: string;
}

/** Answer to `failed`. */
export interface FailedAttempt {
  /** Number of the attempt, from 1; 0 when the interval was not begun. */
  readonly attempt: number;
  /** Whether the interval is listed as failed for good: it is tried again otherwise. */
  readonly givenUp: boolean;
  /** Whether it was the second reading: the first one's rows stay what they are. */
  readonly again: boolean;
  /** Empty: no statement had been submitted. */
  readonly statementId: string;
}
