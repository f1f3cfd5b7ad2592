// SPDX-License-Identifier: Apache-2.0

/** A day on which business differs from others of its weekday. */
export interface Holiday {
  /** Days since 1970-01-01 on the local wall clock. */
  readonly day: number;
  /** The same whole number from 0 for the same holiday of every year, so that last year's teaches this year's. */
  readonly identity: number;
}

/** Days that are holidays. Where two fall on one day, the one given first counts. */
export class HolidayCalendar {
  private readonly identities = new Map<number, number>();

  /**
   * @param weekend days of the week on which business is as on a holiday, 0 is Sunday. Default: Saturday and Sunday.
   * @throws RangeError for a day or an identity that is not a whole number, or an identity below 0
   */
  public constructor(holidays: Iterable<Holiday>, public readonly weekend: readonly number[] = [6, 0]) {
    for (const { day, identity } of holidays) {
      if (!Number.isSafeInteger(day)) throw new RangeError(`day of a holiday is ${day}; give whole days since 1970-01-01`);
      if (!Number.isSafeInteger(identity) || identity < 0) throw new RangeError(`identity of the holiday on day ${day} is ${identity}; give a whole number from 0`);
      if (!this.identities.has(day)) this.identities.set(day, identity);
    }
  }

  /** Which holiday a day is; undefined on other days. */
  public identityOf(day: number): number | undefined {
    return this.identities.get(day);
  }
}

/** A calendar without any holiday. */
export const NO_HOLIDAYS = new HolidayCalendar([]);
