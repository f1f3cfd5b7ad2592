// SPDX-License-Identifier: Apache-2.0

import type { Problem } from './schema';

/** Kinds of resources, as `ResourceType` of errors names them. */
export type ResourceType = 'AnomalyDetector' | 'MetricSet' | 'Alert' | 'AnomalyGroup' | 'TimeSeries';

/** Reasons of a ValidationException. */
export type ValidationReason = 'CANNOT_PARSE' | 'FIELD_VALIDATION_FAILED' | 'OTHER' | 'UNKNOWN_OPERATION';

/**
 * An answer of the API that is an error. Class, status and members are those of the service model of Lookout for Metrics: so a missing
 * resource is status 400 and an exceeded quota 402.
 */
export class ApiError extends Error {
  /**
   * @param code class of the exception, as clients know it
   * @param status HTTP status
   * @param message for people
   * @param members of the exception besides the message
   */
  public constructor(
    public readonly code: string,
    public readonly status: number,
    message: string,
    public readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** The input is wrong as a whole, or one of its fields has a value that fits no other. */
export function invalid(message: string, reason: ValidationReason = 'OTHER'): ApiError {
  return new ApiError('ValidationException', 400, message, { Reason: reason });
}

/** Fields of the input are wrong. */
export function invalidFields(problems: readonly Problem[]): ApiError {
  const message = problems.map(problem => `${problem.Name}: ${problem.Message}`).join('; ');
  return new ApiError('ValidationException', 400, message, { Reason: 'FIELD_VALIDATION_FAILED', Fields: problems });
}

/** One field of the input is wrong. */
export function invalidField(name: string, message: string): ApiError {
  return invalidFields([{ Name: name, Message: message }]);
}

export function notFound(type: ResourceType, id: string): ApiError {
  return new ApiError('ResourceNotFoundException', 400, `${type} ${JSON.stringify(id)} does not exist`, { ResourceId: id, ResourceType: type });
}

export function conflict(type: ResourceType, id: string, message: string): ApiError {
  return new ApiError('ConflictException', 409, message, { ResourceId: id, ResourceType: type });
}

/** The message begins as that of Lookout for Metrics did. */
export function quotaExceeded(type: ResourceType, id: string, quota: string, explanation: string): ApiError {
  const message = `Request would cause a service quota to be exceeded. ${explanation}`;
  return new ApiError('ServiceQuotaExceededException', 402, message, {
    ResourceId: id, ResourceType: type, QuotaCode: quota, ServiceCode: 'lookoutmetrics',
  });
}

export function tooManyRequests(message: string): ApiError {
  return new ApiError('TooManyRequestsException', 429, message);
}

export function internalError(message: string): ApiError {
  return new ApiError('InternalServerException', 500, message);
}
