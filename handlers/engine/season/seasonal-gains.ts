// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';

/** Errors are learned up to this many scales. */
export const CLIP = 3;

/** How much of an error each part of the state takes over. */
export interface Gains {
  readonly level: number;
  /** Lowest gain of a slot of the short cycle. */
  readonly cycle: number;
  readonly noise: number;
  readonly scale: number;
  readonly surprise: number;
  readonly longRun: number;
}

/** The gains of a calendar: daily data has a seventh of a week in each value, and learns faster by it. */
export function gainsOf(calendar: Calendar): Gains {
  const daily = calendar.weekSlots === 0;
  return {
    level: daily ? 0.1 : 0.05,
    cycle: 0.15,
    noise: 1 - Math.pow(0.9, 1 / calendar.intervalsPerNoiseSlot),
    scale: daily ? 0.03 : 0.01,
    surprise: daily ? 0.03 : 0.01,
    longRun: 1 / (8 * calendar.intervalsPerWeek),
  };
}
