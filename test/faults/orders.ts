// SPDX-License-Identifier: Apache-2.0

/** The table that the connector reads. */
import { sqlTime, startOf } from './hours';
import type { Warehouse } from '../../local/redshift/warehouse';

const HISTORY_HOURS = 120;
export const PLATFORMS = ['web', 'ios', 'android', 'tv'];

/** Makes the table, with rows of the history and of `hours` hours of stream. */
export async function loadOrders(warehouse: Warehouse, hours: number): Promise<void> {
  await warehouse.query('create table orders (ts timestamp, platform varchar(65535), views float8)');
  const lines: string[] = [];
  for (let hour = -HISTORY_HOURS; hour < hours; hour++) {
    for (const [index, platform] of PLATFORMS.entries()) {
      lines.push(`${sqlTime(startOf(hour))},${platform},${100 + ((hour + HISTORY_HOURS) * 7 + index * 5) % 13}`);
    }
  }
  await warehouse.load('orders', `${lines.join('\n')}\n`);
  await warehouse.query('create index on orders (ts)');
}
