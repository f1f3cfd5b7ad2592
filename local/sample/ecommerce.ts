// SPDX-License-Identifier: Apache-2.0

/**
 * The published solution's ecommerce warehouse, made up: 3 platforms and 7 marketplaces, views and revenue, with anomalies whose places are
 * known. It follows the sample generator of Lookout for Metrics: each series has the shape of a day, a uniform noise, and anomalies.
 * The same options give the same data everywhere; more days go on from fewer.
 */
import { changes, PlannedAnomaly, planAnomalies } from './anomalies';
import { between, derivedSeed, seededRandom } from './random';
import { FREQUENCY_SECONDS, Frequency } from '../../src/private/contract';

/** What to make. */
export interface EcommerceOptions {
  /** Start of the first interval; on a boundary of the frequency in UTC. */
  readonly start: Date;
  readonly days: number;
  /** One row a series and interval, stamped with the interval's start. @default PT1H */
  readonly frequency?: Frequency;
  /** @default 1234 */
  readonly seed?: number;
  /** Chance that an anomaly of views (and with them of revenue) begins in an interval of a series. @default 0.005 */
  readonly anomalyProbability?: number;
  /** Chance that an anomaly of revenue alone begins in an interval of a series. @default 0 */
  readonly revenueAnomalyProbability?: number;
  /** Weekends are quieter. @default false */
  readonly weeklyPattern?: boolean;
  /** Relative growth in a year: 0.5 for half as much again, in a straight line. @default 0 */
  readonly growth?: number;
}

/** A measure of the warehouse. */
export type EcommerceMeasure = 'views' | 'revenue';

/**
 * One anomaly event in one measure of one series.
 *
 * Only what can be seen is labelled: an interval belongs to the event when the anomaly changed its stored value by at least
 * `LABELLED_CHANGE` times the noise. Values never fall below 0, so a drop in a quiet hour may be cut short; a drop that the floor swallowed
 * is no label, and what it swallowed at either end does not belong to the event.
 */
export interface AnomalyLabel {
  readonly measure: EcommerceMeasure;
  readonly platform: string;
  readonly marketplace: string;
  /** Start of the event's first interval. */
  readonly start: Date;
  /** End of the event's last interval, exclusive. */
  readonly end: Date;
  readonly direction: 'UP' | 'DOWN';
  /** Largest change of a stored value, in the measure's unit. */
  readonly size: number;
}

/** The warehouse's content. Values stand at `interval * series.length + series`. */
export interface EcommerceData {
  readonly frequency: Frequency;
  readonly start: Date;
  readonly intervals: number;
  readonly platforms: readonly string[];
  readonly marketplaces: readonly string[];
  /** Platform and marketplace of each series. */
  readonly series: readonly { readonly platform: string; readonly marketplace: string }[];
  readonly views: Int32Array;
  /** In hundredths. */
  readonly revenueCents: Int32Array;
  /** Views without noise and anomalies. Expected revenue is `REVENUE_PER_VIEW` times as much. */
  readonly expectedViews: Float64Array;
  /** In order of start. */
  readonly labels: readonly AnomalyLabel[];
}

/** Names as in the sample data of Lookout for Metrics. */
export const PLATFORMS = ['pc_web', 'mobile_web', 'mobile_app'] as const;
export const MARKETPLACES = ['us', 'uk', 'de', 'fr', 'es', 'it', 'jp'] as const;
export const REVENUE_PER_VIEW = 0.3;
/** Noise of views, in both directions. */
export const NOISE = 10;
/** A change of fewer times the noise is no label. */
export const LABELLED_CHANGE = 3;

const DAY_SECONDS = 86_400;
const YEAR_DAYS = 365;
/** Share of a working day's views, from Sunday to Saturday. */
const WEEK = [0.65, 1, 1, 1, 1, 0.95, 0.7];

/** Start of an interval. */
export function intervalStart(data: Pick<EcommerceData, 'start' | 'frequency'>, interval: number): Date {
  return new Date(data.start.getTime() + interval * FREQUENCY_SECONDS[data.frequency] * 1000);
}

function check(options: EcommerceOptions, frequency: Frequency): void {
  const seconds = FREQUENCY_SECONDS[frequency];
  if (seconds === undefined) throw new Error(`frequency: ${JSON.stringify(frequency)} is none of ${Object.keys(FREQUENCY_SECONDS).join(', ')}`);
  if (Number.isNaN(options.start.getTime()) || options.start.getTime() % (seconds * 1000) !== 0) {
    const found = Number.isNaN(options.start.getTime()) ? 'an invalid date' : options.start.toISOString();
    throw new Error(`start: ${found} is not the start of an interval of ${frequency}`);
  }
  if (!(options.days > 0) || options.days * DAY_SECONDS % seconds !== 0) {
    throw new Error(`days: ${options.days} is not a positive number of days that intervals of ${frequency} fill`);
  }
  for (const name of ['anomalyProbability', 'revenueAnomalyProbability'] as const) {
    const value = options[name] ?? 0;
    if (!(value >= 0 && value <= 1)) throw new Error(`${name}: ${value} is not between 0 and 1`);
  }
}

