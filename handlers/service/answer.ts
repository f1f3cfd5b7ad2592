import { routeOf } from './route';
import { ApiError, internalError, invalid, tooManyRequests } from '../lookout/errors';
import type { ServiceContext } from '../lookout/operation';
import type { HttpAnswer, HttpEvent } from '../shared/lambda-request-handler';

/** What is noted of failures that are not the caller's. */
export type LogFailure = (message: string, error: unknown) => void;

/** Errors by which DynamoDB and S3 say that they are asked too often, after the SDK has tried again. */
const THROTTLING = new Set([
  'ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'LimitExceededException', 'SlowDown',
]);

/**
 * Answers one request of the Lookout for Metrics API (REST-JSON). Never throws: what is not an error of the API becomes an
 * InternalServerException, with the details in the log only.
 *
 * @param makeContext called for each request with a known operation
 */
export async function answer(event: HttpEvent, makeContext: () => ServiceContext, requestId: string, logFailure: LogFailure): Promise<HttpAnswer> {
  try {
    const { operation, status, inAddress, hasBody } = routeOf(event);
    const output = await operation.run({ ...hasBody && parseBody(event), ...inAddress }, makeContext());
    return respond(status, output, requestId);
  } catch (error) {
    const apiError = asApiError(error, event, logFailure);
    return respond(apiError.status, { Message: apiError.message, ...apiError.members }, requestId, apiError.code);
  }
}

/** The JSON body; an empty one is an empty object. */
function parseBody(event: HttpEvent): object {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length === 0) {
    return {};
  }
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`the request's body is not JSON: ${(error as Error).message}`, 'CANNOT_PARSE');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid(`the request's body must be a JSON object, found ${JSON.stringify(body).slice(0, 80)}`, 'CANNOT_PARSE');
  }
  return body;
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
