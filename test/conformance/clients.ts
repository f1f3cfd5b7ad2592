// SPDX-License-Identifier: Apache-2.0

import * as sdk from '@aws-sdk/client-lookoutmetrics';
import type { PythonClients } from './python';

/** What a client made of an answer of the service. */
export interface Answer {
  /** HTTP status, where the client tells it (awscli does not). */
  readonly status?: number;
  /** Times are epoch seconds. */
  readonly output?: Record<string, any>;
  /** The exception that the client raised: its class, and its members where the client tells them. */
  readonly error?: Readonly<Record<string, any>> & { readonly code: string; readonly message: string };
  /** Why the client did not send the request, or could not read the answer. */
  readonly refused?: string;
}

/** One of AWS's clients, in a form in which all of them can be given the same cases. */
export interface Client {
  readonly name: string;
  /** Whether members of errors besides class and message can be seen. */
  readonly showsErrorMembers: boolean;
  /** @param validate whether the client may refuse what its model does not allow; else it sends whatever it is given */
  call(endpoint: string, operation: string, input: object, validate?: boolean): Promise<Answer>;
}

/** The JavaScript client. It checks nothing itself. */
export function javascriptClient(): Client & { destroy(): void } {
  const clients = new Map<string, sdk.LookoutMetricsClient>();
  const clientOf = (endpoint: string): sdk.LookoutMetricsClient => {
    const known = clients.get(endpoint) ?? new sdk.LookoutMetricsClient({
      endpoint, region: 'eu-central-1', maxAttempts: 1, credentials: { accessKeyId: 'conformance', secretAccessKey: 'conformance' },
    });
    clients.set(endpoint, known);
    return known;
  };
  return {
    name: 'JavaScript',
    showsErrorMembers: true,
    call: async (endpoint, operation, input) => {
      const Command = sdk[`${operation}Command` as 'ListAlertsCommand'];
      try {
        const { $metadata, ...output } = await clientOf(endpoint).send(new Command(input));
        return { status: $metadata.httpStatusCode, output: withEpochSeconds(output) as Record<string, any> };
      } catch (error) {
        if (!(error instanceof sdk.LookoutMetricsServiceException)) {
          return { refused: String(error) };
        }
        const { name: code, message, $metadata, Reason, Fields, ResourceId, ResourceType, QuotaCode, ServiceCode } = error as
          sdk.LookoutMetricsServiceException & Record<string, any>;
        return { status: $metadata.httpStatusCode, error: { code, message, Reason, Fields, ResourceId, ResourceType, QuotaCode, ServiceCode } };
      }
    },
    destroy: () => clients.forEach(client => client.destroy()),
  };
}

export function boto3Client(python: PythonClients): Client {
  return {
    name: 'boto3',
    showsErrorMembers: true,
    call: (endpoint, operation, input, validate = true) => python.ask({ client: 'boto3', endpoint, operation, input, validate }),
  };
}

export function awscliClient(python: PythonClients): Client {
  return {
    name: 'awscli',
    showsErrorMembers: false,
    call: (endpoint, operation, input, validate = true) => python.ask({ client: 'awscli', endpoint, operation, input, validate }),
  };
}

function withEpochSeconds(value: unknown): unknown {
  if (value instanceof Date) {
    return value.getTime() / 1000;
  }
  if (Array.isArray(value)) {
    return value.map(withEpochSeconds);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => [name, withEpochSeconds(member)]))
    : value;
}
