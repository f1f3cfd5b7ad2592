// SPDX-License-Identifier: Apache-2.0

/** Hourly figures of a shop of 36 combinations that are noisy, each for itself: what all of them have in common shows in their sums alone. */

export const NOISY_PLATFORMS = ['app', 'mobile', 'web'];
export const NOISY_COUNTRIES = ['at', 'be', 'ch', 'de', 'dk', 'es', 'fr', 'it', 'nl', 'pl', 'pt', 'se'];

/** How many times its usual value a combination has, or undefined where it has no row. */
export type Change = (platform: string, country: string) => number | undefined;

const NOISE = 0.2;
const HEADER = 'timestamp,views,revenue,platform,country';

/** A number from 0 to 1 that depends on nothing but the interval, the combination and what it is for. */
function fraction(interval: number, combination: number, use: number): number {
  let bits = Math.imul(interval * 8 + use, 0x9e3779b1) ^ Math.imul(combination + 1, 0x85ebca6b); // eslint-disable-line no-bitwise
  bits = Math.imul(bits ^ bits >>> 15, 0x2c1b3c6d); // eslint-disable-line no-bitwise
  bits = Math.imul(bits ^ bits >>> 12, 0x297a2d39); // eslint-disable-line no-bitwise
  return ((bits ^ bits >>> 15) >>> 0) / 2 ** 32; // eslint-disable-line no-bitwise
}

/** Nearly normal noise. */
function noise(interval: number, combination: number): number {
  return Math.sqrt(3) * [0, 1, 2, 3].reduce((sum, use) => sum + fraction(interval, combination, use) - 0.5, 0);
}

/** Rows that come now and then: with a chance, and so many times their usual values. */
export function seldom(interval: number, chance: number, factor = 1): Change {
  return (platform, country) => {
    const combination = NOISY_PLATFORMS.indexOf(platform) * NOISY_COUNTRIES.length + NOISY_COUNTRIES.indexOf(country);
    return fraction(interval, combination, 4) < chance ? factor : undefined;
  };
}

/** Rows of one hour, or another interval that has the hour's number. */
export function noisyRows(start: number, change: Change = () => 1, seconds = 3600): string[] {
  const interval = start / seconds;
  const daily = seconds === 3600 ? 1 + 0.3 * Math.sin(interval / 24 * 2 * Math.PI) : 1;
  return NOISY_PLATFORMS.flatMap((platform, p) => NOISY_COUNTRIES.flatMap((country, c) => {
    const factor = change(platform, country);
    if (factor === undefined) return [];
    const noisy = 1 + NOISE * noise(interval, p * NOISY_COUNTRIES.length + c);
    const views = Math.max(0, Math.round(1000 * (1 + (p + c) % 3 / 2) * daily * factor * noisy));
    return `${new Date(start * 1000).toISOString().slice(0, 19).replace('T', ' ')},${views},${(views * 1.25).toFixed(2)},${platform},${country}`;
  }));
}

/** A file of one hour. */
export function noisyHour(start: string, change?: Change, seconds?: number): string {
  return [HEADER, ...noisyRows(Date.parse(start) / 1000, change, seconds)].join('\n');
}

/** A file of whole intervals. */
export function noisyFile(start: string, intervals: number, seconds = 3600, change?: (interval: number) => Change): string {
  const first = Date.parse(start) / 1000;
  return [HEADER, ...Array.from({ length: intervals }, (_, index) => noisyRows(first + index * seconds, change?.(index), seconds)).flat()].join('\n');
}

/** What a metric set of the shop differs in from that of `World`. */
export const NOISY_SETUP = { definition: { DimensionList: ['platform', 'country'] } };
