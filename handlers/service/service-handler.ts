// SPDX-License-Identifier: Apache-2.0

import { isReadOnly } from './access';
import { answer, type LogAccess, type LogFailure } from './answer';
import { scopeOfFunction } from '../lookout/arn';
import type { ServiceContext } from '../lookout/operation';
import type { HttpAnswer, HttpEvent } from '../shared/lambda-request-handler';

/** What the service works with. */
export interface ServiceParts extends Pick<ServiceContext, 'store' | 'seriesValues' | 'startLearning' | 'readSample' | 'deleteState' | 'quotas' | 'now'> {
  readonly logFailure: LogFailure;
}

/** What the service needs to know of the running function. */
export interface FunctionContext {
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
}

/**
 * Makes the function that answers the Lookout for Metrics API. It never throws.
 *
 * @param makeParts called for each request, so that parts that cannot be made are an answer too
 * @param logFailure where failures to make the parts go
 * @param logAccess where a line for each request goes
 */
export function serviceHandler(
  makeParts: () => ServiceParts, logFailure: LogFailure, logAccess: LogAccess,
): (event: HttpEvent, context: FunctionContext) => Promise<HttpAnswer> {
  return (event, context) => answer(event, () => {
    const { logFailure: reportFailure, ...parts } = makeParts();
    return { ...parts, reportFailure, scope: scopeOfFunction(context.invokedFunctionArn) };
  }, { requestId: context.awsRequestId, readOnly: isReadOnly(context.invokedFunctionArn) }, logFailure, logAccess);
}
