// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ANOMALOUS_SCORE, ANOMALOUS_SEVERITY, comparableScore, HIGHEST_SCORE, severityOf } from '../../../../handlers/engine/scores/severity';

describe('severity curve', () => {
  test('goes from 0 through the anomalous score to nearly 100', () => {
    expect(severityOf(0)).toBe(0);
    expect(severityOf(ANOMALOUS_SCORE)).toBeCloseTo(ANOMALOUS_SEVERITY, 10);
    expect(severityOf(HIGHEST_SCORE)).toBeGreaterThan(99.99);
    expect(severityOf(HIGHEST_SCORE)).toBeLessThanOrEqual(100);
  });

  test('is the one that docs/detection.md shows', () => {
    const text = readFileSync(join(__dirname, '../../../../docs/detection.md'), 'utf8').split('\n## Method\n')[0]!;
    const rows = [...text.matchAll(/^\| (\d+)(?: and more)? \| ([\d.]+)(?: and more)? \|/gm)];
    expect(rows.length).toBeGreaterThan(3);
    for (const [, severity, score] of rows) expect(Math.abs(severityOf(Number(score)) - Number(severity))).toBeLessThan(0.6);
  });

  test('rises with the size of the score, whatever its sign', () => {
    const score = fc.double({ min: -HIGHEST_SCORE, max: HIGHEST_SCORE, noNaN: true });
    fc.assert(fc.property(score, score, (a, b) => {
      const [low, high] = Math.abs(a) <= Math.abs(b) ? [a, b] : [b, a];
      expect(severityOf(low)).toBeLessThanOrEqual(severityOf(high));
      expect(severityOf(-a)).toBe(severityOf(a));
    }));
  });
});

describe('the score that is told', () => {
  const size = fc.double({ min: 0, max: HIGHEST_SCORE, noNaN: true });
  const steepness = fc.double({ min: 0.01, max: 1, noNaN: true });

  test('rises with the score, keeps its sign and is at most the score', () => {
    fc.assert(fc.property(size, size, steepness, (a, b, steep) => {
      const [low, high] = a <= b ? [a, b] : [b, a];
      expect(comparableScore(low, steep)).toBeLessThanOrEqual(comparableScore(high, steep) * (1 + Number.EPSILON * 4));
      expect(comparableScore(high, steep)).toBeLessThanOrEqual(high);
      expect(comparableScore(-high, steep)).toBe(-comparableScore(high, steep) || 0);
    }));
  });

  test('is the score itself where it is not high, and in a series that is seldom far off', () => {
    fc.assert(fc.property(size, steepness, (score, steep) => {
      expect(comparableScore(score / 50, steep)).toBe(score / 50);
      expect(comparableScore(score, 1)).toBeCloseTo(score, 9);
    }));
    expect(comparableScore(NaN, NaN)).toBeNaN();
  });

  test('is lower in a series that is often far off than in one that seldom is', () => {
    expect(comparableScore(400, 0.2)).toBeLessThan(comparableScore(200, 1));
  });
});
