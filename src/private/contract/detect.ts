// SPDX-License-Identifier: Apache-2.0

import type { Interval, PlannedInterval } from './intervals';

/** Events of the `detect` function. */
export type DetectEvent =
  /**
   * From the service when a detector is activated (`backTest` false) or back-tested. Asynchronous. `learningId` is the detector's as long as this
   * activation lasts; absent in events of an earlier version.
   */
  | { readonly action: 'learn'; readonly detectorArn: string; readonly backTest: boolean; readonly learningId?: string }
  /** From the Crawl state machine: the interval's folder is complete. */
  | {
    readonly action: 'detect';
    readonly detectorArn: string;
    readonly interval: PlannedInterval;
    readonly chosenByQuery: boolean;
    /** What the names of the files of a second reading begin with. Of a first reading all files in the interval's folder are read. */
    readonly files?: string;
    /**
     * Number of the attempt in the ledger: nothing is learned of one that a `known` event has ruled out. Absent: of no crawl, or of an execution
     * that began with an earlier version.
     */
    readonly attempt?: number;
  }
  /**
   * From the Crawl state machine: whether the interval, or with `AGAIN` its second reading, was detected. When it was not, it will not be by
   * attempts before `attempt`, should one still be under way. Answer: `KnownDetection`.
   */
  | { readonly action: 'known'; readonly detectorArn: string; readonly interval: PlannedInterval; readonly attempt?: number };

/** Name of the error with which `detect` and `known` are refused while the detector detects nothing: it learns, or somebody has stopped it. */
export const DETECTOR_STOPPED = 'DetectorStopped';

/** Answer to `known`: what `detect` answered, or would have, had the run not broken. */
export type KnownDetection = { readonly found: true; readonly outcome: DetectionOutcome } | { readonly found: false };

/**
 * From the detect function to itself, asynchronously: an alert could not be delivered and is to be tried again. Lambda repeats the event when
 * it fails, and puts it into the service's dead-letter queue after the last attempt.
 */
export interface DeliverEvent {
  readonly action: 'deliver';
  readonly detectorArn: string;
  readonly alertArn: string;
  readonly anomalyGroupId: string;
  /** Id of the alert's event, the same in every attempt. */
  readonly alertEventId: string;
  /** Which notice of the group it is, as the group's record writes it. */
  readonly notice: string;
  /** Start of the interval that is told of, in seconds since 1970. */
  readonly at: number;
  /** Time zone of the metric set. */
  readonly timezone: string;
  /** Topic, function or event bus. */
  readonly target: string;
  /** Why the first attempt failed. */
  readonly reason: string;
}

/**
 * From the schedule of a service with `continuousDetection`: intervals of detectors that no crawl drives may have ended. From the detect function
 * to itself, asynchronously: the same for one detector.
 */
export interface WatchEvent {
  readonly action: 'watch';
  /** ISO 8601: intervals that have ended by then, and whose offset has passed, are detected. */
  readonly time: string;
  /** Absent: all detectors are looked at. */
  readonly detectorArn?: string;
}

/** From the service: the first bytes of a file at a path are wanted. Answered at once, with a FileSample. */
export interface SampleEvent {
  readonly action: 'sample';
  /** Role that reads; absent: the function's own. */
  readonly roleArn?: string;
  /** `s3://bucket/folder/`, which may have date keys in double braces. */
  readonly path: string;
}

/** The beginning of a file, or why there is none. */
export type FileSample =
  /** `bytes` are in base64; `isWhole`: they are all of the file. */
  | { readonly file: string; readonly bytes: string; readonly isWhole: boolean }
  | { readonly problem: string };

/** Data that is missing, or is so no more. Told once when it is found and once when it ends. */
export interface DataFinding {
  /** `NO_ROWS`: nothing came at all; `VALUE_STOPPED`: nothing came of a dimension value that regularly had values. */
  readonly type: 'NO_ROWS' | 'VALUE_STOPPED';
  /** `GIVEN_UP`: the value has no rows, and they are not expected any more. */
  readonly status: 'BEGAN' | 'RETURNED' | 'GIVEN_UP';
  /** Only of `VALUE_STOPPED`. */
  readonly dimension?: string;
  readonly value?: string;
  /** Start of the first interval without data, ISO 8601 in UTC. */
  readonly since: string;
  /** Intervals without data so far. */
  readonly intervals: number;
  /** The finding in words, on one line. */
  readonly text: string;
}

/** Answer to `detect`. Asking again for an interval that was detected gives the same answer and changes nothing. */
export interface DetectionOutcome {
  /** The interval detected: the one asked for, or with `chosenByQuery` the one that holds most rows. */
  readonly interval: Interval;
  readonly rows: number;
  readonly bytes: number;
  /** Rows outside the interval or unreadable. */
  readonly rowsRejected: number;
  readonly timeSeries: number;
  /** Combinations of dimension values that found no room among the detector's time series; absent when all did. */
  readonly combinationsLeftOut?: number;
  /** What began or ended to be missing in this interval, the largest first, 20 at most; absent when nothing did. */
  readonly dataFindings?: DataFinding[];
  /** What is missing as of this interval, whenever it was found: see `METRICS.dataMissing`. Absent when nothing is. */
  readonly dataMissing?: number;
  /** Ids of the groups that began or went on in this interval. */
  readonly anomalyGroupIds: string[];
  readonly alertsDelivered: number;
  readonly alertsUndelivered: number;
  /** Status of the detector after the interval. */
  readonly detectorStatus: string;
  /** Of a second reading: `files` of the event that it answers. */
  readonly files?: string;
  /** Of a second reading: ids of groups that the complete rows do not bear out. They are there no more. */
  readonly withdrawnGroupIds?: string[];
}
