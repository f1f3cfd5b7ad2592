// SPDX-License-Identifier: Apache-2.0

/** Hourly figures of a small shop: two platforms, two marketplaces, two measures. */

const PLATFORMS = ['mobile', 'web'];
const MARKETPLACES = ['de', 'fr'];

/** Rows of one interval: a daily shape, small noise that depends on nothing but the time. */
export function shopRows(start: number, factor: (platform: string, marketplace: string) => number = () => 1): string[] {
  const hour = start / 3600 % 24;
  return PLATFORMS.flatMap((platform, p) => MARKETPLACES.map((marketplace, m) => {
    const noise = Math.sin(start / 3600 * (12.9898 + p * 7 + m * 3)) * 0.02;
    const views = Math.round(1000 * (1 + p + m) * (1 + 0.5 * Math.sin(hour / 24 * 2 * Math.PI)) * (1 + noise) * factor(platform, marketplace));
    return `${new Date(start * 1000).toISOString().slice(0, 19).replace('T', ' ')},${views},${(views * 1.25).toFixed(2)},${platform},${marketplace}`;
  }));
}

export const SHOP_HEADER = 'timestamp,views,revenue,platform,marketplace';

/** A file of one hour. */
export function shopHour(start: string, factor?: (platform: string, marketplace: string) => number): string {
  return [SHOP_HEADER, ...shopRows(Date.parse(start) / 1000, factor)].join('\n');
}

/** A file of whole intervals. */
export function shopFile(start: string, intervals: number, seconds = 3600): string {
  const first = Date.parse(start) / 1000;
  return [SHOP_HEADER, ...Array.from({ length: intervals }, (_, index) => shopRows(first + index * seconds)).flat()].join('\n');
}

/** Days of history before the hours that are detected. */
export const HISTORY_DAYS = 21;
export const HISTORY_START = '2026-01-01T00:00:00Z';

/** Start of an hour after the history, as an instant. */
export const hour = (number: number): string => new Date(Date.parse('2026-01-22T00:00:00Z') + number * 3_600_000).toISOString().replace('.000', '');

/** Object that holds the rows of an hour. */
export const liveKey = (start: string): string => `live/${start.slice(0, 10).replaceAll('-', '')}/${start.slice(11, 16).replace(':', '')}/000`;

/** An anomaly: a platform has hardly any visitors. */
export const webDown = (platform: string): number => platform === 'web' ? 0.2 : 1;
