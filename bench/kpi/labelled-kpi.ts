// SPDX-License-Identifier: Apache-2.0

import { DAY, type FamilySource, type KpiFamily } from './families';
import { normalOf } from './generator';
import { between, seededRandom } from '../../local/sample/random';
import type { LabelledSeries } from '../quality/labelled-series';

/** A Monday, 00:00. */
const START = Date.UTC(2025, 0, 6) / 1000;
/** Kinds of anomalies: fewest and most intervals. */
const LENGTHS = { spike: [1, 4], dip: [1, 6], shift: [6, 48], ramp: [12, 36], burst: [6, 24], outage: [2, 18] } as const;
/** Kind of an anomaly. */
export type Kind = keyof typeof LENGTHS;
/** Values on either side that the noise is taken from, and values of the median that it is what is left of. */
const AROUND = 200;
const MEDIAN_REACH = 3;

/** Which anomalies a series has. */
export interface Style {
  readonly name: string;
  /** How often each kind comes beside the others; kinds that are left out do not come. */
  readonly kinds: Readonly<Partial<Record<Kind, number>>>;
  /** Smallest and largest size in the noise that is left over by the values around, all as often on a logarithmic scale. */
  readonly sizes: readonly [number, number];
  readonly perDay: number;
  /** Days of a week in which they come; default: all. */
  readonly clusterDays?: number;
  /** Share that nobody labelled, and intervals by which labels are off at most. */
  readonly unlabelled: number;
  readonly labelError: number;
}

/** A series of a family with anomalies as a person who labels them would see: sized by what a running median leaves over. */
export function labelledKpi(family: KpiFamily, style: Style, seed: number): LabelledSeries {
  const { kinds, sizes, perDay, clusterDays, unlabelled, labelError } = style;
  const random = seededRandom(seed);
  const source: FamilySource = { random, normal: normalOf(random) };
  const length = family.days * DAY;
  const next = family.values(source);
  const clean = Float64Array.from({ length }, (_, interval) => next(interval));
  const values = Float64Array.from(clean);
  const events: { first: number; last: number }[] = [];
  let free = DAY;
  for (let first = DAY; first < length - DAY / 4; first++) {
    const quiet = clusterDays !== undefined && Math.floor(first / DAY) % 7 >= clusterDays;
    if (first < free || quiet || random() >= perDay / DAY) continue;
    const kind = someKind(kinds, random);
    const intervals = Math.floor(between(random, LENGTHS[kind][0], LENGTHS[kind][1] + 1));
    put(kind, sizes, values, first, intervals, noiseAround(clean, first), source);
    free = first + intervals + 12;
    if (random() < unlabelled) continue;
    const off = (): number => Math.round(between(random, -labelError, labelError));
    const from = Math.max(0, first + off());
    events.push({ first: from, last: Math.max(from, first + intervals - 1 + off()) });
  }
  if (random() < 0.3) values.fill(0, Math.floor(length * 0.3), Math.floor(length * 0.3) + 30);
  return {
    name: `${family.name} ${style.name}`,
    intervalSeconds: 300,
    start: START,
    values: values.map(family.bounded),
    events,
    scoredFrom: length / 2,
  };
}

function someKind(weights: Style['kinds'], random: () => number): Kind {
  const kinds = Object.keys(weights) as Kind[];
  let place = random() * kinds.reduce((sum, kind) => sum + weights[kind]!, 0);
  return kinds.find(kind => (place -= weights[kind]!) < 0)!;
}

/** Changes the values of an anomaly of a kind. */
function put(
  kind: Kind, sizes: Style['sizes'], values: Float64Array, first: number, intervals: number, noise: number, { random, normal }: FamilySource,
): void {
  const isDown = kind === 'dip' || (kind !== 'spike' && random() < 0.5);
  const size = noise * Math.exp(between(random, Math.log(sizes[0]), Math.log(sizes[1]))) * (isDown ? -1 : 1);
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
