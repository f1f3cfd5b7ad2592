import { IntervalTable } from '../../../handlers/input/interval-table';

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
