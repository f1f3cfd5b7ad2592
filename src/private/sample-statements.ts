// SPDX-License-Identifier: Apache-2.0

import { ECOMMERCE_TABLES } from './contract';

/** Files of the sample: `assets/sample/<name>.csv.gz`, which scripts/sample-data.ts makes. */
export const SAMPLE_FILES = ['platform', 'marketplace', 'views', 'anomaly'] as const;

/** Weeks of the sample, and the week among them in which it is loaded. */
export const SAMPLE_WEEKS = 104;
const WEEKS_BEFORE = 52;
/** Marketplaces on each platform, and platforms: a column of the file `views` for each combination. */
export const SAMPLE_MARKETPLACES = 7;
export const SAMPLE_PLATFORMS = 3;
/** What a view brings in: exact, so that the file need not hold the revenue. */
export const SAMPLE_REVENUE_PER_VIEW = '0.30';

/** Time of an hour of the sample, which begins on a Monday a year ago: so the connector has a history, and rows for a year to come. */
const time = (hour: string) => `dateadd(hour, ${hour}, dateadd(week, -${WEEKS_BEFORE}, date_trunc('week', getdate())))`;

/**
 * Statements that load the sample; run again, they replace it. The tables are made and filled in one transaction.
 *
 * @param urls Of the files, as `s3://bucket/key`
 * @param roleArn Role with which the warehouse reads them
 */
export function sampleStatements(urls: Readonly<Record<typeof SAMPLE_FILES[number], string>>, roleArn: string): string[] {
  const copy = (table: string, file: keyof typeof urls) => `copy ${table} from '${urls[file]}' iam_role '${roleArn}' format as csv gzip`;
  const columns = Array.from({ length: SAMPLE_PLATFORMS * SAMPLE_MARKETPLACES }, (_, index) => `views${index + 1}`);
  const views = `case (p.id - 1) * ${SAMPLE_MARKETPLACES} + m.id ${columns.map((column, index) => `when ${index + 1} then ${column}`).join(' ')} end`;
  return [
    'drop table if exists platform, marketplace, ecommerce, anomaly',
    ...ECOMMERCE_TABLES,
    'create table anomaly (measure varchar(16), platform int, marketplace int, starts timestamp, ends timestamp, direction varchar(4), size decimal(9,2))',
    `create table loaded_views (hour int, ${columns.map(column => `${column} int`).join(', ')})`,
    'create table loaded_anomaly (measure varchar(16), platform int, marketplace int, first_hour int, end_hour int, direction varchar(4), size decimal(9,2))',
    copy('platform', 'platform'),
    copy('marketplace', 'marketplace'),
    copy('loaded_views', 'views'),
    copy('loaded_anomaly', 'anomaly'),
    `insert into ecommerce (id, ts, platform, marketplace, views, revenue)
select row_number() over (order by hour, platform, marketplace), ${time('hour')}, platform, marketplace, views, views * ${SAMPLE_REVENUE_PER_VIEW}
from (select l.hour, p.id as platform, m.id as marketplace, ${views} as views from loaded_views l cross join platform p cross join marketplace m) as hours
order by hour, platform, marketplace`,
    `insert into anomaly (measure, platform, marketplace, starts, ends, direction, size)
select measure, platform, marketplace, ${time('first_hour')}, ${time('end_hour')}, direction, size from loaded_anomaly`,
    'drop table loaded_views, loaded_anomaly',
  ];
}
