// SPDX-License-Identifier: Apache-2.0

import { LEASE, type Lease } from './items';
import type { Ledger, Seen } from './ledger';

/** Time beyond the query time limit for which a lease holds without news of its holder: detection, retries, Lambda's longest run. */
const MARGIN_SECONDS = 15 * 60;

/** The execution does not hold the lease, or no longer. Another one crawls, or will. */
export class LeaseLost extends Error {
  public constructor(execution: string, found: Lease | undefined, doing: string) {
    super(`execution ${execution} may not ${doing}: ${found ? `execution ${found.execution} holds the crawl's lease until ${found.expiresAt}` : 'it does not hold the crawl\'s lease'}. `
      + 'It was taken over because this execution had been silent for too long; the interval is crawled by the next run');
    this.name = 'LeaseLost';
  }
}

/** Answer to a request for the lease. */
export type Taken = { readonly held: true; readonly seen: Seen<Lease>; readonly lease: Lease } | { readonly held: false; readonly by: Lease };

/**
 * Lets one execution crawl at a time. A lease that is not renewed lapses; the conditions on interval items and watermark, and not the lease,
 * are what keeps an execution that wakes up too late from doing harm.
 */
export class LeaseKeeper {
  /** @param clock milliseconds since 1970. */
  public constructor(private readonly ledger: Ledger, private readonly clock: () => number) {}

  /**
   * Takes the lease, or renews it for its holder. Where another execution holds it, leaves the scheduled time in it.
   *
   * @param queryTimeoutSeconds longest time between two signs of life, without detection.
   */
  public async take(execution: string, scheduledTime: string, queryTimeoutSeconds: number): Promise<Taken> {
    const seconds = queryTimeoutSeconds + MARGIN_SECONDS;
    for (;;) {
      const seen = await this.ledger.read<Lease>(LEASE);
      const found = seen.content;
      const newest = found && found.scheduledTime > scheduledTime ? found.scheduledTime : scheduledTime;
      if (found && found.execution !== execution && Date.parse(found.expiresAt) > this.clock()) {
        if (newest === found.scheduledTime || await this.ledger.replace(seen, { ...found, scheduledTime: newest })) return { held: false, by: found };
      } else {
        const crawled = found?.execution === execution ? found.crawled : 0;
        const lease: Lease = { execution, seconds, expiresAt: this.expiry(seconds), scheduledTime: newest, crawled };
        const taken = await this.ledger.replace(seen, lease);
        if (taken) return { held: true, seen: taken, lease };
      }
    }
  }

  /**
   * Renews the lease for its holder.
   *
   * @param doing what the execution is about to do; named in the error.
   * @param crawled intervals done since the last renewal.
   * @throws LeaseLost when the execution does not hold it.
   */
  public async renew(execution: string, doing: string, crawled = 0): Promise<Lease> {
    const renewed = await this.ledger.change<Lease>(LEASE, found => {
      if (found?.execution !== execution) throw new LeaseLost(execution, found, doing);
      return { ...found, expiresAt: this.expiry(found.seconds), crawled: found.crawled + crawled };
    });
    return renewed!;
  }

  /** Whether an execution holds the lease, and it has not lapsed. */
  public async isHeld(): Promise<boolean> {
    const { content } = await this.ledger.read<Lease>(LEASE);
    return content !== undefined && Date.parse(content.expiresAt) > this.clock();
  }

  /** The lease, if the execution holds it. */
  public async heldBy(execution: string): Promise<Lease | undefined> {
    const { content } = await this.ledger.read<Lease>(LEASE);
    return content?.execution === execution ? content : undefined;
  }

  /**
   * Makes sure that the execution holds the lease.
   *
   * @param doing what the execution is about to do; named in the error.
   * @throws LeaseLost when it does not.
   */
  public async expectHeldBy(execution: string, doing: string): Promise<void> {
    const { content } = await this.ledger.read<Lease>(LEASE);
    if (content?.execution !== execution) throw new LeaseLost(execution, content, doing);
  }

  /** Gives the lease back, unless a run has left its scheduled time, or anything else has happened to it, since it was seen. */
  public async releaseUnlessChanged(seen: Seen<Lease>): Promise<boolean> {
    return this.ledger.remove(seen);
  }

  /** Gives the lease back if the execution holds it. */
  public async release(execution: string): Promise<void> {
    for (;;) {
      const seen = await this.ledger.read<Lease>(LEASE);
      if (seen.content?.execution !== execution || await this.ledger.remove(seen)) return;
    }
  }

  private expiry(seconds: number): string {
    return new Date(this.clock() + seconds * 1000).toISOString();
  }
}
