// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../../handlers/engine';
import { boundOnSquareRootAxis, errorOnSquareRootAxis } from '../../../../handlers/engine/rarity/square-root-axis';
import { combinedDistance } from '../../../../handlers/engine/scores/combination';
import { DAY, MONDAY, normal, poisson, type Random, randomOf } from '../samples';

const amount = fc.double({ min: 1e-6, max: 1e9, noNaN: true });

describe('the axis of the square root', () => {
  test('nothing is twice as far as it is on a straight line, little less hardly farther, more as far', () => {
    expect(errorOnSquareRootAxis(0, 100)).toBe(-200);
    expect(errorOnSquareRootAxis(25, 100)).toBe(-100);
    expect(errorOnSquareRootAxis(99, 100)).toBeCloseTo(-1, 2);
    expect(errorOnSquareRootAxis(100, 100)).toBe(0);
    expect(errorOnSquareRootAxis(140, 100)).toBe(40);
    expect(errorOnSquareRootAxis(0, 0)).toBe(0);
  });

  test('the first value below 0 is farther than 0', () => {
    expect(errorOnSquareRootAxis(-5, 100)).toBe(-205);
    expect(errorOnSquareRootAxis(-5, 0)).toBe(-5);
  });

  test('the error rises with the value', () => {
    fc.assert(fc.property(amount, amount, amount, (a, b, expected) => {
      expect(errorOnSquareRootAxis(Math.min(a, b), expected)).toBeLessThanOrEqual(errorOnSquareRootAxis(Math.max(a, b), expected));
    }));
  });

  test('the bound is the value at that distance, or 0', () => {
    const near = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(fc.property(amount, near, fc.double({ min: 0.01, max: 2, noNaN: true }), near, fc.double({ min: 0.1, max: 30, noNaN: true }),
      (first, ratio, width, widths, distance) => {
        const [second, firstScale, secondScale] = [first * ratio, first * width, first * width * widths];
        const bound = boundOnSquareRootAxis(distance, first, firstScale, second, secondScale);
        const at = combinedDistance(errorOnSquareRootAxis(bound, first), firstScale, errorOnSquareRootAxis(bound, second), secondScale);
        expect(bound).toBeGreaterThanOrEqual(0);
        if (bound > 1e-9 * first) expect(at / distance).toBeCloseTo(1, 4);
        else expect(at).toBeLessThanOrEqual(distance * 1.0001);
      }));
  });

  test('of a series of which nothing is expected the bound is 0', () => {
    expect(boundOnSquareRootAxis(5, 0, 1, 10, 1)).toBe(0);
    expect(boundOnSquareRootAxis(5, 10, 1, 0, 1)).toBe(0);
  });
});

describe('a noisy business that falls to nothing', () => {
  const businesses: readonly [string, (random: Random) => number][] = [
    ['20 orders', random => poisson(random, 20)],
    ['errors of a quarter', random => Math.max(0, 100 + 25 * normal(random))],
    ['errors of three tenths, skewed', random => 100 * Math.exp(0.3 * normal(random))],
  ];
  const intervals = [[300, 14], [3600, 28], [DAY, 182]] as const;

  test.each(intervals.flatMap(interval => businesses.map(business => [...interval, ...business] as const)))(
    'intervals of %i seconds, %i days known, %s: is found in each of ten series', (intervalSeconds, days, _name, valueOf) => {
      const series = 10;
      const randoms = Array.from({ length: series }, (_, index) => randomOf(index + 1));
      const model = new DetectionModel({ intervalSeconds }, series);
      let seconds = 0;
      for (; seconds < days * DAY; seconds += intervalSeconds) model.learn(MONDAY + seconds, Float64Array.from(randoms, valueOf));
      const { severity, lower } = model.observe(MONDAY + seconds, new Float64Array(series));
      expect(severity.filter(value => value < ANOMALOUS_SEVERITY)).toHaveLength(0);
      expect(lower.every(value => value >= 0)).toBe(true);
    });
});
