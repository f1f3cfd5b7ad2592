// SPDX-License-Identifier: Apache-2.0

import type { DetectorOutput, LabelledSeries } from './labelled-series';

/** Anomalous points that are at most this many intervals apart are one run. */
const RUN_GAP = 3;
/** A run this many intervals beside an event still belongs to it. */
const TOLERANCE = 3;
const WEEK_SECONDS = 7 * 86_400;

/** Counts over all series of a set. */
export interface EventCounts {
  readonly events: number;
  readonly foundEvents: number;
  readonly runs: number;
  /** Runs that touch no event. */
  readonly falseRuns: number;
  readonly seriesWeeks: number;
}

/** The usual ratios; 0 where nothing is there to divide. */
export interface EventQuality {
  readonly f1: number;
  readonly precision: number;
  readonly recall: number;
  readonly falseAlertsPerSeriesWeek: number;
}

/** Successive anomalous points: first and last interval (inclusive). */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/**
 * Runs of the intervals for which `anomalous` holds.
 * @param gap most intervals between two anomalous ones of a run, the later one counted
 */
export function runsOf(from: number, length: number, anomalous: (interval: number) => boolean, gap = RUN_GAP): Run[] {
  const runs: { first: number; last: number }[] = [];
  for (let interval = from; interval < length; interval++) {
    if (!anomalous(interval)) continue;
    const newest = runs.at(-1);
    if (newest && interval - newest.last <= gap) newest.last = interval;
    else runs.push({ first: interval, last: interval });
  }
  return runs;
}

/** Whether a run meets one of the events. */
export function meets(run: Run, events: readonly Run[]): boolean {
  return events.some(event => run.first <= event.last + TOLERANCE && run.last >= event.first - TOLERANCE);
}

/**
 * Counts events and runs. An event counts once, an event or a run that ends before `scoredFrom` not at all.
 * @param anomalous whether an interval of a series is reported
 */
export function countEvents(set: readonly LabelledSeries[], anomalous: (series: number, interval: number) => boolean): EventCounts {
  const counts = { events: 0, foundEvents: 0, runs: 0, falseRuns: 0, seriesWeeks: 0 };
  set.forEach((series, index) => {
    const { length } = series.values;
    const runs = runsOf(series.scoredFrom, length, interval => anomalous(index, interval));
    const events = series.events.filter(({ last }) => last >= series.scoredFrom);
    counts.events += events.length;
    counts.foundEvents += events.filter(event => meets(event, runs)).length;
    counts.runs += runs.length;
    counts.falseRuns += runs.filter(run => !meets(run, series.events)).length;
    counts.seriesWeeks += (length - series.scoredFrom) * series.intervalSeconds / WEEK_SECONDS;
  });
  return counts;
}

/** Precision counts runs, recall counts events. */
export function qualityOf({ events, foundEvents, runs, falseRuns, seriesWeeks }: EventCounts): EventQuality {
  const precision = runs > 0 ? 1 - falseRuns / runs : 0;
  const recall = events > 0 ? foundEvents / events : 0;
  const f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
  return { f1, precision, recall, falseAlertsPerSeriesWeek: seriesWeeks > 0 ? falseRuns / seriesWeeks : 0 };
}

/**
 * Quality at thresholds that leave ever more points of the whole set anomalous, 5 % more each time, for the best global threshold and for budgets
 * of false alerts.
 * @param by what the thresholds are of
 */
export function thresholdCurve(set: readonly LabelledSeries[], outputs: readonly DetectorOutput[], by: 'score' | 'severity' = 'score'): EventQuality[] {
  const scored = set.map((series, index) => outputs[index]![by].subarray(series.scoredFrom));
  const pool = new Float64Array(scored.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of scored) {
    pool.set(part, place);
    place += part.length;
  }
  pool.sort();
  const thresholds = new Set<number>();
  for (let rank = 1; rank < pool.length / 4; rank *= 1.05) thresholds.add(pool[pool.length - Math.ceil(rank)]!);
  return [...thresholds].filter(threshold => threshold > 0)
    .map(threshold => qualityOf(countEvents(set, (series, interval) => outputs[series]![by][interval]! >= threshold)));
}

/** Highest recall of the curve with at most so many false alerts a series and week. */
export function recallWithin(curve: readonly EventQuality[], falseAlertsPerSeriesWeek: number): number {
  return Math.max(0, ...curve.filter(quality => quality.falseAlertsPerSeriesWeek <= falseAlertsPerSeriesWeek).map(({ recall }) => recall));
}

/**
 * Probability that a run at an event has a higher severity than a false one (area under the ROC curve; ties count half).
 * @param least severity from which on points form runs
 * @returns NaN where there are no true or no false runs
 */
export function severityArea(set: readonly LabelledSeries[], outputs: readonly DetectorOutput[], least: number): number {
  const right: number[] = [];
  const wrong: number[] = [];
  set.forEach((series, index) => {
    const { severity } = outputs[index]!;
    for (const run of runsOf(series.scoredFrom, severity.length, interval => severity[interval]! >= least)) {
      const highest = severity.subarray(run.first, run.last + 1).reduce((a, b) => Math.max(a, b));
      (meets(run, series.events) ? right : wrong).push(highest);
    }
  });
  let above = 0;
  for (const high of right) {
    for (const low of wrong) above += high > low ? 1 : high === low ? 0.5 : 0;
  }
  return above / (right.length * wrong.length);
}
