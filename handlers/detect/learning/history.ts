// SPDX-License-Identifier: Apache-2.0

import type { S3Client } from '@aws-sdk/client-s3';
import { HISTORY_DAYS, OWNER_TAGS } from '../../../src/private/contract';
import { checkQuality, type DataQuality, mainReason } from '../../input/data-quality';
import { IntervalTable } from '../../input/interval-table';
import { RowReader } from '../../input/row-reader';
import { TableLimits } from '../../input/table-limits';
import { UnusableData } from '../../input/unusable-data';
import type { DetectorRecord, EpochSeconds } from '../../lookout/store';
import { readFiles, readFolder, type SourceFile, withContext } from '../data/data-folder';
import { liveFolders } from '../data/live-folders';
import { folder } from '../data/live-interval';
import type { Layout } from '../layout';
import { timeSeriesQuota } from '../model/time-series-quota';
import type { Services } from '../services';

/** Time that the rest of the learning needs after the reading, in milliseconds: at least, and for each value (twice what docs/detection.md has). */
const RESERVED_MILLISECONDS = 60_000;
const MILLISECONDS_A_VALUE = 0.0006;

/** Share of the function's memory that the values may have; the rest is for the model, its bytes when it is saved, and what is being read. */
const VALUES_SHARE = 0.7;
const MEGABYTE = 1024 * 1024;

/** The history of a detector. */
export interface History {
  readonly table: IntervalTable;
  /** Slots that have rows, oldest first, within the longest history. */
  readonly slots: readonly number[];
  readonly rows: number;
  readonly rowsRejected: number;
  /** Why rows were unreadable; empty when none was. */
  readonly reason: string;
  readonly quality: DataQuality;
  readonly bytes: number;
}

/**
 * When the history of a detector that goes on with new data ends: what ends later, and rows of the future, is detected when its time has come,
 * and would otherwise be taken for learned. A connector's crawl writes nothing of the kind, and has a clock of its own.
 */
export function endOfHistory({ tags }: DetectorRecord, { offsetSeconds }: Layout): EpochSeconds {
  return tags?.[OWNER_TAGS.resource] === undefined ? Date.now() / 1000 - offsetSeconds : Infinity;
}

/**
 * Reads the history's folder; where none is given, the intervals' folders that are there. With empty files only the history is empty.
 * @param timeLeft milliseconds until the function is ended
 * @param end rows of intervals that end later are left out
 * @throws UnusableData when there are rows and none, or too few of them, can be used
 */
export async function readHistory(
  { roles }: Pick<Services, 'roles'>, layout: Layout, timeLeft: () => number, end: EpochSeconds,
): Promise<History> {
  const { clock } = layout;
  const table = new IntervalTable(layout.measures, layout.dimensions);
  const size = { timeSeries: timeSeriesQuota(layout.frequency), quota: 'maximumTimeSeriesPerDetector of the service' };
  const limits = new TableLimits(table, layout, clock, size, 'history');
  const client = roles.s3(layout.roleArn);
  const live = layout.historyPath === undefined ? await liveHistory(client, layout) : undefined;
  const slotAfter = end === Infinity ? Infinity : clock.slotOf(clock.wallSeconds(end));
  const isRead = (slot: number): boolean => slot < slotAfter && live?.slots.has(slot) !== false;
  const reader = new RowReader(layout, table, wall => isRead(clock.slotOf(wall)) ? limits.slotOf(wall) : NaN, {
    onCombination: () => limits.checkTimeSeries(),
    onRows: () => checkRoom(table, limits.intervals, reader.rows, timeLeft()),
  });
  const bytes = live === undefined
    ? await readFolder(client, layout.historyPath!, layout, reader) : await readFiles(client, live.files, layout, reader);
  const { quality } = reader;
  checkQuality(quality, 'history');
  const slots = densest(table, HISTORY_DAYS[layout.frequency] * 86_400);
  const rows = slots.reduce((sum, slot) => sum + table.rows(slot), 0);
  if (rows > 0 && !slots.some(slot => table.values(slot).some(value => !Number.isNaN(value)))) {
    throw new UnusableData(`no row of the history can be used: ${layout.measures.map(measure => JSON.stringify(measure.name)).join(', ')} `
      + `${layout.measures.length === 1 ? 'is' : 'are'} empty in all of ${rows} rows`);
  }
  return { table, slots, rows, rowsRejected: reader.rows + reader.rejected - rows, reason: mainReason(quality), quality, bytes };
}

/**
 * Looks, while the history is read, whether the function can learn it: one that is ended, or has no memory left, could not say so.
 * @throws UnusableData
 */
function checkRoom({ bytes, series }: IntervalTable, intervals: number, rows: number, millisecondsLeft: number): void {
  const read = `${rows} rows of ${series.size} time series were read; shorten it, or leave out dimensions`;
  if (millisecondsLeft < RESERVED_MILLISECONDS + MILLISECONDS_A_VALUE * intervals * series.size) {
    throw new UnusableData(`the history is too large to be learned in the function's time: ${read}`);
  }
  const megabytes = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? Infinity);
  if (bytes > VALUES_SHARE * megabytes * MEGABYTE) throw new UnusableData(`the history is too large for the function's memory of ${megabytes} MB: ${read}`);
}

/** What is in the intervals' folders: only rows of these intervals are learned. */
async function liveHistory(
  client: S3Client, layout: Layout,
): Promise<{ readonly slots: ReadonlySet<number>; readonly files: readonly SourceFile[] }> {
  const { livePath } = layout;
  if (livePath === undefined) return { slots: new Set(), files: [] };
  const complete = Date.now() / 1000 - layout.offsetSeconds;
  const { slots, files } = await withContext(livePath, layout, () => liveFolders(client, folder(livePath), layout, complete));
  return { slots: new Set(slots), files };
}

/** The stretch of at most so many seconds that holds most rows, the newest of several: a row dated 9999 is left out, not the history. */
function densest(table: IntervalTable, seconds: number): number[] {
  const { slots } = table;
  let best = { rows: -1, from: 0, to: 0 };
  let [from, rows] = [0, 0];
  for (let to = 0; to < slots.length; to++) {
    rows += table.rows(slots[to]);
    while (slots[to] - slots[from] >= seconds) rows -= table.rows(slots[from++]);
    if (rows >= best.rows) best = { rows, from, to: to + 1 };
  }
  return slots.slice(best.from, best.to);
}
