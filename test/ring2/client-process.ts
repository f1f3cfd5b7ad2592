// SPDX-License-Identifier: Apache-2.0

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { RuntimeApi } from './runtime-api';
import { isolation, type FunctionRunner, type InvocationOutcome, type ProcessOptions } from '../../local/lambda/function-process';
import type { InvocationRequest } from '../../local/lambda/messages';

/** A warm process of a function in AWS's runtime interface client, as Lambda runs it. */
export class ClientProcess implements FunctionRunner {
  private gone = false;
  private finish: ((outcome: InvocationOutcome) => void) | undefined;
  /** Why the process cannot answer, when its code cannot be loaded. */
  private failed: InvocationOutcome | undefined;
  private readonly api: Promise<RuntimeApi>;
  private child: ChildProcess | undefined;

  /** `entry` is the client's index.mjs. */
  public constructor(entry: string, options: ProcessOptions) {
    this.api = RuntimeApi.start(outcome => this.receive(outcome)).then(api => {
      if (!this.gone) this.spawn(entry, options, api);
      return api;
    });
  }

  public get usable(): boolean {
    return !this.gone;
  }

  public async invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    if (request.time !== undefined) throw new Error('the runtime interface client has no clock of its own');
    const outcome = new Promise<InvocationOutcome>(resolve => this.finish = resolve);
    if (this.failed) this.receive(this.failed);
    const api = await this.api;
    let timer: NodeJS.Timeout | undefined;
    void api.ready().then(() => {
      timer = setTimeout(() => {
        this.receive({ failure: { errorType: 'Sandbox.Timedout', errorMessage: `Task timed out after ${request.timeoutSeconds.toFixed(2)} seconds` } });
        void this.kill();
      }, request.timeoutSeconds * 1000);
      api.send(request);
    });
    return outcome.finally(() => clearTimeout(timer));
  }

  public async kill(): Promise<void> {
    this.gone = true;
    const api = await this.api;
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      if (child.kill('SIGKILL')) await exited;
    }
    api.close();
  }

  private spawn(entry: string, options: ProcessOptions, api: RuntimeApi): void {
    const { execArgv, variables } = isolation(options);
    this.child = spawn(options.node, [...execArgv, entry], {
      cwd: options.root,
      env: { ...options.environment, ...variables, AWS_LAMBDA_RUNTIME_API: api.address },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.setEncoding('utf8').on('data', options.onOutput);
    const end = (errorMessage: string) => {
      this.gone = true;
      this.receive({ failure: { errorType: 'Runtime.ExitError', errorMessage } });
    };
    this.child.once('error', error => end(`the function's process cannot run: ${error.message}`));
    this.child.once('exit', (code, signal) => end(`Error: Runtime exited with error: ${signal ? `signal: ${signal}` : `exit status ${code}`}`));
  }

  private receive(outcome: InvocationOutcome): void {
    if (this.finish) this.finish(outcome);
    else if ('failure' in outcome) this.failed ??= outcome;
    this.finish = undefined;
  }
}