/** Views of a series without noise and anomalies. */
function expectedShape(options: EcommerceOptions, seed: number, secondsOfInterval: number): (interval: number) => number {
  const random = seededRandom(seed);
  const peak = between(random, 200, 400);
  const peakHour = between(random, 12, 21);
  const offset = between(random, 100, 200);
  return interval => {
    const seconds = interval * secondsOfInterval;
    const moment = new Date(options.start.getTime() + seconds * 1000);
    const hour = moment.getUTCHours() + moment.getUTCMinutes() / 60;
    // a whole day holds the mean of the cosine
    const wave = secondsOfInterval === DAY_SECONDS ? 0 : Math.cos((hour - peakHour) / 24 * 2 * Math.PI);
    const shape = offset + peak * (1 + wave) / 2;
    const week = options.weeklyPattern ? WEEK[moment.getUTCDay()] : 1;
    return shape * week * (1 + (options.growth ?? 0) * seconds / DAY_SECONDS / YEAR_DAYS);
  };
}

/** Makes the data. */
export function generateEcommerce(options: EcommerceOptions): EcommerceData {
  const frequency = options.frequency ?? 'PT1H';
  check(options, frequency);
  const seed = options.seed ?? 1234;
  const secondsOfInterval = FREQUENCY_SECONDS[frequency];
  const intervals = options.days * DAY_SECONDS / secondsOfInterval;
  const series = PLATFORMS.flatMap(platform => MARKETPLACES.map(marketplace => ({ platform, marketplace })));
  const count = series.length;
  const data = {
    frequency,
    start: options.start,
    intervals,
    platforms: PLATFORMS,
    marketplaces: MARKETPLACES,
    series,
    views: new Int32Array(intervals * count),
    revenueCents: new Int32Array(intervals * count),
    expectedViews: new Float64Array(intervals * count),
  };
  const labels: AnomalyLabel[] = [];

  series.forEach((dimensions, seriesIndex) => {
    const seedOf = (use: string) => derivedSeed(seed, use, seriesIndex);
    const expected = expectedShape(options, seedOf('shape'), secondsOfInterval);
    const noise = seededRandom(seedOf('noise'));
    const ofViews = planAnomalies(seedOf('views'), intervals, options.anomalyProbability ?? 0.005);
    const ofRevenue = planAnomalies(seedOf('revenue'), intervals, options.revenueAnomalyProbability ?? 0, REVENUE_PER_VIEW);
    const viewsChange = changes(ofViews, intervals);
    const revenueChange = changes(ofRevenue, intervals);
    // what the anomalies did to the stored values; revenue apart by the anomaly that did it
    const seenInViews = new Float64Array(intervals);
    const seenInRevenue = new Float64Array(intervals);
    const seenInRevenueAlone = new Float64Array(intervals);
    for (let interval = 0; interval < intervals; interval++) {
      const place = interval * count + seriesIndex;
      const base = expected(interval);
      const quiet = base + between(noise, -NOISE, NOISE);
      const quietViews = Math.max(0, Math.round(quiet));
      const views = Math.max(0, Math.round(quiet + viewsChange[interval]));
      const fromViews = Math.round(views * REVENUE_PER_VIEW * 100);
      const cents = Math.max(0, Math.round(fromViews + revenueChange[interval] * 100));
      data.expectedViews[place] = base;
      data.views[place] = views;
      data.revenueCents[place] = cents;
      seenInViews[interval] = views - quietViews;
      seenInRevenue[interval] = cents / 100 - Math.max(0, quietViews * REVENUE_PER_VIEW + revenueChange[interval]);
      seenInRevenueAlone[interval] = (cents - fromViews) / 100;
    }
    const label = (measure: EcommerceMeasure, planned: readonly PlannedAnomaly[], seen: Float64Array) => {
      const least = LABELLED_CHANGE * NOISE * (measure === 'views' ? 1 : REVENUE_PER_VIEW);
      for (const anomaly of planned) {
        const found = labelOf(data, anomaly, seen, least);
        if (found) labels.push({ measure, ...dimensions, ...found });
      }
    };
    label('views', ofViews, seenInViews);
    label('revenue', ofViews, seenInRevenue);
    label('revenue', ofRevenue, seenInRevenueAlone);
  });
  const order = (label: AnomalyLabel) => `${label.start.toISOString()} ${label.measure} ${label.platform} ${label.marketplace}`;
  return { ...data, labels: labels.sort((a, b) => (order(a) < order(b) ? -1 : 1)) };
}

/** What can be seen of an anomaly; undefined when nothing can. */
function labelOf(
  data: Pick<EcommerceData, 'start' | 'frequency'>, anomaly: PlannedAnomaly, seen: Float64Array, least: number,
): Pick<AnomalyLabel, 'start' | 'end' | 'direction' | 'size'> | undefined {
  const visible = Array.from({ length: anomaly.length }, (_, index) => anomaly.first + index).filter(index => Math.abs(seen[index]) >= least);
  if (visible.length === 0) return undefined;
  return {
    start: intervalStart(data, visible[0]),
    end: intervalStart(data, visible[visible.length - 1] + 1),
    direction: anomaly.change > 0 ? 'UP' : 'DOWN',
    size: Math.round(Math.max(...visible.map(index => Math.abs(seen[index]))) * 100) / 100,
  };
}
