// SPDX-License-Identifier: Apache-2.0

/**
 * A Lambda function URL: an HTTP endpoint whose requests become events of one function, in the payload format 2.0
 * (Lambda developer guide, "Invoking Lambda function URLs"). SDK clients of an API that a function answers take it as their endpoint.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureFault, type Signing } from './signature';
import type { EmbeddedCloud } from '../cloud';

/** A running function URL. */
export interface FunctionUrl {
  readonly endpoint: string;
  close(): Promise<void>;
}

interface FunctionUrlAnswer {
  readonly statusCode?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Largest body of a request: an invocation's payload (Lambda developer guide, "Lambda quotas"). */
const BODY_BYTES = 6 * 1024 * 1024;

class TooLarge extends Error {}

/** Refused before the function runs. */
class Forbidden extends Error {}

/** Who may call: what requests must be signed with, and the account that the signer belongs to. */
export type UrlSigning = Signing & { readonly account: string };

async function toEvent(request: IncomingMessage, signing?: UrlSigning): Promise<object> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= BODY_BYTES) chunks.push(chunk as Buffer); // what comes beyond is read and dropped, so that the client sees the answer
  }
  if (bytes > BODY_BYTES) throw new TooLarge(`Request must be smaller than ${BODY_BYTES} bytes for the InvokeFunction operation`);
  // the path as it was sent: an encoded slash is part of a label
  const [rawPath, rawQueryString = ''] = request.url!.split('?', 2);
  const { method = 'GET', headers } = request;
  const body = Buffer.concat(chunks);
  const fault = signing && signatureFault({ method, path: rawPath, query: rawQueryString, headers, body }, signing);
  if (fault !== undefined) throw new Forbidden(fault);
  return {
    version: '2.0',
    rawPath,
    rawQueryString,
    headers,
    requestContext: {
      http: { method, path: rawPath },
      ...signing && { authorizer: { iam: { accountId: signing.account, userArn: `arn:aws:iam::${signing.account}:user/embedded` } } },
    },
    body: body.toString('utf8'),
    isBase64Encoded: false,
  };
}

/** Opens a function URL for a function of the cloud (logical id, construct path, name or ARN). Its authorisation is not played. */
export function openFunctionUrl(cloud: EmbeddedCloud, functionReference: string): Promise<FunctionUrl> {
  return startFunctionUrl(event => cloud.invoke(functionReference, event));
}

/**
 * Opens a function URL on a loopback port for whatever runs the function.
 * @param port 0: any that is free
 * @param signing absent: every request is answered, signed or not
 */
export async function startFunctionUrl(
  invoke: (event: object) => Promise<{ readonly payload?: unknown; readonly functionError?: string }>, port = 0, signing?: UrlSigning,
): Promise<FunctionUrl> {
  const server = createServer((request, response) => {
    toEvent(request, signing).then(invoke).then(({ payload, functionError }) => {
      if (functionError) {
        // what a function URL answers for a function that threw
        response.writeHead(502, { 'content-type': 'application/json' }).end(JSON.stringify({ Message: 'Internal Server Error' }));
        return;
      }
      const { statusCode = 200, headers = {}, body = '', isBase64Encoded } = payload as FunctionUrlAnswer;
      response.writeHead(statusCode, headers).end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
    }).catch((error: Error) => {
      response.writeHead(error instanceof TooLarge ? 413 : error instanceof Forbidden ? 403 : 500, { 'content-type': 'application/json' }).end(JSON.stringify({ Message: error.message }));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
