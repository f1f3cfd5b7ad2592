// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import type { SeriesScores } from '../../../../handlers/engine';
import { Feedback, type Judgement } from '../../../../handlers/engine/scores/feedback';
import { ANOMALOUS_SCORE, ANOMALOUS_SEVERITY, judgedScore, severityOf } from '../../../../handlers/engine/scores/severity';
import { DAY, HOUR, MONDAY } from '../samples';

const WEEK = 7 * DAY;
const no = (change: Partial<Judgement> = {}): Judgement => ({ series: 4, wallSeconds: MONDAY + 9 * HOUR, score: 10, isAnomaly: false, ...change });
const yes = (change: Partial<Judgement> = {}): Judgement => no({ isAnomaly: true, ...change });
/** Two measures: series 4 and 5 are one combination. */
const hourly = (...judgements: Judgement[]): Feedback => new Feedback(3600, 2, judgements);
const NEXT_WEEK = MONDAY + WEEK + 9 * HOUR;

describe('a similar event', () => {
  test('that was called no anomaly gets a lower score, with each "no" a lower one, and never less than 0.4 of it', () => {
    const factors = [1, 2, 3, 50].map(times => hourly(...Array.from({ length: times }, () => no())).adjust(4, 1, NEXT_WEEK, 10));
    expect(factors[0]).toBeLessThan(0.65);
    expect(factors[1]).toBeLessThan(0.52);
    expect(factors).toEqual([...factors].sort((a, b) => b - a));
    expect(factors.at(-1)).toBeGreaterThanOrEqual(0.4);
  });

  test('that was called an anomaly gets a higher score, 1.5 times at most', () => {
    expect(hourly(yes()).adjust(4, 1, NEXT_WEEK, 7)).toBeGreaterThan(1.25);
    expect(hourly(...Array.from({ length: 50 }, () => yes())).adjust(4, 1, NEXT_WEEK, 7)).toBeLessThanOrEqual(1.5);
  });

  test('"yes" and "no" of the same weight cancel out', () => {
    expect(hourly(yes(), no()).adjust(4, 1, NEXT_WEEK, 10)).toBe(1);
  });

  test('in another measure of the same combination is changed by half the weight', () => {
    const [same, other] = [4, 5].map(series => hourly(no()).adjust(series, 1, NEXT_WEEK, 10));
    expect(other).toBeLessThan(0.8);
    expect(other).toBeGreaterThan(same!);
  });

  test('counts less with the months', () => {
    const factors = [1, 13, 26, 52].map(weeks => hourly(no()).adjust(4, 1, MONDAY + weeks * WEEK + 9 * HOUR, 10));
    expect(factors).toEqual([...factors].sort((a, b) => a - b));
    expect(factors[0]).toBeLessThan(0.65);
    expect(factors[3]).toBeGreaterThan(0.9);
  });
});

describe('nothing changes for', () => {
  test.each<[string, number, number, number, number]>([
    ['another series', 6, 1, NEXT_WEEK, 10],
    ['a series before', 3, 1, NEXT_WEEK, 10],
    ['the other direction', 4, -1, NEXT_WEEK, 10],
    ['another hour', 4, 1, NEXT_WEEK + 2 * HOUR, 10],
    ['the weekend', 4, 1, NEXT_WEEK + 5 * DAY, 10],
    ['an event twice as large', 4, 1, NEXT_WEEK, 20],
    ['a huge event', 4, 1, NEXT_WEEK, 1000],
  ])('%s', (_name, series, direction, wallSeconds, score) => {
    expect(hourly(no(), no(), no()).adjust(series, direction, wallSeconds, score)).toBe(1);
  });

  test('an event much smaller than the anomaly that was confirmed', () => {
    expect(hourly(yes({ score: 40 })).adjust(4, 1, NEXT_WEEK, 8)).toBe(1);
  });
});

describe('the slot', () => {
  const changes = (feedback: Feedback, wallSeconds: number): boolean => feedback.adjust(4, 1, wallSeconds, 10) !== 1;

  test('is the hour and the one on either side, also around midnight', () => {
    const at = (hour: number): number => MONDAY + WEEK + hour * HOUR;
    expect([7, 8, 9, 10, 11].map(hour => changes(hourly(no()), at(hour)))).toEqual([false, true, true, true, false]);
    const midnight = hourly(no({ wallSeconds: MONDAY + DAY }));
    expect([22, 23, 24, 25, 26].map(hour => changes(midnight, at(hour)))).toEqual([false, true, true, true, false]);
  });

  test('of five minutes is the hour too', () => {
    const feedback = new Feedback(300, 2, [no()]);
    expect([0, 55 * 60, 2 * HOUR - 300, 2 * HOUR].map(seconds => changes(feedback, NEXT_WEEK + seconds))).toEqual([true, true, true, false]);
  });

  test('of a day is the day of the week', () => {
    const feedback = new Feedback(86400, 2, [no({ wallSeconds: MONDAY })]);
    expect([0, 1, 2, 5, 6, 7].map(day => changes(feedback, MONDAY + WEEK + day * DAY))).toEqual([true, false, false, false, false, true]);
  });
});

