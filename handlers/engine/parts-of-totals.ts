// SPDX-License-Identifier: Apache-2.0

import type { SeriesScores } from './detection-model';

/** A series of a measure, as totals are made of it. */
export interface PartOfTotal {
  readonly series: number;
  /** What it adds to its totals, less what it was expected to add; of a series too new to expect something all of its value. */
  readonly deviation: number;
  /** Whether its deviation is no news: it is told as anomalous itself, or the series is too new for a score. */
  readonly isTold: boolean;
}

/** Rounds in which the chance of values is fitted, and how near the sum must come to what is expected of the total. */
const MOST_ROUNDS = 20;
const NEAR_ENOUGH = 0.01;

/**
 * What series are expected to add to the total of them all: what is expected where they have a value, times the chance of having one. That
 * chance is the share of all intervals in which they have a value, as many times as much for all of them as makes up what is expected of the total:
 * a shop that is closed at night has values half of the time, and in the afternoon always.
 * @param expected by position, NaN of series too new to expect something
 * @param shares by position: share of the intervals with a value, 0-1
 * @param ofTotal what is expected of the total; NaN when that is not known
 */
export function expectedInTotal(expected: Float64Array, shares: Float64Array, ofTotal: number): Float64Array {
  let level = 1;
  const chance = (position: number): number => Math.min(1, level * shares[position]!);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let sum = 0;
    for (let position = 0; position < expected.length; position++) sum += (expected[position]! || 0) * chance(position);
    const factor = ofTotal / sum;
    // of what is expected on both sides of 0 the sum says nothing
    if (!(factor > 0 && factor < Infinity)) {
      level = 1;
      break;
    }
    if (Math.abs(factor - 1) < NEAR_ENOUGH) break;
    level *= factor;
  }
  const times = new Float64Array(expected.length);
  for (let position = 0; position < expected.length; position++) times[position] = expected[position]! * chance(position);
  return times;
}

/**
 * The series of a measure, as totals are made of them; those that are new and have no value are none.
 * @param ofMeasure numbers of the measure's series
 * @param ofTotal what is expected of the total of them all
 * @param shareOf share of the intervals in which a series has a value, 0-1
 */
export function partsOfTotals(
  ofMeasure: Int32Array, scores: Pick<SeriesScores, 'expected'>, values: Float64Array, ofTotal: number,
  shareOf: (series: number) => number, isTold: (series: number) => boolean,
): PartOfTotal[] {
  const [ifPresent, shares] = [new Float64Array(ofMeasure.length), new Float64Array(ofMeasure.length)];
  for (let position = 0; position < ofMeasure.length; position++) {
    const series = ofMeasure[position]!;
    ifPresent[position] = scores.expected[series]!;
    shares[position] = shareOf(series);
  }
  const expected = expectedInTotal(ifPresent, shares, ofTotal);
  const parts: PartOfTotal[] = [];
  for (let position = 0; position < ofMeasure.length; position++) {
    const series = ofMeasure[position]!;
    const isNew = Number.isNaN(expected[position]!);
    const isMissing = Number.isNaN(values[series]!);
    if (isNew && isMissing) continue;
    const value = isMissing ? 0 : values[series]!;
    parts.push({ series, deviation: isNew ? value : value - expected[position]!, isTold: isNew || isTold(series) });
  }
  return parts;
}
