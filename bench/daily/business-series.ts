// SPDX-License-Identifier: Apache-2.0

import { EASTER_SUNDAYS } from './easter-sundays';

const DAY_MILLISECONDS = 86_400_000;

/** A day's value of a generated business, and whether it is a true anomaly. */
export interface BusinessDay {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** NaN where the day is missing. */
  readonly value: number;
  readonly anomalous: boolean;
}

/** What a generated business owes to the calendar beside the day of the week: each as a part of the usual day. */
export interface Business {
  readonly name: string;
  /** Added on the last day of the month, or on its last working day. */
  readonly billing?: { readonly size: number; readonly on: 'last day' | 'last working day' };
  /** Added on a day of the month. */
  readonly payday?: { readonly size: number; readonly day: number };
  /** Added to the last day of the quarter, counted as `billing` is. */
  readonly quarterEnd?: number;
  /** Height of the year's wave, and of a rush in the four weeks before Christmas. */
  readonly year?: number;
  /** Part that a holiday takes away. */
  readonly holidays?: number;
  /** Growth in a year. */
  readonly trend?: number;
  /** Standard deviation of the noise. */
  readonly noise: number;
  /** Share of days that are missing, and of days on which nothing happens. */
  readonly missing?: number;
  readonly idle?: number;
}

/** Public holidays of the whole of Germany, in the order of their identities. */
export function germanHoliday(day: number): number | undefined {
  const date = new Date(day * DAY_MILLISECONDS);
  const fixed = ['01-01', '05-01', '10-03', '12-25', '12-26'].indexOf(date.toISOString().slice(5, 10));
  if (fixed >= 0) return fixed;
  const easter = EASTER_SUNDAYS.get(date.getUTCFullYear());
  const moving = easter === undefined ? -1 : [-2, 1, 39, 50].indexOf(day - easter);
  return moving < 0 ? undefined : 5 + moving;
}

/** Generates `days` days from `first` on; one in 120 is an anomaly, by 8 to 20 standard deviations of the noise, up or down. */
export function* businessDays(business: Business, first: number, days: number, random: () => number): Generator<BusinessDay> {
  const { billing, payday, noise } = business;
  const scale = 1000 * 10 ** (2 * random());
  for (let day = first; day < first + days; day++) {
    const date = new Date(day * DAY_MILLISECONDS);
    const weekday = date.getUTCDay();
    const holiday = germanHoliday(day) !== undefined;
    const years = (day - first) / 365.25;
    let part = weekday === 0 ? 0.5 : weekday === 6 ? 0.7 : 1;
    part *= (1 + (business.trend ?? 0)) ** years * (1 + (business.year ?? 0) * yearShape(date));
    const isLast = date.getUTCMonth() !== new Date((day + 1) * DAY_MILLISECONDS).getUTCMonth();
    const due = billing !== undefined && (billing.on === 'last day' ? isLast : isLastWorkingDay(day));
    if (due) part *= 1 + billing.size;
    if (payday !== undefined && date.getUTCDate() === payday.day) part *= 1 + payday.size;
    if (business.quarterEnd !== undefined && (billing === undefined ? isLast : due) && date.getUTCMonth() % 3 === 2) part *= 1 + business.quarterEnd;
    if (holiday) part *= 1 - (business.holidays ?? 0);
    const idle = random() < (business.idle ?? 0);
    const missing = random() < (business.missing ?? 0);
    const anomalous = !idle && !missing && random() < 1 / 120;
    const size = anomalous ? (8 + 12 * random()) * (random() < 0.5 ? -1 : 1) : 0;
    const value = Math.max(0, scale * (part * (1 + noise * normal(random)) + noise * size));
    yield { day, value: missing ? NaN : idle ? 0 : value, anomalous };
  }
}

/** A wave that is highest in November, and a rush before Christmas that ends with it. */
function yearShape(date: Date): number {
  const start = Date.UTC(date.getUTCFullYear(), 0, 1);
  const day = (date.getTime() - start) / DAY_MILLISECONDS;
  const rush = day >= 330 && day < 358 ? (day - 330) / 28 : 0;
  return Math.cos((day - 320) / 365.25 * 2 * Math.PI) / 2 + rush;
}

function isLastWorkingDay(day: number): boolean {
  const isWorking = (other: number): boolean => new Date(other * DAY_MILLISECONDS).getUTCDay() % 6 !== 0 && germanHoliday(other) === undefined;
  if (!isWorking(day)) return false;
  const month = new Date(day * DAY_MILLISECONDS).getUTCMonth();
  for (let next = day + 1; new Date(next * DAY_MILLISECONDS).getUTCMonth() === month; next++) if (isWorking(next)) return false;
  return true;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
