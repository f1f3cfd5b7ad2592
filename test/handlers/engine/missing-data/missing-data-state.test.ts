// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { HolidayCalendar, MissingData, type MissingDataFinding, type ModelSettings } from '../../../../handlers/engine';
import { DAY, HOUR, MONDAY, randomOf } from '../samples';

const SETTINGS = { intervalSeconds: 3600 } as const;
const COUNT = 12;
const CODES = [Int32Array.from({ length: COUNT }, (_, index) => index % 3)];
/** Bytes that are not of a combination: header, numbers and hours of everything, and one for each interval of the week. */
const OTHERS = 24 + 72 + 10 + 24 + 168;

function run(monitor: MissingData, from: number, to: number, reports: (hour: number, index: number) => boolean): MissingDataFinding[][] {
  return Array.from({ length: to - from }, (_, index) => from + index).map(hour => (
    monitor.observe(MONDAY + hour * HOUR, Uint8Array.from({ length: COUNT }, (_, index) => Number(reports(hour, index))), CODES)));
}

interface Earlier {
  readonly seen: number;
  /** Hours since Monday. */
  readonly last: number;
  readonly silence?: number;
  readonly usualSilence?: number;
  /** Of each combination. */
  readonly share: number;
  readonly silent?: (index: number) => number;
  readonly pause?: number;
}

/** State as versions 1 and 2 wrote it; `week` and `parts` are of the second. */
function earlier(version: 1 | 2, { seen, last, silence = 0, usualSilence = 0, share, silent = () => 0, pause = 0 }: Earlier,
  week: (hour: number) => boolean = () => true, parts: readonly number[] = [1, 1, 1, 1]): Uint8Array {
  const start = version === 1 ? 40 : 40 + 8 + 168;
  const each = version === 1 ? 8 : 16;
  const view = new DataView(new ArrayBuffer(start + each * COUNT));
  [0x444d4c52, version, COUNT, silence].forEach((number, index) => view.setUint32(4 * index, number, true));
  view.setFloat64(16, seen, true);
  view.setFloat64(24, MONDAY + last * HOUR, true);
  view.setUint32(32, usualSilence, true);
  view.setUint32(36, usualSilence, true);
  if (version === 2) {
    view.setUint32(40, silence, true);
    for (let hour = 0; hour < 168; hour++) view.setUint8(48 + (MONDAY / HOUR + hour) % 168, week(hour) ? 0 : 3);
  }
  for (let index = 0; index < COUNT; index++) {
    const offset = start + each * index;
    view.setFloat32(offset, share, true);
    view.setUint16(offset + 4, silent(index), true);
    view.setUint16(offset + 6, pause, true);
    if (version === 2) parts.forEach((part, number) => view.setUint16(offset + 8 + 2 * number, Math.round(65_535 * part), true));
  }
  return new Uint8Array(view.buffer);
}

