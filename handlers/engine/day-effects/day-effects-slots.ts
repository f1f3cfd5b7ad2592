// SPDX-License-Identifier: Apache-2.0

import type { SeriesState } from '../state/series-state';

const { abs, max, min } = Math;

/** How much of an error a slot takes over from its third visit on, and how much of it its errors do. */
const EFFECT_GAIN = 0.3;
const ERROR_GAIN = 0.4;
/** Errors are learned up to this many times the usual one of the slot. */
const CLIP = 3;
/**
 * How much better a slot must be than nothing to be believed: half at 0.75 of the error, and not at all where it is no better. A series has many slots, and
 * each is learned from few values. The year, which is judged by two months of errors, is half believed at 0.83, as the week of hourly data is.
 */
const SLOT_PENALTY = 8;
const YEAR_PENALTY = 3;
/** Errors that a slot with only one value is taken to make, in usual ones: one value may have been chance. */
const SINGLE_ERROR = 2.5;

/**
 * How far a slot is believed, 0-1: by the errors that it made and that would have been made without it, both on top of the usual one, so
 * that differences within the noise count for nothing.
 */
function effectTrust(errorWithout: number, errorWith: number, usual: number): number {
  const without = errorWithout + usual;
  if (without === 0) return 0;
  const ratio = (errorWith + usual) / without;
  const power = ratio ** 8;
  return max(0, (1 - power) / (1 + SLOT_PENALTY * power));
}

/** How far the week of the year is believed, 0-1: by the errors of the series in the last two months. */
export function yearTrust(errorWithout: number, errorWith: number): number {
  if (errorWithout === 0) return 0;
  const ratio = errorWith / errorWithout;
  return 1 / (1 + YEAR_PENALTY * ratio ** 6);
}

/** What a slot says, and how sure it is. */
export interface SlotOpinion {
  /** As far as it is believed. */
  effect: number;
  /** Usual error of the slot; Infinity while it has none. */
  error: number;
  trust: number;
}

/**
 * What one slot of one series says of the day.
 * @param usual usual mean absolute error of the series on other days
 * @param single whether one earlier value is enough to be believed, as for a holiday that comes once a year
 */
export function opinionOf(state: SeriesState, slot: number, usual: number, single: boolean, opinion: SlotOpinion): void {
  const effect = state.effect[slot]!;
  let errorWith = state.effectError[slot]!;
  let errorWithout = state.plainError[slot]!;
  opinion.effect = opinion.trust = 0;
  opinion.error = Infinity;
  if (effect !== effect) return;
  if (errorWith !== errorWith) {
    if (!single) return;
    errorWith = SINGLE_ERROR * usual;
    errorWithout = abs(effect);
  }
  opinion.trust = effectTrust(errorWithout, errorWith, usual);
  opinion.effect = opinion.trust * effect;
  opinion.error = errorWith;
}

/**
 * Learns what was left over on a day of the slot. The first value is the effect; its errors are counted from the second on, so always on
 * days that it had not learned yet.
 */
export function learnSlot(state: SeriesState, slot: number, left: number, usual: number): void {
  const { effect: effects, effectError, plainError } = state;
  const effect = effects[slot]!;
  if (effect !== effect) {
    effects[slot] = left;
    return;
  }
  const errorWith = effectError[slot]!;
  const off = left - effect;
  if (errorWith !== errorWith) {
    effectError[slot] = abs(off);
    plainError[slot] = abs(left);
    effects[slot] = effect + 0.5 * off;
    return;
  }
  const limit = CLIP * max(usual, errorWith);
  // an effect that was far off is clipped less and less: its errors grow
  const clipped = max(-limit, min(limit, off));
  effects[slot] = effect + EFFECT_GAIN * clipped;
  effectError[slot] = errorWith + ERROR_GAIN * (abs(clipped) - errorWith);
  const without = plainError[slot]!;
  plainError[slot] = without + ERROR_GAIN * (min(abs(left), abs(effect) + limit) - without);
}
