// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { layoutOf } from '../../../../handlers/detect/layout';
import { DetectorModel } from '../../../../handlers/detect/model/detector-model';
import { xxHash32 } from '../../../../handlers/engine/state/checksum';
import { IntervalTable } from '../../../../handlers/input/interval-table';
import { hour, liveKey, shopHour, webDown } from '../shop';
import { DETECTOR, STATE_BUCKET, World } from '../world';

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

/** A model that has learned one interval, in which there are the given combinations of platform and marketplace. */
async function modelOf(combinations: readonly (readonly string[])[]): Promise<DetectorModel> {
  await world.setUp();
  const { items: [metricSet] } = await world.store.listMetricSets(DETECTOR, { limit: 1 });
  const detector = (await world.store.getDetector(DETECTOR))!;
  const layout = layoutOf(detector, metricSet);
  const table = new IntervalTable(layout.measures, layout.dimensions);
  for (const [index, combination] of combinations.entries()) table.add(0, table.series.findOrAdd(combination), Float64Array.of(index, -index));
  const model = DetectorModel.empty(detector, layout);
  model.observe(0, table);
  return model;
}

describe('a model object', () => {
  test('gives back the series, whatever their dimension values hold', async () => {
    const value = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', '', '"', '\n', '\u{1F600}', ' '));
    const distinct = fc.uniqueArray(fc.tuple(value, value), { maxLength: 12, selector: pair => JSON.stringify(pair) });
    await fc.assert(fc.asyncProperty(distinct, async combinations => {
      const model = await modelOf(combinations);
      const copy = DetectorModel.decode(model.encode());
      expect(copy.series.combinations).toEqual(combinations);
      expect([copy.newest, copy.learned]).toEqual([model.newest, model.learned]);
      expect(copy.encode()).toEqual(model.encode());
    }), { numRuns: 40 });
  });

  test('that is cut short, or changed in any byte, is refused', async () => {
    const bytes = (await modelOf([['web', 'de'], ['web', 'fr']])).encode();
    fc.assert(fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, difference) => {
      const changed = bytes.slice();
      changed[index] = (changed[index]! + difference) % 256;
      expect(() => DetectorModel.decode(changed)).toThrow(TypeError);
      expect(() => DetectorModel.decode(bytes.subarray(0, index))).toThrow(TypeError);
    }), { numRuns: 400 });
  });

  test.each<[string, (header: Record<string, unknown>) => unknown, string]>([
    ['another version', header => ({ ...header, version: 7 }), 'has version 7, and this function reads versions 1 to 2'],
    ['no measures', header => ({ ...header, measures: 3 }), 'lacks what every model has'],
    ['holidays without names', header => ({ ...header, feedbackSeen: undefined, holidays: 0 }), 'its holidays have no names'],
    ['nothing', () => null, 'its header is no JSON object'],
    ['fewer combinations', header => ({ ...header, combinations: { count: 0, values: [[], []], codes: [[], []] } }), 'names 0 time series, and it holds 4'],
    ['too few codes', header => ({ ...header, combinations: { count: 2, values: [[], []], codes: [[], []] } }), 'combinations of dimension values are not complete'],
    ['codes without a value', header => ({ ...header, combinations: { count: 1, values: [['a'], ['b']], codes: [[0], [1]] } }), 'combination 0 has no value of dimension 1'],
    ['a combination that comes twice', header => ({ ...header, combinations: { count: 2, values: [['web'], ['de']], codes: [[0, 0], [0, 0]] } }), 'names 2 time series, and it holds 4'],
    ['a value that comes twice', header => ({ ...header, combinations: { count: 2, values: [['web', 'web'], ['de']], codes: [[0, 1], [0, 0]] } }), 'value 1 of dimension 0 is none, or comes twice'],
    ['a value that is no text', header => ({ ...header, combinations: { count: 1, values: [[1], ['de']], codes: [[0], [0]] } }), 'value 0 of dimension 0 is none'],
    ['no combinations', header => ({ ...header, combinations: undefined }), 'combinations of dimension values are not complete'],
  ])('with a header of %s is refused, though its checksum fits', async (_name, change, message) => {
    const bytes = Buffer.from((await modelOf([['web', 'de'], ['web', 'fr']])).encode());
    const end = 16 + bytes.readUInt32LE(4);
    const changed = change(JSON.parse(bytes.toString('utf8', 16, end)) as Record<string, unknown>);
    const header = Buffer.alloc(end - 16, ' ');
    expect(header.write(JSON.stringify(changed))).toBe(Buffer.byteLength(JSON.stringify(changed)));
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(xxHash32(header));
    const written = Buffer.concat([bytes.subarray(0, 8), checksum, bytes.subarray(12, 16), header, bytes.subarray(end)]);
    expect(() => DetectorModel.decode(written)).toThrow(TypeError);
    expect(() => DetectorModel.decode(written)).toThrow(message);
  });
});

test('a model object of version 1 goes on: its event, its series, what it had learned', async () => {
  await world.setUp({ status: 'ACTIVE' });
  await world.put('state/shop/model', readFileSync(join(__dirname, 'models/version-1.bin')), STATE_BUCKET);
  const [ongoing] = DetectorModel.decode((await world.state()).get('state/shop/model')!).ongoing;
  await world.store.putExecution({ detectorArn: DETECTOR, start: ongoing!.record.start, status: 'COMPLETED', outcome: {} });

  await world.put(liveKey(hour(2)), shopHour(hour(2), webDown));
  expect((await world.detect(hour(2))).anomalyGroupIds).toContain(ongoing!.record.id);
  const [start, end] = [hour(1), hour(2)].map(text => Date.parse(text) / 1000);
  expect(await world.groups()).toContainEqual(expect.objectContaining({ id: ongoing!.record.id, start, end }));
  await world.put(liveKey(hour(6)), shopHour(hour(6)));
  expect(await world.detect(hour(6))).toMatchObject({ timeSeries: 8, anomalyGroupIds: [] });
  expect(world.counts).not.toContainEqual({ modelsRelearned: 1 });
  expect((await world.state()).get('state/shop/model')!.toString('latin1', 0, 4)).toBe('LMD2');
});
