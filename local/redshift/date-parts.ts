// SPDX-License-Identifier: Apache-2.0

/**
 * Date parts of Redshift with their synonyms (Redshift developer guide, "Date parts for date or timestamp functions"), by the name that
 * PostgreSQL knows.
 */
const SYNONYMS: Record<string, readonly string[]> = {
  millennium: ['millennium', 'millennia', 'mil', 'mils'],
  century: ['century', 'centuries', 'c', 'cent', 'cents'],
  decade: ['decade', 'decades', 'dec', 'decs'],
  epoch: ['epoch'],
  year: ['year', 'years', 'y', 'yr', 'yrs'],
  quarter: ['quarter', 'quarters', 'qtr', 'qtrs'],
  month: ['month', 'months', 'mon', 'mons'],
  week: ['week', 'weeks', 'w'],
  dow: ['dayofweek', 'dow', 'dw', 'weekday'],
  doy: ['dayofyear', 'doy', 'dy', 'yearday'],
  day: ['day', 'days', 'd'],
  hour: ['hour', 'hours', 'h', 'hr', 'hrs'],
  minute: ['minute', 'minutes', 'm', 'min', 'mins'],
  second: ['second', 'seconds', 's', 'sec', 'secs'],
  millisecond: ['millisecond', 'milliseconds', 'ms', 'msec', 'msecs', 'msecond', 'mseconds', 'millisec', 'millisecs', 'millisecon'],
  microsecond: [
    'microsecond', 'microseconds', 'us', 'usec', 'usecs', 'usecond', 'useconds', 'microsec', 'microsecs', 'microsecon',
  ],
};

const CANONICAL = new Map(Object.entries(SYNONYMS).flatMap(([name, words]) => words.map(word => [word, name] as const)));

/** PostgreSQL's name of a Redshift date part, in any of its spellings; undefined for what is none. */
export function datePart(word: string): string | undefined {
  return CANONICAL.get(word.toLowerCase());
}

/** PostgreSQL's interval of one date part. */
export function intervalOf(part: string): string {
  return part === 'quarter' ? '3 months' : `1 ${part}`;
}
