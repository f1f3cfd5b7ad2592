// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { parseNumber } from '../../../handlers/input/number-bytes';

/** Parses a text that stands amid other bytes. */
function parse(text: string): number {
  const bytes = Buffer.from(`12${text}34`);
  return parseNumber(bytes, 2, bytes.length - 2);
}

test('numbers are the same, to the last bit, as those of the language', () => {
  const digits = (maxLength: number): fc.Arbitrary<string> => fc.array(fc.integer({ min: 0, max: 9 }), { maxLength }).map(list => list.join(''));
  const written = fc.tuple(fc.constantFrom('', '-', '+'), digits(22), fc.constantFrom('', '.'), digits(22), fc.constantFrom('', 'e5', 'E-7', 'e+22', 'e-320', 'e90'))
    .map(([sign, whole, point, fraction, exponent]) => `${sign}${whole}${point}${fraction}${exponent}`)
    .filter(text => /\d/.test(text.replace(/e.*/i, '')));
  fc.assert(fc.property(fc.oneof(written, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.integer().map(String)), text => {
    expect(parse(text)).toBe(Number(text));
    expect(parse(` \t${text}\u00A0`)).toBe(Number(text));
  }), { numRuns: 5000 });
});

test.each(['0', '-0', '+5', '5.', '.5', '-.5e3', '0.1', '123456789012345', '1234567890123456', '9007199254740993', '0.30000000000000004', '00000000000000000001', '1e22', '2.5e-8'])('%s', text => {
  expect(parse(text)).toBe(Number(text));
});

test.each(['', ' ', '\t', 'NaN', 'nan', ' NULL ', 'null'])('a cell of %j has no number', text => expect(parse(text)).toBeNaN());

test.each(['.', '-', '+', 'e5', '1e', '1.2.3', '--1', '1-', '0x10', '1,000', '1_000', 'Infinity', 'nano', 'nullnan', '1 2', '12abc', '١', '<b>'])('%j is no number', text => {
  expect(parse(text)).toBe(Infinity);
});
