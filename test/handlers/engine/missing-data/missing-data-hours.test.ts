// SPDX-License-Identifier: Apache-2.0

import { Business, day, firstOf, type Moment, type Reports } from '../business';
import { MONDAY, randomOf } from '../samples';

describe('missing data of businesses with opening hours', () => {
  test('a city that reports from 9 to 22 beside others that always do is found after three hours', () => {
    const business = new Business();
    const usual: Reports = (moment, city) => city !== 1 || day(moment, 9, 22);
    expect(business.began(0, 21, usual)).toEqual([]);
    const found = business.days(21, 22, (moment, city, index) => usual(moment, city, index) && (city !== 1 || moment.hour < 11));
    expect(firstOf(found, 'stopped')).toBe(13);
    expect(found[13]).toEqual([{ kind: 'stopped', dimension: 0, code: 1, since: MONDAY + (21 * 24 + 11) * 3600, intervals: 3 }]);
    // at night too, until it is there again
    expect(found.at(-1)).toHaveLength(1);
    const next = business.days(22, 23, usual);
    expect(next.findIndex(one => one.length === 0)).toBe(9);
    expect(next.slice(9).flat()).toEqual([]);
  });

  test.each([300, 600, 3600] as const)('a restaurant with few rows towards closing time is not missing every night (%i seconds), and is at noon', intervalSeconds => {
    const random = randomOf(3);
    const business = new Business(intervalSeconds);
    const share = intervalSeconds / 600;
    const rate = ({ hour }: Moment, city: number): number => share * (8 / (city + 1)) * (hour >= 1 && hour < 9 ? 0.002
      : 0.03 + 0.6 * Math.exp(-(((hour - 12.5) / 1.5) ** 2)) + Math.exp(-(((hour - 19) / 1.7) ** 2)));
    const reports: Reports = (moment, city) => random() > Math.exp(-rate(moment, city));
    business.days(0, 14, reports);
    // 47, 37 and 10 findings before
    expect(business.began(14, 42, reports).length).toBeLessThanOrEqual(2);
    const found = business.days(42, 43, (...at) => (at[0].hour < 12 || at[0].hour > 21) && reports(...at));
    expect(firstOf(found, 'noRows') * intervalSeconds / 3600).toBeLessThanOrEqual(13);
    const city = business.days(43, 44, (...at) => (at[1] !== 0 || at[0].hour < 18) && reports(...at));
    expect(city.findIndex(one => one.some(({ dimension, code }) => dimension === 0 && code === 0)) * intervalSeconds / 3600).toBeLessThanOrEqual(20);
  });

  test.each([300, 3600] as const)('an office is not missing at the weekend after its first one, and is on a Monday from its first interval on (%i seconds)', intervalSeconds => {
    const business = new Business(intervalSeconds);
    const usual: Reports = moment => moment.weekday < 5 && day(moment, 8, 18);
    expect(business.began(0, 7, usual).map(({ kind }) => kind)).toEqual(['noRows']);
    expect(business.began(7, 28, usual)).toEqual([]);
    const perHour = 3600 / intervalSeconds;
    expect(firstOf(business.days(28, 29, moment => usual(moment, 0, 0) && moment.hour >= 10), 'noRows')).toBe(8 * perHour);
    expect(firstOf(business.days(29, 30, (moment, city) => usual(moment, 0, 0) && city !== 2), 'stopped')).toBe(8 * perHour + 2);
  });

  test('a few rows at the weekend are no opening hours', () => {
    const random = randomOf(11);
    const business = new Business();
    const usual: Reports = (moment, _city, index) => moment.weekday < 5 && day(moment, 8, 18) || index % 3 === 0 && random() < 0.1;
    business.days(0, 14, usual);
    expect(business.began(14, 56, usual).filter(({ kind }) => kind === 'stopped')).toEqual([]);
    const found = business.days(56, 57, (...at) => usual(...at) && (at[1] !== 2 || at[0].hour < 12));
    expect(firstOf(found, 'stopped')).toBe(14);
  });

  test('a shorter Saturday is usual the second time, and takes nothing from a Tuesday', () => {
    const business = new Business();
    const usual: Reports = (moment, city) => city === 3 || moment.weekday < 6 && day(moment, 9, moment.weekday === 5 ? 14 : 19);
    expect(business.began(0, 14, usual).length).toBeLessThanOrEqual(3);
    expect(business.began(14, 57, usual)).toEqual([]);
    const found = business.days(57, 58, (moment, city, index) => usual(moment, city, index) && (city !== 1 || moment.hour < 10));
    expect(firstOf(found, 'stopped')).toBe(12);
  });

  test('a weekday that is closed from now on is told twice at most', () => {
    const business = new Business();
    const usual: Reports = (moment, city) => city === 3 || day(moment, 9, 19) && (city !== 1 || moment.day < 28 || moment.weekday !== 0);
    expect(business.began(0, 28, usual)).toEqual([]);
    expect(business.began(28, 35, usual).map(({ code }) => code)).toEqual([1]);
    expect(business.began(35, 42, usual).length).toBeLessThanOrEqual(1);
    expect(business.began(42, 70, usual)).toEqual([]);
    // the other days are as they were
    expect(firstOf(business.days(71, 72, (moment, city, index) => usual(moment, city, index) && city !== 1), 'stopped')).toBe(11);
  });

  test('an outage excuses no later one for ever', () => {
    const business = new Business();
    business.days(0, 21, () => true);
    const outage: Reports = ({ hour }, city) => city !== 1 || hour < 8 || hour >= 20;
    expect(firstOf(business.days(21, 22, outage), 'stopped')).toBe(10);
    expect(business.began(22, 42, () => true)).toEqual([]);
    // the same day of the week, three weeks later
    expect(firstOf(business.days(42, 43, outage), 'stopped')).toBeLessThanOrEqual(12);
    business.days(43, 45, () => true);
    expect(firstOf(business.days(45, 46, outage), 'stopped')).toBe(10);
  });

  test('a night that begins to be closed is told at first, and a usual one in the end', () => {
    const business = new Business();
    expect(business.began(0, 21, () => true)).toEqual([]);
    const closed: Reports = moment => day(moment, 6, 22);
    expect(business.began(21, 28, closed).length).toBeLessThanOrEqual(3);
    expect(business.began(28, 56, closed)).toEqual([]);
    expect(firstOf(business.days(56, 57, moment => closed(moment, 0, 0) && moment.hour < 12), 'noRows')).toBe(12);
  });

  test('a new city is expected a week after it opened', () => {
    const business = new Business();
    const usual: Reports = (moment, city) => city === 3 || day(moment, 9, 19) && (city !== 1 || moment.day >= 28 && moment.weekday < 5);
    expect(business.began(0, 70, usual)).toEqual([]);
    const found = business.days(70, 71, (moment, city, index) => usual(moment, city, index) && city !== 1);
    expect(firstOf(found, 'stopped')).toBe(11);
  });

  test.each([300, 600] as const)('opening times that are no full hours, or vary from day to day, are not missing (%i seconds)', intervalSeconds => {
    const random = randomOf(2);
    const business = new Business(intervalSeconds);
    // cities 1 and 2 open and close at the same minute, and city 3 at half an hour from then on
    const late = Array.from({ length: 42 }, () => random() / 2);
    const usual: Reports = (moment, city) => city === 0 || moment.weekday < 6 && (
      city === 3 ? day(moment, 8.1 + late[moment.day]!, 19.2 + late[41 - moment.day]!) : day(moment, 8 + city / 6, 20 - city / 6));
    expect(business.began(0, 42, usual)).toEqual([]);
    const gone = (of: number): number => firstOf(business.days(42, 43, (moment, city) => (
      city === 0 || city !== of && day(moment, 8 + city / 6, 20 - city / 6))), 'stopped');
    // from the first minute on: opening at 8:10, and three intervals
    expect(gone(1)).toBe(Math.round((8 + 1 / 6) * 3600 / intervalSeconds) + 2);
  });

  test.each([300, 3600] as const)('the weekday on which data begins is watched a week later as the others are (%i seconds)', intervalSeconds => {
    const usual: Reports = moment => day(moment, 9, 19);
    const out = (reports: Reports, missing: Reports): number => {
      const business = new Business(intervalSeconds);
      expect(business.began(0, 7, reports)).toEqual([]);
      const found = business.days(7, 8, (...at) => reports(...at) && !missing(...at));
      return found.findIndex(one => one.length > 0) * intervalSeconds / 3600;
    };
    const third = 2 * intervalSeconds / 3600;
    // the first day counted as closed: nothing was found on its weekday for two to three weeks
    expect(out(usual, (moment, city) => city === 1 && moment.hour >= 11)).toBeCloseTo(11 + third);
    expect(out(usual, moment => moment.hour >= 11)).toBe(11);
    expect(out(() => true, (moment, city) => city === 1 && moment.hour >= 11)).toBeCloseTo(11 + third);
  });

  test.each([[300, 1], [600, 1], [3600, 5]] as const)('what was open for hours and stops is found from the third day on, on weekdays that are new (%i seconds)', (intervalSeconds, most) => {
    for (const first of [2, 3, 4]) {
      const business = new Business(intervalSeconds);
      const usual: Reports = moment => day(moment, 9, 19);
      expect(business.began(0, first, usual)).toEqual([]);
      const stopped = business.days(first, first + 1, (moment, city) => usual(moment, city, 0) && (city !== 1 || moment.hour < 13));
      const found = firstOf(stopped, 'stopped') * intervalSeconds / 3600;
      expect(found).toBeGreaterThan(13);
      expect(found).toBeLessThanOrEqual(13 + most);
      // until it is there again, and no longer
      const next = business.days(first + 1, first + 2, usual);
      expect(next.slice(9 * 3600 / intervalSeconds).flat()).toEqual([]);
    }
  });

  test('a few rows of a first closed weekend are no beginning of a day', () => {
    const random = randomOf(5);
    const business = new Business();
    const usual: Reports = moment => moment.weekday < 5 && day(moment, 8, 18) || random() < 0.03;
    expect(business.began(0, 14, usual).filter(({ kind }) => kind === 'stopped')).toEqual([]);
  });

  test.each([300, 3600] as const)('a day off is an exception: what stops a week later is found as on other days (%i seconds)', intervalSeconds => {
    const usual: Reports = moment => day(moment, 9, 19);
    const business = new Business(intervalSeconds);
    business.days(0, 30, usual);
    const all = business.copy();
    const third = 2 * intervalSeconds / 3600;
    expect(business.began(30, 37, (moment, city) => usual(moment, city, 0) && (city !== 1 || moment.day !== 30))).toHaveLength(1);
    const city = business.days(37, 38, (moment, one) => usual(moment, one, 0) && (one !== 1 || moment.hour < 11));
    expect(firstOf(city, 'stopped') * intervalSeconds / 3600).toBeCloseTo(11 + third);
    // and of everything, from opening time on
    expect(all.began(30, 37, moment => usual(moment, 0, 0) && moment.day !== 30)).toHaveLength(1);
    expect(firstOf(all.days(37, 38, () => false), 'noRows') * intervalSeconds / 3600).toBe(9);
  });

  test('single silent days of daily data are each told, and hide no other one', () => {
    const business = new Business(86_400);
    // two in a row, one a week later, and others weeks and days apart
    const closed = [60, 100, 101, 107, 150, 153];
    const told = business.began(0, 200, moment => !closed.includes(moment.day));
    expect(told.map(({ since }) => (since - MONDAY) / 86_400)).toEqual([60, 100, 107, 150, 153]);
    expect(firstOf(business.days(200, 201, () => false), 'noRows')).toBe(0);
  });

  test('a weekday on which everything is closed from now on is told twice', () => {
    const business = new Business();
    const usual: Reports = moment => day(moment, 9, 19) && !(moment.weekday === 2 && moment.day > 28);
    expect(business.began(0, 28, usual)).toEqual([]);
    expect(business.began(28, 42, usual).map(({ kind }) => kind)).toEqual(['noRows', 'noRows']);
    expect(business.began(42, 120, usual)).toEqual([]);
  });

  test('what never closes is found in its first week', () => {
    const business = new Business();
    expect(business.began(0, 3, () => true)).toEqual([]);
    expect(firstOf(business.days(3, 4, (_moment, city) => city !== 1), 'stopped')).toBe(2);
  });
});
