// SPDX-License-Identifier: Apache-2.0

import { type BusinessDay, businessDays, germanHoliday } from './business-series';
import { BUSINESSES } from './businesses';
import { WeekdayScore } from './weekday-score';
import { ANOMALOUS_SEVERITY, DetectionModel, HolidayCalendar } from '../../handlers/engine';
import { derivedSeed, seededRandom } from '../../local/sample/random';
import type { Table } from '../table';

const DAY_SECONDS = 86_400;
/** A Monday, 2020-01-06, in days since 1970. */
const FIRST = 18_267;
const DAYS = 4 * 365 + 1;
const SERIES = 40;
/** Days that each period begins with: everyone has learned the weekdays before the first. */
const PERIODS = [['year 1, from day 120', 120], ['year 2', 365], ['years 3, 4', 730]] as const;

/** Says of each series whether a day is an anomaly; days come in order. */
type DailyDetector = (day: number, values: Float64Array) => (series: number) => boolean;

const DETECTORS: readonly { readonly name: string; readonly make: () => DailyDetector }[] = [
  { name: 'weekday z-score', make: weekdayScores },
  { name: 'engine', make: () => engine() },
  { name: 'engine, holidays', make: () => engine(germanHolidays()) },
];

interface Counts {
  days: number;
  falseAlerts: number;
  anomalies: number;
  found: number;
}

/** Daily business figures: false alerts and anomalies found, beside what people write by hand. */
export function dailyTable(seed = 20_261): Table {
  const rows = BUSINESSES.flatMap(business => {
    const series = Array.from({ length: SERIES }, (_, index) => (
      [...businessDays(business, FIRST, DAYS, seededRandom(derivedSeed(seed, business.name, index)))]));
    return DETECTORS.map(({ name, make }) => [business.name, name, ...measured(series, make()).map(shown)]);
  });
  return {
    title: 'Daily figures of a business',
    note: `False alerts a series and year, and the share of the true anomalies that is found: ${SERIES} series of each business, ${DAYS} days, an anomaly `
      + 'every 120 days. The z-score is against the same weekdays of ten weeks; "holidays" knows those of Germany.',
    columns: ['business', 'detector', ...PERIODS.map(([name]) => name)],
    rows,
  };
}

function measured(series: readonly (readonly BusinessDay[])[], detect: DailyDetector): Counts[] {
  const counts = PERIODS.map(() => ({ days: 0, falseAlerts: 0, anomalies: 0, found: 0 }));
  for (let day = 0; day < DAYS; day++) {
    const isAnomaly = detect(FIRST + day, Float64Array.from(series, days => days[day]!.value));
    const period = counts[PERIODS.findLastIndex(([, begins]) => begins <= day)];
    if (period === undefined) continue;
    for (const [index, days] of series.entries()) {
      period.days += 1;
      if (days[day]!.anomalous) {
        period.anomalies += 1;
        if (isAnomaly(index)) period.found += 1;
      } else if (isAnomaly(index)) {
        period.falseAlerts += 1;
      }
    }
  }
  return counts;
}

function shown({ days, falseAlerts, anomalies, found }: Counts): string {
  return `${(falseAlerts / days * 365).toFixed(2)}, ${(100 * found / anomalies).toFixed(0)} %`;
}

function weekdayScores(): DailyDetector {
  const scores = Array.from({ length: SERIES }, () => new WeekdayScore());
  return (day, values) => {
    const anomalies = scores.map((score, series) => score.observe(day, values[series]!));
    return series => anomalies[series]!;
  };
}

function engine(holidays?: HolidayCalendar): DailyDetector {
  const model = new DetectionModel({ intervalSeconds: DAY_SECONDS }, SERIES, holidays);
  return (day, values) => {
    const { severity } = model.observe(day * DAY_SECONDS, values);
    return series => severity[series]! >= ANOMALOUS_SEVERITY;
  };
}

/** One more month at either end: the days before and after a holiday, and the working days of a month, ask for it. */
function germanHolidays(): HolidayCalendar {
  const days = Array.from({ length: DAYS + 62 }, (_, index) => FIRST - 31 + index);
  return new HolidayCalendar(days.flatMap(day => {
    const identity = germanHoliday(day);
    return identity === undefined ? [] : [{ day, identity }];
  }));
}
