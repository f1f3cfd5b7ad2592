// SPDX-License-Identifier: Apache-2.0

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call of Lambda's Invoke operation. */
export interface Invocation {
  readonly functionName: string;
  readonly invocationType: string;
  readonly payload: string;
}

/** What the loopback server answers. */
export interface InvocationAnswer {
  readonly status?: number;
  readonly functionError?: string;
  readonly errorType?: string;
  readonly payload?: string;
}

/** A loopback HTTP server that speaks Lambda's Invoke REST API. */
export class LoopbackLambda {
  public static async start(): Promise<LoopbackLambda> {
    const lambda: LoopbackLambda = new LoopbackLambda(createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) {
          chunks.push(chunk as Buffer);
        }
        const match = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/.exec(new URL(request.url!, 'http://x').pathname);
        const invocation = {
          functionName: decodeURIComponent(match?.[1] ?? ''),
          invocationType: String(request.headers['x-amz-invocation-type']),
          payload: Buffer.concat(chunks).toString(),
        };
        lambda.invocations.push(invocation);
        const answer = await lambda.answer(invocation);
        response.writeHead(answer.status ?? (invocation.invocationType === 'Event' ? 202 : 200), {
          ...answer.functionError !== undefined && { 'x-amz-function-error': answer.functionError },
          ...answer.errorType !== undefined && { 'x-amzn-errortype': answer.errorType },
        });
        response.end(answer.payload ?? '');
      })();
    }));
    lambda.server.keepAliveTimeout = 60_000;
    await new Promise<void>(resolve => lambda.server.listen(0, '127.0.0.1', resolve));
    return lambda;
  }

  public readonly invocations: Invocation[] = [];
  public answer: (invocation: Invocation) => Promise<InvocationAnswer>;

  private constructor(private readonly server: Server) {
    this.answer = async () => ({ payload: 'null' });
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>(resolve => this.server.close(() => resolve()));
  }
}
