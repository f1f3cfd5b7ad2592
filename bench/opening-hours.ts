// SPDX-License-Identifier: Apache-2.0

/**
 * Missing data of businesses that are not always open: findings when nothing is missing, and what is found when all rows stop, or those of
 * one city (of 15 with three channels each). Then what is found of a city that stops in the first week.
 *
 * Run: `tsx bench/opening-hours.ts`
 */
/* eslint-disable no-bitwise -- a hash of 32 bits */
import { MissingData, type MissingDataFinding } from '../handlers/engine/missing-data/missing-data';

const MONDAY = 4 * 86_400;
const CITIES = 15;
const CHANNELS = 3;
const COUNT = CITIES * CHANNELS;
const WEEKS = 8;
/** Outages begin on each day of the last two weeks, and last for so many intervals in which rows are usual. */
const OUTAGES = 14;
const OUTAGE_INTERVALS = 6;
const CODES = [(index: number) => Math.floor(index / CHANNELS), (index: number) => index % CHANNELS]
  .map(code => Int32Array.from({ length: COUNT }, (_, index) => code(index)));

/** A number between 0 and 1, always the same for the same three. */
function noise(a: number, b: number, c: number): number {
  let hash = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 7, 0x85ebca6b) ^ Math.imul(c + 3, 0xc2b2ae35);
  hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d);
  hash = Math.imul(hash ^ hash >>> 12, 0x297a2d39);
  return ((hash ^ hash >>> 15) >>> 0) / 2 ** 32;
}

/** Mean number of rows of a combination in an interval; Infinity where there always are some. */
type Rate = (city: number, channel: number, hour: number, weekday: number, minutes: number) => number;

const always = (isOpen: boolean): number => isOpen ? Infinity : 0;
const bell = (hour: number, middle: number, width: number): number => Math.exp(-(((hour - middle) / width) ** 2));

const BUSINESSES: Readonly<Record<string, Rate>> = {
  'always open': () => Infinity,
  'daily 9 to 22': (_city, _channel, hour) => always(hour >= 9 && hour < 22),
  'Monday to Friday 8 to 18': (_city, _channel, hour, weekday) => always(weekday < 5 && hour >= 8 && hour < 18),
  'the same, few rows else': (_city, _channel, hour, weekday) => weekday < 5 && hour >= 8 && hour < 18 ? Infinity : 0.03,
  '9 to 19, Saturday to 14': (_city, _channel, hour, weekday) => always(weekday < 6 && hour >= 9 && hour < (weekday === 5 ? 14 : 19)),
  'other hours in each city': (city, _channel, hour, weekday) => {
    const [days, from, to] = [5 + Math.floor(3 * noise(city, 3, 3)), 6 + Math.floor(5 * noise(city, 1, 1)), 17 + Math.floor(7 * noise(city, 2, 2))];
    return always(weekday < days && hour >= from && hour < (weekday === 5 ? 16 : to));
  },
  '0.2 to 3 rows an interval': (city, channel, hour) => (
    0.2 + 2.8 * (0.5 + 0.5 * Math.sin((hour - 9 + noise(city, channel, 5) * 3) / 24 * 2 * Math.PI)) ** 1.5),
  'restaurants': (city, channel, hour, weekday, minutes) => (
    (0.03 + 0.55 * bell(hour, 12.5, 1.1) + bell(hour, 19.2, 1.5) + 0.15 * bell(hour, 16, 3)) * (hour >= 1 && hour < 9 ? 0.08 : 1)
    * [0.85, 0.85, 0.9, 0.95, 1.15, 1.25, 1.3][weekday]! * 9 * minutes / (city + 1) ** 0.9 * [0.45, 0.4, 0.15][channel]!),
};

const keyOf = ({ kind, dimension, code }: MissingDataFinding): string => kind === 'noRows' ? kind : `${dimension}/${code}`;

class Run {
  private readonly perDay: number;

  public constructor(private readonly rate: Rate, private readonly intervalSeconds: 300 | 600 | 3600) {
    this.perDay = 86_400 / intervalSeconds;
  }

  /** False findings of the first two weeks, those a week of the others, and for both kinds of outage the share found and the median interval. */
  public measure(): string[] {
    const { intervalSeconds, perDay } = this;
    const monitor = new MissingData({ intervalSeconds });
    let told = new Set<string>();
    const began = [0, 0];
    const states: Uint8Array[] = [];
    for (let interval = 0; interval < WEEKS * 7 * perDay; interval++) {
      if (interval % perDay === 0 && interval >= (WEEKS * 7 - OUTAGES) * perDay) states.push(monitor.serialize());
      const now = new Set(this.observe(monitor, interval, () => false).map(keyOf));
      for (const key of now) if (!told.has(key)) began[Number(interval >= 14 * perDay)]!++;
      told = now;
    }
    const outages = [undefined, 0].map(city => {
      const found = states.flatMap((state, day) => this.outage(state, day, city === undefined ? undefined : Math.floor(8 * noise(day, 17, 3))));
      const after = found.filter(interval => interval > 0).sort((a, b) => a - b);
      return `${(100 * after.length / found.length).toFixed(0)} %, ${after[Math.floor(after.length / 2)] ?? '-'}`;
    });
    return [String(began[0]), (began[1]! / (WEEKS - 2)).toFixed(1), ...outages];
  }

