// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { DETECTOR_STOPPED } from './contract';

/** Lambda's own troubles, as opposed to errors that a handler throws. */
const LAMBDA_ERRORS = [
  'Lambda.AWSLambdaException', 'Lambda.ClientExecutionTimeoutException', 'Lambda.SdkClientException', 'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
];

/**
 * What passes by itself at the Data API. Throttling is not in the API's model and arrives under either name, RedshiftDataException being
 * Step Functions' name for errors without a model; access that IAM has not spread yet arrives under it as well.
 */
const DATA_API_ERRORS = [
  'RedshiftData.ActiveStatementsExceededException', 'RedshiftData.InternalServerException', 'RedshiftData.RedshiftDataException',
  'RedshiftData.SdkClientException', 'RedshiftData.ThrottlingException',
];

/** Retries what may pass by itself, at random times, so that connectors that were throttled together do not come back together. */
export function retryLambda<T extends sfn.TaskStateBase>(state: T): T {
  state.addRetry({
    errors: LAMBDA_ERRORS,
    interval: Duration.seconds(1),
    backoffRate: 2,
    maxAttempts: 6,
    maxDelay: Duration.seconds(30),
    jitterStrategy: sfn.JitterType.FULL,
  });
  return state;
}

/** The same for events: throttling, troubles of EventBridge, and entries that a call which succeeded left out. */
export function retryEvents<T extends sfn.TaskStateBase>(state: T): T {
  state.addRetry({
    errors: ['States.TaskFailed'],
    interval: Duration.seconds(1),
    backoffRate: 2,
    maxAttempts: 4,
    maxDelay: Duration.seconds(30),
    jitterStrategy: sfn.JitterType.FULL,
  });
  return state;
}

/** The same for calls of the Redshift Data API. */
export function retryDataApi<T extends sfn.TaskStateBase>(state: T): T {
  state.addRetry({
    errors: DATA_API_ERRORS,
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxAttempts: 8,
    maxDelay: Duration.seconds(60),
    jitterStrategy: sfn.JitterType.FULL,
  });
  return state;
}

/**
 * What passes by itself at S3, DynamoDB and STS, as the `detect` function throws it: SDK clients try a request again for a second or so, and
 * not at all when its body is streamed, as that of the model is. The interval need not wait for the next run.
 */
const STORAGE_ERRORS = [
  'InternalError', 'InternalServerError', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'RequestTimeout', 'ServiceUnavailable',
  'SlowDown', 'ThrottlingException', 'TimeoutError',
];

/**
 * Waits for a detector that is stopped. A deployment that changes what it learns stops it for some
 * minutes; then the history that it has learned has the interval, and no run needs to fail.
 */
export function waitForDetector<T extends sfn.TaskStateBase>(state: T): T {
  state.addRetry({
    errors: [DETECTOR_STOPPED],
    interval: Duration.seconds(15),
    backoffRate: 1.5,
    maxAttempts: 12, // 10 minutes, for which the crawl's lease holds
    maxDelay: Duration.seconds(60),
  });
  return state;
}

/** Retries a detection: asking for an interval that was detected changes nothing. */
export function retryDetection<T extends sfn.TaskStateBase>(state: T): T {
  state.addRetry({
    errors: STORAGE_ERRORS,
    interval: Duration.seconds(5),
    backoffRate: 2,
    maxAttempts: 3,
    maxDelay: Duration.seconds(30),
    jitterStrategy: sfn.JitterType.FULL,
  });
  return state;
}
