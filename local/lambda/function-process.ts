// SPDX-License-Identifier: Apache-2.0

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionFailure, InvocationRequest, ProcessMessage } from './messages';

/** Outcome of an invocation: the result as JSON text, or the error. */
export type InvocationOutcome = { readonly result: string } | { readonly failure: FunctionFailure };

/** The HTTPS server to which custom resources answer: its name in URLs, and the loopback port behind it. */
export interface ResponseAddress {
  readonly host: string;
  readonly port: number;
}

/** What a function's process is started with. */
export interface ProcessOptions {
  /** Folder of the function's code. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the Node binary. */
  readonly node: string;
  /** Where connections to the host of ResponseURLs go. */
  readonly responses: ResponseAddress;
  /** Takes what the function writes to stdout and stderr. */
  readonly onOutput: (text: string) => void;
}

/** What the pool of a function needs of a warm process. */
export interface FunctionRunner {
  /** Whether the process can take another invocation. */
  readonly usable: boolean;
  /** Runs one invocation. */
  invoke(request: InvocationRequest): Promise<InvocationOutcome>;
  /** Ends the process at once; waits until it is gone. */
  kill(): Promise<void>;
}

/** Node's options and variables with which a process is cut off from the network, but for the embedded cloud. */
export function isolation({ responses }: Pick<ProcessOptions, 'responses'>): { readonly execArgv: string[]; readonly variables: Record<string, string> } {
  return {
    execArgv: [
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--disable-warning=ExperimentalWarning',
      '--import', pathToFileURL(join(__dirname, 'network.ts')).href,
    ],
    variables: { EMBEDDED_RESPONSES: `${responses.host}:${responses.port}` },
  };
}

/** A warm process of a function. It answers one invocation at a time; a new one is started for what comes meanwhile. */
export class FunctionProcess implements FunctionRunner {
  private readonly child: ChildProcess;
  private finish: ((outcome: InvocationOutcome) => void) | undefined;
  private gone = false;
  private ready = false;
  private onReady: (() => void) | undefined;

  public constructor(options: ProcessOptions) {
    const { execArgv, variables } = isolation(options);
    this.child = fork(join(__dirname, 'runtime.ts'), [], {
      cwd: options.root,
      env: { ...options.environment, ...variables },
      execPath: options.node,
      execArgv,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.setEncoding('utf8').on('data', options.onOutput);
    this.child.on('message', (message) => this.receive(message as ProcessMessage));
    this.child.on('error', (error) => this.end('Runtime.ExitError', `the function's process cannot run: ${error.message}`));
    this.child.on('exit', (code, signal) => this.end('Runtime.ExitError', `Error: Runtime exited with error: ${signal ? `signal: ${signal}` : `exit status ${code}`}`));
  }

  /** Whether the process can take another invocation. */
  public get usable(): boolean {
    return !this.gone;
  }

  /** Runs one invocation. At the function's time limit, which does not count the loading of its code, the process is killed. */
  public invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      this.finish = (outcome) => {
        clearTimeout(timer);
        this.finish = undefined;
        resolve('failure' in outcome && /^(Sandbox|Runtime\.Exit)/.test(outcome.failure.errorType)
          ? { failure: { ...outcome.failure, errorMessage: `RequestId: ${request.requestId} ${outcome.failure.errorMessage}` } } : outcome);
      };
      this.whenReady(() => {
        timer = setTimeout(() => {
          this.end('Sandbox.Timedout', `Error: Task timed out after ${request.timeoutSeconds.toFixed(2)} seconds`);
          void this.kill();
        }, request.timeoutSeconds * 1000);
        this.child.send(request);
      });
      if (this.gone) this.end('Runtime.ExitError', 'Error: the function\'s process has ended');
    });
  }

  /** Ends the process at once; waits until it is gone. */
  public async kill(): Promise<void> {
    this.gone = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    if (this.child.kill('SIGKILL')) await exited;
  }

  private whenReady(action: () => void): void {
    if (this.ready) action();
    else this.onReady = action;
  }

  private receive(message: ProcessMessage): void {
    if ('ready' in message) {
      this.ready = true;
      this.onReady?.();
    } else {
      this.finish?.('failure' in message ? { failure: message.failure } : { result: message.result });
    }
  }

  private end(errorType: string, errorMessage: string): void {
    this.gone = true;
    this.finish?.({ failure: { errorType, errorMessage } });
  }
}
