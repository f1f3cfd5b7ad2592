// SPDX-License-Identifier: Apache-2.0

import type { FoundAnomaly } from '../../local/demo/anomaly';
import { evaluate } from '../../local/demo/evaluation';
import { reportPage } from '../../local/demo/report';
import type { Summary } from '../../local/demo/summary';

const HOSTILE = '<img src=x onerror="alert(1)">`\'&';
const summary: Summary = {
  events: 0,
  recall: 1,
  precision: 0,
  intervals: 24,
  intervalsLost: 0,
  intervalsDoubled: 0,
  viewsInWarehouse: 1,
  viewsUnloaded: 1,
  anomalies: 1,
  alerts: 1,
  frequency: 'PT1H',
  seed: 1,
  wallSeconds: 1,
};
const start = new Date('2026-01-05T10:00:00Z');
const anomaly: FoundAnomaly = {
  id: 'a',
  measure: HOSTILE,
  start,
  end: start,
  severity: 88.8,
  series: [{ dimensions: { [HOSTILE]: HOSTILE }, observed: 5, expected: NaN }],
  contributions: [{ dimension: HOSTILE, value: HOSTILE, share: 100 }],
};

function page(values: number[]): string {
  const starts = values.map((_, index) => new Date(start.getTime() - (values.length - 1 - index) * 3_600_000));
  return reportPage({
    detectorName: HOSTILE,
    summary,
    evaluation: evaluate([anomaly], []),
    anomalies: [anomaly],
    histories: new Map([['a', { starts, values }]]),
    warnings: [HOSTILE],
  });
}

test('names and dimension values with HTML stay text', () => {
  const html = page([1, NaN, 5]);
  expect(html).not.toContain('<img');
  expect(html.match(/&#60;img src=x onerror=&#34;alert\(1\)&#34;&#62;/g)!.length).toBeGreaterThan(5);
});

test('marks anomalies that no label explains', () => {
  expect(page([1, 2, 5])).toContain('not labelled');
});

test.each([['none', []], ['one', [5]], ['constant', [5, 5, 5]], ['missing', [NaN, NaN]]])('draws %s values without broken numbers', (_, values) => {
  expect(page(values)).not.toMatch(/(d|x|y|width)="[^"]*(NaN|Infinity)/);
});

test('a gap in the values breaks the line', () => {
  expect(page([1, NaN, 5, 6]).match(/class="observed" d="([^"]*)"/)![1].match(/M/g)).toHaveLength(2);
});
