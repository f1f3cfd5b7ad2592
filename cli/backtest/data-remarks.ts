// SPDX-License-Identifier: Apache-2.0

import type { IntervalTable } from '../../handlers/input/interval-table';
import type { SeriesIndex } from '../../handlers/input/series-index';
import { shown } from '../../handlers/input/unusable-data';
import type { WallClock } from '../../handlers/shared/wall-clock';
import { type Frequency, FREQUENCY_SECONDS } from '../../src/private/contract';

/** A column whose name differs in case from that in the configuration. */
export interface ColumnInOtherCase {
  /** As the configuration has it. */
  readonly column: string;
  /** As the file has it. */
  readonly found: string;
  readonly file: string;
}

/** Values of a dimension that hold bytes which are no UTF-8. */
export interface ValuesNotUtf8 {
  readonly column: string;
  readonly values: number;
  readonly valuesNotUtf8: number;
  /** One of them, with U+FFFD for what could not be read. */
  readonly example: string;
}

/** What is odd about data that can be read. */
export interface OddData {
  /** Each column once, with the first file in which it is so. */
  readonly columnsInOtherCase: readonly ColumnInOtherCase[];
  /** Names of metrics. */
  readonly columnsWithoutValues: readonly string[];
  readonly valuesNotUtf8: readonly ValuesNotUtf8[];
  /** Times of rows, and of whole intervals, that no clock of the time zone ever showed, as it was put forward then. */
  readonly timesSkipped: { readonly times: number; readonly example?: string };
  /** Intervals of which so many rows cannot be read that a deployed detector would not detect them. */
  readonly intervalsRefused: { readonly intervals: number; readonly example?: string };
}

/** Columns that the back test and the detector find all the same, while the deployment's check of the query takes names as they are written. */
export function columnsInOtherCase(file: string, header: readonly string[], columns: readonly string[]): ColumnInOtherCase[] {
  const names = header.map(name => name.trim());
  return columns.filter(column => !names.includes(column)).flatMap(column => {
    const found = names.find(name => name.toLowerCase() === column.toLowerCase());
    return found === undefined ? [] : [{ column, found, file }];
  });
}

/** Metrics that no row has a value of. */
export function columnsWithoutValues(table: IntervalTable): string[] {
  const { measures } = table.series;
  const found = new Set<number>();
  for (const slot of table.slots) {
    for (const [series, value] of table.values(slot).entries()) if (!Number.isNaN(value)) found.add(series % measures.length);
    if (found.size === measures.length) break;
  }
  return measures.filter((_, measure) => !found.has(measure));
}

/** Looks at each value once, not at each row. */
export function valuesNotUtf8({ dimensions, values }: Pick<SeriesIndex, 'dimensions' | 'values'>): ValuesNotUtf8[] {
  return dimensions.flatMap((column, dimension) => {
    const broken = values[dimension].filter(value => value.includes('\uFFFD'));
    return broken.length === 0 ? [] : [{ column, values: values[dimension].length, valuesNotUtf8: broken.length, example: broken[0] }];
  });
}

/** Fewer distances between intervals say nothing of the frequency. */
const LEAST_DISTANCES = 10;
/** Share of the distances that fit a longer frequency: a few odd rows change nothing. */
const FITTING_SHARE = 0.95;

/**
 * The longest frequency that the rows would fit too, where it is longer than the one of the configuration: hourly rows leave eleven of twelve
 * intervals of PT5M empty.
 * @param slots of the intervals with rows, oldest first
 */
export function longerFrequency(slots: readonly number[], frequency: Frequency): Frequency | undefined {
  const distances = slots.slice(1).map((slot, index) => slot - slots[index]);
  if (distances.length < LEAST_DISTANCES) return undefined;
  const fits = (seconds: number): boolean => distances.filter(distance => distance % seconds === 0).length >= FITTING_SHARE * distances.length;
  const longer = (Object.keys(FREQUENCY_SECONDS) as Frequency[]).filter(other => FREQUENCY_SECONDS[other] > FREQUENCY_SECONDS[frequency]);
  return longer.filter(other => fits(FREQUENCY_SECONDS[other])).pop();
}

const APART: Readonly<Record<Frequency, string>> = { PT5M: 'five minutes', PT10M: 'ten minutes', PT1H: 'an hour', P1D: 'a day' };

/** What the user should look at, in words. */
export function remarks(
  { columnsInOtherCase: otherCase, columnsWithoutValues: empty, valuesNotUtf8: notUtf8, timesSkipped: skipped, intervalsRefused: refused }: OddData,
  { frequency, timezone }: Pick<WallClock, 'frequency' | 'timezone'>, longer: Frequency | undefined,
): string[] {
  return [
    ...refused.example === undefined
      ? []
      : [`${refused.intervals === 1 ? 'an interval lacks' : `${refused.intervals} intervals lack`} more than one row in twenty, as numbers cannot be read, such as that of `
        + `${refused.example}: a deployed detector refuses such intervals, and anomalies found here may be for want of those rows`],
    ...empty.map(column => `column ${shown(column)} is empty in all rows: nothing is detected in it`),
    ...otherCase.map(({ column, found, file }) => (
      `column ${shown(column)} is ${shown(found)} in ${file}: the deployment, which tries the query, refuses that; write ${shown(found)}`)),
    ...notUtf8.map(({ column, values, valuesNotUtf8: count, example }) => (
      `${count} of ${values} values of column ${shown(column)} are not UTF-8, such as ${shown(example)}: save the data as UTF-8, or values that differ may be taken for one`)),
    ...skipped.example === undefined
      ? []
      : [`rows are dated at ${skipped.times === 1 ? 'a time' : `${skipped.times} times`} that clocks of ${timezone} skipped, as they were put forward, such as ${skipped.example}: `
        + 'they count in the interval before; is timezone another one, such as UTC?'],
    ...longer === undefined
      ? []
      : [`rows are ${APART[longer]} or a multiple of it apart, so that most intervals of ${frequency} are empty: is the frequency ${longer}?`],
  ];
}
