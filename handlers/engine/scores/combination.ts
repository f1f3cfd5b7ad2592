// SPDX-License-Identifier: Apache-2.0

const { abs, max, min, sqrt } = Math;

/** How many times the lower of two distances the combined one may be. */
const AGREEMENT = 2;

/**
 * Distance of a value from two expectations: the geometric mean of its distances from each in usual errors, and at most twice the lower
 * one. Both members must find the value far off. What only one finds strange is most often that member's own mistake: an echo of an
 * anomaly in the regression, a slot that the seasonal state has learned wrongly. A value between the two expectations is as expected.
 *
 * Of the combinations measured (docs/detection.md) this one kept the recall of the mean and had the fewest false alerts.
 */
export function combinedDistance(first: number, firstScale: number, second: number, secondScale: number): number {
  if (first > 0 !== second > 0) return 0;
  const a = abs(first) / firstScale;
  const b = abs(second) / secondScale;
  return min(sqrt(a * b), AGREEMENT * a, AGREEMENT * b);
}

/**
 * The value on one side at which the combined distance reaches `distance`.
 * @param side 1 above, -1 below
 */
export function combinedBound(
  side: 1 | -1, distance: number, first: number, firstScale: number, second: number, secondScale: number,
): number {
  const half = (first - second) / 2;
  const product = (first + second) / 2 + side * sqrt(half * half + distance * distance * firstScale * secondScale);
  const single = distance / AGREEMENT * side;
  const extreme = side > 0 ? max : min;
  return extreme(product, first + single * firstScale, second + single * secondScale);
}

/** What is expected of the value: between the two, nearer to the one that errs less. */
export function combinedExpectation(first: number, firstScale: number, second: number, secondScale: number): number {
  const weight = secondScale / (firstScale + secondScale);
  return second + weight * (first - second);
}
