// SPDX-License-Identifier: Apache-2.0

/**
 * Runs in the process of a Lambda function, as Lambda's own runtime client does there: loads the handler, answers invocations that come over
 * the process's channel one at a time. Node runs this file by stripping its types, so it imports nothing but Node's own modules.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionFailure, InvocationRequest, ProcessMessage } from './messages';

type Handler = (event: unknown, context: object, callback: (error: unknown, result?: unknown) => void) => unknown;

/** Sets the process's clock; it goes on from there. Timers stay as they are. */
const setClock = (() => {
  const MachineDate = Date;
  let ahead = 0;
  class FunctionDate extends MachineDate {
    public static override now(): number {
      return MachineDate.now() + ahead;
    }

    public constructor(...values: unknown[]) {
      super(...(values.length === 0 ? [FunctionDate.now()] : values) as [number]);
    }
  }
  return (time: number) => {
    ahead = time - MachineDate.now();
    globalThis.Date = FunctionDate as DateConstructor;
  };
})();

class RuntimeFailure extends Error {
  public constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

async function loadHandler(root: string, setting: string): Promise<Handler> {
  const name = basename(setting);
  const dot = name.indexOf('.');
  const file = join(root, dirname(setting), name.slice(0, dot));
  const path = ['.js', '.mjs', '.cjs'].map((extension) => file + extension).find((candidate) => existsSync(candidate));
  if (dot < 0 || path === undefined) {
    throw new RuntimeFailure('Runtime.ImportModuleError', `Error: Cannot find module '${name.slice(0, dot)}' for the handler ${setting} in ${root}`);
  }
  let module: Record<string, unknown>;
  try {
    // a function's .js file is CommonJS unless a package.json beside it says otherwise; Node decides in the same way
    module = path.endsWith('.mjs') ? await import(pathToFileURL(path).href) : createRequire(path)(path);
  } catch (error) {
    throw new RuntimeFailure(error instanceof SyntaxError ? 'Runtime.UserCodeSyntaxError' : 'Runtime.ImportModuleError', String(error instanceof Error ? error.stack : error));
  }
  const exported = name.slice(dot + 1).split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], module);
  if (typeof exported !== 'function') throw new RuntimeFailure('Runtime.HandlerNotFound', `${setting} is undefined or not exported`);
  return exported as Handler;
}

function failureOf(error: unknown): FunctionFailure {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: typeof error === 'string' ? error : JSON.stringify(error) };
  }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function call(handler: Handler, request: InvocationRequest): Promise<unknown> {
  const { env } = process;
  const deadline = Date.now() + request.timeoutSeconds * 1000;
  const context = {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: request.requestId,
    invokedFunctionArn: request.functionArn,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, result?: unknown) => error === null || error === undefined ? resolve(result) : reject(error);
    const returned = handler(JSON.parse(request.payload), context, callback);
    if (typeof (returned as Promise<unknown> | undefined)?.then === 'function') (returned as Promise<unknown>).then(resolve, reject);
    else if (handler.length < 3) resolve(returned);
  });
}

const loading = loadHandler(process.env.LAMBDA_TASK_ROOT!, process.env._HANDLER!);
const answer = (message: ProcessMessage) => process.send!(message);
// a handler that cannot be loaded is told with the first invocation
void loading.catch(() => undefined).then(() => answer({ ready: true }));

// the embedded cloud has ended, however it did
process.on('disconnect', () => process.exit());
process.on('message', (request: InvocationRequest) => {
  const { requestId, time } = request;
  if (time !== undefined) setClock(time);
  loading
    .then((handler) => call(handler, request))
    .then((result) => answer({ requestId, result: JSON.stringify(result) ?? 'null' }))
    .catch((error: unknown) => {
      const failure = failureOf(error);
      console.error(`ERROR Invoke Error ${JSON.stringify(failure)}`);
      answer({ requestId, failure });
    });
});
