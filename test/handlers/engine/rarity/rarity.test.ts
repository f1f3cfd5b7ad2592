// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { ANOMALOUS_SCORE, ANOMALOUS_SEVERITY, DetectionModel } from '../../../../handlers/engine';
import { REASON } from '../../../../handlers/engine/scores/explanation';
import type { IntervalScores } from '../../../../handlers/engine/scores/interval-scores';
import { MONDAY, normal, randomOf } from '../samples';

const INTERVAL = 300;
const DAY = 288;

/** A series of noise, scored day by day. */
class Noise {
  public readonly model = new DetectionModel({ intervalSeconds: INTERVAL }, 1);
  private readonly random = randomOf(5);
  private interval = 0;

  /** Days of noise around 100 with a standard deviation of 2; `change` replaces single values. */
  public days(days: number, change: (interval: number) => number | undefined = () => undefined): IntervalScores[] {
    return Array.from({ length: days * DAY }, (_, interval) => this.next(change(interval)));
  }

  public next(value = 100 + 2 * normal(this.random)): IntervalScores {
    return this.model.observe(MONDAY + this.interval++ * INTERVAL, Float64Array.of(value));
  }
}

const scoreOf = (scores: IntervalScores): number => Math.abs(scores.score[0]!);

describe('how rare a distance is', () => {
  test('a value outside of everything seen counts more than one as far off inside', () => {
    const calm = new Noise();
    calm.days(28);
    const wide = new Noise();
    // one excursion, a week ago, makes the range wide
    wide.days(21);
    wide.next(150);
    wide.days(7);
    const outside = scoreOf(calm.next(116));
    const inside = scoreOf(wide.next(116));
    expect(inside).toBeGreaterThan(ANOMALOUS_SCORE);
    expect(outside).toBeGreaterThan(1.5 * inside);
  });

  test('an extreme value is forgotten: after months the same is outside again', () => {
    const noise = new Noise();
    noise.days(21);
    noise.next(150);
    noise.days(1);
    const soon = scoreOf(noise.next(145));
    noise.days(90);
    expect(scoreOf(noise.next(145))).toBeGreaterThan(2 * soon);
  });

  test('spikes now and then stay anomalies, but each is less severe than the one before', () => {
    const noise = new Noise();
    noise.days(21);
    const severities = Array.from({ length: 5 }, () => {
      noise.days(1);
      return noise.next(140).severity[0]!;
    });
    expect(Math.min(...severities)).toBeGreaterThan(ANOMALOUS_SEVERITY);
    expect(severities.slice(1)).toEqual([...severities.slice(1)].sort((a, b) => b - a));
    expect(100 - severities[4]!).toBeGreaterThan(4 * (100 - severities[0]!));
  });

  test('the first spikes are anomalies, those that come several times a day are what the series does', () => {
    const noise = new Noise();
    noise.days(14);
    const spike = (interval: number): number | undefined => (interval % 50 === 49 ? 130 : undefined);
    const spikes = noise.days(14, spike).filter((_, interval) => spike(interval) !== undefined);
    expect(spikes.slice(0, 5).every(scores => scoreOf(scores) >= ANOMALOUS_SCORE)).toBe(true);
    const late = spikes.slice(-20);
    expect(late.filter(({ severity }) => severity[0]! >= ANOMALOUS_SEVERITY)).toEqual([]);
    expect(late.filter(({ reason }) => reason[0] === REASON.recurring).length).toBeGreaterThan(0);
  });

  test('spikes upwards say nothing about falls', () => {
    const noise = new Noise();
    noise.days(14);
    noise.days(14, interval => (interval % 50 === 49 ? 130 : undefined));
    expect(scoreOf(noise.next(70))).toBeGreaterThan(3 * ANOMALOUS_SCORE);
  });

  test('one long event is one occasion', () => {
    const noise = new Noise();
    noise.days(14);
    noise.days(1, interval => (interval < 60 ? 130 : undefined));
    noise.days(6);
    expect(scoreOf(noise.next(130))).toBeGreaterThan(ANOMALOUS_SCORE);
  });

  test('the band holds the value unless it is an anomaly, whatever was seen', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(undefined)), { maxLength: 40 }), values => {
      const noise = new Noise();
      noise.days(3, interval => (interval % 20 === 19 ? values[Math.floor(interval / 20) % (values.length || 1)] : undefined));
      for (const value of values) {
        const observed = value ?? 100;
        const scores = noise.next(observed);
        const isAnomaly = scores.severity[0]! >= ANOMALOUS_SEVERITY;
        expect(scores.lower[0]!).toBeLessThanOrEqual(scores.expected[0]!);
        expect(scores.upper[0]!).toBeGreaterThanOrEqual(scores.expected[0]!);
        if (!isAnomaly) {
          expect(observed).toBeGreaterThanOrEqual(scores.lower[0]!);
          expect(observed).toBeLessThanOrEqual(scores.upper[0]!);
        } else {
          expect(observed <= scores.lower[0]! || observed >= scores.upper[0]!).toBe(true);
        }
      }
    }), { numRuns: 30 });
  });

  test('a model read from bytes goes on as one that was never written', () => {
    const noise = new Noise();
    noise.days(20, interval => (interval % 90 === 89 ? 130 : undefined));
    const copy = DetectionModel.deserialize(noise.model.serialize());
    const time = MONDAY + 20 * DAY * INTERVAL;
    [100, 131, 70, 100, 160].forEach((value, index) => {
      const wall = time + index * INTERVAL;
      expect(copy.observe(wall, Float64Array.of(value)).score).toEqual(noise.model.observe(wall, Float64Array.of(value)).score);
    });
  });

  test('learning gives the model that observing gives', () => {
    const observed = new DetectionModel({ intervalSeconds: INTERVAL }, 2);
    const learned = new DetectionModel({ intervalSeconds: INTERVAL }, 2);
    const random = randomOf(8);
    for (let interval = 0; interval < 8 * DAY; interval++) {
      const values = Float64Array.of(interval % 70 === 69 ? 130 : 100 + normal(random), interval % 13 === 5 ? NaN : 5 + normal(random));
      observed.observe(MONDAY + interval * INTERVAL, values);
      learned.learn(MONDAY + interval * INTERVAL, values);
    }
    expect(learned.serialize()).toEqual(observed.serialize());
  });
});
