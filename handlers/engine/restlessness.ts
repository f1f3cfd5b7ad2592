import type { Calendar } from './calendar';
import type { SeriesState } from './series-state';
import { ANOMALOUS_SCORE } from './severity';

const { min } = Math;

/**
 * Anomalies a day (of daily data: of twenty days) that a series may have before they are taken for its nature. Samples with plenty of true
 * anomalies have 0.12 a day and series.
 */
const TOLERATED = { perDay: 0.5, perDailyInterval: 0.05 };
/** Days (of daily data: intervals) over which anomalies are counted. */
const MEMORY = { days: 10, dailyIntervals: 60 };
/** How much larger than its usual anomalies one must be that a restless series is still called anomalous for. */
const STANDS_OUT = 1.5;
const SIZE_GAIN = 0.1;
/** An anomaly is forgotten altogether when so little of it is left. */
const FORGOTTEN = 1e-6;

/** How often anomalies may begin in a series, and how fast that is learned, per interval. */
export interface RestlessnessLimits {
  readonly tolerated: number;
  readonly gain: number;
}

export function restlessnessLimits(calendar: Calendar): RestlessnessLimits {
  if (calendar.weekSlots === 0) return { tolerated: TOLERATED.perDailyInterval, gain: 1 / MEMORY.dailyIntervals };
  return { tolerated: TOLERATED.perDay / calendar.cycleSlots, gain: 1 / (MEMORY.days * calendar.cycleSlots) };
}

/**
 * Scale below which errors of a restless series do not count: 0 for a series that is not. Series that are nearly always zero with a sale
 * now and then, or that spike many times a week, have no scale that fits both states; what they always do is not news.
 */
export function restlessScale(state: SeriesState, series: number, limits: RestlessnessLimits): number {
  const excess = state.unrest[series]! / limits.tolerated - 1;
  return excess > 0 ? min(1, excess) * STANDS_OUT / ANOMALOUS_SCORE * state.anomalySize[series]! : 0;
}

/** Learns an interval. `size` is the absolute error where an anomaly begins, by the scale without regard to restlessness; otherwise 0. */
export function learnRestlessness(state: SeriesState, series: number, size: number, limits: RestlessnessLimits): void {
  const { unrest, anomalySize } = state;
  const restless = unrest[series]! + limits.gain * ((size > 0 ? 1 : 0) - unrest[series]!);
  unrest[series] = restless < FORGOTTEN ? 0 : restless;
  if (size > 0) {
    const usual = anomalySize[series]!;
    anomalySize[series] = usual > 0 ? usual + SIZE_GAIN * min(usual, size - usual) : size;
  }
}
