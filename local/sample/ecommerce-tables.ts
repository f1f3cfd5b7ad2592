// SPDX-License-Identifier: Apache-2.0

import { EcommerceData, intervalStart } from './ecommerce';
import { ECOMMERCE_TABLES } from '../../src/private/contract';
import type { Warehouse } from '../redshift/warehouse';

/** Rows of `platform` or `marketplace`: ids count from 1. */
function names(values: readonly string[]): string {
  return values.map((name, index) => `${index + 1},${name}\n`).join('');
}

/** Rows of `ecommerce` as CSV, in order of time. */
export function ecommerceRows(data: EcommerceData): string {
  const platformIds = data.series.map(({ platform }) => data.platforms.indexOf(platform) + 1);
  const marketplaceIds = data.series.map(({ marketplace }) => data.marketplaces.indexOf(marketplace) + 1);
  const lines: string[] = [];
  for (let interval = 0; interval < data.intervals; interval++) {
    const timestamp = intervalStart(data, interval).toISOString().slice(0, 19).replace('T', ' ');
    for (let series = 0; series < data.series.length; series++) {
      const place = interval * data.series.length + series;
      const revenue = (data.revenueCents[place] / 100).toFixed(2);
      lines.push(`${place + 1},${timestamp},${platformIds[series]},${marketplaceIds[series]},${data.views[place]},${revenue}\n`);
    }
  }
  return lines.join('');
}

/** Creates the three tables and fills them. Gives the number of rows in `ecommerce`. */
export async function loadEcommerce(warehouse: Pick<Warehouse, 'query' | 'load'>, data: EcommerceData): Promise<number> {
  for (const table of ECOMMERCE_TABLES) await warehouse.query(table);
  await warehouse.load('platform', names(data.platforms));
  await warehouse.load('marketplace', names(data.marketplaces));
  const rows = await warehouse.load('ecommerce', ecommerceRows(data));
  // PostgreSQL's stand-in for the sort key: an interval's rows are found without reading all
  await warehouse.query('create index on ecommerce (ts)');
  await warehouse.query('analyze');
  return rows;
}
