// SPDX-License-Identifier: Apache-2.0

/**
 * What comes after a lasting change of level, as of a unit (cents, euros) or a customer gained. Businesses with 4 % noise, a wave of the day and quieter weekends,
 * which are parts of the level or are added to it; or counts of 60. Known for eight weeks (at 5 minutes four, of daily data 26). In the two weeks after (twelve of
 * daily data): anomaly groups a series, of which one is the change itself; anomalies after the first half day (four days); how far the expected values of
 * the second to the eighth day (the second to the eighth week) are off, as a part of the true ones; usual error, as a part of the true noise; and the share of series in which three hours (a day) at
 * 40 % are found on the tenth day (in the tenth week).
 *
 * Run: `tsx bench/level-changes.ts [hour|minutes|day]`
 */
import { normalOf } from './kpi/generator';
import { markdown } from './table';
import { DetectionModel } from '../handlers/engine';
import { ANOMALOUS_SEVERITY } from '../handlers/engine/scores/severity';
import { seededRandom } from '../local/sample/random';

const DAY = 86_400;
const MONDAY = 4 * DAY;
const SERIES = 60;
const NOISE = 0.04;
const EVENT_LEFT = 0.4;
const SHARES = [0.01, 0.2, 0.5, 0.7, 1.5, 3, 10, 100];

/** How the season of a business is made. */
const KINDS = ['parts', 'parts, next to nothing at night', 'added', 'none', 'counts'] as const;
type Kind = typeof KINDS[number];

interface Length {
  readonly seconds: 300 | 3600 | 86400;
  /** Weeks before the change. */
  readonly weeks: number;
  /** Days in which the change is learned, and from the change on: the days that are compared, the day of the event, the end. */
  readonly shift: number;
  readonly compared: readonly [number, number];
  readonly event: number;
  readonly days: number;
  /** Intervals without an anomaly that do not end a group. */
  readonly pause: number;
  readonly eventLength: number;
}

const LENGTHS: Readonly<Record<string, Length>> = {
  hour: { seconds: 3600, weeks: 8, shift: 0.5, compared: [1, 8], event: 9, days: 14, pause: 1, eventLength: 3 },
  minutes: { seconds: 300, weeks: 4, shift: 0.5, compared: [1, 8], event: 9, days: 14, pause: 12, eventLength: 36 },
  day: { seconds: DAY, weeks: 26, shift: 4, compared: [7, 56], event: 63, days: 84, pause: 1, eventLength: 1 },
};

/** A business: when its level changes, how large it is, and when its day is at its highest. */
interface Business {
  readonly change: number;
  readonly size: number;
  readonly phase: number;
  found: boolean;
  newest: number;
}

function seasonAt(kind: Kind, hour: number, phase: number, isDaily: boolean): number {
  const steep = 2.5 * Math.exp(-((((hour - phase) % 24 + 36) % 24 - 12) ** 2) / 32) - 0.9;
  const wave = isDaily ? 0 : kind === KINDS[1] ? steep : 0.5 * Math.sin((hour - phase) / 24 * 2 * Math.PI);
  return (1 + wave) * (Math.floor(hour / 24) % 7 > 4 ? 0.7 : 1);
}

function meanOf(kind: Kind, size: number, share: number, season: number): number {
  switch (kind) {
    case 'none': return size * share;
    case 'added': return size * (2 * share + 0.5 * season);
    default: return size * share * season;
  }
}

/** Usual size of the noise around a mean. */
function noiseOf(kind: Kind, size: number, mean: number): number {
  switch (kind) {
    case 'counts': return Math.sqrt(mean);
    case 'added': return NOISE * size;
    default: return NOISE * mean;
  }
}

function run({ seconds, weeks, shift, compared, event, days, pause, eventLength }: Length, kind: Kind, share: number): string {
  const random = seededRandom(7);
  const normal = normalOf(random);
  const perDay = DAY / seconds;
  const businesses = Array.from({ length: SERIES }, (): Business => ({
    change: Math.floor((weeks * 7 + random() * 7) * perDay),
    size: (kind === 'counts' ? 60 : 1000) * Math.exp(normal() * 0.5),
    phase: random() * 24,
    found: false,
    newest: -Infinity,
  }));
  const model = new DetectionModel({ intervalSeconds: seconds }, SERIES);
  const sum = { groups: 0, anomalies: 0, off: 0, usual: 0, compared: 0 };
  for (let interval = 0; interval < (weeks * 7 + 7 + days) * perDay; interval++) {
    const means = businesses.map(({ change, size, phase }) => (
      meanOf(kind, size, interval >= change ? share : 1, seasonAt(kind, interval / perDay * 24, phase, perDay === 1))));
    const isEvent = ({ change }: Business): boolean => interval >= change + event * perDay && interval < change + event * perDay + eventLength;
    const values = Float64Array.from(businesses, (business, index) => {
      const mean = means[index]! * (isEvent(business) ? EVENT_LEFT : 1);
      const value = Math.max(0, mean + noiseOf(kind, business.size, mean) * normal());
      return kind === 'counts' ? Math.round(value) : value;
    });
    const { severity, expected, scale } = model.observe(MONDAY + interval * seconds, values, Infinity);
    businesses.forEach((business, index) => {
      const since = (interval - business.change) / perDay;
      if (since < 0 || since >= days) return;
      const mean = means[index]!;
      if (since >= compared[0] && since < compared[1]) {
        sum.compared++;
        sum.off += Math.abs(expected[index]! - mean) / mean;
        sum.usual += scale[index]! / noiseOf(kind, business.size, mean);
      }
      if (severity[index]! < ANOMALOUS_SEVERITY) return;
      if (isEvent(business)) {
        business.found = true;
      } else {
        if (since >= shift) sum.anomalies++;
        if (interval - business.newest > pause + 1) sum.groups++;
      }
      business.newest = interval;
    });
  }
  const each = (total: number, decimals: number): string => (total / SERIES).toFixed(decimals);
  const found = businesses.filter(business => business.found).length;
  return `${each(sum.groups, 2)}, ${each(sum.anomalies, 1)}; ${(100 * sum.off / sum.compared).toFixed(0)} %, ${(sum.usual / sum.compared).toFixed(1)}; ${each(found, 2)}`;
}

for (const [name, length] of Object.entries(LENGTHS)) {
  if (process.argv[2] !== undefined && process.argv[2] !== name) continue;
  // weekdays are no nights
  const kinds = name === 'day' ? KINDS.filter(kind => kind !== KINDS[1]) : KINDS;
  const rows = kinds.map(kind => [kind, ...SHARES.map(share => run(length, kind, share))]);
  process.stdout.write(`${markdown({ title: `Interval: ${name}`, columns: ['season', ...SHARES.map(share => `x ${share}`)], rows })}\n\n`);
}
