// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ANOMALOUS_SEVERITY, DetectionModel } from '../../../../handlers/engine';
import { xxHash32 } from '../../../../handlers/engine/state/checksum';
import { migrationOf } from '../../../../handlers/engine/state/state-migration';
import { DAY, HOUR, MONDAY, normal, poisson, randomOf } from '../samples';

function trained(seriesCount = 5, hours = 24 * 20): { model: DetectionModel; values: (hour: number) => Float64Array } {
  const random = randomOf(5);
  const values = (hour: number): Float64Array => Float64Array.from({ length: seriesCount }, (_, series) => (
    random() < 0.02 ? NaN : series % 2 === 0 ? poisson(random, 5) : 1e6 * Math.sin(hour / 24 * 2 * Math.PI) + 100 * normal(random)));
  const model = new DetectionModel({ intervalSeconds: 3600 }, seriesCount);
  for (let hour = 0; hour < hours; hour++) model.observe(MONDAY + hour * HOUR, values(hour));
  return { model, values };
}

interface Column { name: string; type: string; rows: number; offset: number }
interface Description {
  settings: { intervalSeconds: number };
  series: number;
  clock: { learned: number; first: number | null; last: number | null };
  columns: Column[];
}

function descriptionOf(bytes: Uint8Array): Description {
  const end = 24 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(16, true);
  return JSON.parse(new TextDecoder().decode(bytes.subarray(24, end))) as Description;
}

/** The file with another description and data, as an engine would have written it: lengths and checksum fit. */
function rewritten(bytes: Uint8Array, change: (description: Description) => unknown, added: Uint8Array = new Uint8Array(0)): Uint8Array {
  const end = 24 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(16, true);
  const description = descriptionOf(bytes);
  const changed = change(description) ?? description;
  const text = new TextEncoder().encode(typeof changed === 'string' ? changed : JSON.stringify(changed));
  if (text.length > end - 24) throw new Error(`description of ${text.length} bytes in room for ${end - 24}`);
  const result = Uint8Array.of(...bytes, ...added);
  result.fill(0x20, 24, end).set(text, 24);
  const start = new DataView(result.buffer);
  start.setUint32(8, result.length, true);
  start.setUint32(12, xxHash32(result.subarray(16)), true);
  return result;
}

