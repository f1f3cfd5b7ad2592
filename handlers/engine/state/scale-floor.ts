// SPDX-License-Identifier: Apache-2.0

const { abs, exp, max, min, sqrt } = Math;

/** Standard deviation of normal noise whose mean absolute value is 1. */
export const DEVIATION_TO_SCALE = 1.2533;

/** Parts of the long-run mean absolute deviation below which the scale never falls: while a season is new, and when it is well known. */
const DEVIATION_FLOOR_NEW = 0.15;
const DEVIATION_FLOOR_KNOWN = 0.04;
/** Part of the mean below which the scale never falls. */
const MEAN_FLOOR = 0.001;
/**
 * Share of intervals with the value of the one before from which a series is taken to be idle most of the time. Its usual error is next to
 * nothing, and where it moves it is far off: a sale now and then is not news. So its scale is that of the moves that its season did not
 * foresee: opening hours and a batch every night it does foresee. Of daily data it is that of its values.
 */
export const IDLE_SHARE = 0.5;
/**
 * Usual error of such a series in root mean squares of its unforeseen moves, at intervals of an hour and more and at shorter ones: there the
 * same move lasts for many intervals, and raises the severity. Measured, for few false alerts of series that switch between levels.
 */
export const IDLE_WIDTH = 1.5;
export const SHORT_IDLE_WIDTH = 2.5;
/** How much faster unforeseen moves are forgotten than a mean forgets: a first weekend is unforeseen only once. */
export const UNFORESEEN_GAIN = 2;
/** Square-root noise of a count does not vanish with the count (Anscombe 1948). */
const COUNT_OFFSET = 0.375;
/** Seasonal counts deviate less from their expectation than one mean for all hours says. */
const COUNT_DISPERSION_MARGIN = 1.5;

/**
 * The scale that a series has at least, whatever its errors say: parts of the long-run deviation and of the mean.
 *
 * A season that is badly known is a reason for a wide scale, one that is well known is not. So the part of the deviation falls with the
 * weeks seen: kept for ever, the 0.15 of the prototype (detection.md 7.1) would hide what is plain to see in a series with a strong
 * daily pattern and little noise.
 */
export function scaleFloor(deviation: number, mean: number, weeks: number): number {
  const part = DEVIATION_FLOOR_KNOWN + (DEVIATION_FLOOR_NEW - DEVIATION_FLOOR_KNOWN) / (1 + weeks * weeks / 4);
  return max(part * deviation, MEAN_FLOOR * abs(mean));
}

/** Mean absolute deviation of a Poisson variable from its mean (the exact value oscillates a little around this above 1). */
function poissonDeviation(mean: number): number {
  return mean < 1 ? 2 * mean * exp(-mean) : 0.8 * sqrt(mean);
}

/**
 * Noise of a count around `expected`: its square root, as far as the series is as noisy as counts are. A series of whole numbers that is
 * quieter than counts (1,000 page views, give or take 10) keeps its own scale, and a constant one has none.
 * @param unforeseen mean square of the moves that the season did not foresee; NaN: none was seen
 */
export function countNoise(expected: number, mean: number, deviation: number, scale: number, unforeseen: number): number {
  if (mean <= 0) return 0;
  // errors of rare counts are nearly always tiny; only the long run shows how large they get, less what the season foresees of it
  const longRun = mean < 1 ? unforeseen >= 0 ? min(deviation, sqrt(unforeseen)) : deviation : 0;
  const typicalError = max(scale / DEVIATION_TO_SCALE, longRun);
  const dispersion = COUNT_DISPERSION_MARGIN * typicalError / poissonDeviation(mean);
  return sqrt(max(expected, 0) + COUNT_OFFSET) * min(1, dispersion);
}
