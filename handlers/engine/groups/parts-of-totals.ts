// SPDX-License-Identifier: Apache-2.0

import type { SeriesScores } from '../scores/interval-scores';

/** The series of a measure, as totals are made of them. Entries are by position. */
export interface PartsOfTotals {
  /** Numbers of the series, ascending. */
  readonly series: Int32Array;
  /** What each adds to its totals, less what it was expected to add; of a series too new to expect something all of its value. */
  readonly deviation: Float64Array;
  /** 1 where a deviation is no news: the series is told as anomalous itself, or it is too new for a score. */
  readonly isTold: Uint8Array;
  /** 1 where the series is too new for a score. */
  readonly isNew: Uint8Array;
}

/** Rounds in which the chance of values is fitted, and how near the sum must come to what is expected of the total. */
const MOST_ROUNDS = 20;
const NEAR_ENOUGH = 0.01;
/** Part of what is missing that the total must expect at least, or else of itself: less is what it errs by, and all that is missing is gone. */
const LEAST_ROOM = 0.2;
const LEAST_REST = 0.1;
/** Beyond, every series is expected that ever has values. */
const HIGHEST_LEVEL = 1e6;

/**
 * What series are expected to add to the total of them all: what is expected where they have a value, times the chance of having one. That
 * chance is the share of all intervals in which they have a value, as many times as much for all of them as makes up what is expected of the total:
 * a shop that is closed at night has values half of the time, and in the afternoon always. Where less is expected of the total, this is because of
 * what has no value, as far as that goes: a platform that is gone, which the total has learned.
 * @param expected by position, NaN of series too new to expect something
 * @param shares by position: share of the intervals with a value, 0-1
 * @param values by position, NaN of series without one
 * @param ofTotal what is expected of the total; NaN when that is not known
 */
export function expectedInTotal(expected: Float64Array, shares: Float64Array, values: Float64Array, ofTotal: number): Float64Array {
  const chances = withoutWhatIsGone(expected, shares, values, ofTotal);
  let level = 1;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const factor = ofTotal / sumOf(expected, chances, level);
    // of what is expected on both sides of 0 the sum says nothing
    if (!(factor > 0 && factor < Infinity)) {
      level = 1;
      break;
    }
    if (Math.abs(factor - 1) < NEAR_ENOUGH) break;
    level = Math.min(level * factor, HIGHEST_LEVEL);
  }
  const times = new Float64Array(expected.length);
  for (let position = 0; position < expected.length; position++) times[position] = expected[position]! * Math.min(1, level * chances[position]!);
  return times;
}

/** The shares, lower where there is no value if all together would be more than what is expected of the total. */
function withoutWhatIsGone(expected: Float64Array, shares: Float64Array, values: Float64Array, ofTotal: number): Float64Array {
  const missing = Float64Array.from(values, (value, position) => Number.isNaN(value) ? shares[position]! : 0);
  const ofMissing = sumOf(expected, missing);
  const rest = ofTotal - (sumOf(expected, shares) - ofMissing);
  const room = rest / ofMissing;
  if (!(ofTotal > 0 && ofMissing > 0 && room < 1)) return shares;
  const left = room < LEAST_ROOM && rest < LEAST_REST * ofTotal ? 0 : room;
  return shares.map((share, position) => share - missing[position]! * (1 - left));
}

function sumOf(expected: Float64Array, chances: Float64Array, level = 1): number {
  let sum = 0;
  for (let position = 0; position < expected.length; position++) sum += (expected[position]! || 0) * Math.min(1, level * chances[position]!);
  return sum;
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
): PartsOfTotals {
  const [ifPresent, shares, observed] = [0, 0, 0].map(() => new Float64Array(ofMeasure.length)) as [Float64Array, Float64Array, Float64Array];
  for (let position = 0; position < ofMeasure.length; position++) {
    const series = ofMeasure[position]!;
    ifPresent[position] = scores.expected[series]!;
    shares[position] = shareOf(series);
    observed[position] = values[series]!;
  }
  const expected = expectedInTotal(ifPresent, shares, observed, ofTotal);
  const { length } = ofMeasure;
  const parts: PartsOfTotals = {
    series: new Int32Array(length), deviation: new Float64Array(length), isTold: new Uint8Array(length), isNew: new Uint8Array(length),
  };
  let count = 0;
  for (let position = 0; position < ofMeasure.length; position++) {
    const isNew = Number.isNaN(expected[position]!);
    const isMissing = Number.isNaN(observed[position]!);
    if (isNew && isMissing) continue;
    const value = isMissing ? 0 : observed[position]!;
    parts.series[count] = ofMeasure[position]!;
    parts.deviation[count] = isNew ? value : value - expected[position]!;
    parts.isNew[count] = isNew ? 1 : 0;
    parts.isTold[count++] = isNew || isTold(ofMeasure[position]!) ? 1 : 0;
  }
  return {
    series: parts.series.subarray(0, count),
    deviation: parts.deviation.subarray(0, count),
    isTold: parts.isTold.subarray(0, count),
    isNew: parts.isNew.subarray(0, count),
  };
}
