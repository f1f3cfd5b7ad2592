// SPDX-License-Identifier: Apache-2.0

import { readFilesBeginning, readFolder } from './data-folder';
import { type DetectEvent, PREFIXES } from '../../../src/private/contract';
import { checkQuality, type DataQuality, mainReason } from '../../input/data-quality';
import { IntervalTable } from '../../input/interval-table';
import { RowReader } from '../../input/row-reader';
import { shown, UnusableData } from '../../input/unusable-data';
import { fillTemplate } from '../../shared/time-format';
import type { Layout } from '../layout';
import type { Services } from '../services';

/**
 * How far after the interval asked for the rows of a query without placeholders may lie. Time zones differ by 26 hours at most; a row
 * dated in the year 9999 must not make all intervals before then old.
 */
const LATEST_ROW_SECONDS = 2 * 86_400;

/** What a live folder holds. */
export interface LiveInterval {
  readonly slot: number;
  readonly table: IntervalTable;
  readonly rows: number;
  /** Rows outside the interval or unreadable. */
  readonly rejected: number;
  /** Why rows were unreadable; empty when none was. */
  readonly reason: string;
  readonly quality: DataQuality;
  readonly bytes: number;
}

/**
 * Reads the folder of an interval. With `chosenByQuery` the interval is the one that holds most rows.
 * @throws UnusableData when the files do not fit the metric set, or too many of their rows cannot be read
 */
export async function readLiveInterval({ roles }: Services, layout: Layout, event: Extract<DetectEvent, { action: 'detect' }>): Promise<LiveInterval> {
  const { clock } = layout;
  if (layout.livePath === undefined) throw new UnusableData('the metric set has no TemplatedPathList: give the path of the intervals\' folders');
  const requested = clock.slotOfInterval(event.interval);
  const table = new IntervalTable(layout.measures, layout.dimensions);
  const reader = new RowReader(layout, table, wall => {
    const slot = clock.slotOf(wall);
    const isRead = event.chosenByQuery ? slot <= requested + LATEST_ROW_SECONDS : slot === requested;
    return isRead ? slot : NaN;
  });
  const path = fillTemplate(folder(layout.livePath), requested);
  const isAgain = event.interval.reading === 'AGAIN' && event.files !== undefined;
  const again = path.replace(`/${PREFIXES.live}`, `/${PREFIXES.again}`);
  if (isAgain && !event.files.startsWith(again)) throw new UnusableData(`the files of the second reading, ${shown(event.files)}, do not lie in ${again}`);
  const s3 = roles.s3(layout.roleArn);
  const bytes = isAgain ? await readFilesBeginning(s3, event.files, layout, reader) : await readFolder(s3, path, layout, reader);
  const { quality } = reader;
  checkQuality(quality, 'interval');
  const slot = event.chosenByQuery ? fullest(table, requested) : requested;
  const rows = table.rows(slot);
  return { slot, table, rows, rejected: reader.rows + reader.rejected - rows, reason: mainReason(quality), quality, bytes };
}

/** A folder's path, whether or not it was given with the slash at its end. */
export function folder(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** Interval with most rows; among several the one asked for, else the newest. Without rows the one asked for. */
function fullest(table: IntervalTable, requested: number): number {
  let best = requested;
  for (const slot of table.slots) {
    if (table.rows(slot) > table.rows(best) || (table.rows(slot) === table.rows(best) && best !== requested)) best = slot;
  }
  return best;
}
