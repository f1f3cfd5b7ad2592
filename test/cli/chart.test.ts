// SPDX-License-Identifier: Apache-2.0

import { seriesChart } from '../../cli/report/chart';

const chart = (upper: number[]) => seriesChart({
  times: ['a', 'b', 'c', 'd'], values: [10, 20, 10, 20], expected: [11, 19, 11, 19], band: { lower: [5, 14, 5, 14], upper }, anomaly: { from: 3, to: 3 }, label: 'views',
});
/** Heights of the line of the observed values. */
const observed = (svg: string) => [.../class="observed" d="M([^"]*)"/.exec(svg)![1].matchAll(/ ([\d.]+)/g)].map(([, height]) => Number(height));

test('a wide place in the band is cut off, and the values keep their share of the height', () => {
  const [narrow, wide] = [chart([15, 24, 15, 24]), chart([15, 24, 40_000, 24])].map(observed);
  expect(Math.max(...narrow) - Math.min(...narrow)).toBeGreaterThan(80);
  expect(Math.max(...wide) - Math.min(...wide)).toBeGreaterThan(60);
  const heights = [...chart([15, 24, 40_000, 24]).matchAll(/class="band" d="M([^"]*)Z"/g)].flatMap(([, path]) => [...path.matchAll(/ ([\d.-]+)/g)].map(([, height]) => Number(height)));
  expect(heights).toHaveLength(8);
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(8);
  expect(Math.max(...heights)).toBeLessThanOrEqual(170);
});

test('a band that fits is drawn whole', () => {
  expect(chart([15, 24, 15, 24])).toContain('between 5 and 24');
});

test('numbers near to the largest there are make a chart', () => {
  const svg = seriesChart({
    times: ['a', 'b'], values: [-1.7e308, 1.7e308], expected: [0, 0], band: { lower: [-1.7e308, -1.7e308], upper: [1.7e308, 1.7e308] }, anomaly: { from: 1, to: 1 }, label: 'views',
  });
  expect(svg).not.toMatch(/NaN|Infinity/);
});
