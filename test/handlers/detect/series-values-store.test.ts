// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { DETECTOR, STATE_BUCKET, World } from './world';
import { DayValues } from '../../../handlers/shared/day-values';
import { WallClock } from '../../../handlers/shared/wall-clock';

const seconds = (text: string): number => Date.parse(text) / 1000;
const id = (number: number): string => createHash('sha512').update(String(number)).digest('hex');
const clock = new WallClock('UTC', 'PT1H');

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());
beforeEach(() => world.setUp());

test('what was written is read, with NaN where nothing is: days, intervals, series that are missing', async () => {
  const store = world.values();
  await store.put(DETECTOR, clock, [id(1)], seconds('2026-01-01T23:00:00Z'), Float64Array.of(1.5));
  await store.put(DETECTOR, clock, [id(1), id(2)], seconds('2026-01-04T00:00:00Z'), Float64Array.of(NaN, 1e15 + 0.25));
  await store.put(DETECTOR, clock, [id(2), id(3)], seconds('2026-01-04T02:00:00Z'), Float64Array.of(7, 8));
  expect([...(await world.state()).keys()]).toEqual(['state/shop/values/20260101', 'state/shop/values/20260104']);
  const { starts, values } = await world.values().read(DETECTOR, [id(2), id(1), id(9), id(3)], seconds('2026-01-04T02:00:00Z'), 52);
  expect(starts).toEqual(Array.from({ length: 52 }, (_, index) => seconds('2026-01-01T23:00:00Z') + index * 3600));
  const shown = values.map(series => Object.fromEntries([...series.entries()].filter(([, value]) => !Number.isNaN(value))));
  expect(shown).toEqual([{ 49: 1e15 + 0.25, 51: 7 }, { 0: 1.5 }, {}, { 51: 8 }]);
});

test('an interval that is written again takes the place of what was there', async () => {
  for (const value of [1, 2]) await world.values().put(DETECTOR, clock, [id(1)], 0, Float64Array.of(value));
  expect((await world.values().read(DETECTOR, [id(1)], 0, 1)).values).toEqual([Float64Array.of(2)]);
});

test('functions that write the same day do not lose each other\'s values', async () => {
  const stores = [world.values(), world.values(), world.values()];
  for (const [index, store] of stores.entries()) await store.put(DETECTOR, clock, [id(1)], index * 3600, Float64Array.of(index));
  await Promise.all(stores.map((store, index) => store.put(DETECTOR, clock, [id(2)], (index + 3) * 3600, Float64Array.of(index))));
  const { values } = await world.values().read(DETECTOR, [id(1), id(2)], 5 * 3600, 6);
  expect(values.map(series => [...series])).toEqual([[0, 1, 2, NaN, NaN, NaN], [NaN, NaN, NaN, 0, 1, 2]]);
});

test('days on the wall clock of a zone, with a change of the clock', async () => {
  const berlin = new WallClock('Europe/Berlin', 'PT1H');
  const slots = Array.from({ length: 24 }, (_, index) => index).reduce<number[]>(all => [...all, berlin.next(all.at(-1)!)], [seconds('2026-03-28T12:00:00Z')]);
  await world.values().replace(DETECTOR, berlin, [id(1)], slots, slot => Float64Array.of(slot));
  const { starts, values } = await world.values().read(DETECTOR, [id(1)], berlin.startOf(slots.at(-1)!), slots.length);
  expect([...values[0]]).toEqual(slots);
  expect(starts).toEqual(Array.from({ length: slots.length }, (_, index) => starts[0] + index * 3600));
  // far east of UTC the day has another name than in UTC
  const samoa = new WallClock('Pacific/Apia', 'P1D');
  await world.values().replace(DETECTOR, samoa, [id(1)], [seconds('2026-01-02T00:00:00Z')], () => Float64Array.of(5));
  expect((await world.values().read(DETECTOR, [id(1)], samoa.startOf(seconds('2026-01-02T00:00:00Z')), 2)).values).toEqual([Float64Array.of(NaN, 5)]);
});

test('far from what is there the intervals are known, without values; with nothing there nothing is known', async () => {
  expect(await world.values().read(DETECTOR, [id(1)], 0, 3)).toEqual({ starts: [], values: [new Float64Array(0)] });
  await world.values().put(DETECTOR, clock, [id(1)], 0, Float64Array.of(1));
  const later = 86_400 * 50;
  expect(await world.values().read(DETECTOR, [id(1)], later, 2)).toEqual({ starts: [later - 3600, later], values: [Float64Array.of(NaN, NaN)] });
});

test('values of another frequency or zone in the same day are not mixed in', async () => {
  await world.values().put(DETECTOR, clock, [id(1)], 0, Float64Array.of(1));
  await world.values().put(DETECTOR, new WallClock('UTC', 'PT10M'), [id(1)], 600, Float64Array.of(2));
  expect((await world.values().read(DETECTOR, [id(1)], 600, 2)).values).toEqual([Float64Array.of(NaN, 2)]);
});

test('an object that holds something else is named', async () => {
  await world.put('state/shop/values/19700101', 'something else', STATE_BUCKET);
  await expect(world.values().read(DETECTOR, [id(1)], 0, 1)).rejects.toThrow('no series values');
});

test('a day as bytes is the same day', () => {
  const value = fc.double();
  fc.assert(fc.property(
    fc.array(fc.record({ slot: fc.nat(23), series: fc.array(fc.tuple(fc.nat(20), value), { maxLength: 8 }) }), { maxLength: 10 }), writes => {
      const day = new DayValues('Europe/Berlin', 'PT1H');
      const expected = new Map<string, number>();
      for (const { slot, series } of writes) {
        const unique = new Map(series);
        for (let number = 0; number <= 20; number++) expected.set(`${slot} ${number}`, unique.get(number) ?? NaN);
        day.set(slot, [...unique.keys()].map(id), Float64Array.from(unique.values()));
      }
      // bytes need not begin at a multiple of 8
      const shifted = new Uint8Array(day.encode().length + 3);
      shifted.set(day.encode(), 3);
      const restored = DayValues.decode(shifted.subarray(3));
      expect([restored.timezone, restored.frequency]).toEqual(['Europe/Berlin', 'PT1H']);
      for (const [key, number] of expected) {
        const [slot, series] = key.split(' ').map(Number);
        expect(restored.get(slot, id(series))).toBe(number);
      }
    },
  ));
});
