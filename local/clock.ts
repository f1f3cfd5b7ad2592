// SPDX-License-Identifier: Apache-2.0

/**
 * The embedded cloud's time. It stands still while anything works and jumps where a state machine would wait or nothing is scheduled;
 * it never goes back.
 */
export class SimulatedClock {
  private time: number;

  public constructor(start: Date) {
    this.time = start.getTime();
  }

  public now(): Date {
    return new Date(this.time);
  }

  /** Moves on to a time; an earlier one changes nothing. */
  public advanceTo(time: Date): void {
    this.time = Math.max(this.time, time.getTime());
  }
}

/** A time as AWS writes it into events: ISO 8601 in UTC, with milliseconds only where there are some. */
export function isoTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
