// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_MAXIMUM_TIME_SERIES, ENVIRONMENT, type Frequency } from '../../../src/private/contract';

/** Most time series (measures times combinations of dimension values) of a detector: as the service was told, else as in Lookout for Metrics. */
export function timeSeriesQuota(frequency: Frequency): number {
  return Number(process.env[ENVIRONMENT.maximumTimeSeries] ?? DEFAULT_MAXIMUM_TIME_SERIES[frequency]);
}
