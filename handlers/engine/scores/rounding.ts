// SPDX-License-Identifier: Apache-2.0

const { max, min } = Math;

/** Half a unit: what a whole number may be off by rounding alone. */
const HALF = 0.5;
/** Usual errors from which on rounding is a part of the noise, and those up to which it is most of it. */
const NO_MATTER = 1;
const ALL = 0.5;

/**
 * By how much a whole number may be off because it is one: half a unit where the usual error is less than that, nothing where it is one unit and more.
 * Three open shops where two and a half are expected are as expected, though the series errs by a tenth in the mean: most of its hours are far
 * from where the rounding turns. (A continuity correction, as for any normal curve that stands for whole numbers. Counts as noisy as counts are,
 * whose usual error is their square root, have none from 1 on: falling to nothing must stay what it is.)
 * @param usual usual error of the series
 */
export function roundingOf(usual: number): number {
  return HALF * max(0, min(1, (NO_MATTER - usual) / (NO_MATTER - ALL)));
}

/** A value, nearer to what is expected by what rounding may be, and not beyond it. */
export function nearer(value: number, expected: number, rounding: number): number {
  return value > expected ? max(expected, value - rounding) : min(expected, value + rounding);
}