describe('a model as bytes', () => {
  test('goes on exactly as the model that was written', () => {
    const { model, values } = trained();
    model.addSeries(2);
    const copy = DetectionModel.deserialize(model.serialize());
    expect(copy.seriesCount).toBe(7);
    expect(copy.intervalsLearned).toBe(model.intervalsLearned);
    for (let hour = 480; hour < 480 + 200; hour++) {
      const row = Float64Array.of(...values(hour), hour, NaN);
      expect(copy.observe(MONDAY + hour * HOUR, row)).toEqual(model.observe(MONDAY + hour * HOUR, row));
    }
    expect(copy.serialize()).toEqual(model.serialize());
  });

  // columns that do not begin at a multiple of their numbers' size cannot be used where they lie
  test.each([0, 8, 4, 3])('may be the memory of the model that is read from them, %i bytes behind a beginning of memory', shift => {
    const { model, values } = trained();
    const file = model.serialize(8);
    expect(file.subarray(0, 8)).toEqual(new Uint8Array(8));
    const memory = new Uint8Array(new ArrayBuffer(file.length + shift), shift);
    memory.set(file);
    const own = DetectionModel.deserialize(memory.subarray(8), undefined, 'own');
    const copy = DetectionModel.deserialize(file.slice(8));
    expect(own.serialize()).toEqual(file.slice(8));
    for (let hour = 480; hour < 480 + 60; hour++) {
      if (hour === 500) for (const one of [own, copy]) one.addSeries(2);
      const row = Float64Array.of(...values(hour), ...hour < 500 ? [] : [hour, NaN]);
      expect(own.observe(MONDAY + hour * HOUR, row)).toEqual(copy.observe(MONDAY + hour * HOUR, row));
    }
    expect(own.serialize()).toEqual(copy.serialize());
    // the copy has left the bytes alone
    expect(file).toEqual(model.serialize(8));
  });

  test('goes on exactly whatever values it was taught', () => {
    const value = fc.oneof(fc.double(), fc.integer(), fc.constant(NaN), fc.constant(1e15), fc.constant(-1e308), fc.constant(5e-324));
    fc.assert(fc.property(
      fc.constantFrom(300, 600, HOUR, DAY) as fc.Arbitrary<300 | 600 | 3600 | 86400>,
      fc.array(fc.tuple(value, value, value), { maxLength: 60 }),
      fc.integer({ min: 0, max: 40 }),
      (intervalSeconds, rows, more) => {
        const model = new DetectionModel({ intervalSeconds }, 3);
        rows.forEach((row, index) => model.observe(MONDAY + index * intervalSeconds, Float64Array.from(row)));
        const bytes = model.serialize();
        const copy = DetectionModel.deserialize(bytes);
        expect(copy.serialize()).toEqual(bytes);
        for (let index = 0; index < more; index++) {
          const row = Float64Array.of(index, NaN, -index);
          const wall = MONDAY + (rows.length + index) * intervalSeconds;
          expect(copy.observe(wall, row)).toEqual(model.observe(wall, row));
        }
      },
    ), { numRuns: 50 });
  });

  test.each([300, 600, 3600, 86400] as const)('keeps the interval of %i seconds; 50,000 series need at most 64 MB at 1 hour', intervalSeconds => {
    const bytes = new DetectionModel({ intervalSeconds }, 100).serialize();
    expect(new DetectionModel({ intervalSeconds }, 100).serialize()).toEqual(bytes);
    const copy = DetectionModel.deserialize(bytes);
    copy.observe(MONDAY, new Float64Array(100));
    expect(() => copy.observe(MONDAY, new Float64Array(100))).toThrow(RangeError);
    // the description is there once
    const each = (new DetectionModel({ intervalSeconds }, 200).serialize().length - bytes.length) / 100;
    expect(each * 50_000).toBeLessThan({ 300: 282e6, 600: 224.5e6, 3600: 64e6, 86400: 73.8e6 }[intervalSeconds]);
  });

  test('may stand anywhere in a larger buffer', () => {
    const bytes = trained(1, 30).model.serialize();
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 3);
    expect(DetectionModel.deserialize(larger.subarray(3, 3 + bytes.length)).serialize()).toEqual(bytes);
  });

  test('an empty model is a model', () => {
    expect(DetectionModel.deserialize(new DetectionModel({ intervalSeconds: 300 }).serialize()).seriesCount).toBe(0);
  });

  test('says where each column lies, from a multiple of 8 bytes on, one after the other', () => {
    const bytes = trained(3, 30).model.serialize();
    const { settings, series, clock, columns } = descriptionOf(bytes);
    expect([settings.intervalSeconds, series, clock]).toEqual([3600, 3, { learned: 30, first: MONDAY, last: MONDAY + 29 * HOUR }]);
    expect(columns.find(({ name }) => name === 'level')).toMatchObject({ rows: 1, type: 'float64' });
    let end = columns[0]!.offset;
    for (const { type, rows, offset } of columns) {
      expect([offset % 8, offset - end < 8]).toEqual([0, true]);
      end = offset + rows * series * Number(/\d+$/.exec(type)) / 8;
    }
    expect(bytes.length - end).toBeLessThan(8);
  });
});

