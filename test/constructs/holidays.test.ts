// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { Lazy } from 'aws-cdk-lib';
import { configuration, newStack, synthesize } from './fixture';
import { HOLIDAY_CODES_FILE, holidayCodesSource } from '../../scripts/holiday-codes';
import { Detector, DetectorFrequency, HolidayCalendar, LookoutService } from '../../src';

const TYPE = 'Custom::RedshiftLookoutDetector';

test.each<[HolidayCalendar, string]>([
  [HolidayCalendar.country('DE'), 'DE'],
  [HolidayCalendar.country('DE', 'BY'), 'DE-BY'],
  [HolidayCalendar.country('CK', 'Rarotonga'), 'CK-Rarotonga'],
])('the detector gets its holidays as a tag, whatever its frequency: %j', (holidays, code) => {
  const { template } = synthesize({ frequency: code === 'DE' ? DetectorFrequency.DAILY : DetectorFrequency.HOURLY, holidays });
  expect(configuration(template, TYPE).detector.Tags).toEqual({ 'cdk-redshift-lookout:holidays': code });
});

test('a detector of a shared service has holidays of its own', () => {
  const stack = newStack();
  const detector = Detector.inAccount({ service: new LookoutService(stack, 'Lookout') });
  const { template } = synthesize({ frequency: DetectorFrequency.DAILY, holidays: HolidayCalendar.country('FR'), detector }, stack);
  expect(configuration(template, TYPE).detector.Tags).toEqual({ 'cdk-redshift-lookout:holidays': 'FR' });
});

test('without holidays there is no tag', () => {
  const { template } = synthesize({ frequency: DetectorFrequency.DAILY });
  expect(configuration(template, TYPE).detector).not.toHaveProperty('Tags');
});

test('a country that is known only when it is deployed passes', () => {
  expect(() => HolidayCalendar.country(Lazy.string({ produce: () => 'DE' }))).not.toThrow();
});

test.each<[string, string | undefined, string]>([
  ['de', undefined, 'HolidayCalendar: country is not two capital letters, got "de"; give an ISO 3166-1 code, such as "DE"'],
  ['Germany', undefined, 'country is not two capital letters, got "Germany"'],
  ['DE-BY', undefined, 'country is not two capital letters, got "DE-BY"'],
  ['DE\n', undefined, 'country is not two capital letters, got "DE\\n"'],
  ['', undefined, 'country is not two capital letters, got ""'],
  ['DE', '', 'part is not 1 to 20 letters and digits, got ""; give what follows the "-" in an ISO 3166-2 code, such as "BY" of "DE-BY"'],
  ['DE', 'DE-BY', 'part is not 1 to 20 letters and digits, got "DE-BY"'],
  ['DE', '<b>', 'part is not 1 to 20 letters and digits, got "<b>"'],
  ['UK', undefined, 'HolidayCalendar: country is none of which holidays are known, got "UK"; give "GB"'],
  ['ZZ', undefined, 'country is none of which holidays are known, got "ZZ"; give one of those that are known, such as ZA, ZM, ZW'],
  ['DE', 'XX', 'part is none of DE of which holidays are known, got "XX"; give one of BB, BE, BW, BY, HB'],
  ['DE', 'by', 'part is none of DE of which holidays are known, got "by"'],
  ['FO', 'X', 'part is none of FO of which holidays are known, got "X"; leave it out'],
])('the codes %j and %j are refused', (country, part, message) => {
  expect(() => HolidayCalendar.country(country, part)).toThrow(message);
});

test('the codes of countries and parts are those of date-holidays: if not, run tsx scripts/holiday-codes.ts', () => {
  expect(readFileSync(HOLIDAY_CODES_FILE, 'utf8')).toBe(holidayCodesSource());
});

test('a part that is known only when it is deployed passes', () => {
  expect(HolidayCalendar.country('DE', Lazy.string({ produce: () => 'BY' })).code).toMatch(/^DE-/);
});
