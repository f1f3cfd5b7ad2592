// SPDX-License-Identifier: Apache-2.0

import { REASON } from './explanation';
import { severityOf } from './severity';

const { abs, max } = Math;

/** What the model says about one interval: one entry for each series, NaN where the series had no value or has no score yet. */
export interface SeriesScores {
  /** Also where the series had no value, once it has scores: what the value was expected to be if there had been one. */
  readonly expected: Float64Array;
  /** Band of the values that are not anomalous; NaN where it was not asked for too. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /**
   * Distance from the expected value in usual errors, damped while the series is new, times how rare it is (see Rarity); with sign. At most
   * 1,000. To compare it with those of other series take comparableScore.
   */
  readonly score: Float64Array;
  /** How many times the score counts for the severity: more the longer the series has been off on the same side (see EventDuration). */
  readonly raise: Float64Array;
  /** How fast the severity rises beyond what an anomaly needs, 0-1: slowly where the series is often as far off (see Rarity). */
  readonly steepness: Float64Array;
  /** 0-100, rising with the score times `raise`: an anomaly from ANOMALOUS_SEVERITY on. */
  readonly severity: Float64Array;
}

/** The scores of an interval and where they are from. */
export interface IntervalScores extends SeriesScores {
  /** Usual error of what is expected, as the standard deviation of normal noise; as `expected`, also where there was no value. */
  readonly scale: Float64Array;
  /** Which members the score is from: an index into MEMBERS. */
  readonly member: Uint8Array;
  /** Why the value is an anomaly or is none: an index into REASONS. */
  readonly reason: Uint8Array;
}

/** What an interval has made of a block of series, for those that learn from it; entry 0 is the block's first series. */
export interface BlockDistances {
  /** How far each value is from what is expected, in usual errors; 0 where it has no score. */
  readonly distance: Float64Array;
  /** The same as far as the series is known, negative below what is expected. */
  readonly damped: Float64Array;
  /** How far off a value may be on its side because an edge is early or late, in its unit. */
  readonly slack: Float64Array;
}

/** One piece of memory for the columns of numbers. */
export function noScores(count: number): IntervalScores {
  const memory = new Float64Array(8 * count);
  const column = (index: number): Float64Array => memory.subarray(index * count, (index + 1) * count);
  return {
    expected: column(0),
    lower: column(1),
    upper: column(2),
    score: column(3),
    severity: column(4),
    scale: column(5),
    raise: column(6),
    steepness: column(7),
    member: new Uint8Array(count),
    reason: new Uint8Array(count),
  };
}

/** Gives no score to a series. */
export function leaveOut(scores: IntervalScores, series: number, reason: number): void {
  const { expected, scale, lower, upper, score, raise, steepness, severity } = scores;
  expected[series] = scale[series] = lower[series] = upper[series] = score[series] = raise[series] = steepness[series] = severity[series] = NaN;
  scores.reason[series] = reason;
}

/** Tells that a series is stuck. Its value has the size of that where its own score, raised, is less. */
export function tellStuck(scores: IntervalScores, series: number, side: 1 | -1, size: number): void {
  scores.reason[series] = REASON.stuck;
  const own = abs(scores.score[series]!);
  if (own * scores.raise[series]! >= size) return;
  const score = max(size, own);
  scores.score[series] = side * score;
  scores.raise[series] = size / score;
  // how often it was stuck is in the size
  scores.steepness[series] = 1;
  scores.severity[series] = severityOf(size);
}

/** Tells that a series has moved to a level, new or former. One that is stuck there is told as stuck. */
export function tellMove({ reason }: IntervalScores, series: number, move: number): void {
  if (reason[series] !== REASON.stuck) reason[series] = move;
}
