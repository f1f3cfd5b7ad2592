// SPDX-License-Identifier: Apache-2.0

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { HttpResponse, type HttpHandler, type HttpRequest } from '@smithy/protocol-http';
import type { HttpHandlerOptions, RequestHandlerMetadata } from '@smithy/types';

/** An HTTP request as a Lambda function URL hands it to its function (payload version 2.0), as far as it is used. */
export interface HttpEvent {
  readonly version: '2.0';
  /** With its percent-encoding. */
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: { readonly http: { readonly method: string; readonly path: string } };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** The function's answer to an `HttpEvent`. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What a function returned, as Lambda's Invoke gives it. */
export interface InvokeResult {
  /** JSON text. */
  readonly payload: string;
  /** Present when the function threw, ran out of time or memory; the payload then describes it. */
  readonly functionError?: string;
}

/** Calls a function with a JSON text and waits for its answer. */
export type InvokeFunction = (payload: string, abortSignal?: AbortSignal) => Promise<InvokeResult>;

/** Invokes the function through the Lambda API, with the credentials and in the region of the process. */
export function invokeThroughLambda(functionName: string, client: LambdaClient = new LambdaClient({})): InvokeFunction {
  return async (payload, abortSignal) => {
    const command = new InvokeCommand({ FunctionName: functionName, InvocationType: 'RequestResponse', Payload: payload });
    const output = await client.send(command, { abortSignal });
    return {
      payload: Buffer.from(output.Payload ?? []).toString(),
      ...output.FunctionError !== undefined && { functionError: output.FunctionError },
    };
  };
}

/**
 * Lets an AWS SDK client talk to a Lambda function instead of an HTTP endpoint: each request becomes an event in the shape of a function
 * URL's, and the function's answer the HTTP response. Who may call is decided by the right to lambda:InvokeFunction.
 */
export class LambdaRequestHandler implements HttpHandler<object> {
  public readonly metadata: RequestHandlerMetadata = { handlerProtocol: 'http/1.1' };

  /**
   * @param functionName name or ARN
   * @param invoke how the function is called
   */
  public constructor(private readonly functionName: string, private readonly invoke: InvokeFunction = invokeThroughLambda(functionName)) {}

  /**
   * @throws Error that names the function, when it cannot be invoked, fails, or answers something that is no HTTP response. It has no error
   * code of the Lambda API: the client must not take "function not found" for an answer of the service.
   */
  public async handle(request: HttpRequest, { abortSignal }: HttpHandlerOptions = {}): Promise<{ response: HttpResponse }> {
    const signal = abortSignal as AbortSignal | undefined;
    signal?.throwIfAborted();
    let result: InvokeResult;
    try {
      result = await this.invoke(JSON.stringify(toEvent(request)), signal);
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') {
        throw error;
      }
      const { name, message } = error as Error;
      throw new Error(`function ${this.functionName} could not be invoked: ${name}: ${message}`, { cause: error });
    }
    if (result.functionError !== undefined) {
      throw new Error(`function ${this.functionName} failed (${result.functionError}): ${describeFailure(result.payload)}; its log tells more`);
    }
    return { response: this.toResponse(result.payload) };
  }

  /** There is nothing to configure. */
  public updateHttpClientConfig(): void {}

  public httpHandlerConfigs(): object {
    return {};
  }

  public destroy(): void {}

  private toResponse(payload: string): HttpResponse {
    const answer = parse(payload) as Partial<HttpAnswer> | undefined;
    if (typeof answer !== 'object' || answer === null || typeof answer.statusCode !== 'number') {
      throw new Error(`function ${this.functionName} answered ${JSON.stringify(payload.slice(0, 200))}, which is no HTTP response: `
        + 'is it the function of a LookoutService?');
    }
    const headers = Object.fromEntries(Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
    return new HttpResponse({ statusCode: answer.statusCode, headers, body: Buffer.from(answer.body ?? '') });
  }
}

function toEvent(request: HttpRequest): HttpEvent {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) {
      query.append(name, one);
    }
  }
  const body: unknown = request.body;
  return {
    version: '2.0',
    rawPath: request.path,
    rawQueryString: query.toString(),
    headers: request.headers,
    requestContext: { http: { method: request.method, path: request.path } },
    ...typeof body === 'string' ? { body, isBase64Encoded: false } : {
      ...ArrayBuffer.isView(body) && { body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64') },
      isBase64Encoded: ArrayBuffer.isView(body),
    },
  };
}

function describeFailure(payload: string): string {
  const failure = parse(payload) as { errorType?: unknown; errorMessage?: unknown } | undefined;
  return failure?.errorMessage === undefined ? payload.slice(0, 200) : `${String(failure.errorType ?? 'Error')}: ${String(failure.errorMessage)}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