describe('state of missing data', () => {
  test('goes on after it was stored, in 20 bytes a combination', () => {
    const monitor = new MissingData(SETTINGS);
    run(monitor, 0, 202, (hour, index) => hour < 200 || index % 3 !== 1);
    const bytes = monitor.serialize();
    expect(bytes).toHaveLength(OTHERS + 20 * COUNT);
    const restored = MissingData.deserialize(SETTINGS, bytes);
    const go = (one: MissingData): MissingDataFinding[][] => run(one, 202, 230, (hour, index) => index % 3 !== 1 || hour > 220);
    const found = go(restored);
    expect(found).toEqual(go(monitor));
    expect(found[0]).toHaveLength(1);
    expect(restored.serialize()).toEqual(monitor.serialize());
  });

  test.each([[300, 154], [600, 82], [86_400, 9]] as const)('needs at intervals of %i seconds %i bytes a combination', (intervalSeconds, each) => {
    const sizeOf = (count: number): number => {
      const monitor = new MissingData({ intervalSeconds });
      monitor.observe(MONDAY, new Uint8Array(count).fill(1), []);
      return monitor.serialize().length;
    };
    expect(sizeOf(101) - sizeOf(1)).toBe(100 * each);
  });

  test('stored and read between any two intervals, it finds and learns the same', () => {
    fc.assert(fc.property(
      fc.constantFrom<ModelSettings['intervalSeconds']>(300, 600, 3600, 86_400), fc.integer({ min: 1, max: 1e6 }),
      fc.array(fc.nat(300), { maxLength: 4 }),
      (intervalSeconds, seed, stored) => {
        const random = randomOf(seed);
        const holidays = new HolidayCalendar([5, 6, 12, 40].map((of, identity) => ({ day: MONDAY / DAY + of, identity: 3 * identity })));
        const plain = new MissingData({ intervalSeconds }, holidays);
        let other = new MissingData({ intervalSeconds }, holidays);
        for (let interval = 0; interval < 300; interval++) {
          if (stored.includes(interval)) other = MissingData.deserialize({ intervalSeconds }, other.serialize(), holidays);
          const isOff = interval % 97 > 80 || random() < 0.02;
          const isOn = (index: number): boolean => !isOff && random() > index / 20 && (interval < 200 || index !== 0);
          const reported = Uint8Array.from({ length: COUNT }, (_, index) => Number(isOn(index)));
          // some intervals are left out
          if (interval % 31 === 30) continue;
          const wall = MONDAY + interval * intervalSeconds;
          expect(other.observe(wall, reported, CODES)).toEqual(plain.observe(wall, reported, CODES));
          expect(Array.from(reported, (_, index) => other.shareOf(index))).toEqual(Array.from(reported, (_, index) => plain.shareOf(index)));
        }
        expect(other.serialize()).toEqual(plain.serialize());
      },
    ), { numRuns: 60 });
  });

  test.each([93, 185])('after silences of weeks and outages of days it finds the same, too, read before each hour (seed %i)', seed => {
    const random = randomOf(seed);
    const codes = [...CODES, Int32Array.from({ length: COUNT }, (_, index) => index % 6)];
    const plain = new MissingData(SETTINGS);
    let other = new MissingData(SETTINGS);
    // of each combination, and of everything
    const silentUntil = new Float64Array(COUNT + 1);
    for (let hour = 0; hour < 60 * 24; hour += random() < 0.001 ? Math.floor(720 * random()) : 1) {
      for (let index = 0; index <= COUNT; index++) {
        if (hour < silentUntil[index]! || random() >= 0.003) continue;
        silentUntil[index] = hour + (index === COUNT ? 120 * random() : 960 * random() ** 3);
      }
      const isOpen = (index: number): boolean => (
        index % 3 === 0 || (hour % 24 >= 8 && hour % 24 < 18 && (index % 3 === 1 || hour % 168 < 120)));
      const isOn = (index: number): boolean => (
        isOpen(index) && hour >= silentUntil[index]! && hour >= silentUntil[COUNT]! && random() > (index < 6 ? 0 : index / 15));
      const reported = Uint8Array.from({ length: COUNT }, (_, index) => Number(isOn(index)));
      other = MissingData.deserialize(SETTINGS, other.serialize());
      expect(other.observe(MONDAY + hour * HOUR, reported, codes)).toEqual(plain.observe(MONDAY + hour * HOUR, reported, codes));
    }
  });

  test.each([3600, 86_400] as const)('state of version 3 goes on, and learns of holidays (%i seconds)', intervalSeconds => {
    const holidays = new HolidayCalendar([35, 36, 60].map((of, identity) => ({ day: MONDAY / DAY + of, identity })));
    const perDay = DAY / intervalSeconds;
    const isDay = (interval: number): boolean => perDay === 1 || interval % 24 >= 8 && interval % 24 < 18;
    const isOpen = (interval: number): boolean => isDay(interval) && ![35, 36, 60].includes(Math.floor(interval / perDay));
    const days = (one: MissingData, from: number, to: number): MissingDataFinding[] => (
      Array.from({ length: (to - from) * perDay }, (_, index) => from * perDay + index).flatMap(interval => (
        one.observe(MONDAY + interval * intervalSeconds, new Uint8Array(COUNT).fill(Number(isOpen(interval))), CODES))));
    const written = new MissingData({ intervalSeconds });
    expect(days(written, 0, 28)).toEqual([]);
    // what the fourth version added is 0 where no holiday was seen
    const third = written.serialize().with(4, 3);
    const monitor = MissingData.deserialize({ intervalSeconds }, third, holidays);
    expect(days(monitor, 28, 38)[0]).toMatchObject({ kind: 'noRows' });
    const bytes = monitor.serialize();
    // two holidays are told apart, in a byte each
    expect(bytes).toHaveLength(third.length + 2);
    const restored = MissingData.deserialize({ intervalSeconds }, bytes, holidays);
    expect(days(restored, 38, 62)).toEqual([]);
  });

  test.each([1, 2] as const)('state of version %i goes on: what stopped is found, and what did not is not', version => {
    const state = earlier(version, { seen: 202, last: 201, share: 0.95, silent: index => index % 3 === 1 ? 2 : 0 });
    const stopping = MissingData.deserialize(SETTINGS, state);
    const out = (_hour: number, index: number): boolean => index % 3 !== 1;
    expect(run(stopping, 202, 204, out).map(one => one.map(({ code, since, intervals }) => [code, since, intervals])))
      .toEqual([[[1, MONDAY + 200 * HOUR, 3]], [[1, MONDAY + 200 * HOUR, 4]]]);
    expect(run(stopping, 204, 240, () => true).flat()).toEqual([]);
    expect(run(stopping, 240, 241, () => false)).toEqual([[{ kind: 'noRows', since: MONDAY + 240 * HOUR, intervals: 1 }]]);
    expect(stopping.serialize()).toHaveLength(OTHERS + 20 * COUNT);
    // an outage goes on as the outage that it is
    const silent = earlier(version, { seen: 200, last: 209, silence: 10, share: 0.95 }, hour => hour < 32 || hour >= 42);
    expect(run(MissingData.deserialize(SETTINGS, silent), 210, 211, () => false))
      .toEqual([[{ kind: 'noRows', since: MONDAY + 200 * HOUR, intervals: 11 }]]);
  });

  test.each([1, 2] as const)('an update from version %i finds nothing by itself in a business with opening hours', version => {
    const isOpen = (hour: number): boolean => hour % 24 >= 9 && hour % 24 < 22 && Math.floor(hour / 24) % 7 < 6;
    // the second half of the combinations is always there: 13 of 24 hours on six days of seven
    const all = { seen: 24 * 28, last: 24 * 28 - 1, silence: 2, usualSilence: 35, share: 0.46, pause: 0 };
    const closed = MissingData.deserialize(SETTINGS, earlier(version, all, isOpen, [0.43, 0.86, 0.57, 0]));
    expect(run(closed, 24 * 28, 24 * 28 * 3, isOpen).flat()).toEqual([]);
    const some = earlier(version, { seen: 24 * 28, last: 24 * 28 - 1, share: 0.46, silent: () => 26, pause: 35 }, undefined, [0.43, 0.86, 0.57, 0]);
    const mixed = MissingData.deserialize(SETTINGS, some);
    expect(run(mixed, 24 * 28, 24 * 28 * 3, (hour, index) => index % 3 === 2 || isOpen(hour)).flat()).toEqual([]);
    // and by then it knows the hours
    const out = run(mixed, 24 * 28 * 3, 24 * 28 * 3 + 24, (hour, index) => index % 3 === 2 || index % 3 === 1 && isOpen(hour));
    expect(out.findIndex(one => one.some(({ code }) => code === 0))).toBe(11);
  });

  test('daily state of version 2 goes on', () => {
    const view = new DataView(new ArrayBuffer(40 + 8 + 7 + 10));
    [0x444d4c52, 2, 1, 0].forEach((number, index) => view.setUint32(4 * index, number, true));
    view.setFloat64(16, 100, true);
    view.setFloat64(24, MONDAY + 99 * DAY, true);
    view.setFloat32(55, 1, true);
    view.setUint16(55 + 8, 65_535, true);
    const monitor = MissingData.deserialize({ intervalSeconds: 86_400 }, new Uint8Array(view.buffer));
    expect(monitor.shareOf(0)).toBe(1);
    expect(monitor.observe(MONDAY + 100 * DAY, Uint8Array.of(1), CODES)).toEqual([]);
    expect(monitor.observe(MONDAY + 101 * DAY, Uint8Array.of(0), CODES)).toEqual([{ kind: 'noRows', since: MONDAY + 101 * DAY, intervals: 1 }]);
  });

  test('bytes that are something else are refused', () => {
    const monitor = new MissingData(SETTINGS);
    run(monitor, 0, 5, () => true);
    const bytes = monitor.serialize();
    const expected = OTHERS + 20 * COUNT;
    expect(() => MissingData.deserialize(SETTINGS, bytes.slice(0, 40))).toThrow(`missing-data state has 40 bytes, expected ${expected} for 12 combinations`);
    expect(() => MissingData.deserialize(SETTINGS, new Uint8Array(40))).toThrow('do not begin with "RLMD"');
    expect(() => MissingData.deserialize(SETTINGS, bytes.slice(0, 10))).toThrow('do not begin with "RLMD"');
    expect(() => MissingData.deserialize(SETTINGS, bytes.with(4, 9))).toThrow('version 9, and this engine reads versions 1 to 4');
    const old = earlier(2, { seen: 1, last: 0, share: 1 });
    expect(() => MissingData.deserialize(SETTINGS, old.slice(0, 300))).toThrow('missing-data state has 300 bytes, expected 408 for 12 combinations');
  });
});