describe('bytes that are no model are refused', () => {
  test('cut short or too long: says how many bytes were expected', () => {
    const bytes = trained(2, 30).model.serialize();
    fc.assert(fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), length => {
      expect(() => DetectionModel.deserialize(bytes.subarray(0, length))).toThrow(TypeError);
    }));
    expect(() => DetectionModel.deserialize(bytes.subarray(0, 500))).toThrow(`detection model is truncated: 500 bytes, expected ${bytes.length}`);
    expect(() => DetectionModel.deserialize(bytes.subarray(0, 20))).toThrow('truncated: 20 bytes');
    expect(() => DetectionModel.deserialize(new Uint8Array([...bytes, 0]))).toThrow('too long');
  });

  test.each([['of this version', (): Uint8Array => trained(2, 30).model.serialize()], ['of version 1', version1]])('any changed byte is found %s', (_name, make) => {
    const bytes = make();
    const isVersion1 = bytes[4] === 1;
    fc.assert(fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, difference) => {
      // in version 1 the four bytes after the checksum were padding
      if (isVersion1 && index >= 44 && index < 48) return;
      const damaged = bytes.slice();
      damaged[index] = (damaged[index]! + difference) % 256;
      expect(() => DetectionModel.deserialize(damaged)).toThrow(TypeError);
    }), { numRuns: 300 });
  });

  test('foreign bytes and a later version are named', () => {
    expect(() => DetectionModel.deserialize(new Uint8Array(0))).toThrow('these 0 bytes are not a detection model');
    expect(() => DetectionModel.deserialize(new TextEncoder().encode('{"json": true}'.repeat(10)))).toThrow('are not a detection model');
    const bytes = trained(1, 2).model.serialize();
    bytes[4] = 9;
    expect(() => DetectionModel.deserialize(bytes)).toThrow('version 9, and this engine reads versions 1 to 2');
  });

  test.each<[string, (description: Description) => unknown, string]>([
    ['more series than there are bytes', found => ({ ...found, series: 900_000_000, columns: [] }), 'cannot hold 900000000 series'],
    ['half a series', found => ({ ...found, series: 1.5 }), 'number of series 1.5'],
    ['a column beyond the end', found => ({ ...found, columns: [{ ...found.columns[0], offset: 1e9 }] }), 'does not fit into'],
    ['a column of another kind', found => ({ ...found, columns: [{ ...found.columns[0], type: 'text' }] }), 'column {"name":"level","type":"text"'],
    ['a column that is none', found => ({ ...found, columns: [null] }), 'column null'],
    ['no columns', found => ({ ...found, columns: undefined }), 'names no columns'],
    ['another interval', found => ({ ...found, settings: { intervalSeconds: 7 } }), 'interval of 7 seconds'],
    ['no settings', found => ({ ...found, settings: null }), 'interval of undefined seconds'],
    ['a clock that goes backwards from nowhere', found => ({ ...found, clock: { learned: 3, first: null, last: 5 } }), 'clock {"learned":3'],
    ['null', () => 'null', 'interval of undefined seconds'],
    ['no JSON', () => '{"settings"', 'its description is no JSON'],
  ])('a description that says %s, with a checksum that fits', (_name, change, message) => {
    const bytes = rewritten(trained(2, 30).model.serialize(), change);
    expect(() => DetectionModel.deserialize(bytes)).toThrow(TypeError);
    expect(() => DetectionModel.deserialize(bytes)).toThrow(message);
  });

  test('any description either is read or is a TypeError', () => {
    const bytes = trained(1, 30).model.serialize();
    const room = new DataView(bytes.buffer).getUint32(16, true);
    fc.assert(fc.property(fc.json(), fc.constantFrom('settings', 'series', 'clock', 'columns', 'all'), (json, part) => {
      const changed = rewritten(bytes, found => (json.length > room / 2 ? 'null' : part === 'all' ? json : { ...found, columns: [], [part]: JSON.parse(json) }));
      try {
        DetectionModel.deserialize(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }), { numRuns: 300 });
  });
});

