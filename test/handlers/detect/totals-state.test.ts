// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from './world';
import { layoutOf } from '../../../handlers/detect/layout';
import { DetectorModel } from '../../../handlers/detect/model/detector-model';
import { encodeModelFile, decodeModelFile } from '../../../handlers/detect/model/model-file';
import type { ModelHeader } from '../../../handlers/detect/model/model-header';
import type { Observation } from '../../../handlers/detect/model/observation';
import { Totals } from '../../../handlers/detect/model/totals';
import { IntervalTable } from '../../../handlers/input/interval-table';
import type { Measure } from '../../../handlers/input/row-layout';
import { SeriesIndex } from '../../../handlers/input/series-index';
import type { DetectorRecord, MetricSetRecord } from '../../../handlers/lookout/store';

const SETTINGS = { intervalSeconds: 3600 } as const;
const SUM: Measure = { name: 'views', aggregation: 'SUM' };
const AVG: Measure = { name: 'price', aggregation: 'AVG' };

interface Built {
  readonly totals: Totals;
  readonly series: SeriesIndex;
  /** What the totals of an interval are of, by their values; undefined ones are left out. */
  readonly sums: (value: (combination: number, measure: number) => number) => Record<string, number>;
}

function build(measures: readonly Measure[], dimensions: readonly string[], combinations: readonly (readonly string[])[]): Built {
  const series = new SeriesIndex(measures.map(({ name }) => name), dimensions, combinations);
  const totals = new Totals(SETTINGS, measures, series);
  const values = (value: (combination: number, measure: number) => number): Float64Array => (
    Float64Array.from({ length: series.size }, (_, number) => value(Math.floor(number / measures.length), number % measures.length)));
  totals.learn(0, values(() => 1));
  return {
    totals,
    series,
    sums: value => Object.fromEntries([...totals.of(values(value))].map((sum, total) => [nameOf(totals, measures, total), sum])),
  };
}

function nameOf(totals: Totals, measures: readonly Measure[], total: number): string {
  const { measure, dimensions } = totals.describe(total);
  return [measures[measure]!.name, ...dimensions.map(({ name, value }) => `${name}=${value}`)].join(' ');
}

/** All combinations of so many values of each of two dimensions. */
const grid = (platforms: number, countries: number): string[][] => (
  Array.from({ length: platforms * countries }, (_, index) => [`p${Math.floor(index / countries)}`, `c${index % countries}`]));

