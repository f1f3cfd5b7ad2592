// SPDX-License-Identifier: Apache-2.0

import { assertReads, callerOf, type AccessEntry } from './access';
import { requestBody } from './request-body';
import { routeOf } from './route';
import { ApiError, internalError, tooManyRequests } from '../lookout/errors';
import type { ServiceContext } from '../lookout/operation';
import type { HttpAnswer, HttpEvent } from '../shared/lambda-request-handler';

/** What is noted of failures that are not the caller's. */
export type LogFailure = (message: string, error: unknown) => void;

/** Errors by which DynamoDB and S3 say that they are asked too often, after the SDK has tried again. */
const THROTTLING = new Set([
  'ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'LimitExceededException', 'SlowDown',
]);

/** Where what is noted of each request goes. */
export type LogAccess = (entry: AccessEntry) => void;

/** How a request came in. */
export interface Reception {
  readonly requestId: string;
  /** Whether only operations that read are answered. */
  readonly readOnly: boolean;
}

/**
 * Answers one request of the Lookout for Metrics API (REST-JSON). Never throws: what is not an error of the API becomes an
 * InternalServerException, with the details in the log only.
 *
 * @param makeContext called for each request with a known operation
 */
export async function answer(
  event: HttpEvent, makeContext: () => ServiceContext, { requestId, readOnly }: Reception, logFailure: LogFailure, logAccess: LogAccess,
): Promise<HttpAnswer> {
  const begin = performance.now();
  let operationName: string | undefined;
  const noted = (answered: HttpAnswer, error?: string): HttpAnswer => {
    logAccess({
      operation: operationName,
      status: answered.statusCode,
      error,
      durationMilliseconds: Math.round((performance.now() - begin) * 10) / 10,
      requestId,
      readOnly,
      ...callerOf(event),
    });
    return answered;
  };
  try {
    const { name, operation, status, inAddress, hasBody } = routeOf(event);
    operationName = name;
    if (readOnly) assertReads(name);
    const output = await operation.run({ ...hasBody && requestBody(event), ...inAddress }, makeContext());
    return noted(respond(status, output, requestId));
  } catch (error) {
    const apiError = asApiError(error, event, logFailure);
    return noted(respond(apiError.status, { Message: apiError.message, ...apiError.members }, requestId, apiError.code), apiError.code);
  }
}

function asApiError(error: unknown, event: HttpEvent, logFailure: LogFailure): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  logFailure(`request ${String(event?.rawPath).slice(0, 200)} failed`, error);
  return error instanceof Error && THROTTLING.has(error.name)
    ? tooManyRequests('the service\'s table or bucket is asked too often, try again later')
    : internalError('the service failed, its log tells more');
}

function respond(status: number, body: object, requestId: string, errorType?: string): HttpAnswer {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': requestId,
      ...errorType !== undefined && { 'x-amzn-errortype': errorType },
    },
    body: status === 204 ? '' : JSON.stringify(body),
  };
}
