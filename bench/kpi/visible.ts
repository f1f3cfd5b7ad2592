// SPDX-License-Identifier: Apache-2.0

import { DAY, type FamilySource, KPI_FAMILIES, type KpiFamily } from './families';
import { normalOf } from './generator';
import { between, derivedSeed, seededRandom } from '../../local/sample/random';
import type { LabelledSeries } from '../quality/labelled-series';

/** A Monday, 00:00. */
const START = Date.UTC(2025, 0, 6) / 1000;
/** Families in which most anomalies cannot be told from what they do anyway. */
const INVISIBLE = new Set(['errors, sparse', 'queue length, bursts', 'batch job, jitter', 'orders, low volume']);
/** Series of each family: anomalies once in three weeks, a few a week, several a day in the first three days of a week. */
const ANOMALIES_PER_DAY = [1 / 20, 0.3, 1.5];
const CLUSTER_DAYS = 3;
/** Kinds of anomalies: fewest and most intervals, and how often they come beside the others. */
const KINDS = {
  spike: [1, 4, 4], dip: [1, 6, 3], shift: [6, 48, 1.5], ramp: [12, 36, 0.7], burst: [6, 24, 0.5], outage: [2, 18, 1],
} as const;
type Kind = keyof typeof KINDS;
/** Sizes in the noise that is left over by the values around, all as often on a logarithmic scale. */
const SIZES = [4, 40] as const;
const UNLABELLED = 0.04;
const LABEL_ERROR = 2;
/** Values on either side that the noise is taken from, and values of the median that it is what is left of. */
const AROUND = 200;
const MEDIAN_REACH = 3;

/**
 * Made series of 5 minutes as `kpiSeries`, but with anomalies that a person who labels them would see: sized by what a running median leaves
 * over, and only in families where that tells anything. Detectors that are known from real metrics (detection.md) have about the same F1 on
 * them. The same seed gives the same series.
 */
export function visibleKpiSeries(seed = 20_251): LabelledSeries[] {
  const families = KPI_FAMILIES.filter(({ name }) => !INVISIBLE.has(name));
  return families.flatMap((family, index) => ANOMALIES_PER_DAY.map((rate, variant) =>
    oneSeries(family, variant, rate, derivedSeed(seed, `v${family.name}`, index * ANOMALIES_PER_DAY.length + variant))));
}

function oneSeries(family: KpiFamily, variant: number, perDay: number, seed: number): LabelledSeries {
  const random = seededRandom(seed);
  const source: FamilySource = { random, normal: normalOf(random) };
  const length = family.days * DAY;
  const next = family.values(source);
  const clean = Float64Array.from({ length }, (_, interval) => next(interval));
  const values = Float64Array.from(clean);
  const events: { first: number; last: number }[] = [];
  let free = DAY;
  for (let first = DAY; first < length - DAY / 4; first++) {
    const quiet = perDay > 1 && Math.floor(first / DAY) % 7 >= CLUSTER_DAYS;
    if (first < free || quiet || random() >= perDay / DAY) continue;
    const kind = someKind(random);
    const intervals = Math.floor(between(random, KINDS[kind][0], KINDS[kind][1] + 1));
    put(kind, values, first, intervals, noiseAround(clean, first), source);
    free = first + intervals + 12;
    if (random() < UNLABELLED) continue;
    const off = (): number => Math.round(between(random, -LABEL_ERROR, LABEL_ERROR));
    const from = Math.max(0, first + off());
    events.push({ first: from, last: Math.max(from, first + intervals - 1 + off()) });
  }
  if (random() < 0.3) values.fill(0, Math.floor(length * 0.3), Math.floor(length * 0.3) + 30);
  return {
    name: `${family.name} ${variant + 1}`,
    intervalSeconds: 300,
    start: START,
    values: values.map(family.bounded),
    events,
    scoredFrom: length / 2,
  };
}

function someKind(random: () => number): Kind {
  const kinds = Object.keys(KINDS) as Kind[];
  let place = random() * kinds.reduce((sum, kind) => sum + KINDS[kind][2], 0);
  return kinds.find(kind => (place -= KINDS[kind][2]) < 0)!;
}

/** Changes the values of an anomaly of a kind. */
function put(kind: Kind, values: Float64Array, first: number, intervals: number, noise: number, { random, normal }: FamilySource): void {
  const isDown = kind === 'dip' || (kind !== 'spike' && random() < 0.5);
  const size = noise * Math.exp(between(random, Math.log(SIZES[0]), Math.log(SIZES[1]))) * (isDown ? -1 : 1);
  for (let step = 0; step < intervals; step++) {
    const place = first + step;
    if (kind === 'outage') values[place] = 0;
    else if (kind === 'burst') values[place]! += Math.abs(size) / 2 * normal();
    else values[place]! += size * (kind === 'ramp' ? (step + 1) / intervals : 1);
  }
}

/** What a running median leaves over: its median as a standard deviation, at least half its 95th percentile and 1 % of the value. */
function noiseAround(clean: Float64Array, place: number): number {
  const left: number[] = [];
  for (let at = Math.max(MEDIAN_REACH, place - AROUND); at < Math.min(clean.length - MEDIAN_REACH, place + AROUND); at++) {
    left.push(Math.abs(clean[at]! - clean.slice(at - MEDIAN_REACH, at + MEDIAN_REACH + 1).sort()[MEDIAN_REACH]!));
  }
  left.sort((a, b) => a - b);
  return Math.max(1.48 * left[Math.floor(left.length / 2)]!, left[Math.floor(left.length * 0.95)]! / 2, 0.01 * Math.abs(clean[place]!));
}
