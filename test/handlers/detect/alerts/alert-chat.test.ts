// SPDX-License-Identifier: Apache-2.0

import { chatMessage } from '../../../../handlers/detect/alerts/alert-chat';
import type { GroupRecord } from '../../../../handlers/lookout/store';
import { alertRecord, DETECTOR } from '../world';

const alert = alertRecord({ threshold: 1 });

const group = (value: string): GroupRecord => ({
  detectorArn: DETECTOR,
  id: '2c98c642-13f7-8eb3-8d7e-e208e8931e37',
  measure: 'views',
  start: 0,
  end: 0,
  score: 97.5,
  seriesCount: 1,
  alertsSent: [],
  contributions: [{ dimension: 'platform', values: [{ value, contribution: 100 }] }],
  series: [{ timeSeriesId: 'f', dimensions: [{ name: 'platform', value }], severity: 97, observed: 5, expected: 10, lower: 8, upper: 12, at: 0 }],
});

test('has the schema of custom notifications', () => {
  expect(chatMessage(alert, group('web'), 0, 'UTC', 'event')).toEqual({
    version: '1.0',
    source: 'custom',
    id: 'event',
    content: {
      textType: 'client-markdown',
      title: ':warning: Anomaly in views: severity 97.5',
      description: expect.stringMatching(/^```\nAnomaly in views[^`]*platform web: 5 observed, 10 expected \(8 to 12\)[^`]*\n```$/),
    },
    metadata: { threadId: group('web').id, summary: 'Anomaly in views: severity 97.5', eventType: 'anomaly' },
  });
});

test.each(['```<!channel>```', '<https://evil.example|click>', '@here `x`', '😀'.repeat(20_000)])('text from the data stays in the code block: %.20s', value => {
  const { content } = chatMessage(alert, group(value), 0, 'UTC', 'event');
  expect(content.description.match(/`+/g)).toEqual(['```', '```']);
  expect(content.description.endsWith('\n```')).toBe(true);
  expect([...content.description].length).toBeLessThanOrEqual(8_000);
  expect(content.description).not.toMatch(/\p{Surrogate}/u);
});
