// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a hash of 32 bits */

/** Chances of an interval without a row that can be kept: 4 bits each. */
export const LEVELS = [0, 0.02, 0.04, 0.07, 0.1, 0.14, 0.19, 0.25, 0.32, 0.4, 0.48, 0.57, 0.67, 0.78, 0.9, 1];
/** Their logarithms. */
export const LOGARITHMS = LEVELS.map(Math.log);

/** By level: the level that it falls to, and the chance that it is one more, so that it is right on average. */
export interface Step {
  readonly level: Uint8Array;
  readonly more: Float64Array;
}

/** A number between 0 and 1 that is always the same for the same two numbers. */
export function dither(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 0x1_0000_0000;
}

/** A number as a whole one that is right on average. */
export function rounded(value: number, index: number, salt: number): number {
  const whole = Math.floor(value);
  return whole + Number(dither(index, salt) < value - whole);
}

/** The level that is nearest to a chance. */
export function nearestLevel(chance: number): number {
  return LEVELS.reduce((best, level, index) => Math.abs(level - chance) < Math.abs(LEVELS[best]! - chance) ? index : best, 0);
}

/** What a step of a part of the way to a chance makes of each level. */
export function stepTo(target: 0 | 1, gain: number): Step {
  const step: Step = { level: new Uint8Array(LEVELS.length), more: new Float64Array(LEVELS.length) };
  for (const [index, from] of LEVELS.entries()) {
    const value = from + gain * (target - from);
    const level = LEVELS.findLastIndex(one => one <= value + 1e-12);
    step.level[index] = level;
    step.more[index] = level === LEVELS.length - 1 ? 0 : Math.max(0, (value - LEVELS[level]!) / (LEVELS[level + 1]! - LEVELS[level]!));
  }
  return step;
}
