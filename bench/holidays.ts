// SPDX-License-Identifier: Apache-2.0

/**
 * Missing data on public holidays: businesses that are closed on those of Germany, on some of them, or on none, over two years, with and
 * without the calendar. False findings that began on holidays and on other days, and what is found when all rows stop, or those of one city
 * (of 8): on a holiday on which there usually are some, and on the day after one.
 *
 * Run: `tsx bench/holidays.ts`
 */
import { publicHolidays } from '../handlers/detect/holidays';
import { NumberedHolidays } from '../handlers/detect/model/numbered-holidays';
import type { HolidayCalendar } from '../handlers/engine/calendar/holidays';
import { MissingData, type MissingDataFinding } from '../handlers/engine/missing-data/missing-data';

const DAY_SECONDS = 86_400;
/** A Monday. */
const FIRST_DAY = Date.UTC(2023, 0, 9) / 1000 / DAY_SECONDS;
const DAYS = 2 * 364;
/** Days after which outages are tried. */
const KNOWN_DAYS = 364;
const CITIES = 8;
const CODES = [Int32Array.from({ length: CITIES }, (_, index) => index)];
/** Names of the holidays of Germany, which the businesses follow, by day. */
const NAMES = new Map<number, string>();

/** A moment: the hour of the day, the day of the week (Monday is 0), days since 1970, and the holiday that it is. */
interface Moment {
  readonly hour: number;
  readonly weekday: number;
  readonly day: number;
  readonly holiday?: string;
}
type Reports = (moment: Moment, city: number) => boolean;

const isDay = ({ hour }: Moment, from: number, to: number): boolean => hour >= from && hour < to;
const isChristmasEve = ({ day }: Moment): boolean => new Date(day * DAY_SECONDS * 1000).toISOString().slice(5, 10) === '12-24';

const BUSINESSES: Readonly<Record<string, Reports>> = {
  'Monday to Saturday 9 to 19': moment => moment.holiday === undefined && moment.weekday < 6 && isDay(moment, 9, 19),
  'the same, one city is online': (moment, city) => city === 0 || moment.holiday === undefined && moment.weekday < 6 && isDay(moment, 9, 19),
  'office, closed on 24 December': moment => moment.holiday === undefined && !isChristmasEve(moment) && moment.weekday < 5 && isDay(moment, 8, 18),
  'every day, closed on holidays': moment => moment.holiday === undefined && isDay(moment, 9, 22),
  'open on half of the holidays': moment => (moment.holiday === undefined || moment.holiday.length % 2 === 0) && isDay(moment, 9, 22),
  'shops, open on holidays': moment => moment.weekday < 6 && isDay(moment, 9, 19),
  'always': () => true,
};

class Run {
  private readonly perDay: number;

  public constructor(
    private readonly reports: Reports, private readonly intervalSeconds: 300 | 3600 | 86_400,
    private readonly calendar: () => HolidayCalendar | undefined,
  ) {
    this.perDay = DAY_SECONDS / intervalSeconds;
  }

  public measure(): string[] {
    const { calendar, intervalSeconds } = this;
    const monitor = new MissingData({ intervalSeconds }, calendar());
    const began = new Map<string, number>();
    let told = new Set<string>();
    const outages: Record<string, number[]> = { 'all, holiday': [], 'city, holiday': [], 'all, after': [], 'city, after': [] };
    for (let day = FIRST_DAY; day < FIRST_DAY + DAYS; day++) {
      const year = day < FIRST_DAY + KNOWN_DAYS ? 1 : 2;
      if (year === 2) {
        const state = monitor.serialize();
        const isUsual = (of: number): boolean => (
          [...this.momentsOf(of)].filter(moment => this.reports(moment, 3)).length >= Math.min(3, this.perDay));
        // a city of daily data is found after three days only
        for (const [kind, city] of [['all', undefined], ['city', 3]] as const) {
          if (city !== undefined && this.perDay === 1) continue;
          if (!isUsual(day)) continue;
          if (NAMES.has(day)) outages[`${kind}, holiday`]!.push(this.outage(state, day, city));
          else if (NAMES.has(day - 1) && !isUsual(day - 1)) outages[`${kind}, after`]!.push(this.outage(state, day, city));
        }
      }
      for (const moment of this.momentsOf(day)) {
        const now = new Set(this.observe(monitor, moment, () => false).map(({ kind, code }) => `${kind} ${code}`));
        const key = `${NAMES.has(day) ? 'holiday' : 'other'} ${year}`;
        for (const one of now) if (!told.has(one)) began.set(key, (began.get(key) ?? 0) + 1);
        told = now;
      }
    }
    const found = Object.values(outages).map(all => {
      const after = all.filter(interval => interval > 0).sort((a, b) => a - b);
      return all.length === 0 ? '-' : `${(100 * after.length / all.length).toFixed(0)} %, ${after[Math.floor(after.length / 2)] ?? '-'}`;
    });
    return [...[1, 2].flatMap(year => ['holiday', 'other'].map(days => String(began.get(`${days} ${year}`) ?? 0))), ...found];
  }

  private *momentsOf(day: number): Generator<Moment> {
    const holiday = NAMES.get(day);
    // a day has rows when some interval of it has
    for (let interval = 0; interval < this.perDay; interval++) {
      const hour = this.perDay === 1 ? 12 : interval / this.perDay * 24;
      yield { hour, weekday: (day - FIRST_DAY) % 7, day, ...holiday !== undefined && { holiday } };
    }
  }

  /**
   * An outage of a day that begins at ten o'clock, or at opening time after a holiday.
   * @returns in which interval with usual rows it is found, 0 when it is not
   */
  private outage(state: Uint8Array, day: number, city: number | undefined): number {
    const monitor = MissingData.deserialize({ intervalSeconds: this.intervalSeconds }, state, this.calendar());
    let missed = 0;
    for (const moment of this.momentsOf(day)) {
      const isOut = (one: number): boolean => (city === undefined || one === city) && (!NAMES.has(day) || moment.hour >= 10);
      if (isOut(3) && this.reports(moment, 3)) missed++;
      const found = this.observe(monitor, moment, isOut);
      if (missed > 0 && found.some(one => one.code === city)) return missed;
    }
    return 0;
  }

  private observe(monitor: MissingData, moment: Moment, isOut: (city: number) => boolean): MissingDataFinding[] {
    const reported = Uint8Array.from(CODES[0]!, city => Number(this.reports(moment, city) && !isOut(city)));
    return monitor.observe((moment.day * 24 + (this.perDay === 1 ? 0 : moment.hour)) * 3600, reported, CODES);
  }
}

async function main(): Promise<void> {
  const germany = await publicHolidays('DE', 'bench');
  for (const year of [2023, 2024, 2025]) for (const { day, name } of germany.ofYear(year)) NAMES.set(day, name);
  console.log('| business | interval | calendar | year 1: holidays, other | year 2 | holiday: all, a city gone | day after: all, a city gone |\n| --- | --- | --- | --- | --- | --- | --- |');
  for (const intervalSeconds of [86_400, 3600, 300] as const) {
    for (const [name, reports] of Object.entries(BUSINESSES)) {
      for (const calendar of ['none', 'DE']) {
        const run = new Run(reports, intervalSeconds, () => calendar === 'none' ? undefined : new NumberedHolidays(germany, []));
        const [a, b, c, d, ...found] = run.measure();
        console.log(`| ${[name, `${intervalSeconds / 60} min`, calendar, `${a}, ${b}`, `${c}, ${d}`, found.slice(0, 2).join('; '), found.slice(2).join('; ')].join(' | ')} |`);
      }
    }
  }
}

void main();
