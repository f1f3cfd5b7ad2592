// SPDX-License-Identifier: Apache-2.0

import { placeOfEither, viewOf, wordOf } from '../../../handlers/input/byte-words';

/** Bytes that differ from a comma or a line feed by one, in the highest bit, or by the bit that a borrow of one byte from the next would change. */
const NEAR = [0x00, 0x01, 0x09, 0x0b, 0x2b, 0x2d, 0x80, 0x8a, 0xac, 0xff];
const [COMMA, LINE_FEED] = [0x2c, 0x0a];

test('finds the first of two bytes whatever stands before and after it', () => {
  for (const found of [COMMA, LINE_FEED]) {
    for (const before of NEAR) {
      for (const after of [...NEAR, COMMA, LINE_FEED]) {
        for (let from = 0; from < 4; from++) {
          for (let place = from; place < 12; place++) {
            const bytes = new Uint8Array(17).fill(after).fill(before, from, place);
            bytes[place] = found;
            expect(placeOfEither(viewOf(bytes), from, wordOf(COMMA), wordOf(LINE_FEED))).toBe(place);
          }
        }
      }
    }
  }
});
