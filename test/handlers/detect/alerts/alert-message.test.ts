// SPDX-License-Identifier: Apache-2.0

import { alertMessage, longText, shortText, subject } from '../../../../handlers/detect/alerts/alert-message';
import type { GroupRecord } from '../../../../handlers/lookout/store';
import { alertRecord, DETECTOR } from '../world';

const alert = alertRecord({ threshold: 1, description: 'first\nsecond' });

function group(value: string, count = 1): GroupRecord {
  return {
    detectorArn: DETECTOR,
    id: '2c98c642-13f7-8eb3-8d7e-e208e8931e37',
    measure: 'm'.repeat(63),
    start: 0,
    end: 0,
    score: 97.57,
    seriesCount: count,
    alertsSent: [],
    contributions: [{ dimension: 'platform', values: Array.from({ length: count }, (_, index) => ({ value: `${value}${index || ''}`, contribution: 100 / count })) }],
    series: Array.from({ length: count }, (_, index) => ({
      timeSeriesId: 'f'.repeat(128),
      dimensions: [{ name: 'platform', value: `${value}${index || ''}` }],
      severity: 99,
      observed: 1234567.891,
      expected: NaN,
      lower: 0,
      upper: 12,
      at: 0,
    })),
  };
}

test('a text message names what explains most of it, or else what contributed most', () => {
  const where = (rootCauses?: GroupRecord['rootCauses']): string => shortText({ ...group('x'), rootCauses }, 0, 'UTC').replace(/^.*\[UTC\]| https.*$/g, '');
  const web = [{ name: 'platform', value: 'web' }, { name: 'country', value: 'de\nat' }];
  expect(where()).toBe(', platform x');
  expect(where([{ dimensions: web, share: 49, consistency: 100 }])).toBe(', platform x');
  expect(where([{ dimensions: web, share: 51, consistency: 100 }])).toBe(', platform web, country de at');
  expect(where([{ dimensions: [], share: 100, consistency: 100 }])).toBe(', all of the measure');
});

test('texts for people are not broken by dimension values', () => {
  for (const value of ['<b>x</b>', 'a\nb\u0000c', '\u202Edrow', '', 'x'.repeat(1000)]) {
    const text = longText(alert, group(value), 0, 'UTC');
    expect(text).not.toMatch(/[\u0000\u202E]/);
    expect(text.split('\n')).toHaveLength(14);
    expect(shortText(group(value), 0, 'UTC')).not.toMatch(/[\n\u0000\u202E]/);
  }
  expect(longText(alert, group(''), 0, 'UTC')).toContain('platform (empty): 1,234,570 observed, unknown expected (0 to 12), severity 99');
  expect(longText(alert, group('x'), 0, 'UTC')).toContain('Alert: pager (first second)');
  expect(subject(group('x')).length).toBeLessThanOrEqual(100);
});

test('a series that is stuck is told as such: its value may be as expected', () => {
  const stuck = { ...group('x'), series: group('x').series.map(series => ({ ...series, observed: 5, expected: 5.5, stuck: true as const })) };
  expect(longText(alert, stuck, 0, 'UTC')).toContain('platform x: stuck at 5, 5.5 expected (0 to 12), severity 99');
  expect(alertMessage(alert, stuck, 0, 'UTC').impactedMetric.relevantTimeSeries[0]).toMatchObject({ metricValue: 5, expectedValue: 5.5, stuck: true });
  expect(alertMessage(alert, group('x'), 0, 'UTC').impactedMetric.relevantTimeSeries[0]).not.toHaveProperty('stuck');
});

test('a text shows the most severe series and how many there are', () => {
  const text = longText(alert, group('x', 300), 0, 'UTC');
  expect(text).toContain('Time series (10 of 300, most severe first):');
  expect(text.split('\n').filter(line => line.includes('observed'))).toHaveLength(10);
});

test('a message fits into what SNS takes, with the most severe series in it', () => {
  const large = alertMessage(alert, group('é'.repeat(1000), 100), 0, 'UTC');
  expect(Buffer.byteLength(JSON.stringify(large))).toBeLessThanOrEqual(262_144);
  expect(large.impactedMetric.relevantTimeSeries.length).toBeGreaterThan(0);
  expect(large.impactedMetric.relevantTimeSeries[0].dimensions[0].dimensionValue).toBe('é'.repeat(1000));
  const many = alertMessage(alert, group('é'.repeat(1000), 1000), 0, 'UTC');
  expect(Buffer.byteLength(JSON.stringify(many))).toBeLessThanOrEqual(262_144);
  expect(many.impactedMetric.relevantTimeSeries.length).toBeGreaterThan(0);
});

test('a text message fits into what SNS sends to telephones, whatever the values are', () => {
  const [contribution] = group('x'.repeat(5000)).contributions;
  const contributions = Array.from({ length: 10 }, () => ({ ...contribution, dimension: 'd'.repeat(63) }));
  const text = shortText({ ...group('x'), contributions }, 0, 'America/Argentina/ComodRivadavia');
  expect(text.length).toBeLessThanOrEqual(1600);
  expect(text).toContain('https://');
});

test('what JSON cannot say as a number is null in no required place', () => {
  const message = JSON.parse(JSON.stringify(alertMessage({ ...alert, description: undefined }, group('<b>"x"</b>\n'), 0, 'Asia/Kolkata'))) as Record<string, unknown>;
  expect(message).toMatchObject({ alertDescription: null, anomalyScore: 97.57, timestamp: '1970-01-01T05:30+05:30[Asia/Kolkata]' });
});

test.each([['aws-cn', 'cn-north-1', 'https://cn-north-1.console.amazonaws.cn/'], ['aws-us-gov', 'us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/']])(
  'the console of %s', (partition, region, url) => {
    const detectorArn = `arn:${partition}:lookoutmetrics:${region}:123456789012:AnomalyDetector:shop`;
    expect(alertMessage(alert, { ...group('x'), detectorArn }, 0, 'UTC').consoleUrl).toContain(url);
  },
);
