// SPDX-License-Identifier: Apache-2.0

const DAY_SECONDS = 86_400;
/** Parts of the day whose shares are kept apart, at intervals of less than a day: six hours each. */
const DAY_PARTS = 4;
/** Days over which a share is taken (exponentially weighted), and the fewest intervals. */
const MEMORY_DAYS = 14;
const LEAST_INTERVALS = 20;
/** The least chance that a combination which never fails has no row for once. */
const LEAST_CHANCE = 0.004;
const UNIT = 65_535;

/**
 * In what share of the intervals each combination has a row, by the part of the day: it tells how likely a silence is by chance. Of a
 * combination with a row or two an hour the hours of a night are silent now and then, and those of the afternoon are not.
 */
export class ReportingShares {
  /** Parts of the day that are kept apart. */
  public readonly parts: number;
  private shares = new Uint16Array(0);
  private readonly intervalsPerDay: number;
  private readonly memory: number;

  public constructor(private readonly intervalSeconds: number) {
    this.parts = intervalSeconds * DAY_PARTS > DAY_SECONDS ? 1 : DAY_PARTS;
    this.intervalsPerDay = Math.max(1, Math.round(DAY_SECONDS / intervalSeconds));
    this.memory = Math.max(LEAST_INTERVALS, MEMORY_DAYS * this.intervalsPerDay / this.parts);
  }

  /** Bytes of the state of each combination. */
  public get bytesEach(): number {
    return 2 * this.parts;
  }

  public grow(capacity: number): void {
    const shares = new Uint16Array(capacity * this.parts);
    shares.set(this.shares);
    this.shares = shares;
  }

  public serialize(view: DataView, offset: number, index: number): void {
    for (let part = 0; part < this.parts; part++) view.setUint16(offset + 2 * part, this.shares[index * this.parts + part]!, true);
  }

  public restore(view: DataView, offset: number, index: number): void {
    for (let part = 0; part < this.parts; part++) this.shares[index * this.parts + part] = view.getUint16(offset + 2 * part, true);
  }

  /** Begins with one share for all of the day. */
  public begin(index: number, share: number): void {
    this.shares.fill(Math.round(UNIT * share), index * this.parts, (index + 1) * this.parts);
  }

  /** How much an interval counts after so many. */
  public gain(seen: number): number {
    return 1 / Math.max(1, Math.min(this.memory, seen / this.parts));
  }

  public addRow(index: number, wallSeconds: number, gain: number): void {
    const at = index * this.parts + this.part(wallSeconds);
    this.shares[at] = Math.round(this.shares[at]! + gain * (UNIT - this.shares[at]!));
  }

  /** @param counts of the silent intervals, see `countsOf` */
  public addSilence(index: number, counts: readonly number[], gain: number): void {
    for (let part = 0; part < this.parts; part++) {
      if (counts[part]! > 0) this.shares[index * this.parts + part]! *= (1 - gain) ** counts[part]!;
    }
  }

  /**
   * Logarithm of the chance that the combination has no row in some intervals.
   * @param seen intervals from which the shares were learned: a few without a failure do not prove that there are none
   */
  public chanceOf(index: number, counts: readonly number[], seen: number): number {
    const least = Math.max(LEAST_CHANCE, 1 / (seen / this.parts + 2));
    let chance = 0;
    for (let part = 0; part < this.parts; part++) {
      if (counts[part]! > 0) chance += counts[part]! * Math.log(Math.max(least, 1 - this.shares[index * this.parts + part]! / UNIT));
    }
    return chance;
  }

  /**
   * How many of some intervals lie in each part of the day.
   * @param wallSeconds start of the last one
   */
  public countsOf(intervals: number, wallSeconds: number): number[] {
    const days = Math.floor(intervals / this.intervalsPerDay);
    const counts = new Array<number>(this.parts).fill(days * this.intervalsPerDay / this.parts);
    for (let back = 0; back < intervals % this.intervalsPerDay; back++) counts[this.part(wallSeconds - back * this.intervalSeconds)]!++;
    return counts;
  }

  private part(wallSeconds: number): number {
    const second = (wallSeconds % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS;
    return Math.floor(second * this.parts / DAY_SECONDS);
  }
}
