// SPDX-License-Identifier: Apache-2.0

import { seededRandom } from '../../local/sample/random';

const HOUR = 3_600_000;
const DAYS = 60;
const PLATFORMS = ['ios', 'web'];
const MARKETPLACES = ['de', 'fr', 'us'];
// the last whole hour before this one: histories may not be older than three years
const END = Math.floor(Date.now() / HOUR) * HOUR;
const SPIKE_AT = END - 30 * HOUR;

/** Rows of the file, the header not counted. */
export const ROWS = DAYS * 24 * PLATFORMS.length * MARKETPLACES.length;

/** The one anomaly of the shop. */
export const SPIKE = {
  time: `${new Date(SPIKE_AT).toISOString().slice(0, 16)}Z[UTC]`,
  dimensions: { platform: 'ios', marketplace: 'fr' },
  value: 5000,
};

/** A shop's views and revenue, hour by hour, as a CSV file: the shape of a day, a little noise, and one spike of views. */
export function shopRows(): string {
  const random: () => number = seededRandom(7);
  const rows = ['timestamp,platform,marketplace,views,revenue'];
  for (let at = END - DAYS * 24 * HOUR; at < END; at += HOUR) {
    const day = 1 + 0.5 * Math.sin((at / HOUR % 24) / 24 * 2 * Math.PI);
    for (const platform of PLATFORMS) {
      for (const marketplace of MARKETPLACES) {
        const isSpike = at === SPIKE_AT && platform === SPIKE.dimensions.platform && marketplace === SPIKE.dimensions.marketplace;
        const usual = Math.round(500 * day * (1 + 0.1 * (random() - 0.5)));
        const revenue = Math.round(900 * day * (1 + 0.1 * (random() - 0.5)));
        rows.push(`${new Date(at).toISOString().slice(0, 19).replace('T', ' ')},${platform},${marketplace},${isSpike ? SPIKE.value : usual},${revenue}`);
      }
    }
  }
  return `${rows.join('\n')}\n`;
}
