// SPDX-License-Identifier: Apache-2.0

import { UNTOLD, type Untold } from './items';
import type { Ledger } from './ledger';
import type { CrawlPlan, GivenUpIntervals, Interval } from '../../src/private/contract';

/**
 * The intervals that planning gave up and that no event has told of, in few words: they may be thousands. They stand in the ledger until an
 * event has told of them, so that a plan whose answer is lost, or a bus that takes no event, does not make them go unnoticed. An event may
 * tell of them twice.
 */
export class UntoldIntervals {
  public constructor(private readonly ledger: Ledger) {}

  /** Adds intervals, oldest first, that come after those that are there; what is there already is not counted twice. */
  public async add(intervals: readonly Interval[], error: string): Promise<void> {
    await this.ledger.change<Untold>(UNTOLD, found => {
      const added = intervals.filter(({ end }) => !found || end > found.to);
      if (added.length === 0) return undefined;
      return { count: (found?.count ?? 0) + added.length, from: found?.from ?? added[0].start, to: added[added.length - 1].end, error };
    });
  }

  /** Adds an interval whose second reading was given up: it lies before the others. */
  public async addAgain({ start, end }: Interval, error: string): Promise<void> {
    await this.ledger.change<Untold>(UNTOLD, found => ({
      count: (found?.count ?? 0) + 1,
      from: found && found.from < start ? found.from : start,
      to: found && found.to > end ? found.to : end,
      error,
    }));
  }

  /** Part of the plan. */
  public async answer(): Promise<Pick<CrawlPlan, 'givenUp'>> {
    const { content } = await this.ledger.read<Untold>(UNTOLD);
    return content ? { givenUp: { count: content.count, start: content.from, end: content.to, error: content.error } } : {};
  }

  /** An event has told of them. Leaves them when others were added since: the next event tells of all. */
  public async told({ count, end }: GivenUpIntervals): Promise<void> {
    const seen = await this.ledger.read<Untold>(UNTOLD);
    if (seen.content?.to === end && seen.content.count === count) await this.ledger.remove(seen);
  }
}
