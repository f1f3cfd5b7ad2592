// SPDX-License-Identifier: Apache-2.0

/**
 * Scores on public holidays at intervals of less than a day: series of businesses that follow the holidays of Germany, as a Sunday, half as much, or not
 * at all, over a year, without and with the calendar. False events (runs of anomalies) for each series and holiday, on the day after one, and for each
 * series and week of other days; and how many events are found in which a series has half of what it would have for three hours, on holidays and on
 * other days.
 *
 * Run: `tsx bench/holiday-scores.ts [interval in minutes...]`
 */
import { normalOf } from './kpi/generator';
import { markdown } from './table';
import { publicHolidays } from '../handlers/detect/holidays';
import { NumberedHolidays } from '../handlers/detect/model/numbered-holidays';
import { ANOMALOUS_SEVERITY, DetectionModel, type HolidayCalendar } from '../handlers/engine';
import { seededRandom } from '../local/sample/random';

const DAY = 86_400;
/** A Monday. */
const FIRST_DAY = Date.UTC(2025, 0, 6) / 1000 / DAY;
const WEEKS = 52;
/** Weeks before anything is counted: the week is known then. */
const KNOWN_WEEKS = 8;
const SERIES = 10;
/** Runs that are no more than so many intervals apart are one. */
const GAP = 3;

interface Business {
  /** Monday first. */
  readonly week: readonly number[];
  /** What a holiday has of a Sunday, 0-1; the rest is of its weekday. */
  readonly sunday: number;
  readonly noise: number;
  /** Value at noon of a weekday; counts where it is a small one. */
  readonly size?: number;
}

const SHOP = [1, 0.95, 1, 1.05, 1.1, 0.9, 0.5];
const OFFICE = [1, 1, 1, 1, 0.9, 0.08, 0.05];
const BUSINESSES: Readonly<Record<string, Business>> = {
  'shop, as on a Sunday': { week: SHOP, sunday: 1, noise: 0.05 },
  'the same, 15 % noise': { week: SHOP, sunday: 1, noise: 0.15 },
  'shop, half as on a Sunday': { week: SHOP, sunday: 0.5, noise: 0.05 },
  'shop, as usual': { week: SHOP, sunday: 0, noise: 0.05 },
  'office, as on a Sunday': { week: OFFICE, sunday: 1, noise: 0.05 },
  'leisure, as on a Sunday': { week: [1, 1, 1, 1, 1.2, 1.7, 1.5], sunday: 1, noise: 0.05 },
  'counts, as on a Sunday': { week: SHOP, sunday: 1, noise: 0, size: 30 },
  'every day alike': { week: [1, 1, 1, 1, 1, 1, 1], sunday: 1, noise: 0.05 },
};

/** Share of a day's noon that each moment of the day has. */
function dayShape(hour: number): number {
  return 0.15 + 0.85 * Math.max(0, Math.sin(Math.PI * (hour - 5) / 18)) ** 1.3;
}

class Run {
  public readonly counts = { holidays: 0, falseOnHolidays: 0, falseAfter: 0, otherWeeks: 0, falseOthers: 0, tried: [0, 0], found: [0, 0] };

  public constructor(
    private readonly business: Business, private readonly intervalSeconds: 300 | 600 | 3600, private readonly holidays: ReadonlySet<number>,
  ) {}

