// SPDX-License-Identifier: Apache-2.0

import type { BacktestConfig } from './config';
import type { MissingDataStretch } from './missing-data';
import type { Timeline } from './timeline';
import { parseWallText, wallText } from './wall-text';
import { knownCountries, publicHolidays } from '../../handlers/detect/holidays';
import type { GroupRecord } from '../../handlers/lookout/store';
import { zoneOffsetSeconds } from '../../handlers/shared/wall-clock';
import { FREQUENCY_SECONDS } from '../../src/private/contract';

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
 * Tells of data whose anomalies begin on the public holidays of a country, or which has no rows on them, more often than by chance, and that it could know them.
 * @param stretches in which rows were missing
 * @returns undefined where the configuration has holidays, or nothing is to be said
 */
export async function holidayAdvice(
  config: BacktestConfig, groups: readonly Pick<GroupRecord, 'start'>[], stretches: readonly MissingDataStretch[],
  { detected, daysWithRows }: Pick<Timeline, 'detected' | 'daysWithRows'>,
): Promise<string | undefined> {
  const { holidays, timezone } = config;
  if (holidays !== undefined) return undefined;
  const silent = silentDays(config, stretches, daysWithRows);
  const days = [...new Set([...groups.map(({ start }) => dayOf(start + zoneOffsetSeconds(timezone, start))), ...silent])].sort((a, b) => a - b);
  if (days.length < LEAST_DAYS) return undefined;
  const watched = [...new Set(detected.map(dayOf))];
  const candidates: Candidate[] = [];
  const countries = [...await knownCountries()];
  for (const [code, name] of countries) {
    const holidayOf = await holidaysWithin(code, watched);
    const found = days.filter(day => holidayOf.has(day));
    const chance = countries.length * binomialTail(found.length, days.length, holidayOf.size / watched.length);
    if (found.length >= LEAST_DAYS) candidates.push({ code, name, days: found, holidayOf, chance });
  }
  const most = Math.max(...candidates.filter(({ chance }) => chance <= CHANCE).map(candidate => candidate.days.length));
  // also those that have more holidays on which nothing is found: that of the time zone may be one of them
  const equal = candidates.filter(candidate => candidate.days.length === most).sort((a, b) => a.chance - b.chance);
  const best = equal.find(({ code }) => zonesOf(code).includes(timezone)) ?? equal[0];
  if (best === undefined) return undefined;
  const [first] = best.days;
  const others = equal.filter(({ code }) => code !== best.code).slice(0, OTHERS).map(({ code, name }) => `${code} (${name})`);
  return `${best.days.length} of the ${days.length} days on which an anomaly group begins${silent.length === 0 ? '' : ' or no rows come'} are public holidays of ${best.name}, such as ${wallText(first * DAY_SECONDS).slice(0, 10)} `
    + `(${best.holidayOf.get(first)}): try "holidays": ${JSON.stringify(best.code)} in the configuration, and give the connector the prop of that name`
    + (others.length === 0 ? '' : `; as many are holidays of ${others.join(', ')}`);
}

/** Days without a row, within stretches of which that was told, on weekdays on which there were rows a week before: a business is closed on others anyway. */
function silentDays({ frequency }: BacktestConfig, stretches: readonly MissingDataStretch[], daysWithRows: ReadonlySet<number>): number[] {
  return stretches.filter(({ type }) => type === 'NO_ROWS').flatMap(({ from, intervals }) => {
    const start = parseWallText(from);
    const [first, last] = [dayOf(start), dayOf(start + (intervals - 1) * FREQUENCY_SECONDS[frequency])];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }).filter(day => !daysWithRows.has(day) && daysWithRows.has(day - 7));
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
