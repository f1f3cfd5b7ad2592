// SPDX-License-Identifier: Apache-2.0

import type { OpenHolidays } from './open-holidays';
import { holidayOf } from './silences';

/** A weekday is closed (0), unknown or doubtful (1), open (2), and open for long (3). */
const DOUBTFUL = 1;
const OPEN = 2;
const LONG_OPEN = 3;

/** What the hours say of the days. */
interface HoursOfDays {
  /** Whether rows are expected at every hour. */
  neverCloses(index: number): boolean;
  /** Daily data: whether rows mostly do not come on a day of the week. */
  isClosedWeekday(index: number, day: number): boolean;
}

/** On which days each combination is open: the days of the week (but of daily data, whose hours are those), and public holidays. */
export class OpenDays {
  /** By combination and day of the week. */
  public days = new Uint8Array(0);

  /** @param first what is thought of each weekday at first: that it is doubtful, or open */
  public constructor(
    public readonly holidays: OpenHolidays, private readonly isDaily: boolean, private readonly hours: HoursOfDays,
    private readonly first: 'doubtful' | 'open',
  ) {}

  public grow(capacity: number): void {
    const days = new Uint8Array(capacity * 7).fill(this.first === 'open' ? OPEN : DOUBTFUL);
    days.set(this.days);
    this.days = days;
    this.holidays.grow(capacity);
  }

  /** Sets which days of the week are open; what is known of the others is too little. */
  public begin(index: number, isOpen: (day: number) => boolean): void {
    for (let day = 0; day < 7; day++) this.days[index * 7 + day] = isOpen(day) ? OPEN : DOUBTFUL;
  }

  /** @param kind of the day (see `Silences.kindOf`) */
  public isOpen(index: number, kind: number): boolean {
    if (this.isClosedHoliday(index, kind)) return false;
    if (this.isDaily) return true;
    const open = this.days[index * 7 + kind % 7]!;
    // what never closes is thought to be open on the days of a first week too
    return open >= OPEN || open === DOUBTFUL && this.hours.neverCloses(index);
  }

  /** Whether it is known that a combination is closed on such a day. */
  public isClosed(index: number, kind: number): boolean {
    return !this.isDaily && this.days[index * 7 + kind % 7] === 0 || this.isClosedHoliday(index, kind);
  }

  /** Whether it is unknown whether a combination is open on such a day. */
  public isDoubtful(index: number, kind: number): boolean {
    return !this.isDaily && this.days[index * 7 + kind % 7] === DOUBTFUL && !this.isClosedHoliday(index, kind);
  }

  /** Whether it was open on such a day of the week more than once, and is not known to have been closed since. Of daily data the hours tell. */
  public isLongOpen(index: number, kind: number): boolean {
    return this.isDaily || this.days[index * 7 + kind % 7] === LONG_OPEN;
  }

  /** Whether nearly all days of the week on which a combination is open were so more than once: it is two weeks old. Of daily data all are. */
  public isOld(index: number): boolean {
    if (this.isDaily) return true;
    let [long, other] = [0, 0];
    for (let at = index * 7; at < index * 7 + 7; at++) {
      if (this.days[at] === LONG_OPEN) long++;
      else if (this.days[at]! > 0) other++;
    }
    return long > 3 * other;
  }

  /** Learns of a day that it was open. */
  public learnOpen(index: number, kind: number): void {
    const at = index * 7 + kind;
    if (kind > 6) this.holidays.learn(index, holidayOf(kind), true);
    else if (this.days[at]! < LONG_OPEN) this.days[at]!++;
  }

  /** Learns of a day that it was closed: of a holiday only where it is on a day of the week that is open. */
  public learnClosed(index: number, kind: number): void {
    if (kind > 6) {
      if (this.isOpen(index, kind % 7)) this.holidays.learn(index, holidayOf(kind), false);
      return;
    }
    const at = index * 7 + kind;
    if (this.days[at]! > 0) this.days[at]!--;
    // when all days are closed, rows have come at other hours than before: begin again
    const days = this.days.subarray(index * 7, index * 7 + 7);
    if (this.days[at] === 0 && days.every(day => day === 0)) days.fill(DOUBTFUL);
  }

  private isClosedHoliday(index: number, kind: number): boolean {
    return kind > 6 && !this.holidays.isOpen(index, holidayOf(kind), () => this.hasClosedDay(index));
  }

  private hasClosedDay(index: number): boolean {
    for (let day = 0; day < 7; day++) if (this.isDaily ? this.hours.isClosedWeekday(index, day) : !this.isOpen(index, day)) return true;
    return false;
  }
}
