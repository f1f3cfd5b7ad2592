// SPDX-License-Identifier: Apache-2.0

import { addedUp, type IntervalOfSeries, isAnother, readSums, usualErrors, writtenSums } from '../../../../handlers/detect/groups/event-sums';
import { randomOf } from '../../engine/samples';

const interval = (values: readonly number[], expected: readonly number[], scale = expected.map(value => value / 10)): IntervalOfSeries => (
  { values: Float64Array.from(values), expected: Float64Array.from(expected), scale: Float64Array.from(scale) });
const deviations = ({ values, expected }: IntervalOfSeries): number[] => Array.from(values, (value, series) => value - expected[series]!);

describe('intervals of an event, added up', () => {
  test('deviate by as much as they do together, in usual errors by as many as one of them', () => {
    const sums = addedUp(interval([50, 110, 20], [100, 100, 20]), interval([60, 180, 20], [100, 200, 20]));
    expect(deviations(sums)).toEqual([-90, -10, 0]);
    expect([0, 1, 2].map(series => usualErrors(sums, series))).toEqual([-4.5, -1 / 3, 0]);
  });

  test('know a series only in the intervals in which it has a value and an expected one', () => {
    const sums = addedUp(interval([50, 50, 70], [100, 100, NaN]), interval([60, NaN, 70], [100, 100, 100]));
    expect(deviations(sums)).toEqual([-90, -50, -30]);
    expect([...sums.scale]).toEqual([20, 10, 10]);
  });

  test('take in combinations that came since', () => {
    expect(deviations(addedUp(interval([50], [100]), interval([60, 70], [100, 100])))).toEqual([-90, -30]);
  });

  test('of an outage and of the rows that come late after it are one event', () => {
    const sums = addedUp(interval([20, 30, 101], [100, 100, 100]), interval([180, 170, 99], [100, 100, 100]));
    expect(deviations(sums)).toEqual([-160, -140, 2]);
  });

  test('have nothing in common with one in which other series are off, however far', () => {
    const off = (series: (index: number) => boolean): IntervalOfSeries => {
      const indexes = Array.from({ length: 100 }, (_, index) => index);
      return interval(indexes.map(index => series(index) ? 40 : 100 + (index * 37 % 21 - 10) / 2), indexes.map(() => 100));
    };
    expect(isAnother(off(index => index < 30), off(index => index < 20))).toBe(false);
    expect(isAnother(off(index => index === 7), off(index => index >= 80))).toBe(true);
  });
});

describe('in a header', () => {
  test('are read as they are written, of whichever size, and what is not known is 0', () => {
    for (const unit of [1, 1e300, 1e-300]) {
      const read = readSums(JSON.parse(JSON.stringify(writtenSums(interval([50 * unit, NaN, 3 * unit], [100 * unit, 5 * unit, NaN])))));
      expect([...read.values].map(value => value / unit)).toEqual([expect.closeTo(50, 0), 0, 0]);
      expect([...read.expected].map(value => value / unit)).toEqual([expect.closeTo(100, 0), 0, 0]);
      expect([...read.scale].map(value => value / unit)).toEqual([expect.closeTo(10, 1), 0, 0]);
    }
  });

  test('have deviations to half a percent, however small beside what is expected', () => {
    const random = randomOf(4);
    const expected = Array.from({ length: 500 }, () => 1e6 * random());
    const deviation = expected.map(() => 1e3 * (random() - 0.5));
    const read = readSums(writtenSums(interval(expected.map((usual, series) => usual + deviation[series]!), expected)));
    deviations(read).forEach((found, series) => expect(Math.abs(found / deviation[series]! - 1)).toBeLessThan(0.005));
    // written again they stay what they are
    expect(writtenSums(readSums(writtenSums(read)))).toEqual(writtenSums(read));
  });

  test('are 6 bytes a series', () => {
    const many = Float64Array.from({ length: 50_000 }, (_, series) => series);
    expect(writtenSums({ values: many, expected: many, scale: many }).sums).toHaveLength(50_000 * 6 / 3 * 4);
  });
});
