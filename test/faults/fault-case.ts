// SPDX-License-Identifier: Apache-2.0

import type { World } from './world';

/** What must have come of the hours of a case. Whatever is not named here must be as without any fault. */
export interface Expected {
  /** Runs that fail or are ended. @default 0 */
  readonly failedRuns?: number;
  /** Error of the failed runs. */
  readonly error?: RegExp;
  /** Error of the first hour's ledger item after the first failed run. */
  readonly ledgerError?: RegExp;
  /** Attempts at the first hour. @default 1 */
  readonly attempts?: number | readonly number[];
  /** The first hour is listed as failed, with this reason, and its rows are not detected. */
  readonly givenUp?: RegExp;
  /** Rows of the first hour that cannot be used. @default 0 */
  readonly rejected?: number;
  /** Of late data: the second reading of the first hour is given up with this reason, and the rows of the first stay. */
  readonly rereadGivenUp?: RegExp;
  /** Of late data: attempts at the second reading of the first hour. @default 1 */
  readonly rereadAttempts?: number | readonly number[];
  /** Failed runs whose event comes twice, at most. @default 0 */
  readonly toldTwice?: number;
  /** Of late data: anomaly groups of the first hour at the end. @default 0 */
  readonly groups?: number;
}

/** A fault, and what must come of it. */
export interface FaultCase {
  readonly name: string;
  /** Hours of the stream that the case takes; the fault strikes the first. @default 3 */
  readonly hours?: number;
  readonly expected: Expected;
  /** Plans the fault. `hour` is the number of the case's first hour, counted from the start of the stream. */
  arrange(world: World, hour: number): void | Promise<void>;
  /** What is done instead of the schedule firing hour by hour. */
  act?(world: World, hour: number): Promise<void>;
}

/** What came of one hour. */
export interface HourOutcome {
  readonly hour: number;
  readonly state?: string;
  readonly attempts?: number;
  readonly error?: string;
  /** Rows by the ledger, in the bucket, in the warehouse. */
  readonly rows?: number;
  readonly rowsRejected?: number;
  readonly rowsInBucket: number;
  readonly viewsInBucket: number;
  readonly rowsInWarehouse: number;
  /** Sum of the rows' views as the detector observed them, and in the warehouse. */
  readonly viewsDetected: number;
  readonly viewsInWarehouse: number;
  /** The second reading, by the ledger. */
  readonly reread?: {
    readonly state: string;
    readonly attempts: number;
    readonly rowsBefore?: number;
    readonly error?: string;
    readonly givenUp?: boolean;
  };
  /** Anomaly groups that the API lists of the hour. */
  readonly groups: number;
}

/** A run that failed, and what the ledger said of the case's first hour afterwards. */
export interface FailedRun {
  readonly status: string;
  readonly error: string;
  readonly ledgerError?: string;
  /** Whether the run came to the end of an interval that failed. */
  readonly intervalFailed: boolean;
  /** Messages of the events that told of it, by the end of the case. */
  readonly told: readonly string[];
}

/** An attempt that an event told of. */
export interface ToldAttempt {
  /** Hour of the case. */
  readonly hour: number;
  readonly attempt: number;
  readonly again: boolean;
  readonly givenUp: boolean;
}

/** What came of a case. */
export interface CaseOutcome {
  readonly name: string;
  readonly failedRuns: readonly FailedRun[];
  readonly told: readonly ToldAttempt[];
  /** Failures that no event has told of. */
  readonly untold: readonly string[];
  readonly hours: readonly HourOutcome[];
  /** First hour that is not crawled yet, by the watermark, less the hour after the case: 0 when all is done. */
  readonly behind: number;
  /** Planned requests that were never made. */
  readonly idleRules: readonly string[];
  /** The case itself broke. */
  readonly broken?: string;
}