describe('a model of another engine', () => {
  const next = (model: DetectionModel, hour: number, values: readonly number[]): number[] => (
    [...model.observe(MONDAY + hour * HOUR, Float64Array.from(values)).expected]);

  test('may have columns that this one does not know, and in another order', () => {
    const { model } = trained(3, 400);
    const bytes = model.serialize();
    const copy = DetectionModel.deserialize(rewritten(bytes, found => {
      const { columns } = found;
      const [kept, renamed] = [columns.filter(({ name }) => name !== 'runSpread'), { name: 'future', type: 'int16', rows: 2, offset: bytes.length }];
      return { ...found, columns: [renamed, ...kept.reverse()] };
    }, new Uint8Array(16)));
    expect(next(copy, 400, [1, 2, 3])).toEqual(next(model, 400, [1, 2, 3]));
  });

  test('may lack columns: they begin anew', () => {
    const { model } = trained(3, 400);
    const without = (...names: string[]) => DetectionModel.deserialize(
      rewritten(model.serialize(), found => ({ ...found, columns: found.columns.filter(({ name }) => !names.includes(name)) })));
    expect(without().serialize()).toEqual(model.serialize());
    const fresh = new DetectionModel({ intervalSeconds: 3600 }, 3).serialize();
    const bytes = without('noise').serialize();
    const { offset, rows } = descriptionOf(bytes).columns.find(({ name }) => name === 'noise')!;
    expect(descriptionOf(fresh).columns.find(({ name }) => name === 'noise')!.rows).toBe(rows);
    expect([...new Float32Array(bytes.slice(offset, offset + rows * 12).buffer)].every(Number.isNaN)).toBe(true);
    // without any number a series is as one that was never seen
    const nothing = DetectionModel.deserialize(rewritten(model.serialize(), found => ({ ...found, columns: [] })));
    expect(next(nothing, 400, [1, 2, 3])).toEqual([NaN, NaN, NaN]);
  });

  test('that knows nothing of what lasts in each hour takes no weekend for news', () => {
    const random = randomOf(12);
    const series = 8;
    const model = new DetectionModel({ intervalSeconds: 300 }, series);
    const day = (of: DetectionModel, number: number): number => {
      let anomalies = 0;
      for (let interval = 0; interval < 288; interval++) {
        const usual = [1, 0.95, 1, 1.05, 1.1, 0.9, 0.5][number % 7]! * (0.15 + Math.max(0, Math.sin(Math.PI * (interval / 12 - 5) / 18)) ** 1.3);
        const values = Float64Array.from({ length: series }, () => 1000 * usual * (1 + 0.05 * normal(random)));
        const { severity } = of.observe(MONDAY + number * DAY + interval * 300, values, Infinity);
        anomalies += severity.filter(each => each >= ANOMALOUS_SEVERITY).length;
      }
      return anomalies;
    };
    for (let number = 0; number < 37; number++) day(model, number);
    const read = DetectionModel.deserialize(rewritten(model.serialize(), found => (
      { ...found, columns: found.columns.filter(({ name }) => !['lastingWeeks', 'lastingKnown', 'lastingFollowed'].includes(name)) })));
    const anomalies = Array.from({ length: 7 }, (_, number) => day(read, 37 + number));
    expect(anomalies.reduce((sum, each) => sum + each, 0)).toBeLessThan(series / 2);
  });

  test('may hold numbers in other types, and other season slots', () => {
    const { model } = trained(3, 400);
    const bytes = model.serialize();
    const level = descriptionOf(bytes).columns.find(({ name }) => name === 'level')!.offset;
    const levels = new Float64Array(bytes.slice(level, level + 24).buffer);
    const narrow = new Uint8Array(Float32Array.of(...levels, 0).buffer);
    const copy = DetectionModel.deserialize(rewritten(bytes, found => ({
      ...found, columns: found.columns.map(column => column.name === 'level' ? { ...column, type: 'float32', offset: bytes.length } : column),
    }), narrow));
    const expected = next(model, 400, [1, 2, 3]);
    next(copy, 400, [1, 2, 3]).forEach((value, series) => {
      expect(Math.abs(value - expected[series]!)).toBeLessThan(1e-6 * (1 + Math.abs(levels[series]!)));
    });
    const otherSlots = DetectionModel.deserialize(rewritten(bytes, found => ({
      ...found, columns: found.columns.map(column => column.name === 'week' ? { ...column, rows: 84 } : column),
    })));
    const { offset, rows } = descriptionOf(bytes).columns.find(({ name }) => name === 'week')!;
    expect([...new Float32Array(otherSlots.serialize().slice(offset, offset + rows * 12).buffer)].every(Number.isNaN)).toBe(true);
  });
});

