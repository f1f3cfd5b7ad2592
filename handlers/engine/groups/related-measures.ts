// SPDX-License-Identifier: Apache-2.0

import { percentages } from './contributions';

/** An event of one measure, to be compared with events of other measures at the same time. */
export interface MeasureEvent {
  readonly measure: number;
  /** Start of its first anomalous interval. */
  readonly start: number;
  /** 0-100 */
  readonly severity: number;
  /** Numbers of the combinations of dimension values that are anomalous. */
  readonly combinations: ReadonlySet<number>;
}

/** What an event of another measure is to an event. */
export interface Relation {
  /** Index of the other event. */
  readonly event: number;
  readonly type: 'cause' | 'effect';
  /** Of a cause: how much of the event goes with it, 0-100, two decimals. All causes of an event add up to 100 at most. */
  readonly contribution?: number;
}

/** Two events are related when this share of the smaller one's combinations is anomalous in both. */
const LEAST_OVERLAP = 0.3;

/**
 * Causes and effects among events that go on at the same time, for each event those of the other measures.
 *
 * The measure whose event began earlier is the cause. Events that began in the same interval tell nothing about cause and effect: then the
 * more severe one is named as the cause, and that is a guess. A cause contributes the share of the event's combinations that it shares,
 * weighted with its severity. Going together is all that is known: a common cause outside the data looks the same.
 */
export function relatedMeasures(events: readonly MeasureEvent[]): Relation[][] {
  return events.map(event => {
    const related = events.flatMap((other, number) => {
      if (other.measure === event.measure) return [];
      const common = commonCount(event.combinations, other.combinations);
      const overlap = common / Math.min(event.combinations.size, other.combinations.size);
      if (!(overlap >= LEAST_OVERLAP)) return [];
      return [{ number, isCause: comesFirst(other, event), weight: common / event.combinations.size * other.severity / 100 }];
    });
    const causes = related.filter(({ isCause }) => isCause);
    const explained = causes.reduce((sum, { weight }) => sum + weight, 0);
    // what no cause explains takes part in the rounding, so that the sum is never beyond 100
    const shares = percentages([...causes.map(({ weight }) => weight), Math.max(0, 1 - explained)]);
    return [
      ...causes.map(({ number }, position): Relation => ({ event: number, type: 'cause', contribution: shares[position]! }))
        .sort((a, b) => b.contribution! - a.contribution! || a.event - b.event),
      ...related.filter(({ isCause }) => !isCause).map(({ number }): Relation => ({ event: number, type: 'effect' })),
    ];
  });
}

function comesFirst(one: MeasureEvent, other: MeasureEvent): boolean {
  if (one.start !== other.start) return one.start < other.start;
  return one.severity !== other.severity ? one.severity > other.severity : one.measure < other.measure;
}

function commonCount(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  const [smaller, larger] = one.size <= other.size ? [one, other] : [other, one];
  let count = 0;
  for (const combination of smaller) if (larger.has(combination)) count++;
  return count;
}
