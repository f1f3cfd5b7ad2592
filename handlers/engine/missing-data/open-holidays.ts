// SPDX-License-Identifier: Apache-2.0

/** Closed or open on the newest holidays. Nothing is known, or as much speaks for either; what was open on two of them is so for long. */
const UNKNOWN = 0;
const CLOSED = 1;
const OPEN = 2;
const LONG_OPEN = 3;
/** What a holiday makes of each of them. A single closed one is an exception of what was open for long. */
const AFTER_OPEN = [OPEN, UNKNOWN, LONG_OPEN, LONG_OPEN];
const AFTER_CLOSED = [CLOSED, CLOSED, CLOSED, OPEN];
/** Holidays of a country that are told apart. */
const MOST_HOLIDAYS = 256;

/**
 * Whether each combination is open on public holidays. That of everything is known of each holiday by itself too: a business that is open
 * on some and closed on others is so every year.
 */
export class OpenHolidays {
  /** By combination, in two bits. */
  public levels = new Uint8Array(0);
  /** Of everything, by identity of the holiday; empty otherwise. */
  public single = new Uint8Array(0);

  /** @param ofAll of everything, where these are of its combinations */
  public constructor(private readonly ofAll?: OpenHolidays) {}

  public grow(capacity: number): void {
    const levels = new Uint8Array(capacity);
    levels.set(this.levels);
    this.levels = levels;
  }

  /**
   * Whether a combination is open on a holiday.
   * @param hasClosedDay whether it is closed on a day of the week: as long as no holiday was seen, it is closed on holidays then too
   */
  public isOpen(index: number, identity: number, hasClosedDay: () => boolean): boolean {
    const known = this.single[identity] || this.levels[index]! || this.ofAll?.known(identity);
    return known ? known !== CLOSED : !hasClosedDay();
  }

  /** Learns of a combination that it was open or closed on a holiday on which it would be open otherwise. */
  public learn(index: number, identity: number, isOpen: boolean): void {
    this.levels[index] = (isOpen ? AFTER_OPEN : AFTER_CLOSED)[this.levels[index]!]!;
    if (this.ofAll !== undefined || identity >= MOST_HOLIDAYS) return;
    if (identity >= this.single.length) {
      const single = new Uint8Array(identity + 1);
      single.set(this.single);
      this.single = single;
    }
    this.single[identity] = isOpen ? OPEN : CLOSED;
  }

  /** Of everything: that it is closed, where it is known to be. Where it is open not all combinations are. */
  private known(identity: number): number {
    return (this.single[identity] || this.levels[0]) === CLOSED ? CLOSED : UNKNOWN;
  }
}
