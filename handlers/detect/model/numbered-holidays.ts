// SPDX-License-Identifier: Apache-2.0

import { HolidayCalendar } from '../../engine';
import type { PublicHolidays } from '../holidays';

const DAY_MILLISECONDS = 86_400_000;

/**
 * Public holidays as the engine knows them: by number. A name keeps its number for ever, and names that were not seen before come after the
 * others, so that what was learned of a holiday stays its own when a later version of the data adds some. Years are looked up when the
 * engine first asks for one of their days.
 */
export class NumberedHolidays extends HolidayCalendar {
  private readonly years = new Map<number, ReadonlyMap<number, number>>();
  private readonly known: string[];

  /** @param names of the holidays that have numbers already, by number */
  public constructor(private readonly holidays: PublicHolidays, names: readonly string[]) {
    super([], holidays.weekend);
    this.known = [...names];
  }

  /** Names by number. */
  public get names(): readonly string[] {
    return this.known;
  }

  public override identityOf(day: number): number | undefined {
    const year = new Date(day * DAY_MILLISECONDS).getUTCFullYear();
    let days = this.years.get(year);
    if (days === undefined) this.years.set(year, days = this.numbered(year));
    return days.get(day);
  }

  /** Where two holidays fall on one day, the first counts. A holiday of several days may reach into the next year: its year has it. */
  private numbered(year: number): ReadonlyMap<number, number> {
    const days = new Map<number, number>();
    for (const { day, name } of [...this.holidays.ofYear(year - 1), ...this.holidays.ofYear(year)]) {
      if (days.has(day) || new Date(day * DAY_MILLISECONDS).getUTCFullYear() !== year) continue;
      if (!this.known.includes(name)) this.known.push(name);
      days.set(day, this.known.indexOf(name));
    }
    return days;
  }
}
