// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { ServiceError, type Service, type ServiceRequest, type ServiceResponse } from './service';
import { xmlDocument, type XmlContent } from '../s3/xml';

/** Operations of a service with the Query protocol: form fields in (and the request that carried them), the result's elements out. */
export type QueryOperations = Readonly<Record<string, (input: URLSearchParams, request: ServiceRequest) => XmlContent>>;

/** A service with the Query protocol (form in, XML out), as SNS and STS have it. */
export function queryService(name: string, operations: QueryOperations): Service {
  return (request) => {
    const input = new URLSearchParams(request.body || request.query.toString());
    const operation = input.get('Action') ?? '';
    const headers = { 'content-type': 'text/xml' };
    try {
      if (!Object.hasOwn(operations, operation)) {
        throw new ServiceError('InvalidAction', 400, `the embedded cloud does not know ${name}'s operation ${JSON.stringify(operation)}`);
      }
      const result = operations[operation](input, request);
      return { status: 200, headers, body: xmlDocument(`${operation}Response`, { [`${operation}Result`]: result, ResponseMetadata: { RequestId: randomUUID() } }) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return queryFailure(error);
    }
  };
}

/** An error in the Query protocol. */
export function queryFailure({ status, code, message }: ServiceError): ServiceResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: xmlDocument('ErrorResponse', { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: randomUUID() }) };
}
