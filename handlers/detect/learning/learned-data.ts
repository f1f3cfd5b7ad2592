// SPDX-License-Identifier: Apache-2.0

import type { History } from './history';
import { BACK_TEST_LEARNED_SHARE } from '../../../src/private/contract';
import type { DetectorRecord, LearnedDataRecord } from '../../lookout/store';
import type { Layout } from '../layout';

/** What became of the rows of a history, for GetDataQualityMetrics. */
export function learnedData(
  detector: DetectorRecord, { clock }: Layout, { slots, rowsRejected, quality }: History, timeSeries: number, isBackTest: boolean,
): LearnedDataRecord {
  const startOf = (place: number): number => slots.length === 0 ? 0 : clock.startOf(slots.at(place)!);
  const learned = Math.floor(BACK_TEST_LEARNED_SHARE * slots.length);
  const rejectedByColumn = new Map<string, number>();
  for (const { column, rows } of quality.rejected) {
    if (column !== undefined) rejectedByColumn.set(column, (rejectedByColumn.get(column) ?? 0) + rows);
  }
  return {
    detectorArn: detector.arn,
    start: startOf(0),
    ...slots.length > 0 && { end: startOf(-1) },
    rows: quality.rows,
    rowsRejected,
    timeSeries,
    // fromEntries makes own properties, even of a column named __proto__
    rejectedByColumn: Object.fromEntries(rejectedByColumn),
    ...isBackTest && slots.length > 0 && {
      backTest: { trainingStart: startOf(0), trainingEnd: startOf(learned - 1), inferenceStart: startOf(learned), inferenceEnd: startOf(-1) },
    },
  };
}
