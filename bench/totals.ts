// SPDX-License-Identifier: Apache-2.0

/**
 * What totals find: an event of all time series, of a platform, a country or both, each series being only a little off. Businesses of 3 platforms, 10
 * countries and 12 products whose sizes differ by a hundred times, with a wave of the day, quieter weekends, a noise of each series and one that all of
 * them share. Every event lasts three hours; learned six weeks (at 5 minutes three), judged four (three).
 *
 * Run: `tsx bench/totals.ts`
 */
import { normalOf } from './kpi/generator';
import { markdown } from './table';
import { Totals } from '../handlers/detect/model/totals';
import { DetectionModel, formGroups } from '../handlers/engine';
import { SeriesIndex } from '../handlers/input/series-index';
import { seededRandom } from '../local/sample/random';

const MONDAY = 4 * 86_400;
const HOUR = 3600;
const PLATFORMS = 3;
const COUNTRIES = 10;
const PRODUCTS = 12;
/** How far successive values of the noise that all series share go together, after an hour. */
const MEMORY = 0.9;
const EVENT_HOURS = 3;
/** Successive intervals of a group that was false count once. */
const SAME_EVENT_HOURS = 3;

interface Business {
  readonly name: string;
  /** Deviation of a series' own noise, as a share of its value; of counts none but that of the counts. */
  readonly noise: number | 'counts';
  /** Deviation of the noise that all share. */
  readonly shared: number;
}

interface Kind {
  readonly name: string;
  readonly factor: number;
  readonly isIn: (platform: number, country: number) => boolean;
}

/** What was found, by the time series alone and with their totals. */
interface Outcome {
  readonly events: Map<Kind, { count: number; readonly found: [number, number] }>;
  weeks: number;
  readonly falseGroups: [number, number];
}

const businesses: readonly Business[] = [
  { name: 'noise of 15 %, 2 % shared', noise: 0.15, shared: 0.02 },
  { name: 'noise of 30 %, 2 % shared', noise: 0.3, shared: 0.02 },
  { name: 'noise of 20 %, 5 % shared', noise: 0.2, shared: 0.05 },
  { name: 'counts of 8, 2 % shared', noise: 'counts', shared: 0.02 },
];

const kinds: readonly Kind[] = [
  { name: 'all at 85 %', factor: 0.85, isIn: () => true },
  { name: 'all at 70 %', factor: 0.7, isIn: () => true },
  { name: 'all at 130 %', factor: 1.3, isIn: () => true },
  { name: 'a platform at 80 %', factor: 0.8, isIn: platform => platform === 1 },
  { name: 'a platform at 60 %', factor: 0.6, isIn: platform => platform === 1 },
  { name: 'a country at 50 %', factor: 0.5, isIn: (_, country) => country === 7 },
  { name: 'a platform in a country at 50 %', factor: 0.5, isIn: (platform, country) => platform === 1 && country === 7 },
];

const random = seededRandom(1);
const normal = normalOf(random);

function poisson(mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  let number = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) number++;
  return number;
}

/** An event every other day, at another time of the day each. */
function eventAt(hour: number): { readonly number: number; readonly since: number; readonly kind: Kind } {
  const number = Math.floor(hour / 48);
  return { number, since: hour - 48 * number - (6 + 5 * number % 31), kind: kinds[number % kinds.length]! };
}

