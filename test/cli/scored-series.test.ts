// SPDX-License-Identifier: Apache-2.0

import type { DetectedInterval } from '../../cli/backtest/detection';
import { ScoredSeriesFormat } from '../../cli/backtest/scored-series';
import { comparableScore } from '../../handlers/engine';
import { SeriesIndex } from '../../handlers/input/series-index';

/** The column `score` of a series with this score in usual errors. */
function scoreCell(score: number, steepness: number): number {
  const scores = { expected: [10], lower: [5], upper: [15], score: [score], steepness: [steepness], severity: [80] };
  const interval = { observation: { values: [20], scores }, model: { series: new SeriesIndex(['views'], [], [[]]) }, slot: 0 };
  return Number(new ScoredSeriesFormat().cells(interval as unknown as DetectedInterval, 0).split(',')[6]);
}

test('the score has no sign, and a high one is less where the series is often far off', () => {
  expect(scoreCell(-12, 1)).toBe(12);
  expect(scoreCell(-200, 1)).toBeCloseTo(200);
  expect(scoreCell(-200, 0.25)).toBe(comparableScore(200, 0.25));
  expect(scoreCell(-200, 0.25)).toBeLessThan(scoreCell(100, 1));
  expect(scoreCell(NaN, NaN)).toBe(0);
});