  public measure(calendar: (() => HolidayCalendar) | undefined): void {
    const perDay = DAY / this.intervalSeconds;
    const normal = normalOf(seededRandom(20_261_128));
    const model = new DetectionModel({ intervalSeconds: this.intervalSeconds }, SERIES, calendar?.());
    const newest = new Int32Array(SERIES).fill(-GAP - 1);
    for (let day = 0; day < 7 * WEEKS; day++) {
      const isHoliday = this.holidays.has(FIRST_DAY + day);
      if (day >= 7 * KNOWN_WEEKS) {
        if (isHoliday) this.counts.holidays += SERIES;
        else this.counts.otherWeeks += SERIES / 7;
        const isOpen = this.height(day) > 0.3;
        if (isOpen && (isHoliday || day % 5 === 0)) this.tryEvent(model, day, isHoliday ? 0 : 1, calendar);
      }
      for (let interval = 0; interval < perDay; interval++) {
        const number = day * perDay + interval;
        const scores = model.observe((FIRST_DAY + day) * DAY + interval * this.intervalSeconds, this.values(day, interval / perDay * 24, normal));
        scores.severity.forEach((severity, series) => {
          if (!(severity >= ANOMALOUS_SEVERITY)) return;
          if (number - newest[series]! > GAP && day >= 7 * KNOWN_WEEKS) {
            if (isHoliday) this.counts.falseOnHolidays++;
            else if (this.holidays.has(FIRST_DAY + day - 1)) this.counts.falseAfter++;
            else this.counts.falseOthers++;
          }
          newest[series] = number;
        });
      }
    }
  }

  /** How high the day is. */
  private height(day: number): number {
    const { week, sunday } = this.business;
    const usual = week[day % 7]!;
    return this.holidays.has(FIRST_DAY + day) ? usual + sunday * (week[6]! - usual) : usual;
  }

  private values(day: number, hour: number, normal: () => number, share = 1): Float64Array {
    const { noise, size = 1000 } = this.business;
    return Float64Array.from({ length: SERIES }, () => {
      const expected = share * size * this.height(day) * dayShape(hour);
      // a count, by its normal approximation
      if (noise === 0) return Math.max(0, Math.round(expected + Math.sqrt(expected) * normal()));
      return expected * Math.max(0, 1 + noise * normal());
    });
  }

  /** Three hours of half, from ten to one o'clock, in a copy of the model. */
  private tryEvent(model: DetectionModel, day: number, kind: 0 | 1, calendar: (() => HolidayCalendar) | undefined): void {
    const copy = DetectionModel.deserialize(model.serialize(), calendar?.());
    const normal = normalOf(seededRandom(day));
    const perDay = DAY / this.intervalSeconds;
    const found = new Set<number>();
    for (let interval = 0; interval / perDay * 24 < 13; interval++) {
      const hour = interval / perDay * 24;
      const values = this.values(day, hour, normal, hour >= 10 ? 0.5 : 1);
      const { severity } = copy.observe((FIRST_DAY + day) * DAY + interval * this.intervalSeconds, values);
      if (hour >= 10) severity.forEach((level, series) => level >= ANOMALOUS_SEVERITY && found.add(series));
    }
    this.counts.tried[kind] += SERIES;
    this.counts.found[kind] += found.size;
  }
}

async function main(): Promise<void> {
  const germany = await publicHolidays('DE', 'bench');
  const holidays = new Set([2025, 2026].flatMap(year => germany.ofYear(year)).map(({ day }) => day));
  const minutes = process.argv.slice(2).map(Number);
  const rows: string[][] = [];
  for (const interval of minutes.length > 0 ? minutes : [60, 5]) {
    for (const [name, business] of Object.entries(BUSINESSES)) {
      for (const calendar of [undefined, () => new NumberedHolidays(germany, [])]) {
        const run = new Run(business, interval * 60 as 300 | 600 | 3600, holidays);
        run.measure(calendar);
        const { holidays: count, falseOnHolidays, falseAfter, otherWeeks, falseOthers, tried, found } = run.counts;
        const share = (kind: number): string => (tried[kind] === 0 ? '-' : `${(100 * found[kind]! / tried[kind]!).toFixed(0)} %`);
        rows.push([
          name, `${interval} min`, calendar ? 'DE' : 'none', (falseOnHolidays / count).toFixed(2), (falseAfter / count).toFixed(2),
          (falseOthers / otherWeeks).toFixed(2), share(0), share(1),
        ]);
      }
    }
  }
  console.log(markdown({
    title: 'Scores on public holidays',
    columns: ['business', 'interval', 'calendar', 'false, a holiday', 'the day after', 'a week of other days', 'half is found: holidays', 'other days'],
    rows,
  }));
}

void main();
