// SPDX-License-Identifier: Apache-2.0

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InvocationOutcome } from '../../local/lambda/function-process';
import type { FunctionFailure, InvocationRequest } from '../../local/lambda/messages';

const PATH = '/2018-06-01/runtime';

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function failureOf(text: string): FunctionFailure {
  const { errorType, errorMessage, trace } = JSON.parse(text) as FunctionFailure;
  return { errorType, errorMessage, trace };
}

/** Lambda's Runtime API for one process of a function (Lambda developer guide, "Using the Lambda runtime API for custom runtimes"). */
export class RuntimeApi {
  public static async start(onOutcome: (outcome: InvocationOutcome) => void): Promise<RuntimeApi> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    server.keepAliveTimeout = 0; // the process keeps its connection as long as it lives
    return new RuntimeApi(server, onOutcome);
  }

  private waiting?: ServerResponse;
  private invocation?: InvocationRequest;
  private onReady?: () => void;

  private constructor(private readonly server: Server, private readonly onOutcome: (outcome: InvocationOutcome) => void) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  /** For AWS_LAMBDA_RUNTIME_API. */
  public get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when the process asks for an invocation: its code is loaded. */
  public ready(): Promise<void> {
    return this.waiting ? Promise.resolve() : new Promise(resolve => this.onReady = resolve);
  }

  /** Hands an invocation to the process that waits for one. */
  public send(invocation: InvocationRequest): void {
    this.invocation = invocation;
    this.waiting!.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.requestId,
      'lambda-runtime-deadline-ms': String(Date.now() + invocation.timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': invocation.functionArn,
    }).end(invocation.payload);
    this.waiting = undefined;
  }

  public close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = `${request.method} ${request.url}`;
    if (operation === `GET ${PATH}/invocation/next`) {
      this.waiting = response;
      this.onReady?.();
      return;
    }
    const text = await body(request);
    const outcome = this.outcomeOf(operation, text);
    response.writeHead(outcome ? 202 : 403).end();
    if (outcome) this.onOutcome(outcome);
  }

  private outcomeOf(operation: string, text: string): InvocationOutcome | undefined {
    switch (operation) {
      case `POST ${PATH}/init/error`:
      case `POST ${PATH}/invocation/${this.invocation?.requestId}/error`: return { failure: failureOf(text) };
      case `POST ${PATH}/invocation/${this.invocation?.requestId}/response`: return { result: text };
      default: return undefined;
    }
  }
}
