// SPDX-License-Identifier: Apache-2.0

/** Numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/* eslint-disable no-bitwise -- the generator is made of bit operations */

/**
 * The mulberry32 generator (Tommy Ettinger, public domain): 32 bits of state, the same numbers for the same seed everywhere. Enough for
 * sample data, for nothing that must be secret.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A seed for one of many uses of the same seed (FNV-1a over its parts). */
export function derivedSeed(...parts: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('/')) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return hash >>> 0;
}

/* eslint-enable no-bitwise */

/** A number from `least` to `most`. */
export function between(random: Random, least: number, most: number): number {
  return least + random() * (most - least);
}

/** A whole number from `least` to `most`, both inclusive. */
export function wholeBetween(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}
