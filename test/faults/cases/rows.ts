// SPDX-License-Identifier: Apache-2.0

/** Results that are empty, hostile or unusable. */
import type { FaultCase } from '../fault-case';
import type { World } from '../world';

const deleted = (world: World, hour: number) => world.sql('delete from orders where ts = $1', hour);

/** A dimension value that may break neither SQL, CSV, JSON, paths nor logs. */
const HOSTILE = 'web ","\n\'\'; drop table orders; -- $$ {{start}} <b>ü\u{1F4A5}</b> __proto__';

export const rowCases: readonly FaultCase[] = [
  { name: 'zero rows: UNLOAD writes nothing', arrange: deleted, expected: {} },
  {
    name: 'zero rows: UNLOAD writes an object of 0 bytes',
    arrange: (world, hour) => {
      world.emptyUnload = 'EMPTY_FILE';
      return deleted(world, hour);
    },
    expected: {},
  },
  {
    name: 'zero rows: UNLOAD writes a header only',
    arrange: (world, hour) => {
      world.emptyUnload = 'HEADER_FILE';
      return deleted(world, hour);
    },
    expected: {},
  },
  {
    name: 'poisoned row: a dimension value full of quotes, line breaks, SQL and HTML',
    arrange: (world, hour) => world.sql(`insert into orders values ($1, '${HOSTILE.replaceAll('\'', '\'\'')}', 0)`, hour),
    expected: {},
  },
  {
    name: 'poisoned row: a dimension value of 60,000 characters',
    arrange: (world, hour) => world.sql('insert into orders values ($1, repeat(\'long\', 15000), 0)', hour),
    expected: {},
  },
  {
    name: 'poisoned row: NaN among good rows is a row without a value',
    arrange: (world, hour) => world.sql('insert into orders values ($1, \'web\', \'NaN\')', hour),
    expected: {},
  },
  {
    name: 'poisoned row: infinity among good rows is counted as rejected',
    arrange: (world, hour) => world.sql('insert into orders values ($1, \'web\', \'Infinity\')', hour),
    expected: { rejected: 1 },
  },
  {
    name: 'every row is poisoned until the third run',
    arrange: () => undefined,
    act: async (world, hour) => {
      await world.sql('update orders set platform = platform || \'!\', views = \'Infinity\' where ts = $1', hour);
      await world.runThrough(hour);
      await world.sql('update orders set platform = replace(platform, \'!\', \'\'), views = 100 where ts = $1', hour);
      await world.runThrough(hour + 2);
    },
    expected: { failedRuns: 1, error: /no row of the interval can be used/, ledgerError: /no row of the interval can be used: .*Infinity/, attempts: 2 },
  },
];
