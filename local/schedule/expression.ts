// SPDX-License-Identifier: Apache-2.0

import { TZDate } from '@date-fns/tz';

/** A schedule expression that cannot be read. The message shows it. */
export class ScheduleExpressionError extends Error {
  public override readonly name = 'ScheduleExpressionError';
}

/** When a schedule fires: the first time after (not at) the given one; undefined: never again. */
export type NextTime = (after: Date) => Date | undefined;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const UNIT_SECONDS: Record<string, number> = { minute: 60, hour: 3600, day: 86_400 };

/** How far ahead a time is looked for, in days: a 29 February comes within 8 years. */
const HORIZON_DAYS = 9 * 366;

/** Shifts by which clocks are put back, in minutes. */
const CLOCK_SHIFTS = [30, 60, 120];

/**
 * Reads `cron(minutes hours day-of-month month day-of-week year)`, `rate(value unit)` and `at(yyyy-mm-ddThh:mm:ss)` as EventBridge
 * Scheduler does (user guide, "Schedule types"): in a time zone; a time that the clock leaves out is skipped, one that comes twice is
 * taken the first time. The characters L, W and # are not known. A rate counts from `created`.
 */
export function parseScheduleExpression(expression: string, timezone: string, created: Date): NextTime {
  const fail = (reason: string) => new ScheduleExpressionError(`schedule expression ${JSON.stringify(expression)}: ${reason}`);
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw fail(`unknown time zone ${JSON.stringify(timezone)}`);
  }
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) {
    const period = Number(rate[1]) * UNIT_SECONDS[rate[2]] * 1000;
    if (period === 0) throw fail('the rate must be positive');
    return (after) => new Date(created.getTime() + Math.max(0, Math.floor((after.getTime() - created.getTime()) / period) + 1) * period);
  }
  const at = /^at\((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\)$/.exec(expression);
  if (at) {
    const [year, month, day, hour, minute, second] = at.slice(1).map(Number);
    const time = new Date(new TZDate(year, month - 1, day, hour, minute, second, timezone).getTime());
    return (after) => time > after ? time : undefined;
  }
  const cron = /^cron\((.*)\)$/.exec(expression);
  const fields = cron?.[1].trim().split(/\s+/);
  if (fields?.length !== 6) throw fail('expected cron(minutes hours day-of-month month day-of-week year), rate(value unit) or at(time)');
  const [minutes, hours, days, months, weekdays, years] = [
    parseField(fields[0], 0, 59), parseField(fields[1], 0, 23), parseField(fields[2], 1, 31), parseField(fields[3], 1, 12, MONTHS),
    parseField(fields[4], 1, 7, WEEKDAYS), parseField(fields[5], 1970, 2199),
  ].map((field, index) => {
    if (typeof field === 'string') throw fail(`field ${index + 1} (${fields[index]}): ${field}`);
    return field;
  });
  const dayMatches = (date: Date) => years.has(date.getUTCFullYear()) && months.has(date.getUTCMonth() + 1)
    && days.has(date.getUTCDate()) && weekdays.has(date.getUTCDay() + 1);
  const orderedHours = [...hours].sort((a, b) => a - b);
  const orderedMinutes = [...minutes].sort((a, b) => a - b);
  return (after) => {
    const wall = new TZDate(after.getTime(), timezone);
    for (let offset = 0; offset < HORIZON_DAYS; offset++) {
      const day = new Date(Date.UTC(wall.getFullYear(), wall.getMonth(), wall.getDate() + offset));
      if (!dayMatches(day)) continue;
      for (const hour of orderedHours) {
        for (const minute of orderedMinutes) {
          if (offset === 0 && (hour < wall.getHours() - 2)) continue;
          const time = instantOf(day, hour, minute, timezone);
          if (time !== undefined && time > after) return time;
        }
      }
    }
    return undefined;
  };
}

/** Values of one field, or what is wrong with it. */
function parseField(text: string, least: number, most: number, names: string[] = []): Set<number> | string {
  const values = new Set<number>();
  const number = (part: string) => {
    const index = names.indexOf(part.toUpperCase());
    return index >= 0 ? index + least : /^\d+$/.test(part) ? Number(part) : NaN;
  };
  for (const part of text.split(',')) {
    const [range, step] = part.split('/');
    const stepValue = step === undefined ? 1 : number(step);
    let [from, to] = [least, most];
    if (range !== '*' && range !== '?') {
      const bounds = range.split('-');
      if (bounds.length > 2) return 'expected a value or a range';
      from = number(bounds[0]);
      to = bounds.length === 2 ? number(bounds[1]) : step === undefined ? from : most;
    }
    if (![from, to, stepValue].every(Number.isInteger)) {
      return 'only *, ?, values, names, ranges, lists and steps are known to the embedded cloud';
    }
    if (from < least || to > most || from > to || stepValue < 1) return `values lie between ${least} and ${most}`;
    for (let value = from; value <= to; value += stepValue) values.add(value);
  }
  return values;
}

/** The instant at which the wall clock shows this time: the first of two; undefined when it never does. */
function instantOf(day: Date, hour: number, minute: number, timezone: string): Date | undefined {
  const time = new TZDate(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), hour, minute, 0, timezone).getTime();
  const shows = (instant: number) => {
    const wall = new TZDate(instant, timezone);
    return wall.getHours() === hour && wall.getMinutes() === minute && wall.getDate() === day.getUTCDate();
  };
  if (!shows(time)) return undefined;
  const earlier = CLOCK_SHIFTS.map((shift) => time - shift * 60_000).filter(shows);
  return new Date(Math.min(time, ...earlier));
}
