// SPDX-License-Identifier: Apache-2.0

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Activity } from '../activity';
import type { SimulatedClock } from '../clock';
import { FunctionPool, type EmbeddedMetric, type FunctionDefinition, type FunctionHost } from './function-pool';
import type { InvocationOutcome } from './function-process';

/** Retries of an asynchronous invocation that fails, unless the function is configured otherwise (Lambda developer guide: 2). */
const DEFAULT_ASYNCHRONOUS_RETRIES = 2;

/** An asynchronous invocation that failed with all its retries. Nobody waits for it, so it is listed here. */
export interface LostInvocation {
  readonly functionName: string;
  readonly payload: string;
  readonly error: string;
  /** ARN of the queue or topic that takes it. */
  readonly destination?: string;
}

/** What becomes of asynchronous invocations that fail. */
export interface AsynchronousSettings {
  readonly retries?: number;
  /** Where an invocation goes that fails with all its retries. */
  readonly destination?: string;
}

/** Settings of the functions. */
export interface FunctionsOptions {
  /** Added to every function's variables; read when a process is started. */
  readonly environment: Readonly<Record<string, string>>;
  readonly host: FunctionHost;
  /** Folder of the log files, one a function. */
  readonly logs: string;
  readonly activity: Activity;
  /** Does not pass an invocation's time limit while it is under way. @default - there is no simulated time */
  readonly clock?: SimulatedClock;
}

/** The functions of the embedded cloud. */
export class Functions {
  /** Metrics in embedded metric format, in the order in which they were written. */
  public readonly metrics: EmbeddedMetric[] = [];
  public readonly lost: LostInvocation[] = [];
  private readonly pools = new Map<string, FunctionPool>();
  private readonly asynchronous = new Map<string, AsynchronousSettings>();
  /** Aliases of each function. */
  private readonly aliases = new Map<string, Set<string>>();

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

  /** Sets what becomes of asynchronous invocations that fail. */
  public configureAsynchronous(name: string, settings: AsynchronousSettings): void {
    this.asynchronous.set(name, settings);
  }

  /** Gives a function another name, `name:alias`, of which it can tell that it was called by it. */
  public addAlias(name: string, alias: string): void {
    this.aliases.set(name, new Set([...this.aliases.get(name) ?? [], alias]));
  }

  /** Removes a function and ends its processes. */
  public async remove(name: string): Promise<void> {
    const pool = this.pools.get(name);
    this.pools.delete(name);
    await pool?.close();
  }

  /** Finds a function by name, `name:version`, `name:alias`, partial or full ARN. */
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
    return pool && this.options.activity.track(this.run(pool, payload, this.aliasIn(reference, pool)));
  }

  /** Invokes in the background. False: there is no such function. */
  public invokeLater(reference: string, payload: string): boolean {
    const pool = this.pool(reference);
    if (!pool) return false;
    void this.options.activity.track(this.repeat(pool, payload, this.aliasIn(reference, pool)));
    return true;
  }

  /** Ends all processes. */
  public async close(): Promise<void> {
    await Promise.all([...this.pools.keys()].map((name) => this.remove(name)));
  }

  private run(pool: FunctionPool, payload: string, alias?: string): Promise<InvocationOutcome> {
    const outcome = pool.invoke(payload, undefined, alias);
    return this.options.clock?.hold(pool.definition.timeoutSeconds, outcome) ?? outcome;
  }

  private async repeat(pool: FunctionPool, payload: string, alias?: string): Promise<void> {
    const { name } = pool.definition;
    const { retries = DEFAULT_ASYNCHRONOUS_RETRIES, destination } = this.asynchronous.get(name) ?? {};
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.run(pool, payload, alias);
      if ('result' in outcome) return;
      if (attempt === retries) {
        this.lost.push({ functionName: name, payload, error: `${outcome.failure.errorType}: ${outcome.failure.errorMessage}`, ...destination !== undefined && { destination } });
        return;
      }
    }
  }

  /** The alias by which a function was called, if it was. */
  private aliasIn(reference: string, { definition }: FunctionPool): string | undefined {
    const last = reference.split(':').at(-1)!;
    return reference !== last && this.aliases.get(definition.name)?.has(last) ? last : undefined;
  }

  private pool(reference: string): FunctionPool | undefined {
    for (const pool of this.pools.values()) {
      const { name, arn } = pool.definition;
      const account = arn.split(':')[4];
      const qualifiers = ['', ':$LATEST', ...[...this.aliases.get(name) ?? []].map((alias) => `:${alias}`)];
      if ([name, arn, `${account}:function:${name}`].some((known) => qualifiers.some((qualifier) => reference === known + qualifier))) return pool;
    }
    return undefined;
  }
}
