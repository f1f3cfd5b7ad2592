/**
 * A Lambda function URL: an HTTP endpoint whose requests become events of one function, in the payload format 2.0
 * (Lambda developer guide, "Invoking Lambda function URLs"). SDK clients of an API that a function answers take it as their endpoint.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
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

async function toEvent(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  // the path as it was sent: an encoded slash is part of a label
  const [rawPath, rawQueryString = ''] = request.url!.split('?', 2);
  return {
    version: '2.0',
    rawPath,
    rawQueryString,
    headers: request.headers,
    requestContext: { http: { method: request.method, path: rawPath } },
    body: Buffer.concat(chunks).toString('utf8'),
    isBase64Encoded: false,
  };
}

/** Opens a function URL for a function of the cloud (logical id, construct path, name or ARN). Its authorisation is not played. */
export async function openFunctionUrl(cloud: EmbeddedCloud, functionReference: string): Promise<FunctionUrl> {
  const server = createServer((request, response) => {
    toEvent(request).then(event => cloud.invoke(functionReference, event)).then(({ payload, functionError }) => {
      if (functionError) {
        // what a function URL answers for a function that threw
        response.writeHead(502, { 'content-type': 'application/json' }).end(JSON.stringify({ Message: 'Internal Server Error' }));
        return;
      }
      const { statusCode = 200, headers = {}, body = '', isBase64Encoded } = payload as FunctionUrlAnswer;
      response.writeHead(statusCode, headers).end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
    }).catch((error: Error) => {
      response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ Message: error.message }));
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
