// SPDX-License-Identifier: Apache-2.0

const { abs, min } = Math;

/** Distance in usual errors from which on a day counts. Each such week widens the weekday's usual error, so it is less than what an event needs. */
const OFF = 4;
/** Successive weeks from which on a weekday that is off is taken to have changed for good. */
export const CHANGED_WEEKS = 3;
const MOST_WEEKS = 100;
/** A weekday's side is kept in one number with its weeks. */
const ABOVE = 128;

/**
 * Counts the successive weeks in which a weekday of daily data was far off on the same side, this one included. What it says:
 *
 * * 1: an event, or where the regression finds the value usual, what the weekday was before it learned one.
 * * 2: nothing is sure. Christmas and the New Year are a week apart, and the days after them are what they always were.
 * * 3 and more: the weekday has changed, as that of a shop which closes on Thursdays from now on.
 *
 * @param weeksOff of each weekday of each series, 128 more where it was above
 * @param place of the weekday and the series
 * @param error distance from what is expected, with sign
 * @param usual size of such errors
 * @returns 0 where it is not far off
 */
export function countWeeksOff(weeksOff: Uint8Array, place: number, error: number, usual: number): number {
  const before = weeksOff[place]!;
  if (error === 0 || abs(error) < OFF * usual) {
    if (before !== 0) weeksOff[place] = 0;
    return 0;
  }
  const side = error > 0 ? ABOVE : 0;
  const weeks = before >= ABOVE === side > 0 ? min(MOST_WEEKS, before % ABOVE + 1) : 1;
  weeksOff[place] = side + weeks;
  return weeks;
}
