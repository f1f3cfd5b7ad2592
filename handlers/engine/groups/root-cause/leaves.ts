// SPDX-License-Identifier: Apache-2.0

/**
 * One interval of one measure, by its most detailed series (leaves): what was observed, what was expected, and each leaf's value in every
 * dimension. All columns have one entry a leaf.
 */
export interface Leaves {
  readonly values: Float64Array;
  readonly expected: Float64Array;
  /** Usual error of each leaf, in the unit of the measure. Without it all leaves are taken to have the same relative error. */
  readonly scale?: Float64Array;
  /** For each dimension the number of the leaf's value in it, from 0 to `cardinalities[dimension] - 1`. */
  readonly codes: readonly Int32Array[];
  /** Number of values of each dimension. */
  readonly cardinalities: readonly number[];
}

/** How far each leaf that can tell something deviates in the direction of the event. Entries are by position, not by leaf. */
export interface Evidence {
  /** The leaf at each position. */
  readonly leaf: Int32Array;
  /** Relative deviation 2 (v - f) / (|v| + |f|), from -2 to 2; above 0 in the direction of the event. */
  readonly deviation: Float64Array;
  /** The usual size of that deviation. */
  readonly noise: Float64Array;
}

/** A leaf says no more than this (log likelihood ratio), however far off it is. */
export const MOST_EVIDENCE = 40;

/** Median of the absolute value of a normal variable with deviation 1. */
const MEDIAN_TO_DEVIATION = 0.6745;
/** Relative error that any forecast has. */
const LEAST_NOISE = 0.01;
/** Relative error when no leaf is left by which it could be told. */
const UNKNOWN_NOISE = 0.1;
/** So many leaves on the other side tell the usual error. */
const ENOUGH_LEAVES = 8;

/**
 * Deviation scores as Squeeze and RiskLoc (arXiv 2205.10004) define them. Leaves without value or forecast, and those where both are 0,
 * say nothing and are left out.
 *
 * Where the leaves bring no usual errors, these come from the leaves that deviate *against* the event: all of them are normal, while among
 * the others the event may well hold the majority.
 * @param direction 1 when the event is an increase, -1 when it is a decrease
 */
export function evidenceOf(leaves: Leaves, direction: 1 | -1): Evidence {
  const { values, expected, scale } = leaves;
  const leaf = new Int32Array(values.length);
  const deviation = new Float64Array(values.length);
  const noise = new Float64Array(values.length);
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    const forecast = expected[index]!;
    // halves, so that no sum of huge values overflows
    const size = Math.abs(value) / 2 + Math.abs(forecast) / 2;
    if (!(size > 0) || !Number.isFinite(size)) continue;
    leaf[count] = index;
    deviation[count] = direction * (value / size - forecast / size);
    if (scale) noise[count] = Math.max(LEAST_NOISE, scale[index]! / size || 0);
    count++;
  }
  if (!scale) noise.fill(commonNoise(deviation.subarray(0, count)), 0, count);
  return { leaf: leaf.subarray(0, count), deviation: deviation.subarray(0, count), noise: noise.subarray(0, count) };
}

function commonNoise(deviation: Float64Array): number {
  const against = deviation.filter(score => score < 0).map(Math.abs).sort();
  if (against.length < ENOUGH_LEAVES) return UNKNOWN_NOISE;
  return Math.max(LEAST_NOISE, against[Math.floor(against.length / 2)]! / MEDIAN_TO_DEVIATION);
}
