// SPDX-License-Identifier: Apache-2.0

import type { DetectorModel } from './detector-model';
import type { Observation } from './observation';
import { findRootCauses, type MeasureGroup } from '../engine';
import type { RootCauseRecord } from '../lookout/store';

/** Combinations kept of a group, and the share of the deviation that each must hold. */
const MOST_COMBINATIONS = 5;
const LEAST_SHARE = 0.05;

const percent = (share: number): number => Math.round(10_000 * share) / 100;

/** The combinations of dimension values that explain a group in an interval, out of all series of its measure. None without dimensions. */
export function rootCausesOf({ series }: DetectorModel, { scores, values }: Observation, group: MeasureGroup): RootCauseRecord[] {
  if (series.dimensions.length === 0) return [];
  const measures = series.measures.length;
  const count = Math.floor(values.length / measures);
  const column = (pick: (index: number) => number): Float64Array => {
    const entries = new Float64Array(count);
    for (let combination = 0; combination < count; combination++) entries[combination] = pick(combination * measures + group.measure);
    return entries;
  };
  const leaves = {
    values: column(index => values[index]),
    expected: column(index => scores.expected[index]),
    scale: column(index => scores.scale[index]),
    codes: series.codes.map(codes => codes.subarray(0, count)),
    cardinalities: series.values.map(known => known.length),
  };
  const [worst] = group.series;
  const direction = group.direction || (values[worst] < scores.expected[worst] ? -1 : 1);
  return findRootCauses(leaves, direction)
    .filter(({ share }) => share >= LEAST_SHARE)
    .slice(0, MOST_COMBINATIONS)
    .map(({ codes, share, consistency }) => ({
      dimensions: series.dimensions.flatMap((name, dimension) => (
        codes[dimension] < 0 ? [] : [{ name, value: series.values[dimension][codes[dimension]] }])),
      share: percent(share),
      consistency: percent(consistency),
    }));
}
