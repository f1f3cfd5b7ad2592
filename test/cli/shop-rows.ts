// SPDX-License-Identifier: Apache-2.0

/** Hourly rows of shops, for tests of the command line: the configuration, the header, and how an hour is dated. */

export const CONFIG = {
  timestampColumn: { name: 'at', format: 'yyyy-MM-dd HH:mm:ss' },
  metrics: [{ name: 'views', aggregation: 'SUM' }, { name: 'latency', aggregation: 'AVG' }],
  dimensions: ['shop'],
  frequency: 'PT1H',
  timezone: 'UTC',
};

export const HEADER = 'at,shop,views,latency';

const START = Date.parse('2026-01-01T00:00:00Z');

/** Time stamp of an hour, counted from 2026-01-01. */
export function time(hour: number): string {
  return new Date(START + hour * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
