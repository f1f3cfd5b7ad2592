// SPDX-License-Identifier: Apache-2.0

import { json, ServiceError, type Service, type ServiceResponse } from './service';
import type { Functions } from '../lambda/functions';

/** The operations of Lambda's API that the product and the CDK's custom resource framework call: Invoke, GetFunction and its configuration. */
export function lambdaService(functions: Functions): Service {
  return async (request) => {
    const match = /^\/2015-03-31\/functions\/([^/]+)(\/invocations|\/configuration)?$/.exec(request.path);
    if (!match) {
      throw new ServiceError('UnknownOperationException', 501, `the embedded cloud does not know Lambda's ${request.method} ${request.path}`);
    }
    const reference = decodeURIComponent(match[1]);
    const definition = functions.find(reference);
    if (!definition) throw new ServiceError('ResourceNotFoundException', 404, `Function not found: ${reference}`);
    if (match[2] !== '/invocations') {
      const configuration = { FunctionName: definition.name, FunctionArn: definition.arn, State: 'Active', LastUpdateStatus: 'Successful', Runtime: definition.runtime };
      return json(200, match[2] ? configuration : { Configuration: configuration });
    }
    return invoke(functions, reference, String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse'), request.body);
  };
}

async function invoke(functions: Functions, reference: string, type: string, body: string): Promise<ServiceResponse> {
  const payload = body === '' ? '{}' : body;
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new ServiceError('InvalidRequestContentException', 400, `Could not parse request body into json: ${(error as Error).message}`);
  }
  switch (type) {
    case 'Event':
      functions.invokeLater(reference, payload);
      return { status: 202, body: '' };
    case 'DryRun':
      return { status: 204, body: '' };
    case 'RequestResponse': {
      const outcome = (await functions.invoke(reference, payload))!;
      const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
      return 'result' in outcome ? { status: 200, headers, body: outcome.result }
        : { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body: JSON.stringify(outcome.failure) };
    }
    default:
      throw new ServiceError('InvalidParameterValueException', 400, `unknown invocation type ${JSON.stringify(type)}`);
  }
}
