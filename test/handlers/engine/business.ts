// SPDX-License-Identifier: Apache-2.0

import { MONDAY } from './samples';
import { type HolidayCalendar, MissingData, type MissingDataFinding, type ModelSettings } from '../../../handlers/engine';

/** Four cities with three channels each. */
const CODES = [Int32Array.from({ length: 12 }, (_, index) => Math.floor(index / 3)), Int32Array.from({ length: 12 }, (_, index) => index % 3)];

/** A moment: the hour of the day with its fraction, the day of the week (Monday is 0), and days since the first Monday. */
export interface Moment {
  readonly hour: number;
  readonly weekday: number;
  readonly day: number;
}
export type Reports = (moment: Moment, city: number, index: number) => boolean;

/** Days of a business. */
export class Business {
  private monitor: MissingData;
  private told = new Set<string>();

  public constructor(private readonly intervalSeconds: ModelSettings['intervalSeconds'] = 3600, private readonly holidays?: HolidayCalendar) {
    this.monitor = new MissingData({ intervalSeconds }, holidays);
  }

  /** One that goes on from here, while this one goes on otherwise. */
  public copy(): Business {
    const copy = new Business(this.intervalSeconds, this.holidays);
    copy.monitor = MissingData.deserialize({ intervalSeconds: this.intervalSeconds }, this.monitor.serialize(), this.holidays);
    copy.told = new Set(this.told);
    return copy;
  }

  /** @returns what is missing in each interval of the days */
  public days(from: number, to: number, reports: Reports): MissingDataFinding[][] {
    const perDay = 86_400 / this.intervalSeconds;
    return Array.from({ length: (to - from) * perDay }, (_, index) => {
      const number = from * perDay + index;
      const day = Math.floor(number / perDay);
      const moment = { hour: number % perDay * 24 / perDay, weekday: day % 7, day };
      const reported = Uint8Array.from(CODES[0]!, (city, combination) => Number(reports(moment, city, combination)));
      return this.monitor.observe(MONDAY + number * this.intervalSeconds, reported, CODES);
    });
  }

  /** @returns findings that began in the days */
  public began(from: number, to: number, reports: Reports): MissingDataFinding[] {
    return this.days(from, to, reports).flatMap(found => {
      const before = this.told;
      this.told = new Set(found.map(({ dimension, code }) => `${dimension}/${code}`));
      return found.filter(({ dimension, code }) => !before.has(`${dimension}/${code}`));
    });
  }
}

export const day = ({ hour }: Moment, from: number, to: number): boolean => hour >= from && hour < to;
/** Interval of a day in which something is found first. */
export const firstOf = (found: readonly (readonly MissingDataFinding[])[], kind: MissingDataFinding['kind']): number => (
  found.findIndex(one => one.some(finding => finding.kind === kind)));
