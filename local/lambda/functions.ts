import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Activity } from '../activity';
import { FunctionPool, type EmbeddedMetric, type FunctionDefinition, type FunctionHost } from './function-pool';
import type { InvocationOutcome } from './function-process';

/** Retries of an asynchronous invocation that fails, unless the function is configured otherwise (Lambda developer guide: 2). */
const DEFAULT_ASYNCHRONOUS_RETRIES = 2;

/** An asynchronous invocation that failed with all its retries. Nobody waits for it, so it is listed here. */
export interface LostInvocation {
  readonly functionName: string;
  readonly payload: string;
  readonly error: string;
}

/** Settings of the functions. */
export interface FunctionsOptions {
  /** Added to every function's variables; read when a process is started. */
  readonly environment: Readonly<Record<string, string>>;
  readonly host: FunctionHost;
  /** Folder of the log files, one a function. */
  readonly logs: string;
  readonly activity: Activity;
}

/** The functions of the embedded cloud. */
export class Functions {
  /** Metrics in embedded metric format, in the order in which they were written. */
  public readonly metrics: EmbeddedMetric[] = [];
  public readonly lost: LostInvocation[] = [];
  private readonly pools = new Map<string, FunctionPool>();
  private readonly asynchronousRetries = new Map<string, number>();

  public constructor(private readonly options: FunctionsOptions) {
    mkdirSync(options.logs, { recursive: true });
  }

  /** Adds a function or replaces the one of the same name; one that has not changed keeps its warm processes. */
  public register(definition: FunctionDefinition): void {
    if (isDeepStrictEqual(this.pools.get(definition.name)?.definition, definition)) return;
    void this.remove(definition.name);
    const { environment, host, logs } = this.options;
    const logFile = join(logs, `${definition.name}.log`);
    this.pools.set(definition.name, new FunctionPool(definition, environment, host, logFile, (metric) => this.metrics.push(metric)));
  }

  /** Sets how often a failed asynchronous invocation is repeated. */
  public configureAsynchronous(name: string, retries: number): void {
    this.asynchronousRetries.set(name, retries);
  }

  /** Removes a function and ends its processes. */
  public async remove(name: string): Promise<void> {
    const pool = this.pools.get(name);
    this.pools.delete(name);
    await pool?.close();
  }

  /** Finds a function by name, `name:version`, partial or full ARN. */
  public find(reference: string): FunctionDefinition | undefined {
    return this.pool(reference)?.definition;
  }

  /** Starts a process of a function in advance. */
  public warm(name: string): void {
    this.pool(name)?.warm();
  }

  /** Invokes and waits for the outcome. Undefined: there is no such function. */
  public invoke(reference: string, payload: string): Promise<InvocationOutcome> | undefined {
    const pool = this.pool(reference);
    return pool && this.options.activity.track(pool.invoke(payload));
  }

  /** Invokes in the background. False: there is no such function. */
  public invokeLater(reference: string, payload: string): boolean {
    const pool = this.pool(reference);
    if (!pool) return false;
    void this.options.activity.track(this.repeat(pool, payload));
    return true;
  }

  /** Ends all processes. */
  public async close(): Promise<void> {
    await Promise.all([...this.pools.keys()].map((name) => this.remove(name)));
  }

  private async repeat(pool: FunctionPool, payload: string): Promise<void> {
    const { name } = pool.definition;
    const retries = this.asynchronousRetries.get(name) ?? DEFAULT_ASYNCHRONOUS_RETRIES;
    for (let attempt = 0; ; attempt++) {
      const outcome = await pool.invoke(payload);
      if ('result' in outcome) return;
      if (attempt === retries) {
        this.lost.push({ functionName: name, payload, error: `${outcome.failure.errorType}: ${outcome.failure.errorMessage}` });
        return;
      }
    }
  }

  private pool(reference: string): FunctionPool | undefined {
    for (const pool of this.pools.values()) {
      const { name, arn } = pool.definition;
      const account = arn.split(':')[4];
      if ([name, arn, `${account}:function:${name}`].some((known) => reference === known || reference === `${known}:$LATEST`)) return pool;
    }
    return undefined;
  }
}
