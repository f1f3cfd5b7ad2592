// SPDX-License-Identifier: Apache-2.0

import { addedUp, type IntervalOfSeries, isAnother, readSums, usualErrors, writtenSums } from './event-sums';
import { ANOMALOUS_SEVERITY, contributionsOf, type Deviation, directionOf, expectedInTotal, type MeasureGroup, newsAmong } from '../../engine';
import type { DimensionContribution } from '../../lookout/store';
import type { DetectorModel } from '../model/detector-model';
import type { OngoingGroup, WrittenEvent } from '../model/model-header';
import type { Observation } from '../model/observation';

/** From so many usual errors on a series counts in the contributions, though it was never anomalous by itself. */
const VISIBLE = 2;

/** An interval is much more severe than those before when so many times as much was left to 100. */
const MUCH_MORE_SEVERE = 3;

/** An event from its first interval to its newest: what explains it is looked for in all of them together. */
export interface EventSoFar {
  /** Index of the measure. */
  readonly measure: number;
  /** By combination of dimension values: the series of the measure, over all intervals. */
  readonly sums: IntervalOfSeries;
  /** Numbers of the series that were anomalous in some interval. */
  readonly series: readonly number[];
  /** Numbers of the totals that were and that these series do not explain, the furthest off first. */
  readonly totals: readonly number[];
  /** Numbers of all totals that were anomalous in some interval. */
  readonly allTotals: readonly number[];
  /** 1: values are too high, -1: too low. Of an event that goes both ways: what most of it does. */
  readonly direction: -1 | 1;
  /** Whether the total of all of the measure was anomalous in some interval. */
  readonly isWholeOff: boolean;
  readonly contributions: DimensionContribution[];
}

/**
 * The event that a group of the newest interval is of.
 * @param ongoing the group that it goes on; absent in the first interval. Where an earlier version of this library has kept nothing of its intervals, the event
 *   begins with this one.
 */
export function eventSoFar(model: DetectorModel, observation: Observation, group: MeasureGroup, ongoing?: OngoingGroup): EventSoFar {
  const { measure } = group;
  const { totals } = model;
  const directionNow = directionOfInterval(observation, group);
  const interval = withNewSeries((group.totals.length > 0 ? asSummedUp : ofMeasure)(model, observation, measure), directionNow, group.newcomers.map(
    series => Math.floor(series / model.series.measures.length)));
  const isWholeOff = (observation.totals?.scores.severity[totals.ofAll(measure)] ?? 0) >= ANOMALOUS_SEVERITY;
  const known = ongoing?.event;
  const before = known && readSums(known);
  if (before === undefined || isEventOfItsOwn(before, interval, group.severity, ongoing!.peak)) {
    return {
      measure,
      sums: interval,
      series: group.series,
      totals: group.totals,
      allTotals: group.totals,
      direction: directionNow,
      isWholeOff,
      contributions: named(model, group.contributions),
    };
  }
  const soFar = {
    measure,
    sums: addedUp(before, interval),
    series: [...new Set([...known!.series, ...group.series])],
    allTotals: [...new Set([...known!.totals.flatMap(id => totals.find(id) ?? []), ...group.totals])],
    isWholeOff: isWholeOff || known!.isWholeOff,
  };
  return { ...soFar, ...explainedTogether(model, soFar) };
}

/** Which totals are news in all intervals together, and what each dimension value contributes to them. */
function explainedTogether(
  model: DetectorModel, { measure, sums, series, allTotals }: Pick<EventSoFar, 'measure' | 'sums' | 'series' | 'allTotals'>,
): Pick<EventSoFar, 'totals' | 'direction' | 'contributions'> {
  const { series: index, totals } = model;
  const { values, expected } = sums;
  const measures = index.measures.length;
  const deviationOf = (combination: number): number => values[combination] - expected[combination] || 0;
  const described = (combination: number): Deviation => ({ deviation: deviationOf(combination), dimensionValues: index.combination(combination) });
  const members = series.map(number => Math.floor(number / measures));
  const isMember = new Set(members);
  const parts = {
    series: Int32Array.from(values, (_, combination) => combination * measures + measure),
    deviation: values.map((_, combination) => deviationOf(combination)),
    isTold: Uint8Array.from(values, (_, combination) => isMember.has(combination) ? 1 : 0),
  };
  const off = allTotals.map(total => {
    const combinations = totals.combinationsOf(total);
    const deviation = combinations.reduce((sum, combination) => sum + deviationOf(combination), 0);
    const usual = combinations.reduce((sum, combination) => sum + (expected[combination] || 0), 0);
    return { total, deviation, relative: deviation / Math.abs(usual) };
  }).sort((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation) || a.total - b.total);
  const { news, summedUp } = newsAmong(off, parts, totals.ofSeries());
  const involved = members.map(described);
  const visible: Deviation[] = [];
  for (let combination = 0; combination < values.length; combination++) {
    if (isMember.has(combination)) continue;
    if (summedUp[parts.series[combination]] === 1) involved.push(described(combination));
    else if (Math.abs(usualErrors(sums, combination)) >= VISIBLE) visible.push(described(combination));
  }
  const direction = directionOf([...news, ...members.filter(combination => summedUp[parts.series[combination]] !== 1).map(described)]);
  const net = involved.reduce((sum, { deviation }) => sum + deviation, 0);
  return {
    totals: news.map(({ total }) => total),
    direction: direction || (net < 0 ? -1 : 1),
    contributions: named(model, index.dimensions.map((_, dimension) => (
      { dimension, values: contributionsOf(involved, visible, dimension, direction) }))),
  };
}

