// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { StoreName, StoreWithValues } from './service-parts';

/** The service in a process of its own. */
export class ConformanceService {
  public static async start(storeName: StoreName): Promise<ConformanceService> {
    const child = fork(join(__dirname, 'service-process.ts'), [storeName], {
      execPath: process.execPath, execArgv: ['--import', 'tsx'], serialization: 'advanced',
    });
    return new Promise((resolve, reject) => {
      child.once('message', ({ endpoint }: { endpoint: string }) => resolve(new ConformanceService(endpoint, child)));
      child.once('exit', code => reject(new Error(`the service's process ended with code ${code}`)));
    });
  }

  /** The store behind the service, to play the part of the detect function. */
  public readonly store: StoreWithValues;
  private readonly waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  private asked = 0;

  private constructor(public readonly endpoint: string, private readonly child: ChildProcess) {
    child.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
      const { resolve, reject } = this.waiting.get(id)!;
      this.waiting.delete(id);
      error === undefined ? resolve(result) : reject(new Error(error));
    });
    this.store = new Proxy({} as StoreWithValues, {
      get: (_, method) => (...parameters: unknown[]) => new Promise((resolve, reject) => {
        const id = ++this.asked;
        this.waiting.set(id, { resolve, reject });
        this.child.send({ id, method, parameters });
      }),
    });
  }

  /** Sends bytes as they are. */
  public async send(method: string, path: string, body?: string): Promise<{ status: number; headers: Headers; text: string }> {
    const response = await fetch(`${this.endpoint}${path}`, { method, body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  public async stop(): Promise<void> {
    const ended = new Promise(resolve => this.child.once('exit', resolve));
    this.child.disconnect();
    await ended;
  }
}
