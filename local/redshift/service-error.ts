// SPDX-License-Identifier: Apache-2.0

/** An error that a service answers a request with. */
export class ServiceError extends Error {
  /**
   * @param code the exception's name, for example `ValidationException`
   * @param status of the HTTP response
   * @param members further members of the exception, for example `ResourceId`
   */
  constructor(
    readonly code: string, message: string, readonly status: number = 400, readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'ServiceError';
  }
}

/** ValidationException, as the Data API answers wrong arguments. */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}
