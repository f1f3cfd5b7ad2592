// SPDX-License-Identifier: Apache-2.0

import { longerFrequency } from './data-remarks';
import { parseWallText, wallText } from './wall-text';
import type { WallClock } from '../../handlers/shared/wall-clock';
import { BACK_TEST_LEARNED_SHARE, type Frequency, HISTORY_DAYS } from '../../src/private/contract';
import { InputError } from '../errors';

const DAY_SECONDS = 86_400;

/** Which intervals are learned and which detected. Slots name intervals by the wall clock's time at which they begin. */
export interface Timeline {
  /** All intervals with rows before the detection, oldest first; a deployed detector reads no more than the longest history of them. */
  readonly learned: readonly number[];
  /** All intervals from the first one detected to the last one with rows, also those without rows. */
  readonly detected: readonly number[];
  /** Intervals with rows that are so far from the others that their time stamps must be wrong. */
  readonly leftOut: readonly number[];
  /** Days on which there are rows, by the wall clock, counted from 1970 on. */
  readonly daysWithRows: ReadonlySet<number>;
  /** A longer frequency that the rows fit. */
  readonly longerFrequency?: Frequency;
}

/** The part of the interval table that says where rows are. */
interface RowCounts {
  readonly slots: readonly number[];
  rows(slot: number): number;
}

/**
 * Plans a back test.
 * @param detectFrom as it was given; undefined: chosen so that 70 % of the intervals with rows are learned
 * @throws InputError when the time is none, or outside the data
 */
export function planTimeline(table: RowCounts, clock: WallClock, detectFrom?: string): Timeline {
  const slots = mainStretch(table, HISTORY_DAYS[clock.frequency] * DAY_SECONDS);
  const [first, last] = [slots[0], slots[slots.length - 1]];
  const begin = detectFrom === undefined ? slots[Math.floor(BACK_TEST_LEARNED_SHARE * slots.length)] : clock.slotOf(parseDetectFrom(detectFrom));
  if (begin < first || begin > last) {
    throw new InputError(`--detect-from ${JSON.stringify(detectFrom)} is outside the data: its intervals begin from ${wallText(first)} to ${wallText(last)} `
      + `(${clock.timezone})`);
  }
  const learned = slots.filter(slot => slot < begin);
  const detected: number[] = [];
  for (let slot = begin; slot <= last; slot = clock.next(slot)) detected.push(slot);
  const known = new Set([...learned, ...slots.filter(slot => slot >= begin)]);
  return {
    learned,
    detected,
    leftOut: table.slots.filter(slot => !known.has(slot)),
    daysWithRows: new Set(slots.map(slot => Math.floor(slot / DAY_SECONDS))),
    longerFrequency: longerFrequency(slots, clock.frequency),
  };
}

/**
 * Reads `--detect-from`; also before the data is read, which may take long.
 * @returns seconds on the wall clock, counted as if it were UTC
 * @throws InputError when it is no time
 */
export function parseDetectFrom(text: string): number {
  const wall = parseWallText(text);
  if (Number.isNaN(wall)) throw new InputError(`--detect-from must be a time such as '2026-01-31 00:00:00', found ${JSON.stringify(text)}`);
  return wall;
}

/**
 * The intervals that hold most rows, the newest of several, where the data falls apart into stretches with more than the longest history
 * between them: a row dated 9999 is left out, and not thousands of years without rows detected.
 */
function mainStretch(table: RowCounts, longestGap: number): readonly number[] {
  const { slots } = table;
  let best = { rows: -1, from: 0, to: 0 };
  let [from, rows] = [0, 0];
  for (let index = 0; index < slots.length; index++) {
    if (index > 0 && slots[index] - slots[index - 1] > longestGap) [from, rows] = [index, 0];
    rows += table.rows(slots[index]);
    if (rows >= best.rows) best = { rows, from, to: index + 1 };
  }
  return slots.slice(best.from, best.to);
}
