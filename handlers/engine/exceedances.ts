// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from './calendar';
import type { SeriesState } from './series-state';

const { floor, log2, max, min } = Math;

/** Levels of the score that are counted: 2, 4, 8 ... 128. */
export const EXCEEDANCE_LEVELS = 7;
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

/**
 * How often each series was so far off lately, on each side: separate occasions on which the score exceeded a level, as in a
 * peaks-over-threshold model (Davison and Smith 1990) with runs declustering, but counted and not fitted: a distribution fitted to the tail
 * takes an honest series with a few events for one that has them always.
 */
export class Exceedances {
  private readonly fading: number;
  private readonly pause: number;

  public constructor(calendar: Calendar, private readonly state: SeriesState) {
    const isDaily = calendar.weekSlots === 0;
    this.fading = 2 ** (-1 / (HALF_LIFE * (isDaily ? 7 : 1)));
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
}
