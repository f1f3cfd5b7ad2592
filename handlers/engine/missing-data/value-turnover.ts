// SPDX-License-Identifier: Apache-2.0

import type { ReportingHours } from './reporting-hours';
import { dayOf, type Silence } from './silences';

/** Values that stopped a day ago or more, on so many different days, and their share of all from which they come and go. */
const LEAST_VALUES = 5;
const LEAST_DAYS = 4;
const LEAST_SHARE = 0.1;

/** A value of a dimension that has stopped: its combinations that are expected at any hour, and the intervals without any of its rows. */
export interface StoppedValue {
  readonly code: number;
  readonly combinations: readonly number[];
  readonly silence: Silence;
}

/**
 * Dimensions whose values come and go, as the numbers of campaigns do: one that stays away there is not missing. Many that stop at once are,
 * and so is one that was there for two weeks or more where only newer ones come and go.
 */
export class ValueTurnover {
  public constructor(private readonly hours: ReportingHours) {}

  /**
   * @param stopped values of a dimension that have stopped in the last four weeks
   * @param column the number of its value in each combination
   * @param isKnown whether a combination had rows in the last four weeks
   * @param day the present one
   * @returns those that are missing
   */
  public missing(stopped: readonly StoppedValue[], column: Int32Array, isKnown: (index: number) => boolean, day: number): readonly StoppedValue[] {
    // mostly there are none, or few
    if (stopped.length < LEAST_VALUES) return stopped;
    const isOld = ({ combinations }: StoppedValue): boolean => combinations.some(index => this.hours.days.isOld(index));
    const comeAndGo = [false, true].filter(old => {
      const days = stopped.filter(value => isOld(value) === old).map(({ silence }) => dayOf(silence.start)).filter(start => start < day);
      if (days.length < LEAST_VALUES || new Set(days).size < LEAST_DAYS) return false;
      return days.length >= LEAST_SHARE * this.countOf(column, isKnown, old);
    });
    return comeAndGo.length === 0 ? stopped : stopped.filter(value => !comeAndGo.includes(isOld(value)));
  }

  /** Values that regularly have rows and are old, or that are not. */
  private countOf(column: Int32Array, isKnown: (index: number) => boolean, old: boolean): number {
    const [values, others] = [new Set<number>(), new Set<number>()];
    for (let index = 0; index < column.length; index++) {
      if (isKnown(index) && this.hours.isExpectedEver(index)) (this.hours.days.isOld(index) ? values : others).add(column[index]!);
    }
    if (old) return values.size;
    let count = 0;
    for (const code of others) if (!values.has(code)) count++;
    return count;
  }
}
