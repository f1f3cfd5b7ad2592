// SPDX-License-Identifier: Apache-2.0

import type { OddData } from './data-remarks';
import { wallText } from './wall-text';
import { isTolerated } from '../../handlers/input/data-quality';
import type { IntervalTable } from '../../handlers/input/interval-table';

/** Counts rows with numbers that cannot be read by their intervals, as deployed detectors do. */
export class RejectedNumbers {
  private readonly counts = new Map<number, number>();

  public add(slot: number): void {
    this.counts.set(slot, (this.counts.get(slot) ?? 0) + 1);
  }

  /** Intervals that a deployed detector would refuse: too many of their rows cannot be read. */
  public refused(table: IntervalTable): OddData['intervalsRefused'] {
    const slots = [...this.counts].filter(([slot, count]) => !isTolerated(count, count + table.rows(slot), 'interval')).map(([slot]) => slot).sort((a, b) => a - b);
    return { intervals: slots.length, ...slots.length > 0 && { example: wallText(slots[0]) } };
  }
}
