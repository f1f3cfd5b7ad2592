// SPDX-License-Identifier: Apache-2.0

import { DAY, HOUR, MONDAY } from './samples';
import { MissingData, type MissingDataFinding } from '../../../handlers/engine';

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

  test('a value that lies within another one that stopped is not found beside it', () => {
    const crossed = run(learned(), 200, 203, (_hour, platform, marketplace) => platform !== 1 && marketplace !== 2);
    expect(crossed[2]!.map(({ dimension, code }) => [dimension, code])).toEqual([[0, 1], [1, 2]]);
    // a marketplace that only one platform has stops with it
    const monitor = new MissingData(SETTINGS);
    const only = (_hour: number, platform: number, marketplace: number): boolean => platform === 1 || marketplace !== 2;
    run(monitor, 0, 200, only);
    expect(run(monitor, 200, 203, (...at) => only(...at) && at[1] !== 1)[2]!.map(({ dimension, code }) => [dimension, code])).toEqual([[0, 1]]);
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

  test('what stays away for four weeks is forgotten', () => {
    const found = run(learned(), 200, 200 + 24 * 30, (_hour, platform) => platform !== 1);
    expect(found[24 * 27]).toHaveLength(1);
    expect(found.at(-1)).toEqual([]);
  });

  test('before there was any data nothing is missing', () => {
    expect(run(new MissingData({ intervalSeconds: DAY }), 0, 5, () => false).flat()).toEqual([]);
  });

  test('goes on after it was stored, in 20 bytes a combination', () => {
    const monitor = learned();
    run(monitor, 200, 202, (_hour, platform) => platform !== 1);
    const bytes = monitor.serialize();
    expect(bytes).toHaveLength(48 + 7 * 24 + 20 * 12);
    const restored = MissingData.deserialize(SETTINGS, bytes);
    const go = (one: MissingData): MissingDataFinding[][] => run(one, 202, 230, (hour, platform) => platform !== 1 || hour > 220);
    expect(go(restored)).toEqual(go(monitor));
    expect(restored.serialize()).toEqual(monitor.serialize());
  });

  test('bytes that are something else are refused', () => {
    const bytes = learned().serialize();
    expect(() => MissingData.deserialize(SETTINGS, bytes.slice(0, 40))).toThrow('missing-data state has 40 bytes, expected 456 for 12 combinations');
    expect(() => MissingData.deserialize(SETTINGS, new Uint8Array(40))).toThrow('do not begin with "RLMD"');
    expect(() => MissingData.deserialize(SETTINGS, bytes.with(4, 9))).toThrow('version 9');
  });
});
