// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';
import { IDLE_SHARE } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';

/** Part of a day that the first one counts for among the moves that a season did not foresee: it is unforeseen only once. */
const WEIGHT = 0.5;

/**
 * Learns a value at a time of the day that had none before, as long as no error is known.
 * @param off distance of the value from the mean of those before it
 * @param left the same from the mean that it is a part of
 * @param seen values before this one
 */
export function learnFirstDay({ unforeseen, errors }: SeriesState, series: number, off: number, left: number, seen: number): void {
  if (errors[series] !== 0) return;
  const before = unforeseen[series]! || 0;
  // product of both distances: the mean square around the mean of all (Welford 1962)
  unforeseen[series] = before + (off * left - before) / (seen + 1);
}

/**
 * Errors that the first day counts as among the unforeseen moves of a series; 0 where it does not. It does in a series that mostly stays what it is: nothing
 * foresaw what it did, and on the second day each hour knows one value. A sale at eleven o'clock would else be expected at eleven, as surely as of a shop that
 * opens at eleven. Daily data has weeks instead, whose moves are those of the weekdays.
 */
export function errorsOfFirstDay({ weekSlots, cycleSlots }: Calendar, { idle }: SeriesState, series: number): number {
  return weekSlots > 0 && idle[series]! > IDLE_SHARE ? WEIGHT * cycleSlots : 0;
}
