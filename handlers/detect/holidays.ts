// SPDX-License-Identifier: Apache-2.0

import type Holidays from 'date-holidays';
import { DETECTOR_TAGS, MISTAKEN_COUNTRIES } from '../../src/private/contract';
import { UnusableData } from '../input/unusable-data';
import type { DetectorRecord } from '../lookout/store';

const DAY_MILLISECONDS = 86_400_000;

/** Longest piece of a code shown in a message. */
const SHOWN_CHARACTERS = 20;

/** Countries whose weekend is no Saturday and Sunday, by ISO 3166-1 code, as Unicode CLDR has them: days of the week, 0 is Sunday. */
const WEEKENDS: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(['BH', 'DZ', 'EG', 'IL', 'LY', 'SA', 'SD'].map(country => [country, [5, 6]])),
  IR: [5],
};

/** A public holiday. */
export interface PublicHoliday {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** In English where the data has it, and the same in every year. */
  readonly name: string;
}

/** Public holidays of a country, or of a part of it. */
export interface PublicHolidays {
  /** ISO 3166-1 code of the country, or ISO 3166-2 code of the part: `DE`, `DE-BY`. */
  readonly code: string;
  /** Days of the week that are the country's weekend, 0 is Sunday; undefined: Saturday and Sunday. */
  readonly weekend?: readonly number[];
  /** Holidays of a calendar year, oldest first; several may fall on one day. A substitute day has the name of its holiday. */
  ofYear(year: number): PublicHoliday[];
}

/**
 * The holidays that a detector's tag names.
 * @returns undefined when it has no such tag
 * @throws UnusableData as `publicHolidays`
 */
export async function holidaysOfDetector({ tags = {} }: Pick<DetectorRecord, 'tags'>): Promise<PublicHolidays | undefined> {
  if (!Object.hasOwn(tags, DETECTOR_TAGS.holidays)) return undefined;
  return publicHolidays(tags[DETECTOR_TAGS.holidays]!, `tag ${DETECTOR_TAGS.holidays}`);
}

/** Names of the countries whose holidays are known, by ISO 3166-1 code. */
export async function knownCountries(): Promise<Map<string, string>> {
  const { default: Calendar } = await import('date-holidays');
  return new Map(Object.entries(new Calendar().getCountries('en')));
}

/**
 * Loads the holidays of a country or part. Their data is large and lies in a file of its own, which is read here for the first time.
 * @param code ISO 3166-1 code of a country, or ISO 3166-2 code of a part: `DE`, `DE-BY`
 * @param subject where the code is from, named in errors
 * @throws UnusableData for a country or part that is not known, with those that are
 */
export async function publicHolidays(code: string, subject: string): Promise<PublicHolidays> {
  const { default: Calendar } = await import('date-holidays');
  const [country = '', part, ...more] = code.split('-');
  const all = new Calendar();
  const countries = all.getCountries();
  if (!Object.hasOwn(countries, country)) {
    const meant = Object.hasOwn(MISTAKEN_COUNTRIES, country) ? MISTAKEN_COUNTRIES[country] : undefined;
    if (meant !== undefined) {
      throw new UnusableData(`${subject} is ${shown(code)}: no holidays are known of this country; give ${shown(part === undefined ? meant : `${meant}-${part}`)}, by ISO 3166`);
    }
    // all of them would not fit into a FailureReason
    const similar = Object.keys(countries).filter(known => known[0] === country[0]?.toUpperCase());
    throw new UnusableData(`${subject} is ${shown(code)}: no holidays are known of this country; give the ISO 3166 code of one, such as "DE", or of a part, `
      + `such as "DE-BY"${similar.length === 0 ? '' : `; known with ${similar[0]![0]!}: ${similar.join(', ')}`}`);
  }
  if (part === undefined) return yearlyHolidays(code, new Calendar(country));
  const parts = all.getStates(country) ?? {};
  if (more.length > 0 || !Object.hasOwn(parts, part)) {
    const codes = Object.keys(parts).map(known => `${country}-${known}`);
    throw new UnusableData(`${subject} is ${shown(code)}: no holidays are known of this part of ${country}; give `
      + (codes.length === 0 ? `"${country}"` : `"${country}" or one of ${codes.join(', ')}`));
  }
  return yearlyHolidays(code, new Calendar(country, part));
}

function yearlyHolidays(code: string, holidays: Holidays): PublicHolidays {
  return {
    code,
    weekend: WEEKENDS[code.slice(0, 2)],
    ofYear: year => holidays.getHolidays(year, 'en')
      .filter(({ type }) => type === 'public')
      // the date as it is called there, whatever the time zone; holidays of several days are given once, with their length
      .flatMap(({ date, start, end, name }) => {
        const first = Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY_MILLISECONDS;
        const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / DAY_MILLISECONDS));
        return Array.from({ length: days }, (_, index) => ({ day: first + index, name: nameOf(name, index) }));
      })
      .sort((a, b) => a.day - b.day),
  };
}

/** The days of a holiday are told apart, and a substitute day has the name of its holiday. */
function nameOf(name: string, index: number): string {
  const plain = name.replace(/ \(substitute day\)$/, '');
  return index === 0 ? plain : `${plain}, day ${index + 1}`;
}

function shown(code: string): string {
  return JSON.stringify(code.length > SHOWN_CHARACTERS ? `${code.slice(0, SHOWN_CHARACTERS)}…` : code);
}
