// SPDX-License-Identifier: Apache-2.0

import type { Frequency } from '../../../src/private/contract';
import type { Measure } from '../../input/row-layout';
import { WallClock } from '../../shared/wall-clock';

/**
 * Leaves out what cannot be compared with other intervals. Where clocks are put back, the same hour is dated twice, and is one interval: of
 * two hours, 24 times as long as the others at five minutes. Sums of it would be anomalies of all series every autumn, and whether both hours
 * are in them only those know who wrote the rows. Averages stay, and so do days, which have an hour more or less.
 */
export class ComparableValues {
  private readonly clock: WallClock;
  private readonly isSum: readonly boolean[];
  private readonly isAnyLeftOut: boolean;

  public constructor(frequency: Frequency, timezone: string, measures: readonly Measure[]) {
    this.clock = new WallClock(timezone, frequency);
    this.isSum = measures.map(({ aggregation }) => aggregation === 'SUM');
    this.isAnyLeftOut = frequency !== 'P1D' && this.isSum.includes(true);
  }

  /**
   * @param values of an interval, by series number
   * @returns the same values, or some without those that are left out
   */
  public of(slot: number, values: Float64Array): Float64Array {
    const { clock, isSum } = this;
    if (!this.isAnyLeftOut || clock.startOf(clock.next(slot)) - clock.startOf(slot) === clock.intervalSeconds) return values;
    return values.map((value, series) => isSum[series % isSum.length] ? NaN : value);
  }
}
