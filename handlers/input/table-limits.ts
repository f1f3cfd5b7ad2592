// SPDX-License-Identifier: Apache-2.0

import type { IntervalTable } from './interval-table';
import type { RowLayout } from './row-layout';
import { UnusableData } from './unusable-data';
import type { WallClock } from '../shared/wall-clock';

/** Intervals with rows, wherever they lie, from which a time stamp column is taken for something else. */
const MAXIMUM_INTERVALS = 200_000;

/** Bounds the size of a table that is read from files of any size. */
export class TableLimits {
  private readonly slots = new Set<number>();

  /**
   * @param what the rows are, for errors: `history`
   * @param quota what sets the number of time series, where it can be raised
   */
  public constructor(
    private readonly table: IntervalTable, private readonly layout: RowLayout, private readonly clock: WallClock,
    private readonly maximumTimeSeries: number, private readonly what: string, private readonly quota?: string,
  ) {}

  /**
   * Slot of the interval for a time on the wall clock.
   * @throws UnusableData when there are more intervals than any history has
   */
  public slotOf(wall: number): number {
    const slot = this.clock.slotOf(wall);
    if (this.slots.has(slot)) return slot;
    this.slots.add(slot);
    if (this.slots.size > MAXIMUM_INTERVALS) {
      throw new UnusableData(`the ${this.what}'s rows lie in more than ${MAXIMUM_INTERVALS} intervals of ${this.clock.frequency}: does column `
        + `${JSON.stringify(this.layout.timestampColumn)} match the format ${JSON.stringify(this.layout.timestamps.format)}?`);
    }
    return slot;
  }

  /** @throws UnusableData when there are more time series than a detector can have */
  public checkTimeSeries(): void {
    const { maximumTimeSeries, table: { series } } = this;
    if (series.size <= maximumTimeSeries) return;
    const [widest] = this.layout.dimensions
      .map((name, index) => ({ name, values: series.values[index].length }))
      .sort((a, b) => b.values - a.values);
    const raise = this.quota === undefined ? '' : `, or raise ${this.quota}`;
    throw new UnusableData(`the ${this.what} has more than ${maximumTimeSeries} time series (metrics times combinations of dimension values): ${widest
      ? `dimension ${JSON.stringify(widest.name)} alone has ${widest.values} values or more, leave it out or group it${raise}` : `leave out metrics${raise}`}`);
  }
}
