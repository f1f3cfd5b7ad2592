// SPDX-License-Identifier: Apache-2.0

import { MissingData, type MissingDataFinding } from '../../../../handlers/engine';
import { DAY, HOUR, MONDAY, randomOf } from '../samples';

/** 3 platforms x 4 marketplaces. */
const CODES = [Int32Array.from({ length: 12 }, (_, index) => Math.floor(index / 4)), Int32Array.from({ length: 12 }, (_, index) => index % 4)];
const SETTINGS = { intervalSeconds: 3600 } as const;

type Reports = (hour: number, platform: number, marketplace: number) => boolean;

/** Runs hours `from` to `to`; `reports` says whether a combination has a value. Returns what was found in each. */
function run(monitor: MissingData, from: number, to: number, reports: Reports): MissingDataFinding[][] {
  return Array.from({ length: to - from }, (_, index) => from + index).map(hour => {
    const reported = Uint8Array.from(CODES[0]!, (platform, index) => Number(reports(hour, platform, CODES[1]![index]!)));
    return monitor.observe(MONDAY + hour * HOUR, reported, CODES);
  });
}

const learned = (): MissingData => {
  const monitor = new MissingData(SETTINGS);
  expect(run(monitor, 0, 200, () => true).flat()).toEqual([]);
  return monitor;
};
describe('missing data', () => {
  test('a dimension value that stopped is found after three intervals and ends when it returns', () => {
    const monitor = learned();
    const found = run(monitor, 200, 210, (_hour, platform) => platform !== 1);
    expect(found.slice(0, 2)).toEqual([[], []]);
    const stopped = { kind: 'stopped', dimension: 0, code: 1, since: MONDAY + 200 * HOUR };
    expect(found[2]).toEqual([{ ...stopped, intervals: 3 }]);
    expect(found[3]).toEqual([{ ...stopped, intervals: 4 }]);
    expect(run(monitor, 210, 220, () => true).flat()).toEqual([]);
  });

  test('a value that lies within another one that stopped is no news beside it', () => {
    const crossed = run(learned(), 200, 203, (_hour, platform, marketplace) => platform !== 1 && marketplace !== 2);
    expect(crossed[2]!.map(({ dimension, code }) => [dimension, code])).toEqual([[0, 1], [1, 2]]);
    // a marketplace that only one platform has stops with it
    const monitor = new MissingData(SETTINGS);
    const only = (_hour: number, platform: number, marketplace: number): boolean => platform === 1 || marketplace !== 2;
    run(monitor, 0, 200, only);
    expect(run(monitor, 200, 203, (...at) => only(...at) && at[1] !== 1)[2]!.map(({ dimension, code, isWithin }) => [dimension, code, isWithin]))
      .toEqual([[0, 1, undefined], [1, 2, true]]);
    expect(run(learned(), 200, 206, (_hour, platform, marketplace) => platform !== 1 || marketplace !== 2).flat()).toEqual([]);
  });

  test('no rows are found at once and counted', () => {
    const monitor = learned();
    const found = run(monitor, 200, 203, () => false);
    expect(found).toEqual([1, 2, 3].map(intervals => [{ kind: 'noRows', since: MONDAY + 200 * HOUR, intervals }]));
    expect(run(monitor, 203, 210, () => true).flat()).toEqual([]);
    const afterGap = monitor.observe(MONDAY + 215 * HOUR, new Uint8Array(12), CODES);
    expect(afterGap).toEqual([{ kind: 'noRows', since: MONDAY + 210 * HOUR, intervals: 6 }]);
  });

  test('a warehouse that is not loaded at night is not missing every night, and is once it stays away', () => {
    const monitor = new MissingData(SETTINGS);
    const isDay = (hour: number): boolean => hour % 24 >= 8;
    run(monitor, 0, 24 * 6, isDay);
    expect(run(monitor, 24 * 6, 24 * 10, isDay).flat()).toEqual([]);
    expect(run(monitor, 24 * 10, 24 * 11, () => false).flat()).toContainEqual(expect.objectContaining({ kind: 'noRows', intervals: 17 }));
  });

  test('intermittent combinations and those that pause every night are not missing', () => {
    const monitor = new MissingData(SETTINGS);
    const nightly = (hour: number, platform: number): boolean => platform !== 1 || hour % 24 < 20;
    const rare = (hour: number, _platform: number, marketplace: number): boolean => marketplace !== 3 || hour % 5 === 0;
    run(monitor, 0, 24, (...at) => nightly(at[0], at[1]) && rare(...at));
    expect(run(monitor, 24, 24 * 21, (...at) => nightly(at[0], at[1]) && rare(...at)).flat()).toEqual([]);
    const found = run(monitor, 24 * 21, 24 * 22, (_hour, platform) => platform !== 1).flat();
    expect(found[0]).toMatchObject({ kind: 'stopped', dimension: 0, code: 1 });
  });

  test('combinations with a row or two an hour are silent by chance, most of all at night, and found when they really stop', () => {
    const random = randomOf(5);
    const codes = [Int32Array.from({ length: 60 }, (_, index) => index)];
    const rate = Float64Array.from({ length: 60 }, () => 0.7 * 8 ** random());
    const monitor = new MissingData(SETTINGS);
    const found: MissingDataFinding[] = [];
    const observe = (hour: number, isOut: (index: number) => boolean): MissingDataFinding[] => {
      const reported = rate.map((mean, index) => {
        const now = mean * (1 + 0.75 * Math.sin((hour - index) / 24 * 2 * Math.PI));
        return random() < Math.exp(-now) || isOut(index) ? 0 : 1;
      });
      return monitor.observe(MONDAY + hour * HOUR, Uint8Array.from(reported), codes);
    };
    for (let hour = 0; hour < 24 * 7 * 8; hour++) found.push(...observe(hour, () => false));
    // three silent hours were enough before: 44 findings a week
    expect(found.length).toBeLessThanOrEqual(2);
    const busiest = rate.indexOf(Math.max(...rate));
    const stopped = Array.from({ length: 12 }, (_, index) => observe(24 * 7 * 8 + busiest + index, combination => combination === busiest));
    expect(stopped.findIndex(one => one.length > 0)).toBeLessThanOrEqual(5);
    expect(stopped.at(-1)).toEqual([expect.objectContaining({ kind: 'stopped', code: busiest, intervals: 12 })]);
  });

  test('a value of many combinations that are each silent now and then is found by all of them together, as early as before', () => {
    const random = randomOf(7);
    const monitor = new MissingData(SETTINGS);
    run(monitor, 0, 24 * 21, () => random() > 0.15);
    const found = run(monitor, 24 * 21, 24 * 21 + 12, (_hour, platform) => platform !== 1 && random() > 0.15);
    const first = found.findIndex(one => one.some(({ dimension, code }) => dimension === 0 && code === 1));
    expect(first).toBeGreaterThanOrEqual(2);
    // the longest pause of one of the four decides
    expect(first).toBeLessThanOrEqual(6);
  });

  test('a shop that is closed at night and on Sundays is not missing on Sundays, and is on a Monday', () => {
    const monitor = new MissingData(SETTINGS);
    const isOpen = (hour: number): boolean => hour % 24 >= 8 && hour % 24 < 20 && Math.floor(hour / 24) % 7 !== 6;
    // the first Sunday is news
    run(monitor, 0, 24 * 8, isOpen);
    expect(run(monitor, 24 * 8, 24 * 28, isOpen).flat()).toEqual([]);
    const monday = run(monitor, 24 * 28, 24 * 29, () => false);
    // it should have opened at 8, after 36 hours
    expect(monday.findIndex(one => one.length > 0)).toBe(8);
    expect(monday[8]).toEqual([{ kind: 'noRows', since: MONDAY + (24 * 26 + 20) * HOUR, intervals: 36 + 1 }]);
  });

  test('an outage of days a week ago does not hide the next one that begins at another time', () => {
    const monitor = learned();
    run(monitor, 200, 272, () => false);
    run(monitor, 272, 200 + 168 + 10, () => true);
    const found = run(monitor, 200 + 168 + 10, 200 + 168 + 13, () => false);
    expect(found.map(one => one.length)).toEqual([1, 1, 1]);
  });

  test('gaps without any interval count as silent ones', () => {
    const isOpen = (hour: number): boolean => hour % 24 >= 8 && hour % 24 < 20 && Math.floor(hour / 24) % 7 !== 6;
    const [whole, gaps] = [new MissingData(SETTINGS), new MissingData(SETTINGS)];
    run(whole, 0, 24 * 21, isOpen);
    for (let hour = 0; hour < 24 * 21; hour++) if (isOpen(hour)) run(gaps, hour, hour + 1, () => true);
    run(gaps, 24 * 21 - 1, 24 * 21, () => false);
    expect(gaps.serialize()).toEqual(whole.serialize());
  });

  test('what stays away for four weeks is forgotten', () => {
    const found = run(learned(), 200, 200 + 24 * 30, (_hour, platform) => platform !== 1);
    expect(found[24 * 27]).toHaveLength(1);
    expect(found.at(-1)).toEqual([]);
  });

  test('before there was any data nothing is missing', () => {
    expect(run(new MissingData({ intervalSeconds: DAY }), 0, 5, () => false).flat()).toEqual([]);
  });
});
