// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';
import { NEVER_NEGATIVE } from '../state/value-kinds';

const { max, min } = Math;

/** The ends of what a share can be. */
const ENDS = 2;
/** Occasions on which a share was at an end lately, up to which that is news and from which on it is none. */
const FEW_OCCASIONS = 1.5;
const SEVERAL_OCCASIONS = 3;
/** Successive values at the same end from which on it is news all the same. */
const LASTING = 3;
/** Occasions are kept in parts of one. */
const ONE = 64;
const MOST = 65535;
/** Days after which an occasion counts half. */
const HALF_LIFE = 20;
/** `endLength` of a series at the upper end is so much more. */
const UPPER = 128;
const LONGEST = 127;

/** Rows of the state: daily data has too many events in an interval for it. */
export function endRows(calendar: Calendar): { readonly ends: number; readonly present: number } {
  return calendar.weekSlots === 0 ? { ends: 0, present: 0 } : { ends: ENDS, present: 1 };
}

/**
 * Averages of what is either 0 or 1, as the share of payments that are approved. Where little happens, at night, they are averages of one or two: one payment
 * that is refused is a share of 0. How many they are of is not known, but a share that was at one of its ends on several occasions lately gets there by
 * chance: one value there is no news, and neither are two; what stays there is.
 */
export class ValueEnds {
  private readonly isKept: boolean;

  public constructor(calendar: Calendar, private readonly state: SeriesState) {
    this.isKept = endRows(calendar).present > 0;
  }

  /**
   * Part of a score that counts for the severity, 0-1.
   * @param isShare whether the series has only been between 0 and 1 lately
   */
  public share(series: number, value: number, isShare: () => boolean): number {
    const { kind, atEnd, endLength, capacity } = this.state;
    if (!this.isKept || value !== 0 && value !== 1 || kind[series] !== NEVER_NEGATIVE) return 1;
    const length = endLength[series]!;
    const newest = length >= UPPER ? 1 : 0;
    if (newest === value && length % UPPER >= LASTING - 1 || !isShare()) return 1;
    const occasions = atEnd[value * capacity + series]! / ONE;
    return 1 - max(0, min(1, (occasions - FEW_OCCASIONS) / (SEVERAL_OCCASIONS - FEW_OCCASIONS)));
  }

  /** Takes in an interval of the series from `from` up to but not including `to`; NaN: no value. */
  public learn(from: number, to: number, values: Float64Array): void {
    if (!this.isKept) return;
    const { atEnd, endLength, capacity } = this.state;
    for (let s = from; s < to; s++) {
      const value = values[s - from]!;
      if (value !== value) continue;
      if (value !== 0 && value !== 1) {
        endLength[s] = 0;
        continue;
      }
      const base = value * UPPER;
      const length = endLength[s]! - base;
      const goesOn = length > 0 && length < UPPER;
      if (!goesOn) atEnd[value * capacity + s] = min(MOST, atEnd[value * capacity + s]! + ONE);
      endLength[s] = base + (goesOn ? min(LONGEST, length + 1) : 1);
    }
  }

  /** Lets all occasions fade by a number of days. */
  public fade(days: number): void {
    if (!this.isKept || !(days > 0)) return;
    const { atEnd } = this.state;
    const fading = 2 ** (-days / HALF_LIFE);
    for (let place = 0; place < atEnd.length; place++) atEnd[place] = atEnd[place]! * fading;
  }
}