describe('scores, bands and severities', () => {
  const one = (values: Record<keyof SeriesScores, number>): SeriesScores => (
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Float64Array.of(0, 0, 0, 0, value, NaN)])) as unknown as SeriesScores);
  const judgement = fc.record({
    series: fc.constantFrom(4, 5),
    wallSeconds: fc.integer({ min: 0, max: 300 }).map(day => NEXT_WEEK - day * DAY),
    score: fc.constantFrom(-1, 1).chain(side => fc.double({ min: 1, max: 1000, noNaN: true }).map(size => side * size)),
    isAnomaly: fc.boolean(),
  });

  test('stay together: a value outside the band is anomalous, one inside is not', () => {
    const error = fc.double({ min: -300, max: 300, noNaN: true });
    const raises = fc.constantFrom(0.3, 1, 1.25, 4);
    const steepnesses = fc.constantFrom(1, 0.4);
    const judgementsOf = fc.array(judgement, { maxLength: 8 });
    fc.assert(fc.property(judgementsOf, error, fc.boolean(), raises, steepnesses, (judgements, difference, isCut, raise, steepness) => {
      const [center, half] = [100, 55];
      const value = isCut ? Math.max(0, center + difference) : center + difference;
      const score = ANOMALOUS_SCORE / raise * (value - center) / half;
      const wide = ANOMALOUS_SCORE * half;
      const lowest = isCut ? Math.max(0, center - half) : center - half;
      const severityBefore = severityOf(judgedScore(Math.abs(score) * raise, steepness));
      const scores = one({ expected: center, lower: lowest, upper: center + half, score, raise, steepness, severity: severityBefore });
      const factor = hourly(...judgements).apply(scores, Float64Array.of(0, 0, 0, 0, value, NaN), NEXT_WEEK).get(4) ?? 1;
      const [lower, upper, changed, severity] = [scores.lower[4]!, scores.upper[4]!, scores.score[4]!, scores.severity[4]!];
      expect(changed).toBeCloseTo(score * factor, 9);
      const lasting = scores.raise[4]!;
      expect(severity).toBe(factor === 1 ? severityBefore : severityOf(judgedScore(Math.abs(changed) * lasting, steepness)));
      if (Math.abs(Math.abs(changed) * lasting - ANOMALOUS_SCORE) > 1e-9) {
        expect(severity >= ANOMALOUS_SEVERITY).toBe(Math.abs(changed) * lasting > ANOMALOUS_SCORE);
      }
      expect(lasting).toBeLessThanOrEqual(raise);
      expect(lasting === raise).toBe(raise <= 1 || factor >= 1);
      expect(lower <= center && center <= upper && upper - lower < 4 * wide).toBe(true);
      const judged = lasting * Math.abs(changed);
      if (Math.abs(judged - ANOMALOUS_SCORE) > 1e-9) expect(value < lower || value > upper).toBe(judged > ANOMALOUS_SCORE);
      expect([scores.score[0], scores.score[5]]).toEqual([0, NaN]);
    }));
  });

  test('a value that counts for nothing keeps a band', () => {
    const scores = one({ expected: 0.9, lower: 0, upper: 1, score: -20, raise: 0, steepness: 1, severity: 0 });
    hourly(yes({ score: -20 })).apply(scores, Float64Array.of(0, 0, 0, 0, 0, NaN), NEXT_WEEK);
    expect(scores.severity[4]).toBe(0);
    expect(scores.lower[4]).toBe(0);
    expect(scores.upper[4]).toBe(1);
  });

  test('the factor is bounded, and the larger of two events never gets the lower score', () => {
    const [size, times] = [{ min: 0.01, max: 1000, noNaN: true }, { min: 1, max: 3, noNaN: true }].map(range => fc.double(range));
    fc.assert(fc.property(fc.array(judgement, { maxLength: 8 }), size!, times!, (judgements, score, more) => {
      const feedback = hourly(...judgements);
      const [factor, larger] = [score, score * more].map(each => feedback.adjust(4, 1, NEXT_WEEK, each));
      expect(factor).toBeGreaterThanOrEqual(0.4);
      expect(factor).toBeLessThanOrEqual(1.5);
      expect(score * more * larger!).toBeGreaterThanOrEqual(score * factor! * (1 - 1e-12));
    }));
  });
});
