// SPDX-License-Identifier: Apache-2.0

import { HolidayCalendar, type ModelSettings } from '../../../../handlers/engine';
import { Business, day, firstOf, type Moment, type Reports } from '../business';
import { MONDAY } from '../samples';

/** Seven holidays of a year of 364 days: two in a row on Thursday and Friday, and others on Mondays, a Wednesday and a Sunday. */
const HOLIDAYS = [24, 25, 49, 100, 142, 202, 245];
const YEAR = 364;
const FIRST_DAY = MONDAY / 86_400;
const identityOf = (of: number): number => HOLIDAYS.indexOf(of % YEAR);
const CALENDAR = new HolidayCalendar([0, 1, 2].flatMap(year => HOLIDAYS.map((of, identity) => ({ day: FIRST_DAY + year * YEAR + of, identity }))));
const isHoliday = (moment: Moment): boolean => identityOf(moment.day) >= 0;

/** Opening hours, of which daily data knows nothing. */
const hours = (moment: Moment, intervalSeconds: number): boolean => intervalSeconds === 86_400 || day(moment, 9, 19);
type Interval = ModelSettings['intervalSeconds'];

describe('missing data on public holidays', () => {
  test.each<Interval>([300, 3600, 86_400])('a shop that is closed on Sundays is closed on holidays too, from the first one on (%i seconds)', intervalSeconds => {
    const business = new Business(intervalSeconds, CALENDAR);
    const usual: Reports = moment => moment.weekday < 6 && hours(moment, intervalSeconds) && !isHoliday(moment);
    business.days(0, 14, usual);
    expect(business.began(14, 110, usual)).toEqual([]);
    const plain = new Business(intervalSeconds);
    plain.days(0, 14, usual);
    expect(plain.began(14, 110, usual).map(({ kind }) => kind)).toContain('noRows');
    // a day after one on which nothing comes: from opening time on
    expect(business.began(110, 143, usual)).toEqual([]);
    expect(firstOf(business.days(143, 144, () => false), 'noRows')).toBe(intervalSeconds === 86_400 ? 0 : 9 * 3600 / intervalSeconds);
  });

  test.each<Interval>([3600, 86_400])('a business that is open every day and closed on holidays is told once (%i seconds)', intervalSeconds => {
    const business = new Business(intervalSeconds, CALENDAR);
    const usual: Reports = moment => hours(moment, intervalSeconds) && !isHoliday(moment);
    expect(business.began(0, 49, usual).map(({ kind, since }) => [kind, Math.floor(since / 86_400) - FIRST_DAY])).toEqual([
      ['noRows', intervalSeconds === 86_400 ? 24 : 23],
    ]);
    expect(business.began(49, 2 * YEAR, usual)).toEqual([]);
    // it is as good as new on other days
    const out = business.days(2 * YEAR, 2 * YEAR + 3, moment => usual(moment, 0, 0) && moment.day < 2 * YEAR + 2);
    expect(firstOf(out, 'noRows')).toBe(intervalSeconds === 86_400 ? 2 : 48 + 9);
  });

  test.each<Interval>([300, 3600, 86_400])('what is open on holidays and stops on one is found (%i seconds)', intervalSeconds => {
    const business = new Business(intervalSeconds, CALENDAR);
    const usual: Reports = moment => moment.weekday < 6 && hours(moment, intervalSeconds);
    business.days(0, 14, usual);
    expect(business.began(14, 142, usual)).toEqual([]);
    const all = business.copy().days(142, 143, moment => usual(moment, 0, 0) && moment.hour >= 12);
    expect(firstOf(all, 'noRows')).toBe(intervalSeconds === 86_400 ? 0 : 9 * 3600 / intervalSeconds);
    if (intervalSeconds === 86_400) return;
    const city = business.days(142, 143, (moment, one) => usual(moment, 0, 0) && (one !== 2 || moment.hour < 12));
    expect(firstOf(city, 'stopped')).toBe(12 * 3600 / intervalSeconds + 2);
  });

  test('an outage on a holiday makes it no closed one for what was open for long', () => {
    const business = new Business(3600, CALENDAR);
    const outage = [100, 101];
    const usual: Reports = (moment, city) => city !== 2 || !outage.includes(moment.day);
    business.days(0, 100, usual);
    expect(business.began(100, 142, usual).map(({ code }) => code)).toEqual([2]);
    const again = business.days(142, 143, (moment, city) => city !== 2 || moment.hour < 12);
    expect(firstOf(again, 'stopped')).toBe(14);
  });

  test('an outage of days that covers a holiday teaches nothing of holidays', () => {
    const business = new Business(3600, CALENDAR);
    const usual: Reports = moment => day(moment, 9, 22);
    business.days(0, 20, usual);
    // five days and two holidays of a business that was never seen on one
    expect(business.began(20, 49, moment => usual(moment, 0, 0) && (moment.day < 21 || moment.day > 27)).map(({ kind }) => kind)).toEqual(['noRows']);
    expect(firstOf(business.days(49, 50, () => false), 'noRows')).toBe(9);
  });

  test('a city that is closed on holidays beside others that are open is told once at most', () => {
    const business = new Business(3600, CALENDAR);
    const usual: Reports = (moment, city) => city !== 1 || day(moment, 9, 19) && !isHoliday(moment);
    expect(business.began(0, 49, usual).map(({ code }) => code)).toEqual([1]);
    expect(business.began(49, 300, usual)).toEqual([]);
    // the day after, and one that is open on holidays
    const after = business.copy().days(300, YEAR + 27, (moment, city) => usual(moment, city, 0) && (city !== 1 || moment.day < YEAR + 26));
    expect(after.slice(0, -24).flat()).toEqual([]);
    expect(firstOf(after.slice(-24), 'stopped')).toBe(11);
    const isOut = (moment: Moment): boolean => moment.day >= YEAR + 24 && moment.hour >= 10;
    const open = business.days(300, YEAR + 25, (moment, city) => usual(moment, city, 0) && (city !== 3 || !isOut(moment)));
    expect(firstOf(open.slice(-24), 'stopped')).toBe(12);
  });

  test('few rows on a holiday are no opening hours', () => {
    const business = new Business(3600, CALENDAR);
    // one row an hour at most, of one combination after the other
    const usual: Reports = (moment, _city, index) => isHoliday(moment) || moment.weekday > 4
      ? moment.hour % 3 === 0 && index === (moment.day + moment.hour / 3) % 12 : day(moment, 8, 18);
    business.days(0, 21, usual);
    expect(business.began(21, 300, usual)).toEqual([]);
  });

  test('a business that is open on some holidays and closed on others knows each of them in the second year', () => {
    const business = new Business(3600, CALENDAR);
    const usual: Reports = moment => day(moment, 9, 22) && identityOf(moment.day) % 2 !== 1;
    expect(business.began(0, YEAR, usual).length).toBeGreaterThanOrEqual(2);
    expect(business.began(YEAR, YEAR + 142, usual)).toEqual([]);
    expect(firstOf(business.days(YEAR + 142, YEAR + 143, () => false), 'noRows')).toBe(9);
  });

  test('a closure about Christmas is told with its first day, if no holiday began it, and is over when it opens again', () => {
    // Thursday the 24th is no holiday, Friday and Saturday are
    const calendar = new HolidayCalendar([25, 26].map((of, identity) => ({ day: FIRST_DAY + 63 + of, identity })));
    const business = new Business(3600, calendar);
    const usual: Reports = moment => moment.weekday < 6 && day(moment, 9, 19) && !(moment.day >= 63 + 24 && moment.day < 63 + 28);
    business.days(0, 63, usual);
    const found = business.days(63, 63 + 42, usual);
    const told = found.map((one, hour) => one.length > 0 ? hour : -1).filter(hour => hour >= 0);
    expect(told).toEqual(Array.from({ length: 4 * 24 }, (_, hour) => 24 * 24 + 9 + hour));
    // and with the 24th open it is none
    const open = new Business(3600, calendar);
    const short: Reports = moment => usual(moment, 0, 0) || moment.day === 63 + 24 && day(moment, 9, 19);
    open.days(0, 63, short);
    expect(open.began(63, 63 + 42, short)).toEqual([]);
  });

  test('what was closed together on earlier holidays is so beside something new that is open', () => {
    const business = new Business(3600, CALENDAR);
    const usual: Reports = (moment, city) => day(moment, 9, 22) && !isHoliday(moment) || city === 0 && moment.day >= 60;
    business.days(0, 60, usual);
    expect(business.began(60, 300, usual)).toEqual([]);
  });

  test('an hour without rows on a holiday is none of those that are closed', () => {
    const business = new Business(3600, CALENDAR);
    // one combination is open, and misses an hour of each holiday, as it does on every fifth day
    const open = (moment: Moment): boolean => moment.hour !== 12 || !isHoliday(moment) && moment.day % 5 > 0;
    const usual: Reports = (moment, _city, index) => index === 0 ? open(moment) : day(moment, 9, 19) && !isHoliday(moment);
    business.days(0, 28, usual);
    expect(business.began(28, 300, usual).filter(({ kind }) => kind === 'noRows')).toEqual([]);
  });

  test('holidays of daily data say nothing of their weekdays', () => {
    const mondays = [35, 42, 49, 56];
    const business = new Business(86_400, new HolidayCalendar(mondays.map((of, identity) => ({ day: FIRST_DAY + of, identity }))));
    expect(business.began(0, 63, (moment, city) => city !== 1 || !mondays.includes(moment.day))).toEqual([]);
    expect(firstOf(business.days(63, 70, (_moment, city) => city !== 1), 'stopped')).toBe(2);
  });

  test.each<Interval>([3600, 86_400])('a closed holiday hides no outage a week later (%i seconds)', intervalSeconds => {
    const business = new Business(intervalSeconds, CALENDAR);
    const usual: Reports = moment => moment.weekday < 6 && hours(moment, intervalSeconds) && !isHoliday(moment);
    business.days(0, 149, usual);
    expect(firstOf(business.days(149, 150, () => false), 'noRows')).toBe(intervalSeconds === 86_400 ? 0 : 9);
  });
});
