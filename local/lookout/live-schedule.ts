// SPDX-License-Identifier: Apache-2.0

import type { WatchEvent } from '../../src/private/contract';

/** How often is looked for intervals that have ended, in milliseconds. */
const LOOK_MILLISECONDS = 5_000;

/** Has the detect function look for intervals that have ended, as the schedule of a deployed service with `continuousDetection` does. */
export class LiveSchedule {
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | undefined;

  public constructor(watch: (event: WatchEvent) => Promise<unknown>, reportFailure: (what: string, error: unknown) => void) {
    this.timer = setInterval(() => this.looking ??= watch({ action: 'watch', time: new Date().toISOString() })
      .then(() => undefined, error => reportFailure('the live schedule', error))
      .finally(() => this.looking = undefined), LOOK_MILLISECONDS).unref();
  }

  public async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }
}
