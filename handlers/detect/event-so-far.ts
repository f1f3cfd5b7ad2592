// SPDX-License-Identifier: Apache-2.0

import type { DetectorModel } from './detector-model';
import { addedUp, type IntervalOfSeries, readSums } from './event-sums';
import type { OngoingGroup } from './model-header';
import type { Observation } from './observation';
import { ANOMALOUS_SEVERITY, contributionsOf, directionOf, expectedInTotal, type MeasureGroup, newsAmong } from '../engine';
import type { DimensionContribution } from '../lookout/store';

/** From so many usual errors on a series counts in the contributions, though it was never anomalous by itself. */
const VISIBLE = 2;

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
  /** 1: values are too high, -1: too low. Of an event that goes both ways: what most of it does. */
  readonly direction: -1 | 1;
  /** Whether the total of all of the measure was anomalous in some interval. */
  readonly isWholeOff: boolean;
  readonly contributions: DimensionContribution[];
}

/**
 * The event that a group of the newest interval is of.
 * @param ongoing the group that it goes on; absent in the first interval, and where an earlier version of this library has kept no sums of it
 */
export function eventSoFar(model: DetectorModel, observation: Observation, group: MeasureGroup, ongoing?: OngoingGroup): EventSoFar {
  const { measure } = group;
  const { series: index, totals } = model;
  const before = ongoing?.sums;
  const interval = (group.totals.length > 0 ? asSummedUp : ofMeasure)(model, observation, measure);
  const all = totals.ofAll(measure);
  const isWholeOff = (observation.totals?.scores.severity[all] ?? 0) >= ANOMALOUS_SEVERITY || (before?.isWholeOff ?? false);
  if (before === undefined) {
    return { measure, sums: interval, series: group.series, totals: group.totals, direction: directionOfInterval(observation, group), isWholeOff, contributions: named(model, group.contributions) };
  }
  const sums = addedUp(readSums(before), interval);
  const measures = index.measures.length;
  const { values, expected, scale } = sums;
  const members = new Set([...ongoing!.members, ...group.series].map(number => Math.floor(number / measures)));
  const parts = Array.from(values, (value, combination) => ({ series: combination * measures + measure, deviation: value - expected[combination], isTold: members.has(combination) }));
  const off = [...new Set([...(ongoing!.totals ?? []).flatMap(id => totals.find(id) ?? []), ...group.totals])].map(total => {
    const combinations = totals.combinationsOf(total);
    const deviation = combinations.reduce((sum, combination) => sum + values[combination] - expected[combination], 0);
    const usual = combinations.reduce((sum, combination) => sum + expected[combination], 0);
    const error = combinations.reduce((sum, combination) => Math.hypot(sum, scale[combination]), 0);
    return { total, deviation, relative: deviation / Math.abs(usual), usualErrors: Math.abs(deviation) / error };
  }).sort((a, b) => b.usualErrors - a.usualErrors || a.total - b.total);
  const { news, summedUp } = newsAmong(off, parts, number => totals.totalsOf(number));
  const described = (combination: number): { deviation: number; dimensionValues: readonly string[] } => (
    { deviation: values[combination] - expected[combination], dimensionValues: index.combination(combination) });
  const isSummedUp = (combination: number): boolean => summedUp.has(combination * measures + measure);
  const involved = [...members].map(described);
  const visible: typeof involved = [];
  for (let combination = 0; combination < values.length; combination++) {
    if (members.has(combination)) continue;
    if (isSummedUp(combination)) involved.push(described(combination));
    else if (Math.abs(values[combination] - expected[combination]) >= VISIBLE * scale[combination] && scale[combination] > 0) visible.push(described(combination));
  }
  const direction = directionOf([...news, ...[...members].filter(combination => !isSummedUp(combination)).map(described)]);
  const net = involved.reduce((sum, { deviation }) => sum + deviation, 0);
  return {
    measure,
    sums,
    series: [...members].map(combination => combination * measures + measure),
    totals: news.map(({ total }) => total),
    direction: direction || (net < 0 ? -1 : 1),
    isWholeOff,
    contributions: named(model, index.dimensions.map((_, dimension) => ({ dimension, values: contributionsOf(involved, visible, dimension, direction) }))),
  };
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
