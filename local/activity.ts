// SPDX-License-Identifier: Apache-2.0

import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises';

/** Looks whether work that nothing here can watch (a statement in the warehouse) still goes on. */
export type ActivityProbe = () => Promise<boolean>;

/** Longest pause between two looks at what is under way, in milliseconds. */
const LONGEST_PAUSE = 25;

/**
 * Knows what is really under way: invocations and statements. Simulated time stands still meanwhile; otherwise a machine that polls would
 * count down its time limit while a statement has run for milliseconds.
 */
export class Activity {
  private readonly running = new Set<Promise<unknown>>();
  private readonly probes = new Set<ActivityProbe>();

  /** Counts `work` as under way until it settles. */
  public track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(() => undefined, () => undefined).finally(() => this.running.delete(settled));
    this.running.add(settled);
    return work;
  }

  /** Asks `probe` from now on, until it says that its work is over. */
  public watch(probe: ActivityProbe): void {
    this.probes.add(probe);
  }

  /** Whether no invocation is under way. */
  public get idle(): boolean {
    return this.running.size === 0;
  }

  /** Waits until nothing is under way, but no longer than `limit` milliseconds. */
  public async settle(limit: number): Promise<void> {
    const end = Date.now() + limit;
    for (let pause = 1; Date.now() < end; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      // what has just ended may start something in the same breath
      await macrotask();
      await macrotask();
      const probed = await Promise.all([...this.probes].map(async (probe) => {
        const working = await probe();
        if (!working) this.probes.delete(probe);
        return working;
      }));
      if (this.running.size === 0 && !probed.includes(true)) return;
      await Promise.race([sleep(pause), ...this.running]);
    }
  }
}
