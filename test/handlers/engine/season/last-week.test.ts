// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, type IntervalScores } from '../../../../handlers/engine';
import { REASON } from '../../../../handlers/engine/scores/explanation';
import { MONDAY, normal, randomOf } from '../samples';

const DAY = 86_400;
const WEEK = 7 * DAY;

/** A shop of 5-minute values whose weekends are much quieter, with a little noise, and `changed` where that gives a value. */
class Shop {
  private readonly random = randomOf(11);
  private readonly model = new DetectionModel({ intervalSeconds: 300 }, 1);
  private seconds = 0;

  public valueAt(seconds: number): number {
    const weekend = Math.floor(seconds / DAY) % 7 >= 5 ? 0.4 : 1;
    return 1000 * weekend * (1.5 + Math.sin(seconds / DAY * 2 * Math.PI)) * (1 + 0.005 * normal(this.random));
  }

  /** Scores of the intervals up to a time. */
  public until(end: number, changed: (seconds: number) => number | undefined = () => undefined): IntervalScores[] {
    const all: IntervalScores[] = [];
    for (; this.seconds < end; this.seconds += 300) {
      const value = changed(this.seconds) ?? this.valueAt(this.seconds);
      all.push(structuredClone(this.model.observe(MONDAY + this.seconds, Float64Array.of(value))));
    }
    return all;
  }
}

const anomalies = (scores: readonly IntervalScores[]): number => scores.filter(({ severity }) => severity[0]! >= ANOMALOUS_SEVERITY).length;

describe('what a series does as it did it a week ago', () => {
  test('the first weekend is news, the second is not, and the reason is told', () => {
    const shop = new Shop();
    expect(anomalies(shop.until(WEEK))).toBeGreaterThan(0);
    const second = shop.until(2 * WEEK);
    expect(anomalies(second)).toBe(0);
    const [saturday] = second.slice(5 * 288);
    expect(saturday!.score[0]).toBeCloseTo(0);
    expect(saturday!.reason[0]).toBe(REASON.recurring);
    expect(saturday!.lower[0]!).toBeLessThan(1500 * 0.41);
  });

  test('a quiet day on which there was none a week ago is news in the second week too', () => {
    const shop = new Shop();
    shop.until(WEEK + DAY);
    // Tuesday as if it were a Saturday
    expect(anomalies(shop.until(WEEK + 2 * DAY, seconds => shop.valueAt(seconds + 4 * DAY)))).toBeGreaterThan(0);
  });

  test('a series known for weeks: an event that comes at the hour of last week\'s is news again', () => {
    const shop = new Shop();
    const outage = (seconds: number): number | undefined => (seconds % WEEK >= 1.5 * DAY && seconds % WEEK < 1.5 * DAY + 7200 ? 100 : undefined);
    shop.until(4 * WEEK);
    const first = shop.until(5 * WEEK, outage);
    const again = shop.until(6 * WEEK, outage);
    expect(anomalies(first.slice(432, 456))).toBe(24);
    expect(anomalies(again.slice(432, 436))).toBe(4);
  });

  test.each([2.2, 1.3, 0.3])('what comes every Friday evening (%f times as much) and is missing once is no news on the Friday after', times => {
    const shop = new Shop();
    const isShow = (seconds: number): boolean => seconds % WEEK >= 4.75 * DAY && seconds % WEEK < 4.75 * DAY + 7200;
    const show = (seconds: number): number | undefined => (isShow(seconds) ? times * shop.valueAt(seconds) : undefined);
    shop.until(7 * WEEK, show);
    shop.until(8 * WEEK);
    const [after, later] = [shop.until(9 * WEEK, show), shop.until(10 * WEEK, show)];
    expect([anomalies(after), anomalies(later)]).toEqual([0, 0]);
  });

  test('what came once and comes again in the week after next is news then', () => {
    const shop = new Shop();
    const show = (seconds: number): number | undefined => (
      seconds % WEEK >= 4.75 * DAY && seconds % WEEK < 4.75 * DAY + 7200 ? 2.2 * shop.valueAt(seconds) : undefined);
    shop.until(5 * WEEK);
    expect(anomalies(shop.until(6 * WEEK, show))).toBeGreaterThan(12);
    expect(anomalies(shop.until(7 * WEEK))).toBe(0);
    expect(anomalies(shop.until(8 * WEEK, show))).toBeGreaterThan(12);
  });

  test('a series that comes back to where it was a week ago from somewhere else is not doing what it did', () => {
    const shop = new Shop();
    shop.until(4 * WEEK + DAY);
    // half a day at another level, which is learned; then back
    const scores = shop.until(4 * WEEK + 2 * DAY, seconds => (seconds < 4 * WEEK + 1.7 * DAY ? 3 * shop.valueAt(seconds) : undefined));
    const back = scores.slice(0.7 * 288 + 1, 0.7 * 288 + 4);
    expect(back.some(({ reason }) => reason[0] === REASON.recurring)).toBe(false);
  });

  test('an hour that begins with a gap is compared with the same hour a week ago', () => {
    const random = randomOf(5);
    const model = new DetectionModel({ intervalSeconds: 300 }, 1);
    const valueAt = (seconds: number): number => (Math.floor(seconds / DAY) % 7 >= 5 ? 400 : 1000) + 5 * normal(random);
    let count = 0;
    for (let seconds = 0; seconds < 3 * WEEK; seconds += 300) {
      // the intervals around the second Saturday's midnight are never crawled
      if (seconds >= WEEK + 5 * DAY - 600 && seconds < WEEK + 5 * DAY + 600) continue;
      const { severity } = model.observe(MONDAY + seconds, Float64Array.of(valueAt(seconds)), Infinity);
      if (seconds >= WEEK && severity[0]! >= ANOMALOUS_SEVERITY) count++;
    }
    expect(count).toBe(0);
  });
});

