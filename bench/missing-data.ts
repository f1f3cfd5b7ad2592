// SPDX-License-Identifier: Apache-2.0

/**
 * False findings of missing data: combinations with 0.7 to 5.6 rows an interval, a wave of the day and quieter weekends, of which none ever
 * stops. Then how many intervals pass until a value that does stop is found, by the share of intervals that it misses anyway.
 *
 * Run: `tsx bench/missing-data.ts`
 */
import { MissingData } from '../handlers/engine/missing-data/missing-data';

const MONDAY = 4 * 86_400;

/** Repeatable numbers between 0 and 1 (the generator of Park and Miller). */
let state = 4_242;
function random(): number {
  state = state * 48_271 % 2_147_483_647;
  return state / 2_147_483_647;
}

/** Findings that began a week, after four weeks. */
function falseFindings(combinations: number, intervalSeconds: 300 | 3600, weeks: number): number {
  const perDay = 86_400 / intervalSeconds;
  const codes = [Int32Array.from({ length: combinations }, (_, index) => index)];
  const rate = Float64Array.from({ length: combinations }, () => 0.7 * 8 ** random());
  const phase = Float64Array.from({ length: combinations }, () => Math.floor(24 * random()));
  const monitor = new MissingData({ intervalSeconds });
  let told = new Set<number | undefined>();
  let began = 0;
  for (let interval = 0; interval < weeks * 7 * perDay; interval++) {
    const hour = interval % perDay / perDay * 24;
    const week = Math.floor(interval / perDay) % 7 > 4 ? 0.7 : 1;
    const reported = Uint8Array.from(rate, (mean, index) => (
      random() < Math.exp(-mean * week * (1 + 0.75 * Math.sin((hour - phase[index]!) / 24 * 2 * Math.PI))) ? 0 : 1));
    const now = new Set(monitor.observe(MONDAY + interval * intervalSeconds, reported, codes).map(({ code }) => code));
    if (interval >= 4 * 7 * perDay) began += [...now].filter(code => !told.has(code)).length;
    told = now;
  }
  return began / (weeks - 4);
}

/** Median of ten values that stop at 10 o'clock after four weeks. */
function intervalsUntilFound(combinations: number, misses: number): number {
  const stops = 10;
  const codes = [Int32Array.from({ length: combinations }, (_, index) => index)];
  const monitor = new MissingData({ intervalSeconds: 3600 });
  const start = 28 * 24 + 10;
  const found = new Map<number, number>();
  for (let hour = 0; hour < start + 48; hour++) {
    const reported = Uint8Array.from(codes[0]!, code => code < stops && hour >= start || random() < misses ? 0 : 1);
    for (const { code } of monitor.observe(MONDAY + hour * 3600, reported, codes)) {
      if (hour >= start && code! < stops && !found.has(code!)) found.set(code!, hour - start + 1);
    }
  }
  return Array.from({ length: stops }, (_, code) => found.get(code) ?? Infinity).sort((a, b) => a - b)[stops / 2]!;
}

console.log('combinations   interval   false findings a week');
for (const [combinations, seconds, weeks] of [[60, 3600, 12], [600, 3600, 12], [6000, 3600, 12], [60, 300, 8], [600, 300, 8]] as const) {
  console.log(`${String(combinations).padStart(12)}${`${seconds} s`.padStart(11)}${falseFindings(combinations, seconds, weeks).toFixed(1).padStart(24)}`);
}
console.log('\nhours until a value that stops is found, by the share of hours without rows');
const shares = [0, 0.01, 0.05, 0.1, 0.2];
console.log(`combinations${shares.map(share => String(share).padStart(8)).join('')}`);
for (const combinations of [20, 1000]) {
  console.log(`${String(combinations).padStart(12)}${shares.map(share => String(intervalsUntilFound(combinations, share)).padStart(8)).join('')}`);
}
