// SPDX-License-Identifier: Apache-2.0

import { LookoutMetricsClient } from '@aws-sdk/client-lookoutmetrics';
import { LambdaRequestHandler, type InvokeFunction } from './lambda-request-handler';
import type { Backend } from '../../src/private/contract';

/**
 * A client of the Lookout for Metrics API of either backend. Throttling and failures of the service (429, 5xx) are tried again as the SDK
 * does by default.
 *
 * @param backend which endpoint answers: AWS's, or a function in the account
 * @param invoke how the function in the account is called; by default through the Lambda API
 */
export function lookoutClient(backend: Backend, invoke?: InvokeFunction): LookoutMetricsClient {
  if (backend.type === 'LOOKOUT_FOR_METRICS') {
    return new LookoutMetricsClient({});
  }
  return new LookoutMetricsClient({
    requestHandler: new LambdaRequestHandler(backend.functionName, invoke),
    // neither is looked up in the environment or used: there is no endpoint, and who may call is decided by lambda:InvokeFunction
    endpoint: 'https://in-account.invalid',
    region: 'in-account',
    credentials: { accessKeyId: 'in-account', secretAccessKey: 'in-account' },
    signer: { sign: async request => request },
  });
}
