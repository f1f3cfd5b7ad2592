// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LabelledSeries } from './labelled-series';
import { generateEcommerce } from '../../local/sample/ecommerce';
import type { NabFile } from '../nab/corpus';

const HOUR = 3600;
/** Where the series are: `OPENSEARCH_DATA`, or the folder beside the repository. */
export const OPENSEARCH_FOLDER = resolve(process.env.OPENSEARCH_DATA ?? join(__dirname, '../../../shared/data/opensearch-ad'));

/** Views of the sample of Lookout for Metrics: 21 hourly series, a year; scored from week 3 on. */
export function sampleSeries(): LabelledSeries[] {
  const start = new Date(Date.UTC(2025, 0, 1));
  const { series, views, intervals, labels } = generateEcommerce({ start, days: 365 });
  const interval = (moment: Date): number => (moment.getTime() - start.getTime()) / 1000 / HOUR;
  return series.map(({ platform, marketplace }, index) => ({
    name: `${platform} ${marketplace}`,
    intervalSeconds: HOUR,
    start: start.getTime() / 1000,
    values: Float64Array.from({ length: intervals }, (_, place) => views[place * series.length + index]!),
    events: labels.filter(label => label.measure === 'views' && label.platform === platform && label.marketplace === marketplace)
      .map(label => ({ first: interval(label.start), last: interval(label.end) - 1 })),
    scoredFrom: 14 * 24,
  }));
}

/** NAB's files as a set of series with events: windows are far wider than the anomalies in them, so precision flatters. Scored after the probation. */
export function nabSeries(files: readonly NabFile[]): LabelledSeries[] {
  return files.map(({ path, intervalSeconds, start, values, intervalOfRow, windows }) => ({
    name: path,
    intervalSeconds,
    start,
    values,
    events: windows.map(({ first, last }) => ({ first: intervalOfRow[first]!, last: intervalOfRow[last]! })),
    scoredFrom: Math.floor(values.length * 0.15),
  }));
}

/** One series' rows of OpenSearch's fixtures. */
interface Row {
  readonly time: number;
  readonly value: number;
}

/**
 * Labelled test series of OpenSearch's anomaly detection: visits of two cities every 10 minutes, two features every minute (read as 5
 * minutes). The second half is scored.
 * @returns undefined where the folder is not there: the repository holds no data
 */
export function openSearchSeries(folder = OPENSEARCH_FOLDER): LabelledSeries[] | undefined {
  if (!existsSync(join(folder, 'rule.data'))) return undefined;
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const visits = read('rule.data') as { timestamp: number; visitCount: number; cityName: string }[];
  const rules = read('rule.label') as Record<string, [string, string][]>;
  const features = read('synthetic.data') as { timestamp: string; Feature1: number; Feature2: number }[];
  const windows = read('synthetic.label') as [string, string][];
  const cities = Object.entries(rules).map(([city, labels]) => regular(
    city, 600, visits.filter(({ cityName }) => cityName === city).map(row => ({ time: row.timestamp / 1000, value: row.visitCount })), labels));
  return [...cities, ...(['Feature1', 'Feature2'] as const).map(name => regular(
    name, 300, features.map(row => ({ time: Date.parse(row.timestamp) / 1000, value: row[name] })), windows))];
}

function regular(name: string, intervalSeconds: LabelledSeries['intervalSeconds'], rows: readonly Row[], labels: readonly [string, string][]): LabelledSeries {
  const place = (time: number): number => Math.floor(time / intervalSeconds);
  const first = rows.reduce((lowest, { time }) => Math.min(lowest, place(time)), Infinity);
  const length = rows.reduce((highest, { time }) => Math.max(highest, place(time)), -Infinity) - first + 1;
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  for (const { time, value } of rows) {
    sums[place(time) - first]! += value;
    counts[place(time) - first]!++;
  }
  return {
    name,
    intervalSeconds,
    start: first * intervalSeconds,
    values: sums.map((sum, interval) => sum / counts[interval]!),
    events: labels.map(([from, to]) => ({ first: place(Date.parse(from) / 1000) - first, last: place(Date.parse(to) / 1000) - first })),
    scoredFrom: Math.floor(length / 2),
  };
}
