// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, type IntervalScores } from '../../../../handlers/engine';
import { REASON } from '../../../../handlers/engine/scores/explanation';
import { MONDAY, normal, randomOf } from '../samples';

const DAY = 86_400;
const SERIES = 20;

/** Series that are 0 but for a sale now and then, of a size that is half as much or twice as much as often as not. */
class Sales {
  private readonly random = randomOf(8);
  private interval = 0;
  private readonly model: DetectionModel;

  public constructor(private readonly intervalSeconds: 300 | 3600 | 86400, private readonly perInterval: number) {
    this.model = new DetectionModel({ intervalSeconds }, SERIES);
  }

  /** The next interval; `all`: the value of every series. */
  public next(all?: number): { readonly values: Float64Array; readonly scores: IntervalScores } {
    const values = Float64Array.from({ length: SERIES }, () => {
      const sale = this.random() < this.perInterval ? 100 * Math.exp(0.5 * normal(this.random)) : 0;
      return all ?? sale;
    });
    const scores = this.model.observe(MONDAY + this.interval++ * this.intervalSeconds, values);
    return { values, scores };
  }

  public run(days: number): { readonly sales: number; readonly anomalies: number } {
    let [sales, anomalies] = [0, 0];
    for (let interval = 0; interval < days * DAY / this.intervalSeconds; interval++) {
      const { values, scores } = this.next();
      sales += values.filter(value => value > 0).length;
      anomalies += found(scores);
    }
    return { sales, anomalies };
  }

  public copyOf(): DetectionModel {
    return DetectionModel.deserialize(this.model.serialize());
  }

  public get start(): number {
    return MONDAY + this.interval * this.intervalSeconds;
  }
}

function found({ severity }: IntervalScores): number {
  return severity.filter(each => each >= ANOMALOUS_SEVERITY).length;
}

describe('a series that mostly stays what it is', () => {
  test.each<[string, 300 | 3600 | 86400, number, number, number, number]>([
    ['four sales a day at 5 minutes', 300, 0.014, 28, 14, 0.05],
    ['a sale a day at 5 minutes', 300, 0.0035, 28, 14, 0.1],
    ['five sales a week at an hour', 3600, 0.03, 35, 42, 0.1],
    ['two sales a week at an hour', 3600, 0.01, 35, 42, 0.4],
    ['five sales a month at a day', 86400, 0.16, 120, 360, 0.1],
  ])('%s: few of them are news, once some were seen', (_name, seconds, perInterval, before, days, most) => {
    const series = new Sales(seconds, perInterval);
    series.run(before);
    const { sales, anomalies } = series.run(days);
    expect(sales).toBeGreaterThan(100);
    expect(anomalies / sales).toBeLessThan(most);
  });

  test.each<[string, 300 | 3600, number]>([['5 minutes', 300, 0.0035], ['an hour', 3600, 0.03]])('at %s a sale nine times as large is found', (_name, seconds, perInterval) => {
    const series = new Sales(seconds, perInterval);
    series.run(35);
    expect(found(series.next(900).scores)).toBeGreaterThan(0.85 * SERIES);
  });

  test('why a sale that would be an anomaly elsewhere is none is told', () => {
    const series = new Sales(300, 0.0035);
    series.run(35);
    const { scores } = series.next(180);
    expect(found(scores)).toBeLessThan(0.1 * SERIES);
    expect(scores.reason.filter(reason => reason === REASON.recurring).length).toBeGreaterThan(0.9 * SERIES);
  });

  test('sales of usual size that do not stop are found', () => {
    const series = new Sales(300, 0.0035);
    series.run(35);
    const anomalies = Array.from({ length: 6 }, () => found(series.next(150).scores));
    expect(anomalies[0]).toBeLessThan(0.1 * SERIES);
    expect(Math.max(...anomalies)).toBeGreaterThan(0.85 * SERIES);
  });

  test('the first moves of one that never moved are found', () => {
    const model = new DetectionModel({ intervalSeconds: 3600 }, 1);
    const severities: number[] = [];
    for (let hour = 0; hour < 60 * 24; hour++) {
      const value = hour > 28 * 24 && hour % (10 * 24) === 100 ? 50 : 0;
      const { severity } = model.observe(MONDAY + hour * 3600, Float64Array.of(value));
      if (value > 0) severities.push(severity[0]!);
    }
    expect(severities.map(severity => severity >= ANOMALOUS_SEVERITY)).toEqual([true, true, true]);
  });

  test('one enormous value does not hide an outage within opening hours', () => {
    const model = new DetectionModel({ intervalSeconds: 3600 }, 1);
    const random = randomOf(9);
    const valueAt = (hour: number): number => hour % 24 >= 9 && hour % 24 < 17 ? 200 + 20 * normal(random) : 0;
    for (let hour = 0; hour < 42 * 24 + 11; hour++) {
      const value = hour === 38 * 24 + 3 ? 200_000 : valueAt(hour);
      model.observe(MONDAY + hour * 3600, Float64Array.of(value), Infinity);
    }
    const [first, second] = [0, 1].map(hour => model.observe(MONDAY + (42 * 24 + 11 + hour) * 3600, Float64Array.of(0)).severity[0]!);
    expect(Math.max(first!, second!)).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
  });

  test('the band ends where an anomaly begins, whatever the value', () => {
    const series = new Sales(3600, 0.03);
    series.run(42);
    const at = (value: number): IntervalScores => series.copyOf().observe(series.start, new Float64Array(SERIES).fill(value));
    const { upper } = at(0);
    let [inside, outside] = [0, 0];
    for (let value = 0; value < 1500; value += 10) {
      at(value).severity.forEach((severity, index) => {
        // the bounds are found to 1 %
        if (Math.abs(value - upper[index]!) < 0.03 * value) return;
        expect([value, index, severity >= ANOMALOUS_SEVERITY]).toEqual([value, index, value > upper[index]!]);
        if (value > upper[index]!) outside++;
        else inside++;
      });
    }
    expect(Math.min(inside, outside)).toBeGreaterThan(100);
  });
});
