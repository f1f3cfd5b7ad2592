// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import type { NabFile } from '../../bench/nab/corpus';
import { onsets } from '../../bench/nab/onset';
import { NabScorer } from '../../bench/nab/scoring';

function file(path: string, rows: number, windows: readonly (readonly [number, number])[]): NabFile {
  return {
    path,
    rows,
    intervalSeconds: 300,
    start: 0,
    values: new Float64Array(rows),
    intervalOfRow: Int32Array.from({ length: rows }, (_, row) => row),
    windows: windows.map(([first, last]) => ({ first, last })),
  };
}

/** Scores of a file with 1 (or the given score) at the rows. */
function reported(rows: number, ...places: (number | [row: number, score: number])[]): Float64Array {
  const scores = new Float64Array(rows);
  for (const place of places) {
    const [row, score] = typeof place === 'number' ? [place, 1] : place;
    scores[row] = score;
  }
  return scores;
}

const FILES = [file('a.csv', 1000, [[400, 499]]), file('b.csv', 200, [[50, 59], [100, 119]]), file('none.csv', 300, [])];
const scorer = new NabScorer(FILES);
const score = (a: Float64Array, b: Float64Array, none = new Float64Array(300)) => scorer.score(new Map([['a.csv', a], ['b.csv', b], ['none.csv', none]]));

describe('the scoring of the Numenta Anomaly Benchmark', () => {
  test('a detector that reports nothing has 0 in all profiles', () => {
    const result = score(new Float64Array(1000), new Float64Array(200));
    expect([result.standard, result.lowFalsePositive, result.lowFalseNegative, result.threshold]).toEqual([0, 0, 0, Infinity]);
  });

  test('a detector that reports the first row of each window and no other has 100', () => {
    const result = score(reported(1000, 400), reported(200, 50, 100));
    expect([result.standard, result.lowFalsePositive, result.lowFalseNegative].map(value => Math.round(value * 1e9) / 1e9)).toEqual([100, 100, 100]);
  });

  test('worked by hand: one window found in its middle, two missed, one false positive before and one behind the window', () => {
    // row 450 is 50 of 100 rows before the window's end; row 499 + 99 is one window's length behind it
    const result = score(reported(1000, 200, 450, 598), new Float64Array(200));
    const sigmoid = (position: number) => 2 / (1 + Math.exp(5 * position)) - 1;
    const found = sigmoid(-0.5) / sigmoid(-1);
    const outside = -1 + sigmoid(1);
    expect(found).toBeCloseTo(0.85979, 4);
    expect(result.standard).toBeCloseTo(100 * (found + 0.11 * outside - 2 + 3) / 6, 9);
    expect(result.lowFalsePositive).toBeCloseTo(100 * (found + 0.22 * outside - 2 + 3) / 6, 9);
    expect(result.lowFalseNegative).toBeCloseTo(100 * (found + 0.11 * outside - 4 + 6) / 9, 9);
    expect(result.files[0]).toMatchObject({ path: 'a.csv', windows: 1, detectedWindows: 1, falsePositives: 2 });
  });

  test('only the first detection in a window counts', () => {
    const first = score(reported(1000, 420), reported(200));
    expect(score(reported(1000, 420, 430, 499), reported(200)).standard).toBe(first.standard);
    expect(score(reported(1000, 430), reported(200)).standard).toBeLessThan(first.standard);
  });

  test('the first 15 % of a file, at most 750 rows, count for nothing', () => {
    const clean = score(reported(1000, 400), reported(200));
    expect(score(reported(1000, 0, 149, 400), reported(200, 0, 29)).standard).toBe(clean.standard);
    expect(score(reported(1000, 150, 400), reported(200)).standard).toBeLessThan(clean.standard);
    const long = new NabScorer([file('long.csv', 20_000, [[10_000, 10_999]])]);
    const of = (...rows: number[]) => long.score(new Map([['long.csv', reported(20_000, ...rows)]])).standard;
    expect(of(749, 10_000)).toBe(of(10_000));
    expect(of(750, 10_000)).toBeLessThan(of(10_000));
  });

  test('the threshold leaves out scores that cost more than they bring', () => {
    const result = score(reported(1000, [400, 0.9], ...Array.from({ length: 50 }, (_, row): [number, number] => [600 + row, 0.5])), reported(200));
    expect(result.threshold).toBe(0.9);
    expect(result.files[0]!.falsePositives).toBe(0);
  });

  test('the contributions of the files add up to the score, and any rising scale of the scores gives the same', () => {
    const numbers = (length: number) => fc.array(fc.integer({ min: 0, max: 20 }), { minLength: length, maxLength: length })
      .map(list => Float64Array.from(list));
    fc.assert(fc.property(numbers(1000), numbers(200), numbers(300), (a, b, none) => {
      const result = score(a, b, none);
      const sum = result.files.reduce((total, { score: part }) => total + part, 0);
      expect(result.standard).toBeCloseTo(100 * (sum + 3) / 6, 9);
      expect(result.standard).toBeGreaterThanOrEqual(0);
      const scaled = (scores: Float64Array) => scores.map(value => Math.sqrt(value) / 7);
      expect(score(scaled(a), scaled(b), scaled(none)).standard).toBe(result.standard);
    }), { numRuns: 30 });
  });

  test('a file without scores, or with too few, is named', () => {
    expect(() => scorer.score(new Map())).toThrow('a.csv: 0 scores for 1000 rows; give one score a row');
    expect(() => score(new Float64Array(1000), new Float64Array(199))).toThrow('b.csv: 199 scores for 200 rows');
  });
});

describe('the onset filter', () => {
  test('keeps a score that is higher than all before it, which fade by half each half-life', () => {
    expect([...onsets(Float64Array.of(4, 3, 4.1, NaN, 2, 3), 1)]).toEqual([4, 3, 4.1, 0, 2, 3]);
    expect([...onsets(Float64Array.of(4, 4, 3.9, 5, 4.9), 1000)]).toEqual([4, 4, 0, 5, 0]);
  });
});
