// SPDX-License-Identifier: Apache-2.0

import type { History } from './history';
import type { DetectorRecord } from '../../lookout/store';
import type { Layout } from '../layout';
import type { DetectorModel } from '../model/detector-model';
import type { Services } from '../services';

/** Days of values kept for ListAnomalyGroupTimeSeries, which shows 28 days. */
export const VALUES_DAYS = 28;

/**
 * Teaches a model intervals of the history, oldest first.
 * @param keptAfter time of the wall clock; the table forgets the learned intervals up to then, which makes room for the model to be written
 */
export function learnSlots(model: DetectorModel, { table }: Pick<History, 'table'>, slots: readonly number[], keptAfter: number): DetectorModel {
  for (const slot of slots) {
    model.learn(slot, table);
    if (slot <= keptAfter) table.release(slot);
  }
  return model;
}

/** Keeps the values of the intervals after a time of the wall clock. */
export async function keepValues(
  { values }: Services, detector: DetectorRecord, layout: Layout, history: History, model: DetectorModel, after: number,
): Promise<void> {
  const kept = history.slots.filter(slot => slot > after);
  const valuesOf = (slot: number): Float64Array => model.totals.withTotals(model.arrange(slot, history.table).values);
  await values.replace(detector.arn, layout.clock, model.totals.allTimeSeriesIds(), kept, valuesOf);
}
