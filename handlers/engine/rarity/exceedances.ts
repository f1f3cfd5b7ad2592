// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';
import type { SeriesState } from '../state/series-state';

const { floor, log2, max, min } = Math;

/** Levels of the score that are counted: 2, 4, 8 ... 128. */
const EXCEEDANCE_LEVELS = 7;
const LOWEST_LEVEL = 2;
/** Both sides. */
export const EXCEEDANCE_ROWS = 2 * EXCEEDANCE_LEVELS;
/** Counts are kept in parts of one. */
const ONE = 64;
const MOST = 65535;
/** Intervals without an exceedance after which the next one is another occasion. */
const PAUSE = 6;
const PAUSE_OF_DAYS = 2;
/** After so long an occasion counts half: days, weeks for daily data. */
const HALF_LIFE = 20;

/** Part of what is remembered in the end that a series has at an age. */
const remembered = (days: number): number => 1 - 2 ** (-days / HALF_LIFE);
const QUARTERS = 4;
/** Days after which a series is known, and the part of what is remembered then that it has before, by the quarter of a day. */
const KNOWN_DAYS = 28;
const KNOWN_SHARES = Float64Array.from(
  { length: KNOWN_DAYS * QUARTERS }, (_, quarter) => remembered((quarter + 0.5) / QUARTERS) / remembered(KNOWN_DAYS));
/**
 * What is thought of a series before it is known, with the weight of such a part: as many occasions on which the score is 2 or more, and 4 or
 * more, as noise has in four weeks of 5 or 10 minutes. Measured: few false alerts in the first two weeks, and about the same events.
 */
const NOISE_OCCASIONS = 30;
const NOISE_OCCASIONS_FAR = 0.3;
const NOISE_SHARE = 0.2;

/**
 * How often each series was so far off lately, on each side: separate occasions on which the score exceeded a level, as in a
 * peaks-over-threshold model (Davison and Smith 1990) with runs declustering, but counted and not fitted: a distribution fitted to the tail
 * takes an honest series with a few events for one that has them always.
 */
export class Exceedances {
  private readonly fading: number;
  private readonly pause: number;
  private readonly isShort: boolean;
  private readonly quartersPerPoint: number;

  public constructor(calendar: Calendar, private readonly state: SeriesState) {
    const isDaily = calendar.weekSlots === 0;
    this.fading = 2 ** (-1 / (HALF_LIFE * (isDaily ? 7 : 1)));
    this.isShort = calendar.isWithinHour;
    this.quartersPerPoint = QUARTERS / calendar.cycleSlots;
    this.pause = isDaily ? PAUSE_OF_DAYS : PAUSE;
  }

  /**
   * Occasions on which the score was at least `size` on a side, faded by age.
   * @param side 0 below, 1 above
   */
  public count(series: number, side: number, size: number): number {
    const { exceedances, capacity } = this.state;
    const place = max(0, log2(size / LOWEST_LEVEL));
    const level = min(EXCEEDANCE_LEVELS - 1, floor(place));
    const row = side * EXCEEDANCE_LEVELS + level;
    const at = exceedances[row * capacity + series]!;
    const next = level + 1 < EXCEEDANCE_LEVELS ? exceedances[(row + 1) * capacity + series]! : at;
    return (at + min(1, place - level) * (next - at)) / ONE;
  }

  /**
   * The same as they would be if the series had been there for four weeks, at intervals of less than an hour: as often as so far. The first
   * days say little, so they are taken together with what noise does.
   */
  public countWhenKnown(series: number, side: number, size: number): number {
    const count = this.count(series, side, size);
    if (this.isKnown(series)) return count;
    const place = max(0, min(1, log2(size / LOWEST_LEVEL)));
    const ofNoise = NOISE_OCCASIONS + place * (NOISE_OCCASIONS_FAR - NOISE_OCCASIONS);
    return (count + NOISE_SHARE * ofNoise) / (KNOWN_SHARES[this.quarterOf(series)]! + NOISE_SHARE);
  }

  /** Whether `count` tells what the series usually does. */
  public isKnown(series: number): boolean {
    return !this.isShort || this.quarterOf(series) >= KNOWN_SHARES.length;
  }

  /** Counts an interval of a series whose score was `size`. */
  public learn(interval: number, series: number, side: number, size: number): void {
    if (!(size > LOWEST_LEVEL)) return;
    const { exceedances, exceededLevels, exceededAt, capacity } = this.state;
    const occasion = side * capacity + series;
    const goesOn = interval - exceededAt[occasion]! <= this.pause;
    const counted = goesOn ? exceededLevels[occasion]! : 0;
    const levels = min(EXCEEDANCE_LEVELS, floor(log2(size / LOWEST_LEVEL)) + 1);
    for (let level = counted; level < levels; level++) {
      const place = (side * EXCEEDANCE_LEVELS + level) * capacity + series;
      exceedances[place] = min(MOST, exceedances[place]! + ONE);
    }
    exceededLevels[occasion] = max(counted, levels);
    exceededAt[occasion] = interval;
  }

  /** Lets all counts fade by a number of days. */
  public fade(days: number): void {
    const { exceedances } = this.state;
    const fading = this.fading ** days;
    for (let place = 0; place < exceedances.length; place++) exceedances[place] = exceedances[place]! * fading;
  }

  /** Age of a series by its values, in quarters of a day. */
  private quarterOf(series: number): number {
    return floor(this.state.points[series]! * this.quartersPerPoint);
  }
}
