// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { changes, planAnomalies } from '../../local/sample/anomalies';
import { AnomalyLabel, EcommerceData, generateEcommerce, intervalStart, LABELLED_CHANGE, NOISE, REVENUE_PER_VIEW } from '../../local/sample/ecommerce';
import { FREQUENCY_SECONDS, Frequency } from '../../src/private/contract';

const start = new Date('2026-09-07T00:00:00Z'); // a Monday

const seriesOf = (data: EcommerceData, label: AnomalyLabel) =>
  data.series.findIndex(({ platform, marketplace }) => platform === label.platform && marketplace === label.marketplace);
const intervalOf = (data: EcommerceData, moment: Date) => (moment.getTime() - data.start.getTime()) / 1000 / FREQUENCY_SECONDS[data.frequency];

test('the same options give the same data, another seed other data, more days the same and more', () => {
  const data = generateEcommerce({ start, days: 10, seed: 7 });
  expect(generateEcommerce({ start, days: 10, seed: 7 })).toEqual(data);
  expect(generateEcommerce({ start, days: 10, seed: 8 }).views).not.toEqual(data.views);
  const longer = generateEcommerce({ start, days: 12, seed: 7 });
  expect(longer.views.slice(0, data.views.length)).toEqual(data.views);
});

test('without anomalies and noise it is the shape of a day', () => {
  const data = generateEcommerce({ start, days: 2, anomalyProbability: 0 });
  expect(data.labels).toEqual([]);
  data.series.forEach((_, series) => {
    const day = Array.from({ length: 24 }, (__, hour) => data.expectedViews[hour * 21 + series]);
    const peak = day.indexOf(Math.max(...day));
    expect(peak).toBeGreaterThanOrEqual(12);
    expect(peak).toBeLessThanOrEqual(21);
    expect(Math.min(...day)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...day)).toBeLessThanOrEqual(600);
  });
  expect(Math.max(...data.views.map((views, place) => Math.abs(views - data.expectedViews[place])))).toBeLessThanOrEqual(NOISE + 0.5);
  expect(data.revenueCents).toEqual(data.views.map(views => Math.round(views * REVENUE_PER_VIEW * 100)));
});

test('labels are those changes that can be seen, and no others', () => {
  fc.assert(fc.property(fc.nat(), fc.constantFrom<Frequency>('PT10M', 'PT1H'), fc.boolean(), fc.double({ min: -1.5, max: 1, noNaN: true }),
    (seed, frequency, weeklyPattern, growth) => {
      const options = { start, days: 3, seed, frequency, weeklyPattern, growth, anomalyProbability: 0.02 };
      const data = generateEcommerce(options);
      const quiet = generateEcommerce({ ...options, anomalyProbability: 0 });
      const change = (interval: number, series: number) => data.views[interval * 21 + series] - quiet.views[interval * 21 + series];
      const labelled = new Set<number>();
      for (const label of data.labels.filter(({ measure }) => measure === 'views')) {
        const series = seriesOf(data, label);
        const first = intervalOf(data, label.start);
        const last = intervalOf(data, label.end) - 1;
        expect(last - first + 1).toBeLessThanOrEqual(5);
        expect(last).toBeLessThan(data.intervals);
        for (let interval = first; interval <= last; interval++) labelled.add(interval * 21 + series);
        for (const seen of [change(first, series), change(last, series)]) {
          expect(Math.abs(seen)).toBeGreaterThanOrEqual(LABELLED_CHANGE * NOISE);
          expect(Math.sign(seen)).toBe(label.direction === 'UP' ? 1 : -1);
        }
      }
      const places = [...data.views.keys()];
      expect(Math.min(...data.views)).toBeGreaterThanOrEqual(0);
      expect(places.filter(place => Math.abs(data.views[place] - quiet.views[place]) >= LABELLED_CHANGE * NOISE && !labelled.has(place))).toEqual([]);
    }), { numRuns: 10 });
});

test('revenue follows views, and may go its own way', () => {
  const data = generateEcommerce({ start, days: 20, revenueAnomalyProbability: 0.01 });
  const views = data.labels.filter(({ measure }) => measure === 'views');
  const revenue = data.labels.filter(({ measure }) => measure === 'revenue');
  expect(views.length).toBeGreaterThan(20);
  const key = ({ platform, marketplace, start: from, end }: AnomalyLabel) => `${platform} ${marketplace} ${from.toISOString()} ${end.toISOString()}`;
  const ofRevenue = new Set(revenue.map(key));
  expect(views.filter(label => !ofRevenue.has(key(label)))).toEqual([]);
  const alone = revenue.filter(label => !views.some(other => key(other) === key(label)));
  expect(alone.length).toBeGreaterThan(20);
  for (const label of alone) {
    const place = intervalOf(data, label.start) * 21 + seriesOf(data, label);
    const fromViews = data.views[place] * REVENUE_PER_VIEW;
    expect(Math.abs(data.revenueCents[place] / 100 - fromViews)).toBeGreaterThanOrEqual(LABELLED_CHANGE * NOISE * REVENUE_PER_VIEW);
  }
});

test('anomalies begin as often as asked, last 1 to 5 intervals and are apart', () => {
  const planned = planAnomalies(42, 200_000, 0.005);
  expect(planned.length).toBeGreaterThan(900);
  expect(planned.length).toBeLessThan(1050);
  expect(new Set(planned.map(({ length }) => length))).toEqual(new Set([1, 2, 3, 4, 5]));
  const sizes = planned.map(({ change }) => Math.abs(change));
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(600);
  const gaps = planned.slice(1).map((next, index) => next.first - planned[index].first - planned[index].length);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
  expect(changes([{ first: 1, length: 2, change: -5 }], 4)).toEqual(Float64Array.of(0, -5, -5, 0));
});

test('weekends are quieter and growth goes on, where asked', () => {
  const data = generateEcommerce({ start, days: 365, frequency: 'P1D', weeklyPattern: true, growth: 0.5, anomalyProbability: 0 });
  const monday = data.expectedViews[0];
  expect(data.expectedViews[5 * 21]).toBeCloseTo(monday * 0.7 * (1 + 0.5 * 5 / 365));
  expect(data.expectedViews[364 * 21]).toBeCloseTo(monday * (1 + 0.5 * 364 / 365));
});

test.each<[Frequency, number]>([['PT5M', 288], ['PT10M', 144], ['PT1H', 24], ['P1D', 1]])('%s has %d intervals a day, on its boundaries', (frequency, count) => {
  const data = generateEcommerce({ start, days: 3, frequency });
  expect(data.intervals).toBe(3 * count);
  expect(data.views).toHaveLength(3 * count * 21);
  expect(intervalStart(data, data.intervals)).toEqual(new Date('2026-09-10T00:00:00Z'));
});

test.each([
  [{ start: new Date('2026-01-01T00:30:00Z'), days: 1 }, 'start: 2026-01-01T00:30:00.000Z is not the start of an interval of PT1H'],
  [{ start: new Date('nonsense'), days: 1 }, 'start: an invalid date'],
  [{ start, days: 0 }, 'days: 0 is not a positive number of days'],
  [{ start, days: 1.5, frequency: 'P1D' as const }, 'days: 1.5'],
  [{ start, days: 1, frequency: 'PT2H' as never }, 'frequency: "PT2H" is none of PT5M, PT10M, PT1H, P1D'],
  [{ start, days: 1, anomalyProbability: 2 }, 'anomalyProbability: 2 is not between 0 and 1'],
])('wrong options %#', (options, message) => {
  expect(() => generateEcommerce(options)).toThrow(message);
});