function run({ noise, shared }: Business, seconds: 300 | 3600, outcome: Outcome): void {
  const [learned, weeks] = seconds === HOUR ? [6, 10] : [3, 6];
  const perHour = HOUR / seconds;
  const series = new SeriesIndex(['orders'], ['platform', 'country', 'product']);
  for (let platform = 0; platform < PLATFORMS; platform++) {
    for (let country = 0; country < COUNTRIES; country++) {
      for (let product = 0; product < PRODUCTS; product++) series.findOrAdd([`p${platform}`, `c${country}`, `s${product}`]);
    }
  }
  const sizes = Array.from({ length: series.count }, () => (noise === 'counts' ? 8 : 100) * Math.exp(normal()));
  const phases = Array.from({ length: COUNTRIES }, () => random() * 5);
  const engine = new DetectionModel({ intervalSeconds: seconds }, series.size);
  const totals = new Totals({ intervalSeconds: seconds }, [{ name: 'orders', aggregation: 'SUM' }], series);
  const memory = MEMORY ** (1 / perHour);
  const start = learned * 168;
  const isFound = [new Set<number>(), new Set<number>()];
  const newestFalse = [-Infinity, -Infinity];
  let common = 0;
  for (let interval = 0; interval < weeks * 168 * perHour; interval++) {
    const hour = interval / perHour;
    const { number, since, kind } = eventAt(hour - start);
    const isEvent = hour >= start && since >= 0 && since < EVENT_HOURS;
    common = memory * common + Math.sqrt(1 - memory * memory) * shared * normal();
    const values = Float64Array.from(sizes, (size, combination) => {
      const [platform, country] = [Math.floor(combination / PRODUCTS / COUNTRIES), Math.floor(combination / PRODUCTS) % COUNTRIES];
      const day = 1 + 0.5 * Math.sin((hour + phases[country]!) / 24 * 2 * Math.PI);
      const week = Math.floor(hour / 24) % 7 > 4 ? 0.7 : 1;
      const mean = size * day * week * Math.exp(common) * (isEvent && kind.isIn(platform, country) ? kind.factor : 1);
      return noise === 'counts' ? poisson(mean) : mean * Math.exp(noise * normal() - noise * noise / 2);
    });
    const wallSeconds = MONDAY + interval * seconds;
    if (hour < start) {
      engine.learn(wallSeconds, values);
      totals.learn(wallSeconds, values);
      continue;
    }
    const scores = engine.observe(wallSeconds, values, Infinity);
    const scored = totals.scored(totals.observe(wallSeconds, values, [], Infinity)!, () => 1);
    for (const by of [0, 1] as const) {
      if (formGroups(scores, values, combination => series.describe(combination), 1, 3, by === 0 ? undefined : scored).length === 0) continue;
      if (isEvent) isFound[by]!.add(number);
      if (since >= 0 && since < 24) continue; // an event, and what it leaves behind
      if (hour - newestFalse[by]! > SAME_EVENT_HOURS) outcome.falseGroups[by]++;
      newestFalse[by] = hour;
    }
  }
  outcome.weeks += weeks - learned;
  for (let number = 0; 48 * number < (weeks - learned) * 168 - 48; number++) {
    const kind = kinds[number % kinds.length]!;
    const ofKind = outcome.events.get(kind) ?? { count: 0, found: [0, 0] };
    outcome.events.set(kind, ofKind);
    ofKind.count++;
    for (const by of [0, 1] as const) ofKind.found[by] += isFound[by]!.has(number) ? 1 : 0;
  }
}

for (const [seconds, runs] of [[3600, 6], [300, 3]] as const) {
  const rows = businesses.map(business => {
    const outcome: Outcome = { events: new Map(), weeks: 0, falseGroups: [0, 0] };
    for (let each = 0; each < runs; each++) run(business, seconds, outcome);
    return [
      business.name,
      ...kinds.map(kind => {
        const { count, found: [bySeries, withTotals] } = outcome.events.get(kind)!;
        return `${(bySeries / count).toFixed(2)}, ${(withTotals / count).toFixed(2)}`;
      }),
      outcome.falseGroups.map(groups => (groups / outcome.weeks).toFixed(2)).join(', '),
    ];
  });
  console.log(markdown({
    title: `Intervals of ${seconds} s`,
    note: 'Share of the events that are found, and false anomaly groups a week: by the time series alone, and with totals.',
    columns: ['business', ...kinds.map(({ name }) => name), 'false groups'],
    rows,
  }), '\n');
}
