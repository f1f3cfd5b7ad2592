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
  /** Bootstrap: the run failed. Answer: `Failure`. */
  | { readonly action: 'historyFailed'; readonly execution: string; readonly error: CaughtError }
  /**
   * Crawl: which intervals are missing. Takes the lease. `warehouse`, here and in `begin`: what the execution reads. Absent in executions that began
   * with an earlier version.
   */
  | {
    readonly action: 'plan';
    readonly settings: ConnectorSettings;
    readonly warehouse?: WarehouseConnection;
    readonly scheduledTime: string;
    readonly execution: string;
  }
  /** Both: the bus has taken the event that tells of a failure. */
  | { readonly action: 'told'; readonly untold: UntoldFailure }
  /** Crawl: the exact SQL of one interval; writes the attempt to the ledger. Answer: `AttemptPlan`. */
  | {
    readonly action: 'begin';
    readonly settings: ConnectorSettings;
    readonly warehouse?: WarehouseConnection;
    readonly interval: PlannedInterval;
    readonly execution: string;
  }
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
  /** Crawl: the interval failed; releases the lease. Answer: `Failure`. */
  | {
    readonly action: 'failed';
    readonly settings: ConnectorSettings;
    readonly interval: PlannedInterval;
    readonly execution: string;
    readonly error: CaughtError;
    /** The detector has the rows, or may have them: the interval is not given up before that is known. */
    readonly undecided?: boolean;
  };

/** Part of the answers to `begin` and `planHistory`: one UNLOAD to run. */
export interface UnloadPlan {
  readonly interval: Interval;
  readonly sql: string;
  /** At most 64 characters; the same for every retry of the same attempt, and until it is known what became of it. */
  readonly clientToken: string;
  readonly statementName: string;
  /** What the names of the files begin with: `s3://bucket/live/20261123/1000/`, or a beginning of names in such a folder. */
  readonly folder: string;
  /** Statement of an earlier attempt that may still run: cancelled first. Empty when there is none. */
  readonly previousStatementId: string;
  /** Whether the query has no placeholders, so that its rows and not the interval say what was read. */
  readonly chosenByQuery: boolean;
}

/** Answer to `begin`. */
export interface AttemptPlan extends UnloadPlan {
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** An earlier attempt was begun: the detector may have its rows already, which is to be asked before anything is unloaded. */
  readonly repeated: boolean;
  /** Why the newest attempt failed, when there are to be no more: unless the detector has the rows, the interval is given up. Else empty. */
  readonly exhausted: string;
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
  /** A failure that no event has told of: asked for again until `told`. Absent: none. */
  readonly untold?: UntoldFailure;
}

/** Answer to `failed` and `historyFailed`. */
export interface Failure {
  /** What is to be told; absent when the interval is finished all the same. */
  readonly untold?: UntoldFailure;
}

/** A failure in the ledger that no event has told of. */
export interface UntoldFailure {
  /** Sort key of its item, and the item's version. */
  readonly item: string;
  readonly version: string;
  /** One of `FAILURE_EVENTS`. */
  readonly detailType: string;
  readonly detail: FailedAttemptDetail | GivenUpDetail | FailedHistoryDetail;
}

/** Why something failed. */
interface FailureReason {
  readonly name: string;
  readonly message: string;
}

/** Detail of the event that an attempt at an interval failed. */
export interface FailedAttemptDetail extends Interval {
  readonly connector: string;
  readonly execution: string;
  /** Number of the attempt, from 1; 0 when the interval was not begun. */
  readonly attempt: number;
  /** Whether the interval is listed as failed for good: it is tried again otherwise. */
  readonly givenUp: boolean;
  /** Whether it was the second reading: the first one's rows stay what they are. */
  readonly again: boolean;
  /** Empty: no statement had been submitted. */
  readonly statementId: string;
  readonly error: FailureReason;
}

/** Detail of the event that intervals were given up without an attempt. */
export interface GivenUpDetail {
  readonly connector: string;
  /** That gave up the last one. */
  readonly execution: string;
  readonly count: number;
  /** Start of the first one and end of the last one; intervals between them may have been read. */
  readonly start: string;
  readonly end: string;
  /** Why the last one was given up. */
  readonly error: string;
}

/** Detail of the event that a history run failed. */
export interface FailedHistoryDetail {
  readonly connector: string;
  readonly execution: string;
  readonly error: FailureReason;
}
