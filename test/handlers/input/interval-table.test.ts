// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { IntervalTable } from '../../../handlers/input/interval-table';
import { PackedNumbers } from '../../../handlers/input/packed-numbers';

const MEASURES = [{ name: 'amount', aggregation: 'SUM' }, { name: 'price', aggregation: 'AVG' }, { name: 'stock', aggregation: 'SUM' }] as const;

test('thousands of series that come late, in any order, with and without values, are aggregated as one by one', () => {
  const table = new IntervalTable(MEASURES, ['shop']);
  const expected = new Map<string, number[]>();
  for (let row = 0; row < 30_000; row++) {
    // ever more shops, in steps that come back to the first ones
    const shop = row * 7919 % (1 + Math.floor(row / 6));
    const slot = row % 5 * 3600;
    const values = Float64Array.of(row, row % 3 === 0 ? NaN : row % 100, row % 2 === 0 ? NaN : -row);
    const combination = table.series.findOrAdd([`shop ${shop}`]);
    table.add(slot, combination, values);
    for (const [measure, value] of values.entries()) {
      const key = `${slot} ${combination * 3 + measure}`;
      if (!Number.isNaN(value)) expected.set(key, [...expected.get(key) ?? [], value]);
    }
  }
  expect(table.series.size).toBeGreaterThan(3 * 2048);
  for (const slot of table.slots) {
    const plain = Float64Array.from({ length: table.series.size }, (_, series) => {
      const list = expected.get(`${slot} ${series}`);
      if (list === undefined) return NaN;
      const sum = list.reduce((total, value) => total + value, 0);
      return series % 3 === 1 ? sum / list.length : sum;
    });
    expect(table.values(slot)).toEqual(plain);
  }
});

test('an interval that was released has no rows and no values, and can be filled again', () => {
  const table = new IntervalTable(MEASURES, ['shop']);
  const combination = table.series.findOrAdd(['a']);
  table.add(0, combination, Float64Array.of(1, 2, 3));
  table.release(0);
  expect([table.rows(0), table.slots, ...table.values(0)]).toEqual([0, [], NaN, NaN, NaN]);
  table.add(0, combination, Float64Array.of(4, 5, NaN));
  expect([table.rows(0), table.slots, ...table.values(0)]).toEqual([1, [0], 4, 5, NaN]);
});

describe('packed numbers', () => {
  const decimal = fc.tuple(fc.integer({ min: -2_000_000, max: 2_000_000 }), fc.integer({ min: 0, max: 7 }))
    .map(([digits, places]) => digits / 10 ** places);
  const special = fc.constantFrom(NaN, -0, 0, 0.1 + 0.2, 1e-7, 1e15, 1e100, -1e100, 2 ** 50, 2 ** 53, Infinity, 5e-324, 65_535, 2 ** 32);
  const number = fc.oneof(decimal, decimal, fc.double(), special);
  const numbers = fc.oneof(fc.array(decimal), fc.array(number, { maxLength: 8 }), fc.array(fc.oneof(fc.nat(500), fc.constant(NaN))));

  test('are given back bit by bit', () => {
    let packed = 0;
    fc.assert(fc.property(numbers, fc.nat(3), (values, at) => {
      const found = PackedNumbers.of(Float64Array.from(values));
      if (found === undefined) return;
      packed += 1;
      expect(found.length).toBe(values.length);
      const target = new Float64Array(at + values.length).fill(7);
      found.copyTo(target, at, values.length);
      expect([...target]).toEqual([...new Array<number>(at).fill(7), ...values]);
    }), { numRuns: 2000 });
    expect(packed).toBeGreaterThan(500);
  });

  test.each<[string, number[], boolean]>([
    ['counts', [0, 12, NaN, 65_534], true], ['a count too many for two bytes', [0, 65_535], true], ['amounts', [12.3, -4.56, 1e6 + 0.07], true],
    ['millionths', [1e-6, 0.25], true], ['only NaN', [NaN, NaN], true], ['none', [], true], ['counts about 1e15', [1e15, 1e15 + 3], true],
    ['ten millionths', [1e-7], false], ['thirds', [1 / 3], false], ['sums of tenths', [0.1 + 0.2], false], ['a negative 0', [-0, 1], false],
    ['a wide range', [0, 2 ** 32], false], ['multiples that are not exact', [2 ** 51], false],
  ])('hold %s or leave them', (_name, values, isPacked) => {
    expect(PackedNumbers.of(Float64Array.from(values)) !== undefined).toBe(isPacked);
  });
});

test.each(['time', 'series', 'no'])('values in %s order are the same though most were packed meanwhile, and take less memory where there is one', order => {
  const [intervals, combinations] = [40, 5000];
  const table = new IntervalTable([{ name: 'amount', aggregation: 'SUM' }, { name: 'price', aggregation: 'AVG' }], ['shop'], 200_000);
  for (let shop = 0; shop < combinations; shop++) table.series.findOrAdd([`${shop}`]);
  const amount = (slot: number, shop: number): number => (slot * 31 + shop * 17) % 5000 / 100;
  const row = new Float64Array(2);
  const add = (slot: number, shop: number): void => {
    row[0] = amount(slot, shop);
    row[1] = shop % 3 === 0 ? NaN : slot + shop;
    table.add(slot, shop, row);
  };
  const cells = intervals * combinations;
  // a step that has no divisor in common with the number of cells comes to all of them
  for (let cell = 0, at = 0; cell < cells; cell++, at = (at + 1_000_003) % cells) {
    if (order === 'time') add(Math.floor(cell / combinations), cell % combinations);
    else if (order === 'series') add(cell % intervals, Math.floor(cell / intervals));
    else add(Math.floor(at / combinations), at % combinations);
  }
  const bytes = (): number => (table as unknown as { openBytes: number }).openBytes;
  if (order !== 'no') expect(bytes()).toBeLessThan(0.4 * cells * 2 * 8);
  // one more row for packed values: a sum grows, an average is taken
  add(0, 5);
  add(0, 5);
  for (let slot = 0; slot < intervals; slot++) {
    const values = table.values(slot);
    expect(values.length).toBe(2 * combinations);
    let wrong = 0;
    for (let shop = 0; shop < combinations; shop++) {
      const times = slot === 0 && shop === 5 ? 3 : 1;
      let sum = 0;
      for (let time = 0; time < times; time++) sum += amount(slot, shop);
      if (!Object.is(values[2 * shop], sum) || !Object.is(values[2 * shop + 1], shop % 3 === 0 ? NaN : slot + shop)) wrong += 1;
    }
    expect(wrong).toBe(0);
  }
  for (const slot of table.slots) table.release(slot);
  expect(bytes()).toBe(0);
});
