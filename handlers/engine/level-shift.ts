// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from './calendar';
import type { SeriesState } from './series-state';

const { abs, min } = Math;

/** Deviation from the run's mean error, as part of that mean, up to which the run is one new level and not just unrest. */
const SELF_CONSISTENT = 0.5;
const FIRST_SHIFT_HOURS = 60;

/** Successive anomalous intervals after which a self-consistent run is taken for a new level: half a day, or four days of daily data. */
export function shiftLength(calendar: Calendar): number {
  return calendar.weekSlots === 0 ? 4 : calendar.cycleSlots / 2;
}

/**
 * The same for a series of which not all of a week is known. At intervals of an hour it is longer than a weekend: a first one is no new level, and that of a
 * working day after it none either.
 */
export function firstShiftLength(calendar: Calendar): number {
  return calendar.isHourly ? FIRST_SHIFT_HOURS : shiftLength(calendar);
}

/** Ends the run of a series: an interval was as expected. */
export function endRun(state: SeriesState, series: number): void {
  state.runLength[series] = 0;
}

/**
 * Counts an anomalous interval of a series with the given error. When the run has become a new level, moves the level (and the long-run
 * mean) there and returns true; the noise is left as it was.
 */
export function continueRun(state: SeriesState, series: number, error: number, length: number): boolean {
  const { runLength, runMean, runSpread } = state;
  const mean = runMean[series]!;
  if (runLength[series] === 0 || error > 0 !== mean > 0) {
    runLength[series] = 1;
    runMean[series] = error;
    runSpread[series] = 0;
    return false;
  }
  const count = min(runLength[series]! + 1, 65535);
  runLength[series] = count;
  const moved = mean + (error - mean) / count;
  runMean[series] = moved;
  runSpread[series]! += (abs(error - moved) - runSpread[series]!) / count;
  if (count < length || runSpread[series]! > SELF_CONSISTENT * abs(moved)) return false;
  state.level[series]! += moved;
  state.mean[series]! += moved;
  runLength[series] = 0;
  return true;
}
