// SPDX-License-Identifier: Apache-2.0

import type { BacktestConfig } from './config';
import { wallText } from './wall-text';
import { knownCountries, publicHolidays } from '../../handlers/detect/holidays';
import type { GroupRecord } from '../../handlers/lookout/store';
import { zoneOffsetSeconds } from '../../handlers/shared/wall-clock';

const DAY_SECONDS = 86_400;
/** Fewer days say nothing. */
const LEAST_DAYS = 3;
/** Chance, of all countries together, that so many of the days are holidays by accident, up to which the advice is given. */
const CHANCE = 0.001;
/** Countries named beside the one that fits best. */
const OTHERS = 3;

/** A country on whose holidays anomalies fall. */
interface Candidate {
  readonly code: string;
  readonly name: string;
  readonly days: readonly number[];
  readonly holidayOf: ReadonlyMap<number, string>;
  readonly chance: number;
}

/**
 * Tells of data whose anomalies begin on the public holidays of a country, more often than by chance, and that it could know them.
 * @param detected wall times at which the intervals detected begin, seconds
 * @returns undefined where the configuration has holidays, or nothing is to be said
 */
export async function holidayAdvice(
  { holidays, timezone }: BacktestConfig, groups: readonly Pick<GroupRecord, 'start'>[], detected: readonly number[],
): Promise<string | undefined> {
  if (holidays !== undefined) return undefined;
  const days = [...new Set(groups.map(({ start }) => dayOf(start + zoneOffsetSeconds(timezone, start))))].sort((a, b) => a - b);
  if (days.length < LEAST_DAYS) return undefined;
  const watched = [...new Set(detected.map(dayOf))];
  const fitting: Candidate[] = [];
  const countries = [...await knownCountries()];
  for (const [code, name] of countries) {
    const holidayOf = await holidaysWithin(code, watched);
    const found = days.filter(day => holidayOf.has(day));
    const chance = countries.length * binomialTail(found.length, days.length, holidayOf.size / watched.length);
    if (found.length >= LEAST_DAYS && chance <= CHANCE) fitting.push({ code, name, days: found, holidayOf, chance });
  }
  const most = Math.max(...fitting.map(candidate => candidate.days.length));
  const equal = fitting.filter(candidate => candidate.days.length === most).sort((a, b) => a.chance - b.chance);
  const best = equal.find(({ code }) => zonesOf(code).includes(timezone)) ?? equal[0];
  if (best === undefined) return undefined;
  const [first] = best.days;
  const others = equal.filter(({ code }) => code !== best.code).slice(0, OTHERS).map(({ code, name }) => `${code} (${name})`);
  return `${best.days.length} of the ${days.length} days on which an anomaly group begins are public holidays of ${best.name}, such as ${wallText(first * DAY_SECONDS).slice(0, 10)} `
    + `(${best.holidayOf.get(first)}): try "holidays": ${JSON.stringify(best.code)} in the configuration, and give the connector the prop of that name`
    + (others.length === 0 ? '' : `; as many are holidays of ${others.join(', ')}`);
}

/** Names of the public holidays that fall on one of the days. */
async function holidaysWithin(code: string, days: readonly number[]): Promise<Map<number, string>> {
  const { ofYear } = await publicHolidays(code, 'country');
  const isDetected = new Set(days);
  const years = new Set(days.map(day => new Date(day * DAY_SECONDS * 1000).getUTCFullYear()));
  return new Map([...years].flatMap(ofYear).filter(({ day }) => isDetected.has(day)).map(({ day, name }) => [day, name]));
}

/** Chance of `least` or more of `count` that each have this chance by themselves. */
function binomialTail(least: number, count: number, chance: number): number {
  let sum = 0;
  let logChoices = 0;
  for (let number = 0; number <= count; number++) {
    if (number >= least) sum += Math.exp(logChoices + number * Math.log(chance) + (count - number) * Math.log1p(-chance));
    logChoices += Math.log((count - number) / (number + 1));
  }
  return Math.min(1, sum);
}

/** Time zones of a country. */
function zonesOf(code: string): readonly string[] {
  // a property before Node.js 22, and in no type yet
  const locale = new Intl.Locale(`und-${code}`) as Intl.Locale & { readonly timeZones?: string[]; getTimeZones?(): string[] | undefined };
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}

function dayOf(wallSeconds: number): number {
  return Math.floor(wallSeconds / DAY_SECONDS);
}
