// SPDX-License-Identifier: Apache-2.0

import type { LedgerKey } from './ledger';
import type { Submission } from './submissions';
import type { Interval, UntoldFailure } from '../../src/private/contract';

/** Where an interval or a history run stands. */
export type AttemptState = 'UNLOADING' | 'FINISHED' | 'FAILED';

/** The second reading of an interval, after the settle time. Its figures take the place of the first one's when it has finished. */
export interface Reread {
  readonly state: AttemptState;
  readonly attempts: number;
  /** See `IntervalItem.uncounted`. */
  readonly uncounted?: number;
  readonly execution: string;
  readonly statementId?: string;
  readonly previousStatementId?: string;
  /** What the names of its files begin with. */
  readonly files: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Of the first reading. */
  readonly rowsBefore?: number;
  readonly bytesBefore?: number;
  readonly error?: string;
  /** It is not tried again: the rows of the first reading stay. */
  readonly givenUp?: boolean;
  /** Its files have taken the place of those of the first reading. */
  readonly placed?: boolean;
}

/** One interval in the ledger. Times of day are for people: nothing is decided by them. */
export interface IntervalItem {
  /** End of the interval. An item with another end is of another frequency, and stands for nothing. */
  readonly end: string;
  readonly state: AttemptState;
  /** Attempts begun, over all executions. */
  readonly attempts: number;
  /** Attempts that found the detector stopped: they are none of `maxAttempts`. */
  readonly uncounted?: number;
  /** Execution of the newest attempt. */
  readonly execution: string;
  /** Statement of the newest attempt, once it was accepted. */
  readonly statementId?: string;
  /** By which it is, or may have been, accepted. Absent in items of earlier versions. */
  readonly submission?: Submission;
  /** Statement of the attempt before. */
  readonly previousStatementId?: string;
  readonly folder: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly rows?: number;
  readonly bytes?: number;
  readonly rowsRejected?: number;
  /** Time that the statement took in the warehouse. */
  readonly statementMilliseconds?: number;
  /** Of the anomaly groups that began or went on in the interval. */
  readonly anomalyGroupIds?: string[];
  /** Start of the interval for which the rows were counted, where the query chose another one. */
  readonly countedFor?: string;
  /** Why the newest attempt that ended failed. */
  readonly error?: string;
  /** The interval is listed as failed and is not tried again. */
  readonly givenUp?: boolean;
  /** It was read before its settle time was over: it is to be read again. */
  readonly rereadDue?: boolean;
  readonly reread?: Reread;
}

/** One history run in the ledger. */
export interface HistoryItem {
  readonly from: string;
  readonly to: string;
  /** Frequency and time zone, as `WallClockIntervals.grid` names them. */
  readonly grid: string;
  /** What the crawl is to read after it, as `liveSource` names it. Absent in items of earlier versions. */
  readonly source?: string;
  readonly state: AttemptState;
  readonly folder: string;
  /** The reading that the run belongs to: a run that takes over a broken one goes on with its chunks. */
  readonly reading: string;
  /** Chunks into which the history is divided, and how many of them have been read. */
  readonly chunks: number;
  readonly chunksRead: number;
  /** Chunk that is being read, or was read last. */
  readonly chunk?: Interval;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Of the chunks that have been read. */
  readonly rows?: number;
  readonly statementMilliseconds?: number;
  readonly error?: string;
}

/** A part of the history that one statement reads. */
export interface HistoryChunkItem {
  readonly end: string;
  readonly reading: string;
  readonly state: AttemptState;
  /** Execution that read it last. */
  readonly execution: string;
  /** Execution that had submitted its statement first, without an answer, and whose token and file names it has. Absent: the same. */
  readonly submittedBy?: string;
  readonly statementId?: string;
  /** What the names of its files begin with. */
  readonly prefix: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly rows?: number;
  readonly statementMilliseconds?: number;
  readonly error?: string;
}

/** Where the crawl stands. */
export interface Watermark {
  /** Start of the next interval. */
  readonly next: string;
  readonly grid: string;
  /** Of the history run that finished last: an execution that reads something else began before a deployment, or after it with what was there before. */
  readonly source?: string;
  /** Of second readings: where they stood before a history that was read again holds what follows. That one may have ended halfway. */
  readonly before?: string;
}

/** The newest history run, as long as it has not finished: the crawl waits for it. */
export interface PendingHistory {
  readonly execution: string;
  /** When the run's execution started. */
  readonly startedAt: string;
  /** Execution with which the reading of the history began; a run that broke is gone on with under this name. */
  readonly reading?: string;
  /** What is read, as a fingerprint: a run that reads something else begins anew. */
  readonly source?: string;
  readonly statementId?: string;
  /** Statement of the run before, which may still be running. */
  readonly previousStatementId?: string;
  /** Present once the run has failed. */
  readonly error?: string;
}

/** A failure that no event has told of. */
export type Untold = Pick<UntoldFailure, 'detailType' | 'detail'>;

/** Which execution crawls. */
export interface Lease {
  readonly execution: string;
  /** By the clock of the machines that run the function: the only thing that is measured by it. */
  readonly expiresAt: string;
  /** Time for which every renewal extends it. */
  readonly seconds: number;
  /** Newest scheduled time of the runs that asked for the lease: up to there the holder crawls. */
  readonly scheduledTime: string;
  /** Intervals done under this lease. */
  readonly crawled: number;
}

export const WATERMARK: LedgerKey = { kind: 'control', start: 'watermark' };
/** Start of the next interval to be looked at for a second reading; absent while there is no settle time and nothing is left of one. */
export const SETTLED: LedgerKey = { kind: 'control', start: 'settled' };
export const LEASE: LedgerKey = { kind: 'control', start: 'lease' };
export const PENDING_HISTORY: LedgerKey = { kind: 'control', start: 'history' };

/** Key of an interval's item. */
export function intervalKey(interval: Interval): LedgerKey {
  return { kind: 'interval', start: interval.start };
}

/** Key of a history run's item. */
export function historyKey(execution: string): LedgerKey {
  return { kind: 'history', start: execution };
}

/** Key of a chunk's item. */
export function historyChunkKey(chunk: Interval): LedgerKey {
  return { kind: 'historyChunk', start: chunk.start };
}

/** The item as far as it is of this interval: an item of another frequency, that starts at the same time, is not. */
export function ofInterval(item: IntervalItem | undefined, interval: Interval): IntervalItem | undefined {
  return item?.end === interval.end ? item : undefined;
}

/** Whether an interval is finished or given up. */
export function isDone(item: IntervalItem | undefined): boolean {
  return item !== undefined && (item.state === 'FINISHED' || item.givenUp === true);
}

/** Whether the second reading of an interval is finished or given up. */
export function isReread(item: Pick<IntervalItem, 'reread'> | undefined): boolean {
  return item?.reread !== undefined && (item.reread.state === 'FINISHED' || item.reread.givenUp === true);
}

/** Since when the ledger has neither a watermark nor a history run, until one has finished: for the moment before the first run, or as somebody has emptied it. */
export interface EmptyLedger {
  /** Scheduled time of the first execution that found it so. */
  readonly since: string;
}
export const EMPTY: LedgerKey = { kind: 'control', start: 'empty' };
