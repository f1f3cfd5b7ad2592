// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { queryFailure } from './query-service';
import { ServiceError, type Service, type ServiceRequest, type ServiceResponse } from './service';

/** The loopback server behind which the small services stand. */
export interface Gateway {
  /** URL that answers every request with an error that names it: for services that are not there. */
  readonly unknownEndpoint: string;
  /** Requests to services that are not there, in words. */
  readonly refused: readonly string[];
  /** URL of a service, by the name under which it was given. */
  endpointOf(service: string): string;
  close(): Promise<void>;
}

/** Starts the gateway on a loopback port; `http://127.0.0.1:<port>/<name>` is the endpoint of the service `name`. */
export async function startGateway(services: Readonly<Record<string, Service>>): Promise<Gateway> {
  const refused: string[] = [];
  const server = createServer((message, response) => {
    void answer(services, refused, message).then(({ status, headers, body }) => {
      response.writeHead(status, { 'x-amzn-requestid': randomUUID(), ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpointOf: (service) => `${base}/${service}`,
    unknownEndpoint: `${base}/unknown`,
    refused,
    close: () => new Promise((resolve, reject) => {
      server.close((error) => error ? reject(error) : resolve());
      server.closeAllConnections();
    }),
  };
}

async function answer(services: Readonly<Record<string, Service>>, refused: string[], message: IncomingMessage): Promise<ServiceResponse> {
  const url = new URL(message.url ?? '/', 'http://gateway');
  const [, name, ...rest] = url.pathname.split('/');
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const request: ServiceRequest = {
    method: message.method ?? 'GET', path: `/${rest.join('/')}`, query: url.searchParams, headers: message.headers, body: Buffer.concat(chunks).toString('utf8'),
  };
  const service = Object.hasOwn(services, name) ? services[name] : undefined;
  if (!service) {
    const text = `the embedded cloud does not know the service of the request ${describe(request)}`;
    refused.push(text);
    return failure(new ServiceError('UnknownService', 501, text), request);
  }
  try {
    return await service(request);
  } catch (error) {
    return failure(error instanceof ServiceError ? error : new ServiceError('InternalFailure', 500, String((error as Error).stack)), request);
  }
}

/** Names an unknown request by its signature's service, its target or action, and its path. */
function describe(request: ServiceRequest): string {
  const service = /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(String(request.headers.authorization ?? ''))?.[1] ?? 'without signature';
  const operation = request.headers['x-amz-target'] ?? new URLSearchParams(request.body).get('Action') ?? '';
  return [service, operation, request.method, request.path].filter((part) => part !== '').join(' ');
}

/** An error as the client's protocol writes it: XML for forms (Query protocol), JSON for all else. */
function failure(error: ServiceError, request: ServiceRequest): ServiceResponse {
  if (String(request.headers['content-type']).startsWith('application/x-www-form-urlencoded')) return queryFailure(error);
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
    body: JSON.stringify({ __type: error.code, message: error.message, Message: error.message }),
  };
}
