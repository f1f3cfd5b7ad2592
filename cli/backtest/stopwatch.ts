// SPDX-License-Identifier: Apache-2.0

/** Adds up how long the steps of a run take, in milliseconds. */
export class Stopwatch<Step extends string> {
  private readonly begun = performance.now();
  private readonly spent = new Map<Step, number>();

  /** Does some work of a step. */
  public time<T>(step: Step, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.add(step, performance.now() - start);
    }
  }

  /** Does some work of a step that takes its time. */
  public async timeAsync<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.add(step, performance.now() - start);
    }
  }

  /** Time of each step so far, and of the process since its beginning. */
  public get milliseconds(): Record<Step, number> & { readonly sinceStart: number } {
    const steps = Object.fromEntries([...this.spent].map(([step, time]) => [step, tenths(time)])) as Record<Step, number>;
    return { ...steps, sinceStart: tenths(performance.now()) };
  }

  /** Seconds since the stopwatch was made. */
  public get seconds(): number {
    return (performance.now() - this.begun) / 1000;
  }

  private add(step: Step, time: number): void {
    this.spent.set(step, (this.spent.get(step) ?? 0) + time);
  }
}

const tenths = (time: number): number => Math.round(time * 10) / 10;
