// SPDX-License-Identifier: Apache-2.0

import type { IntervalTable } from './interval-table';
import type { RowLayout } from './row-layout';
import { UnusableData } from './unusable-data';
import type { WallClock } from '../shared/wall-clock';

/** Intervals with rows, wherever they lie, that a history has at most: two years of five minutes. */
const MAXIMUM_INTERVALS = 200_000;

/** How large a table may become. */
export interface TableSize {
  readonly timeSeries: number;
  /** What sets the number of time series, where it can be raised. */
  readonly quota?: string;
  /** Default: as many as a history has. */
  readonly intervals?: number;
}

/** Bounds the size of a table that is read from files of any size. */
export class TableLimits {
  private readonly slots = new Set<number>();

  /** @param what the rows are, for errors: `history` */
  public constructor(
    private readonly table: IntervalTable, private readonly layout: RowLayout, private readonly clock: WallClock,
    private readonly maximum: TableSize, private readonly what: string,
  ) {}

  /** How many intervals have rows so far. */
  public get intervals(): number {
    return this.slots.size;
  }

  /**
   * Slot of the interval for a time on the wall clock.
   * @throws UnusableData when there are more intervals than any history has
   */
  public slotOf(wall: number): number {
    const slot = this.clock.slotOf(wall);
    if (this.slots.has(slot)) return slot;
    this.slots.add(slot);
    const { intervals = MAXIMUM_INTERVALS } = this.maximum;
    if (this.slots.size > intervals) {
      throw new UnusableData(`the ${this.what}'s rows lie in more than ${intervals} intervals of ${this.clock.frequency}: does column `
        + `${JSON.stringify(this.layout.timestampColumn)} match the format ${JSON.stringify(this.layout.timestamps.format)}? If so, leave out the oldest rows`);
    }
    return slot;
  }

  /** @throws UnusableData when there are more time series than a detector can have */
  public checkTimeSeries(): void {
    const { maximum: { timeSeries, quota }, table: { series } } = this;
    if (series.size <= timeSeries) return;
    const [widest] = this.layout.dimensions
      .map((name, index) => ({ name, values: series.values[index].length }))
      .sort((a, b) => b.values - a.values);
    const raise = quota === undefined ? '' : `, or raise ${quota}`;
    throw new UnusableData(`the ${this.what} has more than ${timeSeries} time series (metrics times combinations of dimension values): ${widest
      ? `dimension ${JSON.stringify(widest.name)} alone has ${widest.values} values or more, leave it out or group it${raise}` : `leave out metrics${raise}`}`);
  }
}
