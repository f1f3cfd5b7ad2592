// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { contributionsOf, type Deviation, directionOf, percentages } from '../../../../handlers/engine/groups/contributions';

const deviation = (size: number, ...dimensionValues: string[]): Deviation => ({ deviation: size, dimensionValues });

describe('contributions', () => {
  test('what goes against the event takes away from its value, at most until nothing is left', () => {
    const anomalies = [deviation(-300, 'de'), deviation(60, 'de'), deviation(-80, 'fr'), deviation(20, 'us')];
    expect(directionOf(anomalies)).toBe(-1);
    expect(contributionsOf(anomalies, [], 0)).toEqual([
      { value: 'de', contribution: 75 }, { value: 'fr', contribution: 25 }, { value: 'us', contribution: 0 },
    ]);
  });

  test('an event that goes both ways counts every deviation', () => {
    const anomalies = [deviation(-100, 'de'), deviation(100, 'fr')];
    expect(directionOf(anomalies)).toBe(0);
    expect(contributionsOf(anomalies, [deviation(500, 'fr')], 0)).toEqual([{ value: 'de', contribution: 50 }, { value: 'fr', contribution: 50 }]);
  });

  test('series just below the threshold correct the picture, but name no values', () => {
    const others = [deviation(-90, 'fr'), deviation(-90, 'fr'), deviation(-90, 'us')];
    expect(contributionsOf([deviation(-100, 'de'), deviation(-120, 'fr')], others, 0)).toEqual([
      { value: 'fr', contribution: 75 }, { value: 'de', contribution: 25 },
    ]);
  });

  test('two decimals that add up to 100 exactly, whatever the parts', () => {
    expect(percentages([1, 1, 1])).toEqual([33.34, 33.33, 33.33]);
    expect(percentages([])).toEqual([]);
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1e300, noNaN: true }), { minLength: 1, maxLength: 200 }), parts => {
      const hundredths = percentages(parts).map(share => Math.round(100 * share));
      expect(hundredths.reduce((sum, share) => sum + share, 0)).toBe(10_000);
      expect(Math.min(...hundredths)).toBeGreaterThanOrEqual(0);
    }));
  });
});