function version1(): Uint8Array {
  return new Uint8Array(readFileSync(join(__dirname, 'models/version-1.bin')));
}

/** What the series of models/version-1.bin are without their noise. */
function version1Values(hour: number): number[] {
  const wave = Math.sin(hour / 24 * 2 * Math.PI);
  const isWeekend = Math.floor(hour / 24) % 7 >= 5;
  const isOpen = !isWeekend && hour % 24 >= 8 && hour % 24 < 18;
  return [10_000 * (1 + 0.5 * wave) * (isWeekend ? 0.7 : 1), 8 + 4 * wave, isOpen ? 200 : NaN, hour >= 19 * 24 ? 500 + 20 * wave : NaN, 42];
}

describe('a model of version 1', () => {
  /** How far the expectation may be off: seasonal, counts, intermittent, new, constant. */
  const NEAR = [600, 4.5, 12, 12, 0.001];
  const FIRST = 21 * 24;

  test('goes on with what it had learned, without a false alert, and is written in the layout of today', () => {
    const model = DetectionModel.deserialize(version1());
    expect([model.seriesCount, model.intervalsLearned]).toEqual([5, FIRST]);
    for (let hour = FIRST; hour < FIRST + 48; hour++) {
      const values = version1Values(hour);
      const { expected, severity } = model.observe(MONDAY + hour * HOUR, Float64Array.from(values));
      values.forEach((value, series) => {
        if (Number.isNaN(value)) return;
        expect([hour, series, Math.abs(expected[series]! - value) < NEAR[series]!, severity[series]! < 70]).toEqual([hour, series, true, true]);
      });
    }
    expect(descriptionOf(model.serialize()).series).toBe(5);
  });

  test('still knows what is out of the ordinary', () => {
    const model = DetectionModel.deserialize(version1());
    const values = version1Values(FIRST);
    const { severity } = model.observe(MONDAY + FIRST * HOUR, Float64Array.of(values[0]! * 0.5, 60, NaN, 900, 40));
    expect([0, 1, 3, 4].map(series => severity[series]! > 70)).toEqual([true, true, true, true]);
    expect(() => DetectionModel.deserialize(version1()).observe(MONDAY + (FIRST - 1) * HOUR, new Float64Array(5))).toThrow('not later');
  });
});

describe('numbers that take less room than they did', () => {
  test('hours of the week that were off are the same hours', () => {
    const weekdays = Array.from({ length: 7 }, (_, day) => Uint32Array.of(2 ** 24 - 1 - day, 2 ** (3 * day + 2), 0));
    const parts = Array.from({ length: 21 }, () => new Uint8Array(3));
    const migrate = migrationOf({ name: 'weekMisses', type: 'uint32', rows: 7 }, { name: 'weekMisses', type: 'uint8', rows: 21 })!;
    migrate({ name: 'weekMisses', type: 'uint32', rows: 7 }, row => weekdays[row]!, row => parts[row]!);
    for (let hour = 0; hour < 168; hour++) {
      for (let series = 0; series < 3; series++) {
        const before = Math.floor(weekdays[Math.floor(hour / 24)]![series]! / 2 ** (hour % 24)) % 2;
        expect([hour, series, Math.floor(parts[Math.floor(hour / 8)]![series]! / 2 ** (hour % 8)) % 2]).toEqual([hour, series, before]);
      }
    }
  });

  test('errors are counted up to the most that there is room for, and no further', () => {
    const random = randomOf(9);
    const model = new DetectionModel({ intervalSeconds: 300 }, 1);
    const scales: number[] = [];
    for (let interval = 0; interval < 66_000; interval++) {
      const { scale } = model.observe(MONDAY + interval * 300, Float64Array.of(1000 + 10 * normal(random)), Infinity);
      if (interval >= 64_000) scales.push(scale[0]!);
    }
    expect(Math.min(...scales)).toBeGreaterThan(7);
    expect(Math.max(...scales)).toBeLessThan(15);
  });
});
