// SPDX-License-Identifier: Apache-2.0

/** Pauses before an asynchronous invocation that failed is tried again, in milliseconds. Lambda tries twice again, after minutes. */
const RETRY_PAUSES = [1_000, 5_000];

/** Work that goes on after its caller was answered, as asynchronous invocations of Lambda do. */
export class BackgroundWork {
  private readonly running = new Set<Promise<void>>();

  public constructor(private readonly reportFailure: (what: string, error: unknown) => void) {}

  public start(what: string, work: () => Promise<unknown>): void {
    const promise = this.tryAgain(what, work).finally(() => this.running.delete(promise));
    this.running.add(promise);
  }

  /** Waits for what was started. */
  public async finish(): Promise<void> {
    await Promise.all(this.running);
  }

  private async tryAgain(what: string, work: () => Promise<unknown>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await work();
        return;
      } catch (error) {
        this.reportFailure(`${what} failed`, error);
      }
      if (attempt === RETRY_PAUSES.length) return;
      await new Promise(resolve => setTimeout(resolve, RETRY_PAUSES[attempt]));
    }
  }
}
