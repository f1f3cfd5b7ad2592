import { hasPlaceholders, queryOfInterval, type QueryProp } from './query';
import { unloadStatement } from './unload-statement';
import { PREFIXES, type ConnectorSettings, type Interval } from '../../src/private/contract';
import type { WallClockIntervals } from '../shared/time';

/** Folder of an interval, `s3://bucket/live/20261123/1000/`: named after its start on the wall clock. */
export function liveFolder(settings: ConnectorSettings, intervals: WallClockIntervals, interval: Interval): string {
  return `s3://${settings.bucketName}/${PREFIXES.live}${intervals.folder(interval)}/`;
}

/** Folder of the history. */
export function historyFolder(settings: ConnectorSettings): string {
  return `s3://${settings.bucketName}/${PREFIXES.history}`;
}

/** An UNLOAD of an interval or of the history. */
export interface Unload {
  readonly sql: string;
  readonly folder: string;
  /** Whether the query has no placeholders. */
  readonly chosenByQuery: boolean;
}

/** @throws Error where the query cannot be unloaded; see `queryOfInterval` and `unloadStatement`. */
export function unloadOfInterval(settings: ConnectorSettings, intervals: WallClockIntervals, interval: Interval): Unload {
  return unload(settings, intervals, interval, 'query', settings.query, liveFolder(settings, intervals, interval), true);
}

/** @throws Error where the query cannot be unloaded; see `queryOfInterval` and `unloadStatement`. */
export function unloadOfHistory(settings: ConnectorSettings, intervals: WallClockIntervals, span: Interval): Unload {
  const prop = settings.historicalQuery === undefined ? 'query' : 'historicalQuery';
  return unload(settings, intervals, span, prop, settings.historicalQuery ?? settings.query, historyFolder(settings), false);
}

function unload(
  settings: ConnectorSettings, intervals: WallClockIntervals, span: Interval, prop: QueryProp, query: string, folder: string, serial: boolean,
): Unload {
  const sql = unloadStatement({
    query: queryOfInterval(query, intervals.wallBounds(span), prop),
    folder,
    roleArn: settings.unloadRoleArn,
    region: settings.region,
    kmsKeyArn: settings.kmsKeyArn,
    serial,
  });
  return { sql, folder, chosenByQuery: !hasPlaceholders(query) };
}
