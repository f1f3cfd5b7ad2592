// SPDX-License-Identifier: Apache-2.0

import type { IncomingHttpHeaders } from 'node:http';

/** A request to a service, its body read. */
export interface ServiceRequest {
  readonly method: string;
  /** Without the service's prefix and the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answer of a service. */
export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** One AWS service of the embedded cloud. */
export type Service = (request: ServiceRequest) => ServiceResponse | Promise<ServiceResponse>;

/** An error as a service answers it. */
export class ServiceError extends Error {
  public constructor(public readonly code: string, public readonly status: number, message: string) {
    super(message);
  }
}

/** Name of the operation in `X-Amz-Target`. */
export function targetOperation(request: ServiceRequest): string {
  return String(request.headers['x-amz-target'] ?? '').split('.').at(-1)!;
}

/** A JSON answer. Times must be turned into seconds since 1970 before. */
export function json(status: number, body: object, headers: Record<string, string> = {}): ServiceResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0', ...headers }, body: JSON.stringify(body) };
}
