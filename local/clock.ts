// SPDX-License-Identifier: Apache-2.0

/** Something that is under way, and the time at which it has ended at the latest. */
interface Hold {
  readonly limit: Date;
  /** Fulfilled when it has ended, however it did. */
  readonly ended: Promise<void>;
}

/**
 * The embedded cloud's time. It stands still while anything works and jumps where a state machine would wait or nothing is scheduled;
 * it never goes back.
 */
export class SimulatedClock {
  private time: number;
  private readonly holds = new Set<Hold>();

  public constructor(start: Date) {
    this.time = start.getTime();
  }

  public now(): Date {
    return new Date(this.time);
  }

  /**
   * Keeps the time from passing the limit of something that is under way: an invocation of an execution that was ended has ended, too, when
   * its function's time is over, and nobody must meet it later.
   *
   * @param seconds longest time that it may take
   */
  public hold<T>(seconds: number, work: Promise<T>): Promise<T> {
    const hold: Hold = {
      limit: new Date(this.time + seconds * 1000),
      ended: work.then(() => undefined, () => undefined).finally(() => this.holds.delete(hold)),
    };
    this.holds.add(hold);
    return work;
  }

  /** Moves on to a time, when all has ended whose limit lies before it; an earlier one changes nothing. */
  public async advanceTo(time: Date): Promise<void> {
    for (;;) {
      const holding = [...this.holds].filter(({ limit }) => limit < time);
      if (holding.length === 0) break;
      await Promise.all(holding.map(({ ended }) => ended));
    }
    this.time = Math.max(this.time, time.getTime());
  }
}

/** A time as AWS writes it into events: ISO 8601 in UTC, with milliseconds only where there are some. */
export function isoTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
