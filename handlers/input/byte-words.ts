// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- four bytes are looked at in one number */

/** Bytes that are looked at at once. */
export const WORD_BYTES = 4;

/** The lowest and the highest bit of each of four bytes. */
const LOWEST_BITS = 0x01010101;
const HIGHEST_BITS = 0x80808080;

/** The same bytes as a view that reads four at a time from any place. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Whether as many bytes are the same in two places. From the end on: texts that follow each other differ there mostly. */
export function isSame(first: DataView, firstStart: number, second: DataView, secondStart: number, length: number): boolean {
  let at = length - WORD_BYTES;
  for (; at >= 0; at -= WORD_BYTES) {
    if (first.getInt32(firstStart + at, true) !== second.getInt32(secondStart + at, true)) return false;
  }
  // what is left at the beginning, together with bytes that were compared already
  if (length >= WORD_BYTES) return at === -WORD_BYTES || first.getInt32(firstStart, true) === second.getInt32(secondStart, true);
  for (at += WORD_BYTES - 1; at >= 0; at--) {
    if (first.getUint8(firstStart + at) !== second.getUint8(secondStart + at)) return false;
  }
  return true;
}

/** A word of four times the same byte. */
export function wordOf(byte: number): number {
  return Math.imul(byte, LOWEST_BITS);
}

/**
 * Place of the first of two bytes from an offset on, whichever comes first. One of them must come, and as many bytes after it as a word has.
 * @param first word of the one byte
 * @param second word of the other
 */
export function placeOfEither(view: DataView, from: number, first: number, second: number): number {
  for (let at = from; ; at += WORD_BYTES) {
    const word = view.getInt32(at, true);
    const found = zeroBytes(word ^ first) | zeroBytes(word ^ second);
    // the lowest of the marks is right
    if (found !== 0) return at + ((31 - Math.clz32(found & -found)) >>> 3);
  }
}

/** Marks the bytes of a word that are 0 by their highest bits; beyond the first of them a mark may be wrong (Warren, "Hacker's Delight", 2002). */
function zeroBytes(word: number): number {
  return (word - LOWEST_BITS) & ~word & HIGHEST_BITS;
}
