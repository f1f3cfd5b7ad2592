// SPDX-License-Identifier: Apache-2.0

import type { NabFile } from './corpus';
import { probationRows } from './scoring';
import { comparableScore, DetectionModel } from '../../handlers/engine';

/** Scores of our engine for the rows of a file, without sign, as `backtest` tells them: the file is one series and each row has the score of its interval. */
export function engineScores(file: NabFile): Float64Array {
  const model = new DetectionModel({ intervalSeconds: file.intervalSeconds }, 1);
  const scores = file.values.map((value, interval) => {
    const { score, steepness } = model.observe(file.start + interval * file.intervalSeconds, Float64Array.of(value));
    return comparableScore(Math.abs(score[0]!), steepness[0]!);
  });
  return rowScores(file, scores);
}

/**
 * Scores of the rows from scores of the intervals; 0 for an interval that has none, and in the probation, as from
 * `backtest --detect-from` its end: a filter of onsets shall know nothing of it.
 */
export function rowScores(file: NabFile, scoreOfInterval: Float64Array): Float64Array {
  const scored = file.intervalOfRow[probationRows(file)] ?? 0;
  return Float64Array.from(file.intervalOfRow, interval => interval < scored ? 0 : scoreOfInterval[interval]! || 0);
}
