// SPDX-License-Identifier: Apache-2.0

import { timezoneOf } from './anomalies';
import { anomalyTime, parseAnomalyTime } from './anomaly-time';
import { existingDetector, nextTokenOf, operations, pageRequest, readPage, type Operation } from './operation';
import type { DetectorRecord, EpochSeconds, ExecutionRecord } from './store';
import { OWNER_TAGS, type DetectionOutcome } from '../../src/private/contract';
import { zoneOffsetSeconds } from '../shared/wall-clock';

/** Operations on the runs of a detector. */
export const executionOperations: Record<string, Operation> = operations({
  DescribeAnomalyDetectionExecutions: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const timezone = await timezoneOf(detector, context);
    const describe = (execution: ExecutionRecord): object => ({
      Timestamp: anomalyTime(execution.start, timezone),
      Status: execution.status,
      FailureReason: execution.failureReason?.slice(0, 256),
      ...withoutData(detector, execution, timezone),
    });
    if (input.Timestamp !== undefined) {
      const execution = await context.store.getExecution(detector.arn, parseAnomalyTime(input.Timestamp)!);
      return { ExecutionList: execution ? [describe(execution)] : [] };
    }
    const page = await readPage(() => context.store.listExecutions(detector.arn, pageRequest(input)));
    return { ExecutionList: page.items.map(describe), ...nextTokenOf(page) };
  },
});

/**
 * An interval without rows is a failure to those who know Lookout for Metrics. Not so to a connector, whose query may well have none: its data
 * are told to be missing otherwise.
 */
function withoutData({ tags }: DetectorRecord, { status, outcome }: ExecutionRecord, timezone: string): object | undefined {
  const { rows, detectorStatus, interval } = (outcome ?? {}) as Partial<DetectionOutcome>;
  if (status !== 'COMPLETED' || rows !== 0 || interval === undefined || detectorStatus === 'BACK_TEST_ACTIVE') return undefined;
  if (tags?.[OWNER_TAGS.resource] !== undefined) return undefined;
  const local = (time: string): string => {
    const at: EpochSeconds = Date.parse(time) / 1000;
    return new Date((at + zoneOffsetSeconds(timezone, at)) * 1000).toISOString().slice(0, -1);
  };
  const FailureReason = `no data point was found for the interval from ${local(interval.start)} to ${local(interval.end)}: `
    + 'its folder has no files, or none of their rows lies in it';
  return { Status: 'FAILED', FailureReason };
}
