// SPDX-License-Identifier: Apache-2.0

import { timezoneOf } from './anomalies';
import { anomalyTime, parseAnomalyTime } from './anomaly-time';
import { existingDetector, nextTokenOf, operations, pageRequest, readPage, type Operation } from './operation';
import type { ExecutionRecord } from './store';

/** Operations on the runs of a detector. */
export const executionOperations: Record<string, Operation> = operations({
  DescribeAnomalyDetectionExecutions: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const timezone = await timezoneOf(detector, context);
    if (input.Timestamp !== undefined) {
      const execution = await context.store.getExecution(detector.arn, parseAnomalyTime(input.Timestamp)!);
      return { ExecutionList: execution ? [describe(execution, timezone)] : [] };
    }
    const page = await readPage(() => context.store.listExecutions(detector.arn, pageRequest(input)));
    return { ExecutionList: page.items.map(execution => describe(execution, timezone)), ...nextTokenOf(page) };
  },
});

function describe(execution: ExecutionRecord, timezone: string): object {
  return { Timestamp: anomalyTime(execution.start, timezone), Status: execution.status, FailureReason: execution.failureReason?.slice(0, 256) };
}
