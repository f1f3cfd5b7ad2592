// SPDX-License-Identifier: Apache-2.0

import type { OddData } from './data-remarks';
import { wallText } from './wall-text';
import type { WallClock } from '../../handlers/shared/wall-clock';

/** Gathers times of rows that no clock of the time zone ever showed. */
export class SkippedTimes {
  private readonly times = new Set<number>();

  public constructor(private readonly clock: WallClock) {}

  /** How many there are, and the first of them. */
  public get found(): OddData['timesSkipped'] {
    const [first] = this.times;
    return { times: this.times.size, ...first !== undefined && { example: wallText(first) } };
  }

  /**
   * @param wall as rows are dated, in seconds counted as if it were UTC
   * @param slot of the interval in which they count: days that lack an hour have it all the same
   */
  public look(wall: number, slot: number): void {
    if (wall - slot >= this.clock.intervalSeconds && !this.clock.shows(wall)) this.times.add(wall);
  }
}
