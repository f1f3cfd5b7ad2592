import { timezoneOf } from './anomalies';
import { anomalyTime, parseAnomalyTime } from './anomaly-time';
import { existingDetector, nextTokenOf, operation, pageRequest, readPage, type Operation } from './operation';
import { text, type Shape } from './schema';
import { ofDetector, paging } from './shapes';
import type { EpochSeconds, ExecutionRecord } from './store';

/** A time as the service writes it, or with seconds as the service model has it. */
const timestamp: Shape<EpochSeconds> = {
  check(value, field, problems) {
    const checked = text({ max: 60 }).check(value, field, problems);
    const parsed = checked === undefined ? undefined : parseAnomalyTime(checked);
    if (checked !== undefined && parsed === undefined) {
      problems.push({ Name: field, Message: `must be a time as 2020-12-05T01:00Z[UTC] or 2020-12-05T01:00:00Z, found ${JSON.stringify(checked)}` });
    }
    return parsed;
  },
};

/** Operations on the runs of a detector. */
export const executionOperations: Record<string, Operation> = {
  DescribeAnomalyDetectionExecutions: operation({ ...ofDetector, ...paging, Timestamp: timestamp }, async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const timezone = await timezoneOf(detector, context);
    if (input.Timestamp !== undefined) {
      const execution = await context.store.getExecution(detector.arn, input.Timestamp);
      return { ExecutionList: execution ? [describe(execution, timezone)] : [] };
    }
    const page = await readPage(() => context.store.listExecutions(detector.arn, pageRequest(input)));
    return { ExecutionList: page.items.map(execution => describe(execution, timezone)), ...nextTokenOf(page) };
  }),
};

function describe(execution: ExecutionRecord, timezone: string): object {
  return { Timestamp: anomalyTime(execution.start, timezone), Status: execution.status, FailureReason: execution.failureReason?.slice(0, 256) };
}
