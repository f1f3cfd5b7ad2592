// SPDX-License-Identifier: Apache-2.0

import { READ_ALIAS } from '../../src/private/contract';
import { ApiError } from '../lookout/errors';
import type { HttpEvent } from '../shared/lambda-request-handler';

/**
 * What is noted of each request: who asked for what, and how it ended. Nothing of what the request or the answer says is in it.
 */
export interface AccessEntry {
  /** Name of the operation; absent when the request asks for none that there is. */
  readonly operation?: string;
  /** HTTP status. */
  readonly status: number;
  /** Class of the error; absent on success. */
  readonly error?: string;
  readonly durationMilliseconds: number;
  /** Lambda's id of the request, which CloudTrail and the caller's client have too. */
  readonly requestId: string;
  /** Whether the request came by the read alias of the function. */
  readonly readOnly: boolean;
  /**
   * Account and ARN of the caller, as a function URL tells them. Whoever invokes the function directly writes the whole event, these included:
   * then CloudTrail's data events tell, by the request id, who it was.
   */
  readonly callerAccount?: string;
  readonly callerArn?: string;
}

const ACCOUNT = /^\d{12}$/;
const CALLER_ARN = /^arn:[a-z\d-]+:(iam|sts)::\d{12}:[\w+=,.@/-]{1,600}$/;

/** Caller of a function URL, as far as the event tells it in a form that can be one. */
export function callerOf(event: HttpEvent): Pick<AccessEntry, 'callerAccount' | 'callerArn'> {
  const { accountId, userArn } = (event?.requestContext as RequestContext | undefined)?.authorizer?.iam ?? {};
  return {
    ...typeof accountId === 'string' && ACCOUNT.test(accountId) && { callerAccount: accountId },
    ...typeof userArn === 'string' && CALLER_ARN.test(userArn) && { callerArn: userArn },
  };
}

interface RequestContext {
  readonly authorizer?: { readonly iam?: { readonly accountId?: unknown; readonly userArn?: unknown } };
}

/** Whether a function was invoked by its read alias. */
export function isReadOnly(invokedFunctionArn: string): boolean {
  return invokedFunctionArn.split(':')[7] === READ_ALIAS;
}

/** Operations whose names say that they read, but which have files read with a role that the request or the data set names. */
const READING_FILES: ReadonlySet<string> = new Set(['GetSampleData', 'DetectMetricSetConfig']);

/**
 * Lets only operations pass that read.
 * @throws ApiError AccessDeniedException
 */
export function assertReads(operation: string): void {
  if (!/^(Describe|List|Get)/.test(operation) || READING_FILES.has(operation)) {
    throw new ApiError('AccessDeniedException', 403,
      `${operation} is not answered here: this is the service's read-only function or address; a caller with full access uses the other one`);
  }
}
