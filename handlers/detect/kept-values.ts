// SPDX-License-Identifier: Apache-2.0

import type { DetectorModel } from './detector-model';
import type { Layout } from './layout';
import type { Services } from './services';
import { IntervalTable } from '../input/interval-table';
import type { SeriesIndex } from '../input/series-index';
import type { DetectorRecord } from '../lookout/store';

const DAY_SECONDS = 86_400;

/** Slots of the first day (of the wall clock) from a slot on, up to the last slot. */
export function slotsOfDay({ clock }: Layout, first: number, last: number): number[] {
  const slots: number[] = [];
  const end = (Math.floor(first / DAY_SECONDS) + 1) * DAY_SECONDS;
  for (let slot = first; slot < end && slot <= last; slot = clock.next(slot)) slots.push(slot);
  return slots;
}

/**
 * The values that were kept of successive intervals, as if they had been read: a row for each combination of dimension values.
 * @param series whose values are wanted
 */
export async function keptTable(
  { values: store }: Services, detector: DetectorRecord, layout: Layout, series: SeriesIndex, slots: readonly number[],
): Promise<IntervalTable> {
  const { values } = await store.read(detector.arn, series.allTimeSeriesIds(), layout.clock.startOf(slots.at(-1)!), slots.length);
  const table = new IntervalTable(layout.measures, layout.dimensions);
  for (const combination of series.combinations) table.series.findOrAdd(combination);
  const measures = layout.measures.length;
  const row = new Float64Array(measures);
  slots.forEach((slot, position) => {
    for (let combination = 0; combination < series.count; combination++) {
      let isEmpty = true;
      for (let measure = 0; measure < measures; measure++) {
        row[measure] = values[combination * measures + measure]?.[position] ?? NaN;
        isEmpty &&= Number.isNaN(row[measure]);
      }
      if (!isEmpty) table.add(slot, combination, row);
    }
  });
  return table;
}

/**
 * Goes through intervals with the values that were kept of them, a day at a time.
 * @param slots oldest first
 * @param series whose values are wanted: all that the model of `slots` knows
 */
export async function withKeptValues(
  services: Services, detector: DetectorRecord, layout: Layout, { series }: Pick<DetectorModel, 'series'>, slots: readonly number[],
  visit: (slot: number, table: IntervalTable) => void,
): Promise<void> {
  const wanted = new Set(slots);
  for (let index = 0; index < slots.length;) {
    const day = slotsOfDay(layout, slots[index], slots.at(-1)!);
    const table = await keptTable(services, detector, layout, series, day);
    for (const slot of day) {
      if (!wanted.has(slot)) continue;
      visit(slot, table);
      index += 1;
    }
  }
}
