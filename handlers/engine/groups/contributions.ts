// SPDX-License-Identifier: Apache-2.0

/** How much of a deviation a dimension value holds. */
export interface Contribution {
  readonly value: string;
  /** 0-100, two decimals. */
  readonly contribution: number;
}

/** A series that takes part in an event. */
export interface Deviation {
  /** Observed minus expected value. */
  readonly deviation: number;
  readonly dimensionValues: readonly string[];
}

/** When the lesser direction holds more than this share of all deviation, an event goes both ways. */
const BOTH_WAYS = 0.25;

/** Direction of an event: 1 up, -1 down, 0 when it goes both ways. */
export function directionOf(anomalies: readonly Pick<Deviation, 'deviation'>[]): -1 | 0 | 1 {
  const unit = largestOf(anomalies);
  let [up, down] = [0, 0];
  for (const { deviation } of anomalies) {
    if (deviation > 0) up += deviation / unit;
    else down -= deviation / unit;
  }
  if (Math.min(up, down) > BOTH_WAYS * (up + down)) return 0;
  return up >= down ? 1 : -1;
}

/**
 * Contributions of one dimension's values to an event, highest first; they add up to 100 with their two decimals.
 *
 * Deviations are added with their sign: what goes against the event takes away from its value, at most until nothing is left. In an event
 * that goes both ways all deviations count as they are large. Only values of anomalous series are named.
 * @param anomalies the anomalous series
 * @param others series of the same measure that deviate visibly, though not enough to be anomalous
 * @param direction of the event. Default: that of the anomalous series
 */
export function contributionsOf(
  anomalies: readonly Deviation[], others: readonly Deviation[], dimension: number, direction: -1 | 0 | 1 = directionOf(anomalies),
): Contribution[] {
  const unit = Math.max(largestOf(anomalies), largestOf(others));
  const part = ({ deviation }: Deviation): number => (direction === 0 ? Math.abs(deviation) : direction * deviation) / unit;
  const parts = new Map<string, number>();
  for (const anomaly of anomalies) {
    const value = anomaly.dimensionValues[dimension]!;
    parts.set(value, (parts.get(value) ?? 0) + part(anomaly));
  }
  if (direction !== 0) {
    for (const other of others) {
      const value = other.dimensionValues[dimension]!;
      const sum = parts.get(value);
      if (sum !== undefined) parts.set(value, sum + part(other));
    }
  }
  const sorted = [...parts].map(([value, sum]) => ({ value, part: Math.max(0, sum) }))
    .sort((a, b) => b.part - a.part || (a.value < b.value ? -1 : 1));
  const shares = percentages(sorted.map(entry => entry.part));
  return sorted.map(({ value }, index) => ({ value, contribution: shares[index]! }));
}

/** Percentages with two decimals that add up to 100, by largest remainder. Equal ones when nothing is above 0. */
export function percentages(parts: readonly number[]): number[] {
  const total = parts.reduce((sum, part) => sum + part, 0);
  const exact = parts.map(part => total > 0 ? 10_000 * part / total : 10_000 / parts.length);
  const hundredths = exact.map(Math.floor);
  const missing = 10_000 - hundredths.reduce((sum, part) => sum + part, 0);
  const byRemainder = exact.map((_, index) => index).sort((a, b) => exact[b]! % 1 - exact[a]! % 1 || a - b);
  for (const index of byRemainder.slice(0, missing)) hundredths[index]! += 1;
  return hundredths.map(part => part / 100);
}

function largestOf(deviations: readonly Pick<Deviation, 'deviation'>[]): number {
  return deviations.reduce((most, { deviation }) => Math.max(most, Math.abs(deviation)), Number.MIN_VALUE);
}
