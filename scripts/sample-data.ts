// SPDX-License-Identifier: Apache-2.0

/**
 * Makes the files of `SampleWarehouse` (assets/sample): 104 weeks of the ecommerce sample, hour by hour, and its labels. Hours count from the
 * first one; the warehouse gives them their time when it loads them. Run by the task `bundle`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { generateEcommerce, REVENUE_PER_VIEW } from '../local/sample/ecommerce';
import { SAMPLE_FILES, SAMPLE_MARKETPLACES, SAMPLE_PLATFORMS, SAMPLE_REVENUE_PER_VIEW, SAMPLE_WEEKS } from '../src/private/sample-statements';

const FOLDER = join(__dirname, '..', 'assets', 'sample');
const HOUR = 3_600_000;

const data = generateEcommerce({
  start: new Date('2024-01-01T00:00:00Z'), // a Monday, on which the weeks of the sample begin
  days: SAMPLE_WEEKS * 7,
  weeklyPattern: true,
});
const asLoaded = data.platforms.length === SAMPLE_PLATFORMS && data.marketplaces.length === SAMPLE_MARKETPLACES
  && REVENUE_PER_VIEW === Number(SAMPLE_REVENUE_PER_VIEW);
if (!asLoaded) {
  throw new Error('the sample is not made as src/private/sample-statements.ts loads it');
}
const id = (names: readonly string[], name: string) => names.indexOf(name) + 1;
const hour = (moment: Date) => (moment.getTime() - data.start.getTime()) / HOUR;

const files: Record<typeof SAMPLE_FILES[number], unknown[][]> = {
  platform: data.platforms.map(name => [id(data.platforms, name), name]),
  marketplace: data.marketplaces.map(name => [id(data.marketplaces, name), name]),
  // a line for each hour, a column for each series: a third of the size that a line for each row of the table would have
  views: Array.from({ length: data.intervals }, (_, interval) => {
    const first = interval * data.series.length;
    return [interval, ...data.views.subarray(first, first + data.series.length)];
  }),
  anomaly: data.labels.map(({ measure, platform, marketplace, start, end, direction, size }) =>
    [measure, id(data.platforms, platform), id(data.marketplaces, marketplace), hour(start), hour(end), direction, size]),
};

mkdirSync(FOLDER, { recursive: true });
for (const [name, rows] of Object.entries(files)) {
  writeFileSync(join(FOLDER, `${name}.csv.gz`), gzipSync(rows.map(row => `${row.join(',')}\n`).join(''), { level: 9 }));
}
