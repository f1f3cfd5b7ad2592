// SPDX-License-Identifier: Apache-2.0

import type { EpochSeconds } from '../lookout/store';

/** Observed values of some series over a span of time, as ListAnomalyGroupTimeSeries shows them. */
export interface SeriesValues {
  /** Interval starts, oldest first, without holes. */
  readonly starts: EpochSeconds[];
  /** One list for each series asked for, in that order; NaN where nothing was observed. */
  readonly values: Float64Array[];
}

/** Reads the values that the `detect` function has kept. */
export interface SeriesValuesReader {
  /** `to` is the start of the last interval wanted, `count` the number of intervals up to and including it. */
  read(detectorArn: string, timeSeriesIds: readonly string[], to: EpochSeconds, count: number): Promise<SeriesValues>;
}
