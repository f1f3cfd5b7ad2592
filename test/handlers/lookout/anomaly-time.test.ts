// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { anomalyTime, parseAnomalyTime } from '../../../handlers/lookout/anomaly-time';

test.each([
  [Date.UTC(2020, 11, 5, 1), 'UTC', '2020-12-05T01:00Z[UTC]'],
  [Date.UTC(2021, 1, 14, 4), 'Atlantic/St_Helena', '2021-02-14T04:00Z[Atlantic/St_Helena]'],
  [Date.UTC(2020, 11, 5, 0), 'Europe/Berlin', '2020-12-05T01:00+01:00[Europe/Berlin]'],
  [Date.UTC(2020, 6, 5, 23), 'Europe/Berlin', '2020-07-06T01:00+02:00[Europe/Berlin]'],
  [Date.UTC(2020, 11, 5, 1), 'Asia/Kolkata', '2020-12-05T06:30+05:30[Asia/Kolkata]'],
  [Date.UTC(2020, 11, 5, 1), 'America/St_Johns', '2020-12-04T21:30-03:30[America/St_Johns]'],
  [Date.UTC(2020, 6, 5, 1), 'Europe/London', '2020-07-05T02:00+01:00[Europe/London]'],
  [Date.UTC(2020, 11, 5, 1), 'Europe/London', '2020-12-05T01:00Z[Europe/London]'],
])('%d in %s is %s', (milliseconds, timezone, expected) => {
  expect(anomalyTime(milliseconds / 1000, timezone)).toBe(expected);
});

test('every time can be read back, in any zone', () => {
  fc.assert(fc.property(
    fc.integer({ min: Date.UTC(1990, 0) / 60000, max: Date.UTC(2060, 0) / 60000 }),
    fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
    (minutes, timezone) => {
      expect(parseAnomalyTime(anomalyTime(minutes * 60, timezone))).toBe(minutes * 60);
    },
  ));
});