describe('totals', () => {
  test('are of all of a measure, and of each dimension value with 10 combinations or more', () => {
    const { sums } = build([SUM], ['platform', 'country'], grid(2, 12));
    expect(sums(combination => combination)).toEqual({ 'views': 276, 'views platform=p0': 66, 'views platform=p1': 210 });
  });

  test('of a single dimension are of all of it: those of its values are the time series', () => {
    expect(build([SUM], ['country'], grid(1, 20).map(([, country]) => [country!])).sums(() => 2)).toEqual({ views: 40 });
  });

  test.each<[string, Measure[], string[], string[][]]>([
    ['fewer than 10 combinations', [SUM], ['platform', 'country'], grid(3, 3)],
    ['averages', [AVG], ['platform', 'country'], grid(4, 12)],
    ['no dimensions', [SUM], [], [[]]],
  ])('there are none of %s', (_name, measures, dimensions, combinations) => {
    const { totals } = build(measures, dimensions, combinations);
    expect([totals.size, totals.written()]).toEqual([0, undefined]);
    expect(totals.observe(3600, new Float64Array(combinations.length), [], 0)).toBeUndefined();
  });

  test('averages beside sums have none, whatever their values', () => {
    const { sums, totals } = build([AVG, SUM], ['platform', 'country'], grid(1, 10));
    expect(sums(() => 3)).toEqual({ 'price': NaN, 'views': 30, 'price platform=p0': NaN, 'views platform=p0': 30 });
    expect([0, 1].map(total => totals.isOfSum(total))).toEqual([false, true]);
  });

  test('count what has no value as 0, and have none where nothing has one', () => {
    const { sums } = build([SUM], ['platform', 'country'], grid(2, 10));
    expect(sums(combination => combination < 11 ? NaN : 5)).toEqual({ 'views': 45, 'views platform=p0': NaN, 'views platform=p1': 45 });
    expect(sums(() => NaN)).toEqual({ 'views': NaN, 'views platform=p0': NaN, 'views platform=p1': NaN });
    expect(sums(combination => combination === 3 ? -7 : 0)).toMatchObject({ 'views': -7, 'views platform=p1': 0 });
  });

  test('are of no dimension with more than 50 values', () => {
    expect(build([SUM], ['platform', 'country'], grid(50, 10)).totals.size).toBe(61);
    const { sums } = build([SUM], ['platform', 'country'], grid(51, 10));
    expect(Object.keys(sums(() => 1))).toEqual(['views', ...Array.from({ length: 10 }, (_, country) => `views country=c${country}`)]);
  });

  test('are 600 at most, and fewer the more series there are: of the dimensions with the fewest values first', () => {
    const measures = Array.from({ length: 20 }, (_, number) => ({ ...SUM, name: `m${number}` }));
    const { totals, series } = build(measures, ['country', 'platform'], grid(40, 20));
    // (1 - 16,000 / 50,000) of 600, in whole parts of 20 measures
    expect([series.size, totals.size]).toEqual([16_000, 400]);
    const described = Array.from({ length: 400 }, (_, total) => totals.describe(total).dimensions[0]?.name);
    expect([undefined, 'platform', 'country'].map(name => described.filter(each => each === name).length)).toEqual([20, 380, 0]);
  });

  test('are of pairs of values too where there are more dimensions than two, with 10 combinations each', () => {
    const combinations = grid(2, 3).flatMap(([platform, country]) => Array.from({ length: 10 }, (_, product) => [platform!, country!, `s${product}`]));
    const { sums, totals } = build([SUM], ['platform', 'country', 'product'], combinations);
    expect(totals.size).toBe(1 + 2 + 3 + 6);
    const all = sums(combination => combination < 10 ? 7 : 1);
    expect(all).toMatchObject({ 'views': 120, 'views platform=p0': 90, 'views country=c0': 80 });
    expect(all).toMatchObject({ 'views platform=p0 country=c0': 70, 'views platform=p1 country=c2': 10 });
    expect(Object.keys(all).filter(name => name.includes('product'))).toEqual([]);
    const valuesOf = (total: number): string[] => totals.describe(total).dimensions.map(({ value }) => value);
    const { places, totalOf } = totals.ofSeries();
    const ofFirst = Array.from({ length: places }, (_, place) => totalOf(0, place)).filter(total => total >= 0);
    expect(ofFirst.map(valuesOf)).toEqual([[], ['p0'], ['c0'], ['p0', 'c0']]);
    expect(totals.combinationsOf(ofFirst[3]!)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('are of no two dimensions with more than 200 pairs', () => {
    const build3 = (countries: number) => build([SUM], ['platform', 'country', 'product'], grid(10, countries)
      .flatMap(([platform, country]) => Array.from({ length: 10 }, (_, product) => [platform!, country!, `s${product}`])));
    const pairsOf = ({ totals }: ReturnType<typeof build3>): number => (
      Array.from({ length: totals.size }, (_, total) => totals.describe(total).dimensions.map(({ name }) => name).join())
        .filter(names => names === 'platform,country').length);
    expect([20, 21].map(countries => pairsOf(build3(countries)))).toEqual([200, 0]);
  });

  test('come as combinations come, and keep their numbers and ids', () => {
    const { totals, series } = build([SUM], ['platform', 'country'], grid(1, 9));
    expect(totals.size).toBe(0);
    for (const combination of grid(2, 12)) series.findOrAdd(combination);
    totals.learn(3600, new Float64Array(series.size).fill(1));
    expect(totals.size).toBe(3);
    const ids = [0, 1, 2].map(total => totals.timeSeriesId(total));
    for (const combination of grid(12, 12)) series.findOrAdd(combination);
    totals.learn(7200, new Float64Array(series.size).fill(1));
    expect(totals.size).toBe(25);
    expect([0, 1, 2].map(total => totals.timeSeriesId(total))).toEqual(ids);
    expect(ids.map(id => totals.find(id))).toEqual([0, 1, 2]);
    expect(new Set(totals.allTimeSeriesIds()).size).toBe(series.size + 25);
  });
});

let detector: DetectorRecord;
let metricSet: MetricSetRecord;
beforeAll(async () => {
  const world = await World.start();
  await world.setUp();
  [detector] = (await world.store.listDetectors({ limit: 1 })).items as [DetectorRecord];
  [metricSet] = (await world.store.listMetricSets(detector.arn, { limit: 1 })).items as [MetricSetRecord];
  await world.close();
});

const FIRST = Date.parse('2026-01-01T00:00:00Z') / 1000;

/** An hour of the 24 combinations that a model sees, with noise that depends on nothing but the time. */
function hourOf(hour: number, factor = 1): IntervalTable {
  const { measures, dimensions } = layoutOf(detector, metricSet);
  const table = new IntervalTable(measures, dimensions);
  for (const [index, combination] of grid(2, 12).entries()) {
    const views = 1000 * factor * (1 + 0.2 * Math.sin((hour + 1) * (12.9898 + index * 7.13)));
    table.add(FIRST + hour * 3600, table.series.findOrAdd(combination), Float64Array.of(views, 2 * views));
  }
  return table;
}

function learnHours(model: DetectorModel, from: number, to: number): DetectorModel {
  for (let hour = from; hour < to; hour++) model.learn(FIRST + hour * 3600, hourOf(hour));
  return model;
}

const observeHour = (model: DetectorModel, hour: number, factor?: number): Observation => model.observe(FIRST + hour * 3600, hourOf(hour, factor));

describe('a model with totals', () => {
  let model: DetectorModel;
  beforeAll(() => { model = learnHours(DetectorModel.empty(detector, layoutOf(detector, metricSet)), 0, 336); });

  test('scores them after it was written and read as it would have otherwise', () => {
    const one = DetectorModel.decode(model.encode());
    let other = DetectorModel.decode(model.encode());
    for (let hour = 336; hour < 348; hour++) {
      other = DetectorModel.decode(other.encode());
      const [expected, found] = [one, other].map(each => observeHour(each, hour, hour > 340 ? 0.7 : 1).totals);
      expect(found).toEqual(expected);
      if (hour <= 341) expect(found!.scores.score[0]! < -5).toBe(hour === 341);
    }
    expect(other.encode()).toEqual(one.encode());
  });

  test('of an earlier version, which had none, learns them from then on', () => {
    const { header: { totals, ...header }, series, engine } = decodeModelFile(model.encode());
    expect(totals).toBeDefined();
    const earlier = DetectorModel.decode(encodeModelFile(header, series, before => {
      const bytes = new Uint8Array(before + engine.length);
      bytes.set(engine, before);
      return bytes;
    }));
    expect(earlier.totals.size).toBe(0);
    const first = observeHour(earlier, 336);
    expect([earlier.totals.size, first.totals!.scores.score[0]]).toEqual([6, NaN]);
    learnHours(earlier, 337, 700);
    const later = observeHour(DetectorModel.decode(earlier.encode()), 700, 0.7);
    expect(later.totals!.scores.score[0]).toBeLessThan(-5);
  });

  test('of version 1 is read', () => {
    const earlier = DetectorModel.decode(readFileSync(join(__dirname, 'model', 'models', 'version-1.bin')));
    expect([earlier.totals.size, earlier.totals.allTimeSeriesIds().length]).toEqual([0, earlier.series.size]);
  });

  test.each<[string, (totals: NonNullable<ModelHeader['totals']>) => unknown, string]>([
    ['nothing', () => null, 'its totals lack what all totals have'],
    ['a number', () => 5, 'its totals lack what all totals have'],
    ['no parts', ({ engine }) => ({ engine }), 'its totals lack what all totals have'],
    ['no state', ({ parts }) => ({ parts }), 'its totals lack what all totals have'],
    ['another state', totals => ({ ...totals, engine: 'AAAA' }), 'these 3 bytes are not a detection model'],
    ['fewer parts', totals => ({ ...totals, parts: totals.parts.slice(0, 1) }), 'its header names 2 totals, and it holds 6'],
    ['parts that are none', totals => ({ ...totals, parts: [5, 6, 7] }), 'total 0 is 5, which no dimension has'],
    ['parts without the whole', ({ parts, engine }) => ({ parts: [parts[1], parts[0], parts[2]], engine }), 'total 0 is [[0,0]], which no dimension has'],
    ['the whole twice', ({ parts, engine }) => ({ parts: [parts[0], parts[0], parts[1]], engine }), 'total 1 is [], which no dimension has'],
    ['a part twice', ({ parts, engine }) => ({ parts: [parts[0], parts[1], parts[1]], engine }), 'total 2 is [[0,0]], which no dimension has, or comes twice'],
    ['a value that there is not', ({ parts, engine }) => ({ parts: [parts[0], parts[1], [[0, 2]]], engine }), 'total 2 is [[0,2]], which no dimension has'],
    ['a dimension that there is not', ({ parts, engine }) => ({ parts: [parts[0], parts[1], [[2, 0]]], engine }), 'total 2 is [[2,0]], which no dimension has'],
    ['dimensions in another order', ({ parts, engine }) => ({ parts: [parts[0], parts[1], [[1, 0], [0, 0]]], engine }), 'total 2 is [[1,0],[0,0]], which no dimension has'],
    ['too many dimensions', ({ parts, engine }) => ({ parts: [parts[0], parts[1], [[0, 0], [1, 0], [1, 1]]], engine }), 'total 2 is [[0,0],[1,0],[1,1]], which no dimension has'],
    ['a value that is no number', ({ parts, engine }) => ({ parts: [parts[0], parts[1], [[0, 'length']]], engine }), 'total 2 is [[0,"length"]], which no dimension has'],
  ])('whose header has %s in their place is refused', (_name, change, message) => {
    const { header, series, engine } = decodeModelFile(model.encode());
    const written = encodeModelFile({ ...header, totals: change(header.totals!) as ModelHeader['totals'] }, series, before => {
      const bytes = new Uint8Array(before + engine.length);
      bytes.set(engine, before);
      return bytes;
    });
    expect(() => DetectorModel.decode(written)).toThrow(TypeError);
    expect(() => DetectorModel.decode(written)).toThrow(message);
  });
});