/** For `eventSoFar` in the next interval. */
export function writtenEvent({ sums, series, allTotals, isWholeOff }: EventSoFar, { totals }: DetectorModel): WrittenEvent {
  return { ...writtenSums(sums), series, totals: allTotals.map(total => totals.timeSeriesId(total)), isWholeOff };
}

/**
 * Whether an interval is no part of the event before: it is much more severe, and other series are off. Among thousands of series some is anomalous by chance
 * for hours, and then comes an event; what is told is that event.
 */
function isEventOfItsOwn(before: IntervalOfSeries, interval: IntervalOfSeries, severity: number, peak: number): boolean {
  return MUCH_MORE_SEVERE * (100 - severity) < 100 - peak && isAnother(before, interval);
}

function named({ series: { dimensions } }: DetectorModel, contributions: MeasureGroup['contributions']): DimensionContribution[] {
  return contributions.map(({ dimension, values }) => ({ dimension: dimensions[dimension], values }));
}

function directionOfInterval({ scores, values, totals }: Observation, group: MeasureGroup): -1 | 1 {
  const [[worst], [furthest]] = [group.series, group.totals];
  const isBelow = furthest === undefined ? values[worst] < scores.expected[worst] : totals!.values[furthest] < totals!.scores.expected[furthest];
  return group.direction || (isBelow ? -1 : 1);
}

/** The series of a measure in an interval. */
function ofMeasure({ series }: DetectorModel, { scores, values }: Observation, measure: number): IntervalOfSeries {
  const measures = series.measures.length;
  const count = Math.floor(values.length / measures);
  const column = (of: Float64Array): Float64Array => {
    const entries = new Float64Array(count);
    for (let combination = 0; combination < count; combination++) entries[combination] = of[combination * measures + measure];
    return entries;
  };
  return { values: column(values), expected: column(scores.expected), scale: column(scores.scale) };
}

/**
 * Nothing was expected of series that are too new for a score: of those that the totals tell of, and of all whose values go against the event. What the old
 * version of an app loses is where the new one has it, and not lost by all of the measure.
 * @param told combinations of the new series that the totals tell of
 */
function withNewSeries({ values, expected, scale }: IntervalOfSeries, direction: -1 | 1, told: readonly number[]): IntervalOfSeries {
  const isTold = new Set(told);
  const isCounted = values.map((value, combination) => (
    Number.isNaN(expected[combination]) && (isTold.has(combination) || direction * value < 0) ? 1 : 0));
  const orNothing = (column: Float64Array): Float64Array => column.map((number, combination) => isCounted[combination] === 1 ? 0 : number);
  return { values, expected: orNothing(expected), scale: orNothing(scale) };
}

/** The same as totals are made of them: a series without a value adds nothing, and is expected to add as much as it has values at all. */
function asSummedUp(model: DetectorModel, observation: Observation, measure: number): IntervalOfSeries {
  const { scale, ...ofSeries } = ofMeasure(model, observation, measure);
  const shares = ofSeries.values.map((_, combination) => model.shareOf(combination));
  const expected = expectedInTotal(ofSeries.expected, shares, ofSeries.values, observation.totals!.scores.expected[model.totals.ofAll(measure)]);
  // what comes now and then errs by that too
  const byAbsence = (combination: number): number => {
    const [ifPresent, usual] = [ofSeries.expected[combination], expected[combination]];
    return Math.sqrt(Math.max(0, usual * (ifPresent - usual)));
  };
  return {
    values: ofSeries.values.map(value => Number.isNaN(value) ? 0 : value),
    expected,
    scale: scale.map((error, combination) => Math.hypot(error, byAbsence(combination))),
  };
}
