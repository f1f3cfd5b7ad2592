// SPDX-License-Identifier: Apache-2.0

import type { ModelSettings } from '../../handlers/engine';

/** A time series whose anomalies are known. */
export interface LabelledSeries {
  readonly name: string;
  readonly intervalSeconds: ModelSettings['intervalSeconds'];
  /** Start of the first interval, in seconds since 1970-01-01 on the wall clock. */
  readonly start: number;
  /** One value an interval; NaN where there is none. */
  readonly values: Float64Array;
  /** First and last interval (inclusive) of each anomaly. */
  readonly events: readonly { readonly first: number; readonly last: number }[];
  /** First interval that counts; what lies before is for learning. */
  readonly scoredFrom: number;
}

/** What a detector says about a series: one entry for each interval. */
export interface DetectorOutput {
  /** Any scale, higher is more anomalous, 0 where there is no score. */
  readonly score: Float64Array;
  /** 1 where the detector, as it ships, reports an anomaly. */
  readonly alert: Uint8Array;
  /** Rank of what is reported, higher is worse. */
  readonly severity: Float64Array;
}
