// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a hash is made of bits */

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

const { imul } = Math;

/**
 * xxHash32 of bytes, with seed 0 (Collet, "xxHash fast digest algorithm", 2012): 32-bit words in four lanes, of which each step can be
 * undone. So a change within one word always shows, and any other damage but once in four thousand million times. 64 MB take some 25 ms;
 * CRC-32C by tables takes several times as long.
 * @returns 0 to 2^32 - 1
 */
export function xxHash32(bytes: Uint8Array): number {
  return new XxHash32(bytes).digest();
}

/** The same of bytes that are being written: those that were written just now are still in the processor's cache. */
export class XxHash32 {
  private readonly words: Int32Array;
  /** Words that were taken in. */
  private taken = 0;
  private first = PRIME_1 + PRIME_2 | 0;
  private second = PRIME_2 | 0;
  private third = 0;
  private fourth = -PRIME_1 | 0;

  /** @param bytes all of them, also those that are not yet written; where they begin amid a word, all must be */
  public constructor(private readonly bytes: Uint8Array) {
    this.words = wordsOf(bytes);
  }

  /** Takes in the bytes up to `end`, or some less. */
  public take(end: number): void {
    const { words } = this;
    let { first, second, third, fourth, taken } = this;
    for (const last = Math.floor(end / 4) - 4; taken <= last; taken += 4) {
      first = round(first, words[taken]!);
      second = round(second, words[taken + 1]!);
      third = round(third, words[taken + 2]!);
      fourth = round(fourth, words[taken + 3]!);
    }
    Object.assign(this, { first, second, third, fourth, taken });
  }

  /** Takes in what is left. */
  public digest(): number {
    const { bytes, words } = this;
    const { length } = bytes;
    this.take(length);
    let hash = length < 16 ? PRIME_5 : rotated(this.first, 1) + rotated(this.second, 7) + rotated(this.third, 12) + rotated(this.fourth, 18) | 0;
    hash = hash + length | 0;
    let word = this.taken;
    for (; word < words.length; word++) hash = imul(rotated(hash + imul(words[word]!, PRIME_3) | 0, 17), PRIME_4);
    for (let position = 4 * word; position < length; position++) hash = imul(rotated(hash + imul(bytes[position]!, PRIME_5) | 0, 11), PRIME_1);
    hash = imul(hash ^ hash >>> 15, PRIME_2);
    hash = imul(hash ^ hash >>> 13, PRIME_3);
    return (hash ^ hash >>> 16) >>> 0;
  }
}

/** The whole 32-bit words of bytes, little-endian as the processors that run this are; bytes that begin amid a word are copied. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(buffer, byteOffset, Math.floor(length / 4));
}

function round(lane: number, word: number): number {
  // that the lane is a whole number must be said each time: the sum is taken of floats else, which takes three times as long
  return imul(rotated((lane | 0) + imul(word, PRIME_2) | 0, 13), PRIME_1);
}

function rotated(value: number, bits: number): number {
  return value << bits | value >>> 32 - bits;
}
