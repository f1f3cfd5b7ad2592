// SPDX-License-Identifier: Apache-2.0

import { alertOperations } from './alerts';
import { anomalyOperations } from './anomalies';
import { dataQualityOperations } from './data-quality';
import { detectorOperations } from './detectors';
import { executionOperations } from './executions';
import { feedbackOperations } from './feedback';
import { metricSetOperations } from './metric-sets';
import type { Operation } from './operation';
import { sampleDataOperations } from './sample-data';
import { tagOperations } from './tags';

/** The operations of the API that the service has, by name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(Object.entries({
  ...detectorOperations,
  ...metricSetOperations,
  ...alertOperations,
  ...anomalyOperations,
  ...feedbackOperations,
  ...executionOperations,
  ...sampleDataOperations,
  ...dataQualityOperations,
  ...tagOperations,
}));
