// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SCORE, ANOMALOUS_SEVERITY, DetectionModel, type IntervalScores, MEMBERS, REASONS, SHORT_INTERVAL_FACTOR } from '../../../../handlers/engine';
import { MONDAY, normal, randomOf } from '../samples';

const DAY = 86_400;
/** From then on duration alone raises a severity: it is known how often the series is far off. */
const KNOWN_DAYS = 29;

/** A series of noise around 0 with a deviation of 2, to which more is added when asked. */
class Noise {
  private readonly random = randomOf(3);
  private interval = 0;
  private readonly model: DetectionModel;

  public constructor(private readonly intervalSeconds: 300 | 3600, days = 21) {
    this.model = new DetectionModel({ intervalSeconds }, 1);
    for (let interval = 0; interval < days * DAY / intervalSeconds; interval++) this.next();
  }

  /** Leaves intervals out. */
  public skip(intervals: number): void {
    this.interval += intervals;
  }

  /** Adds so many deviations to the noise, or to its mean. */
  public next(deviations?: number): IntervalScores {
    const value = 2 * (deviations ?? normal(this.random));
    return this.model.observe(MONDAY + this.interval++ * this.intervalSeconds, Float64Array.of(value));
  }
}

const severityOf = ({ severity }: IntervalScores): number => severity[0]!;

describe('an event that lasts', () => {
  test('is found by its duration where no interval would be an anomaly by itself', () => {
    const severities: number[] = [];
    for (let hour = 0; hour < 24; hour++) {
      const noise = new Noise(300);
      for (let interval = 0; interval < 12 * hour; interval++) noise.next();
      const event = Array.from({ length: 5 }, () => noise.next(4.6));
      if (event.every(({ score }) => score[0]! < ANOMALOUS_SCORE / SHORT_INTERVAL_FACTOR)) severities.push(severityOf(event[4]!));
    }
    expect(severities.length).toBeGreaterThan(15);
    // most of them: an hour that was a little off a week ago may be a weekly edge, and needs more
    expect(severities.filter(severity => severity >= ANOMALOUS_SEVERITY).length).toBeGreaterThan(severities.length / 2);
  });

  test('is more severe from interval to interval, up to the twelfth', () => {
    const noise = new Noise(300, KNOWN_DAYS);
    const raises = Array.from({ length: 14 }, () => noise.next(12).raise[0]!);
    expect(raises.slice(0, 4)).toEqual([1, 6, 1 + 5 * Math.log2(3), 11].map(factor => SHORT_INTERVAL_FACTOR * factor));
    expect(raises[12]).toBe(raises[11]);
  });

  test('is another one on the other side, and after an interval as expected', () => {
    const noise = new Noise(300, KNOWN_DAYS);
    const raises = [8, 8, -8, 0, -8, -8].map(deviations => noise.next(deviations).raise[0]!);
    expect(raises).toEqual([1, 6, 1, 1, 1, 6].map(factor => SHORT_INTERVAL_FACTOR * factor));
  });

  test.each([[0, true], [1, true], [2, false], [500, false]] as const)('after %i intervals that were left out goes on: %s', (left, goesOn) => {
    const noise = new Noise(300);
    noise.next(8);
    noise.skip(left);
    expect(noise.next(8).raise[0]! > 4 * SHORT_INTERVAL_FACTOR).toBe(goesOn);
  });

  test('narrows the band on its side only', () => {
    const noise = new Noise(300);
    const third = [5, 5, 5].map(deviations => noise.next(deviations))[2]!;
    const [expected, upper, lower] = [third.expected[0]!, third.upper[0]!, third.lower[0]!];
    expect(expected - lower).toBeGreaterThan(1.2 * (upper - expected));
  });

  test('says nothing of hours that are only a little off', () => {
    const noise = new Noise(3600);
    expect([3, 3, 3].map(deviations => severityOf(noise.next(deviations))).every(severity => severity < ANOMALOUS_SEVERITY)).toBe(true);
    const longer = new Noise(3600);
    expect([9, 9, 9].map(deviations => longer.next(deviations).raise[0]!)).toEqual([1, 6, 1 + 5 * Math.log2(3)]);
  });

  test('says less while the series is new', () => {
    const [young, known] = [new Noise(300, 3), new Noise(300)].map(noise => [8, 8].map(deviations => noise.next(deviations).raise[0]!)[1]!);
    expect(young!).toBeGreaterThan(SHORT_INTERVAL_FACTOR);
    expect(young!).toBeLessThan(known! / 2);
  });
});

/** Hourly series that grow and fall with the day and the weekend, with noise in proportion; `memory` is what an hour's noise has of that of the hour before. */
class Businesses {
  private readonly random = randomOf(21);
  private readonly noise = new Float64Array(BUSINESSES);
  private readonly model = new DetectionModel({ intervalSeconds: 3600 }, BUSINESSES);
  private hour = 0;

