// SPDX-License-Identifier: Apache-2.0

import { between } from '../../local/sample/random';

/** Kinds of anomalies, with the intervals of 5 minutes that they last. */
const KINDS = {
  spike: [1, 4],
  dip: [1, 6],
  shift: [12, 72],
  ramp: [18, 60],
  burst: [8, 30],
  stuck: [12, 48],
  outage: [2, 24],
} as const;

/** Kind of an anomaly. */
export type KpiAnomalyKind = keyof typeof KINDS;

/** An anomaly to be made. */
export interface KpiAnomaly {
  readonly kind: KpiAnomalyKind;
  readonly first: number;
  readonly length: number;
  /** Change in usual differences between neighbours around it, with sign. */
  readonly size: number;
}

/** An anomaly of a kind by chance that begins at an interval: one in three is small. */
export function someAnomaly(random: () => number, first: number): KpiAnomaly {
  const kinds = Object.keys(KINDS) as KpiAnomalyKind[];
  const kind = kinds[Math.floor(random() * kinds.length)]!;
  const [least, most] = KINDS[kind];
  const length = Math.floor(between(random, least, most + 1));
  const size = random() < 1 / 3 ? between(random, 4, 8) : between(random, 8, 30);
  const down = kind === 'dip' || (kind !== 'spike' && random() < 0.5);
  return { kind, first, length, size: down ? -size : size };
}

/** Changes the values of the anomaly's intervals. */
export function apply(anomaly: KpiAnomaly, values: Float64Array, normal: () => number): void {
  const { kind, first, length, size } = anomaly;
  const unit = usualDifference(values, first);
  const held = values[first]!;
  for (let step = 0; step < length && first + step < values.length; step++) {
    const place = first + step;
    if (kind === 'outage') values[place] = 0;
    else if (kind === 'stuck') values[place] = held;
    else if (kind === 'burst') values[place]! += Math.abs(size) / 2 * unit * normal();
    else values[place]! += size * unit * (kind === 'ramp' ? (step + 1) / length : 1);
  }
}

/** Median difference between neighbours in the day before and after, as a standard deviation; at least 1 % of the level. */
function usualDifference(values: Float64Array, around: number): number {
  const near = values.subarray(Math.max(0, around - 288), around + 288);
  const differences = near.subarray(1).map((value, index) => Math.abs(value - near[index]!)).sort();
  const level = near.reduce((sum, value) => sum + Math.abs(value), 0) / near.length;
  return Math.max(1.05 * differences[Math.floor(differences.length / 2)]!, 0.01 * level);
}
