import fc from 'fast-check';
import { HOUR, MONDAY, normal, poisson, randomOf } from './samples';
import { DetectionModel } from '../../../handlers/engine';

function trained(seriesCount = 5, hours = 24 * 20): { model: DetectionModel; values: (hour: number) => Float64Array } {
  const random = randomOf(5);
  const values = (hour: number): Float64Array => Float64Array.from({ length: seriesCount }, (_, series) => (
    random() < 0.02 ? NaN : series % 2 === 0 ? poisson(random, 5) : 1e6 * Math.sin(hour / 24 * 2 * Math.PI) + 100 * normal(random)));
  const model = new DetectionModel({ intervalSeconds: 3600 }, seriesCount);
  for (let hour = 0; hour < hours; hour++) model.observe(MONDAY + hour * HOUR, values(hour));
  return { model, values };
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

  test.each([300, 600, 3600, 86400] as const)('keeps the interval of %i seconds and needs under 1 KB a series at 1 hour and 1 day', intervalSeconds => {
    const bytes = new DetectionModel({ intervalSeconds }, 100).serialize();
    expect(new DetectionModel({ intervalSeconds }, 100).serialize()).toEqual(bytes);
    const copy = DetectionModel.deserialize(bytes);
    copy.observe(MONDAY, new Float64Array(100));
    expect(() => copy.observe(MONDAY, new Float64Array(100))).toThrow(RangeError);
    expect(bytes.length / 100).toBeLessThan(intervalSeconds >= 3600 ? 1024 : 2200);
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

  test('cut short or too long: says how many bytes were expected', () => {
    const bytes = trained(2, 30).model.serialize();
    fc.assert(fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), length => {
      expect(() => DetectionModel.deserialize(bytes.subarray(0, length))).toThrow(TypeError);
    }));
    expect(() => DetectionModel.deserialize(bytes.subarray(0, 500))).toThrow(`detection model is truncated: 500 bytes, expected ${bytes.length} for 2 series`);
    expect(() => DetectionModel.deserialize(bytes.subarray(0, 20))).toThrow('truncated: 20 bytes');
    expect(() => DetectionModel.deserialize(new Uint8Array([...bytes, 0]))).toThrow('too long');
  });

  test('any changed byte is found', () => {
    const bytes = trained(2, 30).model.serialize();
    fc.assert(fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, difference) => {
      const damaged = bytes.slice();
      damaged[index] = (damaged[index]! + difference) % 256;
      // the four bytes after the checksum are padding
      if (index >= 44 && index < 48) return;
      expect(() => DetectionModel.deserialize(damaged)).toThrow(TypeError);
    }));
  });

  test('foreign bytes and another version are named', () => {
    expect(() => DetectionModel.deserialize(new Uint8Array(0))).toThrow('these 0 bytes are not a detection model');
    expect(() => DetectionModel.deserialize(new TextEncoder().encode('{"json": true}'.repeat(10)))).toThrow('are not a detection model');
    const bytes = trained(1, 2).model.serialize();
    bytes[4] = 9;
    expect(() => DetectionModel.deserialize(bytes)).toThrow('version 9, and this engine reads version 1');
  });
});
