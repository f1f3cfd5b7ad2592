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
  const words = wordsOf(bytes);
  const { length } = bytes;
  let word = 0;
  let hash: number;
  if (length >= 16) {
    let first = PRIME_1 + PRIME_2 | 0;
    let second = PRIME_2 | 0;
    let third = 0;
    let fourth = -PRIME_1 | 0;
    for (const end = words.length - 4; word <= end; word += 4) {
      first = round(first, words[word]!);
      second = round(second, words[word + 1]!);
      third = round(third, words[word + 2]!);
      fourth = round(fourth, words[word + 3]!);
    }
    hash = rotated(first, 1) + rotated(second, 7) + rotated(third, 12) + rotated(fourth, 18) | 0;
  } else {
    hash = PRIME_5;
  }
  hash = hash + length | 0;
  for (; word < words.length; word++) hash = imul(rotated(hash + imul(words[word]!, PRIME_3) | 0, 17), PRIME_4);
  for (let position = 4 * word; position < length; position++) hash = imul(rotated(hash + imul(bytes[position]!, PRIME_5) | 0, 11), PRIME_1);
  hash = imul(hash ^ hash >>> 15, PRIME_2);
  hash = imul(hash ^ hash >>> 13, PRIME_3);
  return (hash ^ hash >>> 16) >>> 0;
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
