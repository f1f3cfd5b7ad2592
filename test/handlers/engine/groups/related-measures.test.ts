// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { relatedMeasures } from '../../../../handlers/engine';

const event = (measure: number, start: number, severity: number, ...combinations: number[]): Parameters<typeof relatedMeasures>[0][number] => (
  { measure, start, severity, combinations: new Set(combinations) });

describe('related measures', () => {
  test('the measure that began earlier is the cause, and says how much goes with it', () => {
    expect(relatedMeasures([event(0, 7200, 90, 1, 2, 3, 4), event(1, 3600, 80, 1, 2)])).toEqual([
      [{ event: 1, type: 'cause', contribution: 40 }], [{ event: 0, type: 'effect' }],
    ]);
  });

  test('of two that begin together the more severe one is taken for the cause', () => {
    const [first, second] = relatedMeasures([event(0, 0, 80, 1), event(1, 0, 90, 1)]);
    expect(first).toEqual([{ event: 1, type: 'cause', contribution: 90 }]);
    expect(second).toEqual([{ event: 0, type: 'effect' }]);
  });

  test('events elsewhere, and of the same measure, are not related', () => {
    expect(relatedMeasures([event(0, 0, 90, 1, 2, 3, 4), event(1, 0, 90, 4, 5, 6, 7), event(0, 0, 90, 1)])).toEqual([[], [], []]);
  });

  test('every cause has its effect, and causes add up to 100 at most', () => {
    const anyEvent = fc.tuple(fc.nat(5), fc.nat(2), fc.nat(100), fc.uniqueArray(fc.nat(9), { minLength: 1 }))
      .map(([measure, start, severity, combinations]) => event(measure, start, severity, ...combinations));
    fc.assert(fc.property(fc.uniqueArray(anyEvent, { selector: ({ measure }) => measure, maxLength: 6 }), events => {
      const relations = relatedMeasures(events);
      relations.forEach((related, index) => {
        expect(related.reduce((sum, { contribution = 0 }) => sum + contribution, 0)).toBeLessThanOrEqual(100 + 1e-9);
        for (const { event: other, type } of related) {
          expect(relations[other]).toContainEqual(expect.objectContaining({ event: index, type: type === 'cause' ? 'effect' : 'cause' }));
        }
      });
    }));
  });
});
