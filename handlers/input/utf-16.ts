// SPDX-License-Identifier: Apache-2.0

/** Byte order marks of UTF-16, in either order of its bytes. UTF-8 has none of these bytes. */
const MARKS = [[0xff, 0xfe], [0xfe, 0xff]];

/** First bytes that tell whether a file is UTF-16. */
export const UTF_16_BYTES = 4;

/** Whether bytes at the beginning of a file are UTF-16: by its mark, or by the NULs of its first two letters, of which text has none otherwise. */
export function isUtf16(bytes: Uint8Array): boolean {
  if (MARKS.some(mark => mark.every((byte, index) => bytes[index] === byte))) return true;
  const [a, b, c, d] = bytes;
  const isNulFirst = a === 0 && c === 0 && b > 0 && d > 0;
  return isNulFirst || (b === 0 && d === 0 && a > 0 && c > 0);
}
