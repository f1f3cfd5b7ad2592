// SPDX-License-Identifier: Apache-2.0

import type { TotalsObservation } from './totals';
import type { IntervalScores, MissingDataFinding } from '../../engine';

/** One interval, scored and learned: entries are by series number. */
export interface Observation {
  readonly slot: number;
  readonly values: Float64Array;
  /** With feedback applied. */
  readonly scores: IntervalScores;
  /** Factors by which feedback has changed scores, of those series where it has. */
  readonly feedback: ReadonlyMap<number, number>;
  /** The totals of the series, where they have some. */
  readonly totals?: TotalsObservation;
  /** Series that have a value. */
  readonly timeSeries: number;
  /** By combination of dimension values: 1 when any of its measures has a value. */
  readonly reported: Uint8Array;
  /** What is missing as of the interval, the largest first. */
  readonly missing: readonly MissingDataFinding[];
  /** Combinations of dimension values that were left out because the detector has its full number of time series. */
  readonly combinationsLeftOut: number;
}
