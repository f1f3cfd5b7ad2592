// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { FunctionProcess, type FunctionRunner, type InvocationOutcome, type ProcessOptions } from './function-process';

/** A Lambda function as the template describes it, with everything resolved. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  readonly logicalId: string;
  /** Folder of the code. */
  readonly root: string;
  /** `file.export` */
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** A metric that a function wrote in CloudWatch's embedded metric format: the parsed line. */
export interface EmbeddedMetric {
  readonly functionName: string;
  readonly line: Readonly<Record<string, unknown>>;
}

/** What runs the functions: the path of the Node binary, where custom resources answer, and the clock. */
export interface FunctionHost extends Pick<ProcessOptions, 'node' | 'responses'> {
  /** Milliseconds since 1970 that a function's clock shows when it is invoked. @default - the machine's own clock */
  readonly clock?: () => number;
  /** Starts a process of a function. @default - one that runs `runtime.ts` */
  readonly start?: (options: ProcessOptions) => FunctionRunner;
  /** Comes between every invocation and its outcome, for tests that lose or refuse some. @default - nothing does */
  readonly interfere?: InvocationInterference;
}

/** Given an invocation's function, payload and what runs it, gives the outcome that the caller sees. */
export type InvocationInterference = (
  invocation: { readonly functionName: string; readonly payload: string }, run: () => Promise<InvocationOutcome>,
) => Promise<InvocationOutcome>;

/** Payload limit of a synchronous invocation, in bytes (Lambda developer guide, "Lambda quotas"): 6 MB. */
const PAYLOAD_BYTES = 6 * 1024 * 1024;

/** The warm processes of one function, and its log file. */
export class FunctionPool {
  private readonly idle: FunctionRunner[] = [];
  private readonly all = new Set<FunctionRunner>();
  private incompleteLine = '';

  /**
   * `environment` is what Lambda and the embedded cloud add to the function's own variables; `logFile` takes its output, `onMetric` its
   * metrics.
   */
  public constructor(
    public readonly definition: FunctionDefinition,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly host: FunctionHost,
    private readonly logFile: string,
    private readonly onMetric: (metric: EmbeddedMetric) => void,
  ) {}

  /** Starts a process in advance, so that the first invocation finds it warm. */
  public warm(): void {
    this.idle.push(this.start());
  }

  /** Invokes the function with a JSON text. Invocations at the same time run in processes of their own. */
  public invoke(payload: string, requestId: string = randomUUID(), alias?: string): Promise<InvocationOutcome> {
    const functionArn = alias === undefined ? this.definition.arn : `${this.definition.arn}:${alias}`;
    const run = () => this.run(payload, requestId, functionArn);
    return this.host.interfere?.({ functionName: this.definition.name, payload }, run) ?? run();
  }

  /** Ends all processes. */
  public async close(): Promise<void> {
    const runners = [...this.all];
    this.all.clear();
    this.idle.length = 0;
    await Promise.all(runners.map((runner) => runner.kill()));
  }

  private async run(payload: string, requestId: string, functionArn: string): Promise<InvocationOutcome> {
    if (Buffer.byteLength(payload) > PAYLOAD_BYTES) {
      return { failure: { errorType: 'RequestEntityTooLargeException', errorMessage: `${Buffer.byteLength(payload)} byte payload is too large for the Invoke operation (limit ${PAYLOAD_BYTES} bytes)` } };
    }
    const { definition } = this;
    const runner = this.take();
    const outcome = await runner.invoke({
      requestId, payload, functionArn, timeoutSeconds: definition.timeoutSeconds, time: this.host.clock?.(),
    });
    if (runner.usable) this.idle.push(runner);
    else this.all.delete(runner);
    if ('result' in outcome && Buffer.byteLength(outcome.result) > PAYLOAD_BYTES) {
      return { failure: { errorType: 'Function.ResponseSizeTooLarge', errorMessage: `Response payload size exceeded maximum allowed payload size (${PAYLOAD_BYTES} bytes).` } };
    }
    return outcome;
  }

  private take(): FunctionRunner {
    while (this.idle.length > 0) {
      const runner = this.idle.pop()!;
      if (runner.usable) return runner;
      this.all.delete(runner);
    }
    return this.start();
  }

  private start(): FunctionRunner {
    const { definition } = this;
    const runner = (this.host.start ?? ((options) => new FunctionProcess(options)))({
      root: definition.root,
      node: this.host.node,
      responses: this.host.responses,
      environment: {
        ...this.environment,
        AWS_LAMBDA_FUNCTION_NAME: definition.name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
        AWS_LAMBDA_LOG_STREAM_NAME: randomUUID().replace(/-/g, ''),
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
        LAMBDA_TASK_ROOT: definition.root,
        _HANDLER: definition.handler,
        ...definition.environment,
      },
      onOutput: (text) => this.log(text),
    });
    this.all.add(runner);
    return runner;
  }

  private log(text: string): void {
    appendFileSync(this.logFile, text);
    const lines = (this.incompleteLine + text).split('\n');
    this.incompleteLine = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith('{') || !line.includes('"_aws"')) continue;
      try {
        this.onMetric({ functionName: this.definition.name, line: JSON.parse(line) as Record<string, unknown> });
      } catch {
        continue; // a log line that only looks like a metric: CloudWatch keeps it as a log line too
      }
    }
  }
}
