// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import { MISTAKEN_COUNTRIES } from './private/contract';
import { invalid } from './private/errors';
import { HOLIDAY_CODES } from './private/holiday-codes';

/**
 * Public holidays that a detector knows.
 *
 * A daily detector learns what each holiday does to each series, from its second year on; before that, what all of them have in common, also
 * on the days before and after. A detector of a shorter frequency takes for usual what is between the weekday and the country's weekend. Detectors of any
 * frequency learn what is closed on holidays, whose rows are not missing then. Names and dates are those of the npm package `date-holidays`,
 * which knows some 200 countries.
 *
 * In the detection service the holidays are a tag of the detector, `cdk-redshift-lookout:holidays`, with the value `DE` or `DE-BY`. Who
 * creates detectors through its API gives the tag to CreateAnomalyDetector.
 *
 * @example
 * const holidays = HolidayCalendar.country('DE', 'BY'); // Bavaria
 */
export class HolidayCalendar {
  /**
   * Public holidays of a country, or of a part of it where they differ.
   *
   * Throws when a code cannot be one, and when no holidays are known of the country or part: the message names those that are known. Of a code that is
   * known only at deployment, the history run fails in that case (see "History failed" in docs/operations.md of the repository), with the same reason.
   *
   * @param country ISO 3166-1 code: two capital letters, such as `DE`
   * @param part Second half of the ISO 3166-2 code of a state, province or the like, such as `BY`; without it, the holidays of the whole country
   */
  public static country(country: string, part?: string): HolidayCalendar {
    if (!Token.isUnresolved(country) && !/^[A-Z]{2}$/.test(country)) {
      throw invalid('HolidayCalendar', 'country', 'is not two capital letters', country, 'give an ISO 3166-1 code, such as "DE"');
    }
    if (part !== undefined && !Token.isUnresolved(part) && !/^[A-Za-z0-9]{1,20}$/.test(part)) {
      throw invalid('HolidayCalendar', 'part', 'is not 1 to 20 letters and digits', part, 'give what follows the "-" in an ISO 3166-2 code, such as "BY" of "DE-BY"');
    }
    refuseUnknown(country, part);
    return new HolidayCalendar(part === undefined ? country : `${country}-${part}`);
  }

  private constructor(
    /** ISO 3166 code of the country or part: `DE`, `DE-BY`. */
    public readonly code: string,
  ) {}
}

/** Refuses a country or part without known holidays. */
function refuseUnknown(country: string, part: string | undefined): void {
  if (Token.isUnresolved(country)) return;
  const known = HOLIDAY_CODES[country];
  if (known === undefined) {
    const meant = MISTAKEN_COUNTRIES[country];
    const similar = Object.keys(HOLIDAY_CODES).filter(code => code.startsWith(country[0]!));
    const advice = meant === undefined ? `one of those that are known${similar.length === 0 ? '' : `, such as ${similar.join(', ')}`}` : JSON.stringify(meant);
    throw invalid('HolidayCalendar', 'country', 'is none of which holidays are known', country, `give ${advice}`);
  }
  if (part === undefined || Token.isUnresolved(part) || known.split(' ').includes(part)) return;
  throw invalid('HolidayCalendar', 'part', `is none of ${country} of which holidays are known`, part,
    known === '' ? `leave it out: the holidays of ${country} are the same everywhere` : `give one of ${known.split(' ').join(', ')}, or leave it out`);
}
