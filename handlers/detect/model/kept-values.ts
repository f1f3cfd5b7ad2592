// SPDX-License-Identifier: Apache-2.0

import type { DetectorModel } from './detector-model';
import type { Layout } from '../layout';
import type { NewestDetection } from './model-header';
import type { StoredModel } from './model-store';
import { IntervalTable } from '../../input/interval-table';
import type { SeriesIndex } from '../../input/series-index';
import type { DetectorRecord } from '../../lookout/store';
import type { Services } from '../services';

const DAY_SECONDS = 86_400;

/** Values as they are written into the model: 64-bit floats, little-endian, in base64. */
export function writtenValues(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/**
 * Keeps the values of an interval that the model has learned. Only of what was learned anything is kept, so this is done when the model has
 * been written, and can be done again. Whoever writes the next model has done it before, or has learned a history with values of its own: so
 * where the model is another one by now, nothing is written.
 */
export async function keepDetected(
  { values: store, models }: Services, detector: DetectorRecord, { clock }: Layout, { model, etag }: StoredModel, { slot, values }: NewestDetection,
): Promise<void> {
  if (values === undefined) return; // a model of an earlier version, which had kept them before
  const bytes = new Uint8Array(Buffer.from(values, 'base64')); // copied, since the floats need not lie on a multiple of 8
  const all = model.totals.withTotals(new Float64Array(bytes.buffer));
  await store.put(detector.arn, clock, model.totals.allTimeSeriesIds(), slot, all, () => models.isCurrent(detector, etag));
}

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
