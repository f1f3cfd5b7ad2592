// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newStack } from './fixture';
import { ConnectorQuery, Detector, DetectorFrequency, LookoutService, Metric, TimestampColumn } from '../../src';

test('a query is taken from a file as it is, without a byte order mark', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'query-')), 'query.sql');
  writeFileSync(path, "\uFEFFselect 'ü' -- \u{1F4A5}\n");
  expect(ConnectorQuery.fromFile(path).sql).toBe("select 'ü' -- \u{1F4A5}\n");
});

test('a frequency is a name and a length', () => {
  expect([DetectorFrequency.FIVE_MINUTES, DetectorFrequency.TEN_MINUTES, DetectorFrequency.HOURLY, DetectorFrequency.DAILY]
    .map(({ value, interval }) => [value, interval.toSeconds()])).toEqual([['PT5M', 300], ['PT10M', 600], ['PT1H', 3600], ['P1D', 86_400]]);
});

test('columns are what they were called', () => {
  expect(Metric.sum('views')).toEqual({ name: 'views', aggregation: 'SUM' });
  expect(Metric.average('views')).toEqual({ name: 'views', aggregation: 'AVG' });
  expect(TimestampColumn.of('ts', 'yyyy')).toEqual({ name: 'ts', format: 'yyyy' });
});

test('a detector is in the account, with a service or without, or is Lookout for Metrics', () => {
  const service = new LookoutService(newStack(), 'Lookout');
  expect(Detector.inAccount().isInAccount).toBe(true);
  expect(Detector.inAccount({ service }).service).toBe(service);
  expect(Detector.lookoutForMetrics().isInAccount).toBe(false);
});
