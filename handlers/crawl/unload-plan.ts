// SPDX-License-Identifier: Apache-2.0

import { clientToken } from './attempt-identity';
import { queryOfInterval, type QueryProp } from './query';
import { unloadStatement, type UnloadStatementParts } from './unload-statement';
import { hasPlaceholders, PREFIXES, type ConnectorSettings, type Interval } from '../../src/private/contract';
import type { WallClockIntervals } from '../shared/time';

/** Folder of an interval, `s3://bucket/live/20261123/1000/`: named after its start on the wall clock. */
export function liveFolder(settings: ConnectorSettings, intervals: WallClockIntervals, interval: Interval): string {
  return `s3://${settings.bucketName}/${PREFIXES.live}${intervals.folder(interval)}/`;
}

/** Folder of the history: the detector reads the files directly in it. */
export function historyFolder(settings: ConnectorSettings): string {
  return `s3://${settings.bucketName}/${PREFIXES.history}`;
}

/**
 * Beginning of the names of a chunk's files, `s3://bucket/history/20261123-1000-1f2e3d4c5b6a-`: the chunk's start on the wall clock, and what
 * no other execution has, so that files which a broken one has left are never taken for those of the next.
 */
function historyPrefix(settings: ConnectorSettings, intervals: WallClockIntervals, chunk: Interval, execution: string): string {
  return `${historyFolder(settings)}${intervals.folder(chunk).replace('/', '-')}-${clientToken(execution, chunk.end).slice(0, 12)}-`;
}

/** Folder in which the second readings of an interval lie, `s3://bucket/again/20261123/1000/`: whoever reads `live/` does not see them. */
export function rereadFolder(settings: ConnectorSettings, intervals: WallClockIntervals, interval: Interval): string {
  return `s3://${settings.bucketName}/${PREFIXES.again}${intervals.folder(interval)}/`;
}

/** Size of the history's files: small enough for a reader to go through them one after another, large enough not to be thousands. */
const HISTORY_FILE_MEGABYTES = 256;

/** An UNLOAD of an interval or of a part of the history. */
export interface Unload {
  readonly sql: string;
  /** What the names of the files begin with: a folder, and for the history a beginning of names in it. */
  readonly folder: string;
  /** Whether the query has no placeholders. */
  readonly chosenByQuery: boolean;
}

/** @throws Error where the query cannot be unloaded; see `queryOfInterval` and `unloadStatement`. */
export function unloadOfInterval(settings: ConnectorSettings, intervals: WallClockIntervals, interval: Interval): Unload {
  return unload(settings, intervals, interval, 'query', settings.query, {
    prefix: liveFolder(settings, intervals, interval), cleanPath: true, serial: true,
  });
}

/** Size of the files of second readings, which are copied: a copy has to be done while the function runs. */
const REREAD_FILE_MEGABYTES = 1024;

/**
 * The second reading of an interval: into a folder beside that of the first, whose place its files take when the rows have been detected.
 *
 * @param attempt what no other reading of the interval has
 * @throws Error where the query cannot be unloaded; see `queryOfInterval` and `unloadStatement`
 */
export function unloadOfReread(settings: ConnectorSettings, intervals: WallClockIntervals, interval: Interval, attempt: string): Unload {
  return unload(settings, intervals, interval, 'query', settings.query, {
    prefix: `${rereadFolder(settings, intervals, interval)}${attempt}-`, cleanPath: false, serial: true, maxFileSizeMegabytes: REREAD_FILE_MEGABYTES,
  });
}

/** @throws Error where the query cannot be unloaded; see `queryOfInterval` and `unloadStatement`. */
export function unloadOfHistory(settings: ConnectorSettings, intervals: WallClockIntervals, chunk: Interval, execution: string): Unload {
  const prop = settings.historicalQuery === undefined ? 'query' : 'historicalQuery';
  return unload(settings, intervals, chunk, prop, settings.historicalQuery ?? settings.query, {
    prefix: historyPrefix(settings, intervals, chunk, execution), cleanPath: false, serial: false, maxFileSizeMegabytes: HISTORY_FILE_MEGABYTES,
  });
}

/** The chunks in which a history is read, oldest first. A query without placeholders chooses its rows itself: it is run once. */
export function historyChunks(settings: ConnectorSettings, intervals: WallClockIntervals, span: Interval): Interval[] {
  const inChunks = settings.historyChunkIntervals !== undefined && hasPlaceholders(settings.historicalQuery ?? settings.query);
  return inChunks ? intervals.divide(span, settings.historyChunkIntervals!) : [span];
}

function unload(
  settings: ConnectorSettings, intervals: WallClockIntervals, span: Interval, prop: QueryProp, query: string,
  files: Pick<UnloadStatementParts, 'prefix' | 'cleanPath' | 'serial' | 'maxFileSizeMegabytes'>,
): Unload {
  const sql = unloadStatement({
    query: queryOfInterval(query, intervals.wallBounds(span), prop),
    roleArn: settings.unloadRoleArn,
    region: settings.region,
    kmsKeyArn: settings.kmsKeyArn,
    ...files,
  });
  return { sql, folder: files.prefix, chosenByQuery: !hasPlaceholders(query) };
}