  /** @returns in which of its intervals an outage is found, 0 when it is not; nothing on a day without any rows */
  private outage(state: Uint8Array, day: number, city: number | undefined): number[] {
    const { intervalSeconds, perDay } = this;
    const first = (WEEKS * 7 - OUTAGES + day) * perDay;
    const isOut = (index: number): boolean => city === undefined || CODES[0]![index] === city;
    const isUsual = (interval: number): boolean => {
      let none = 1;
      for (let index = 0; index < COUNT; index++) if (isOut(index)) none *= 1 - this.chance(index, interval);
      return none <= 0.25;
    };
    const usual = Array.from({ length: perDay }, (_, index) => first + index).filter(isUsual);
    if (usual.length < OUTAGE_INTERVALS) return [];
    const start = usual[Math.floor(noise(day, 23, 5) * (usual.length - OUTAGE_INTERVALS + 1))]!;
    const monitor = MissingData.deserialize({ intervalSeconds }, state);
    const key = city === undefined ? 'noRows' : `0/${city}`;
    for (let interval = first, intervals = 0; intervals < OUTAGE_INTERVALS; interval++) {
      if (interval >= start && isUsual(interval)) intervals++;
      const found = this.observe(monitor, interval, index => interval >= start && isOut(index));
      if (interval >= start && found.some(one => keyOf(one) === key)) return [intervals];
    }
    return [0];
  }

  /** By day of the first week, the share of cities found until midnight that stop in the middle of their day, and the median interval. */
  public firstWeek(): string[] {
    const { intervalSeconds, perDay } = this;
    return Array.from({ length: 6 }, (_, before) => before + 1).map(day => {
      const found: number[] = [];
      for (const city of [0, 3, 6, 9, 12]) {
        const isOut = (index: number): boolean => CODES[0]![index] === city;
        const isUsual = (interval: number): boolean => CODES[0]!.some((_, index) => isOut(index) && this.chance(index, interval) >= 0.75);
        const usual = Array.from({ length: perDay }, (_, index) => day * perDay + index).filter(isUsual);
        if (usual.length < 8) continue;
        const start = usual[Math.floor(usual.length / 2)]!;
        const monitor = new MissingData({ intervalSeconds });
        let [intervals, after] = [0, 0];
        for (let interval = 0; interval < (day + 1) * perDay && after === 0; interval++) {
          if (interval >= start && isUsual(interval)) intervals++;
          const told = this.observe(monitor, interval, index => interval >= start && isOut(index));
          if (interval >= start && told.some(one => keyOf(one) === `0/${city}`)) after = intervals;
        }
        found.push(after);
      }
      const after = found.filter(interval => interval > 0).sort((a, b) => a - b);
      return found.length === 0 ? '-' : `${(100 * after.length / found.length).toFixed(0)} %, ${after[Math.floor(after.length / 2)] ?? '-'}`;
    });
  }

  private observe(monitor: MissingData, interval: number, isOut: (index: number) => boolean): MissingDataFinding[] {
    const hasRow = (index: number): boolean => !isOut(index) && noise(interval, index, 99) < this.chance(index, interval);
    const reported = Uint8Array.from({ length: COUNT }, (_, index) => Number(hasRow(index)));
    return monitor.observe(MONDAY + interval * this.intervalSeconds, reported, CODES);
  }

  private chance(index: number, interval: number): number {
    const { intervalSeconds, perDay } = this;
    const hour = interval % perDay / perDay * 24;
    return 1 - Math.exp(-this.rate(CODES[0]![index]!, CODES[1]![index]!, hour, Math.floor(interval / perDay) % 7, intervalSeconds / 60));
  }
}

console.log('| business | interval | false, weeks 1-2 | a week, later | all rows gone | a city gone |\n| --- | --- | --- | --- | --- | --- |');
for (const intervalSeconds of [3600, 600, 300] as const) {
  for (const [name, rate] of Object.entries(BUSINESSES)) {
    console.log(`| ${[name, `${intervalSeconds / 60} min`, ...new Run(rate, intervalSeconds).measure()].join(' | ')} |`);
  }
}
console.log('\n| business | interval | day 2 | 3 | 4 | 5 | 6 | 7 |\n| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const intervalSeconds of [3600, 300] as const) {
  for (const [name, rate] of Object.entries(BUSINESSES)) {
    console.log(`| ${[name, `${intervalSeconds / 60} min`, ...new Run(rate, intervalSeconds).firstWeek()].join(' | ')} |`);
  }
}