test.each([300, 600] as const)('%i seconds: an outage of two hours is an anomaly to its end, and a week later the hour is as it was before', intervalSeconds => {
  const random = randomOf(7);
  const valueAt = (seconds: number): number => 1000 * (1.5 + Math.sin(seconds / DAY * 2 * Math.PI)) * (1 + 0.01 * normal(random));
  const begin = 4 * WEEK + 1.5 * DAY;
  const model = new DetectionModel({ intervalSeconds }, 1);
  const during: number[] = [];
  const later: number[] = [];
  for (let seconds = 0; seconds < begin + WEEK + 7200; seconds += intervalSeconds) {
    const isOut = seconds >= begin && seconds < begin + 7200;
    const { severity, expected } = model.observe(MONDAY + seconds, Float64Array.of(isOut ? 0 : valueAt(seconds)), Infinity);
    if (isOut) during.push(severity[0]!);
    if (seconds >= begin + WEEK) later.push(expected[0]! / valueAt(seconds));
  }
  expect(Math.min(...during)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
  expect(Math.min(...later)).toBeGreaterThan(0.9);
});

test.each([600, 300] as const)('%i seconds: what comes every week, in noise, and was missed once is news in few series a week later', intervalSeconds => {
  const count = 40;
  const random = randomOf(3);
  const model = new DetectionModel({ intervalSeconds }, count);
  // two hours of each series, at another time of the week
  const begins = Array.from({ length: count }, (_, series) => (series % 7) * DAY + (6 + series % 14) * 3600);
  const told = new Set<number>();
  for (let seconds = 0; seconds < 10 * WEEK; seconds += intervalSeconds) {
    const week = Math.floor(seconds / WEEK);
    const isShow = begins.map(begin => seconds % WEEK >= begin && seconds % WEEK < begin + 7200);
    const values = Float64Array.from(isShow, shows => (
      1000 * (1.5 + Math.sin(seconds / DAY * 2 * Math.PI)) * (1 + 0.03 * normal(random)) * (shows && week !== 8 ? 2.2 : 1)));
    const { severity } = model.observe(MONDAY + seconds, values, Infinity);
    for (let series = 0; series < count; series++) if (week === 9 && isShow[series] && severity[series]! >= ANOMALOUS_SEVERITY) told.add(series);
  }
  expect(told.size).toBeLessThanOrEqual(20);
});
