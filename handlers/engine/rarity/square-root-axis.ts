// SPDX-License-Identifier: Apache-2.0

import { combinedBound } from '../scores/combination';

const { max, sqrt } = Math;

/*
 * A series that is never negative can lose no more than what is expected of it: with errors of a quarter of that, falling to nothing is four
 * usual errors, however unheard-of. On the axis of the square root, on which counts have the same noise wherever they are (Bartlett 1936,
 * Anscombe 1948), it is twice as far, half of what is expected 1.17 times and what is only a little less hardly farther than without it.
 */

/**
 * How far a value of a series that is never negative is from what is expected, in the series' unit: below it on the axis of the square root, with the
 * slope that it has at the expected value.
 * @param value one below 0, the first of its series, is farther by itself
 * @param expected 0 or more
 */
export function errorOnSquareRootAxis(value: number, expected: number): number {
  if (value >= expected) return value - expected;
  return value > 0 ? 2 * (sqrt(expected * value) - expected) : value - 2 * expected;
}

/**
 * The value below two expectations of a series that is never negative at which the combined distance on that axis reaches `distance`; 0 where nothing is so
 * far.
 * @param distance in usual errors
 * @param first expectation, 0 or more, and its usual error
 * @param second expectation, 0 or more, and its usual error
 */
export function boundOnSquareRootAxis(distance: number, first: number, firstScale: number, second: number, secondScale: number): number {
  if (!(first > 0 && second > 0)) return 0;
  // the errors are straight lines of the value's root
  const firstRoot = sqrt(first);
  const secondRoot = sqrt(second);
  const root = combinedBound(-1, distance, firstRoot, firstScale / (2 * firstRoot), secondRoot, secondScale / (2 * secondRoot));
  return max(0, root) ** 2;
}