  public constructor(private readonly relativeNoise: number, private readonly memory: number) {}

  /** The next hour, in which each series has so much of what it would have. */
  public next(share = 1): IntervalScores {
    const hour = this.hour++;
    const season = 100 * (1.5 + Math.sin((hour % 24 - 6) / 12 * Math.PI)) * (Math.floor(hour / 24) % 7 >= 5 ? 0.6 : 1);
    const values = this.noise.map((before, series) => {
      this.noise[series] = this.memory * before + Math.sqrt(1 - this.memory ** 2) * normal(this.random);
      return share * Math.max(0, season * (1 + this.relativeNoise * this.noise[series]!));
    });
    return this.model.observe(MONDAY + hour * 3600, values, Infinity);
  }

  public get start(): number {
    return MONDAY + this.hour * 3600;
  }

  public copy(): DetectionModel {
    return DetectionModel.deserialize(this.model.serialize());
  }
}
const BUSINESSES = 40;

describe('an hourly series that is off for hours', () => {
  const anomalous = ({ severity }: IntervalScores): number[] => [...severity.keys()].filter(series => severity[series]! >= ANOMALOUS_SEVERITY);

  test.each([[0, 0.4, 0.9], [0, 1.5, 0.4], [0.5, 0.4, 0.9]])('of which the regression knows no more than the season: found (memory %f, share %f)', (memory, share, least) => {
    const businesses = new Businesses(0.15, memory);
    let falseAlerts = 0;
    for (let hour = 0; hour < (8 * 7 + 1) * 24 + 12; hour++) {
      const scores = businesses.next();
      if (hour >= 3 * 7 * 24) falseAlerts += anomalous(scores).length;
    }
    const found = new Set(Array.from({ length: 4 }, () => anomalous(businesses.next(share))).flat());
    expect(found.size).toBeGreaterThan(least * BUSINESSES);
    expect(falseAlerts / BUSINESSES / 5).toBeLessThan(0.05);
  });

  test('the regression is believed where it errs much less', () => {
    const random = randomOf(5);
    const levels = new Float64Array(BUSINESSES).fill(500);
    const model = new DetectionModel({ intervalSeconds: 3600 }, BUSINESSES);
    let falseAlerts = 0;
    for (let hour = 0; hour < 9 * 7 * 24; hour++) {
      // a level that moves now and then, and stays for hours
      levels.forEach((level, series) => {
        if (random() < 0.4) levels[series] = 500 + 0.7 * (level - 500) + 30 * normal(random);
      });
      const scores = model.observe(MONDAY + hour * 3600, levels.map(level => level + 3 * normal(random)), Infinity);
      if (hour >= 3 * 7 * 24) falseAlerts += anomalous(scores).length;
    }
    expect(falseAlerts / BUSINESSES / 6).toBeLessThan(0.07);
  });

  test('the band ends where an anomaly begins, whatever the value', () => {
    const businesses = new Businesses(0.15, 0);
    for (let hour = 0; hour < (6 * 7 + 1) * 24 + 12; hour++) businesses.next();
    businesses.next(0.4);
    const at = (value: number): IntervalScores => businesses.copy().observe(businesses.start, new Float64Array(BUSINESSES).fill(value));
    const { lower, upper } = at(150);
    let inside = 0;
    let below = 0;
    for (let value = 1; value < 600; value += 3) {
      at(value).severity.forEach((severity, series) => {
        // the bounds are found to 1 %
        if (Math.min(Math.abs(value - lower[series]!), Math.abs(value - upper[series]!)) < 0.03 * value) return;
        const isOutside = value < lower[series]! || value > upper[series]!;
        expect([value, series, severity >= ANOMALOUS_SEVERITY]).toEqual([value, series, isOutside]);
        if (isOutside && value < lower[series]!) below++;
        if (!isOutside) inside++;
      });
    }
    expect(Math.min(inside, below)).toBeGreaterThan(100);
  });
});

test('what the seasonal state says alone counts once', () => {
  const random = randomOf(4);
  // a jagged day, which no line through the last values follows
  const day = Array.from({ length: 288 }, () => 1000 * random());
  const model = new DetectionModel({ intervalSeconds: 300 }, 1);
  const valueAt = (interval: number): number => day[interval % 288]! + 5 * normal(random);
  for (let interval = 0; interval < 16 * 288; interval++) model.observe(MONDAY + 300 * interval, Float64Array.of(valueAt(interval)), Infinity);
  const { raise, reason, member } = model.observe(MONDAY + 300 * 16 * 288, Float64Array.of(valueAt(0) + 100));
  expect([raise[0], MEMBERS[member[0]!], REASONS[reason[0]!]]).toEqual([1, 'seasonal', 'anomaly']);
});
