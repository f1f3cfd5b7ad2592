// SPDX-License-Identifier: Apache-2.0

import type { EventSoFar } from './event-so-far';
import { findRootCauses, type Leaves } from '../../engine';
import type { SeriesIndex } from '../../input/series-index';
import type { RootCauseRecord } from '../../lookout/store';
import type { DetectorModel } from '../model/detector-model';

/** Combinations kept of a group, and the share of the deviation that each must hold. */
const MOST_COMBINATIONS = 5;
const LEAST_SHARE = 0.05;

/** Share of the deviation that the combinations found must hold together; of less they are no explanation. */
const LEAST_EXPLAINED = 0.7;

/** From so many usual errors on what the rest of a measure deviates is a part of the event. */
const NO_CHANCE = 1;

/** Share of a total's deviation from which on it is that of one dimension value. */
const NEARLY_ALL = 0.9;

/** A series deviates as its total does from so much of the total's share on. */
const ALIKE = 0.5;

/** The series of a measure, with their usual errors. */
type MeasureLeaves = Required<Leaves>;

/** A cause of a group: its dimension values, by code; -1 stands for any. */
interface Cause {
  readonly codes: readonly number[];
  /** 0-1 */
  readonly share: number;
  readonly consistency: number;
}

/**
 * The combinations of dimension values that explain an event. None without dimensions.
 *
 * They are searched among all series of the measure. What is found and has none of the group's series in it is chance. And where it holds only a
 * part of the deviation, as each series has a large noise of its own, the group's totals are told instead, or its series if they are few.
 */
export function rootCausesOf(model: DetectorModel, event: EventSoFar): RootCauseRecord[] {
  const { series } = model;
  if (series.dimensions.length === 0) return [];
  const ofTotals = event.totals.length > 0;
  const leaves: MeasureLeaves = {
    ...event.sums,
    codes: series.codes.map(codes => codes.subarray(0, event.sums.values.length)),
    cardinalities: series.values.map(known => known.length),
  };
  const explains = (causes: readonly Cause[]): number => causes.reduce((sum, { share }) => sum + share, 0);
  const found = searchedCauses(model, event, leaves);
  const isExplained = explains(found) >= LEAST_EXPLAINED && !leavesMuch(model, event, leaves, found);
  const instead = (): Cause[] => ofTotals ? totalsAsCauses(model, event, explainingTotals(model, event)) : seriesAsCauses(model, event);
  const told = isExplained ? [] : instead();
  return (told.length > 0 && explains(told) >= explains(found) ? told : found).slice(0, MOST_COMBINATIONS).map(({ codes, share, consistency }) => ({
    dimensions: series.dimensions.flatMap((name, dimension) => (
      codes[dimension] < 0 ? [] : [{ name, value: series.values[dimension][codes[dimension]] }])),
    share: percent(share),
    consistency: percent(consistency),
  }));
}

/** The combinations that stand out among all series of the measure and are about what is told. */
function searchedCauses({ series }: DetectorModel, event: EventSoFar, leaves: MeasureLeaves): Cause[] {
  const combinations = event.series.map(number => Math.floor(number / series.measures.length));
  const isTold = ({ codes }: Cause): boolean => combinations.some(combination => (
    codes.every((code, dimension) => code < 0 || series.code(combination, dimension) === code)));
  return findRootCauses(leaves, event.direction).filter(cause => cause.share >= LEAST_SHARE && (event.totals.length > 0 || isTold(cause)));
}

/**
 * Whether the rest of what the group's totals sum up deviates as all of it does, or nothing is left beside several causes: then they were picked
 * from the noise of what all of it has in common.
 */
function leavesMuch(
  { totals }: DetectorModel, event: EventSoFar, { codes, values, expected }: MeasureLeaves, causes: readonly Cause[],
): boolean {
  const isIn = (cause: Cause, combination: number): boolean => (
    cause.codes.every((code, dimension) => code < 0 || codes[dimension][combination] === code));
  const summedUp = new Set(event.totals.flatMap(total => totals.combinationsOf(total)));
  const all = [...summedUp].filter(combination => !Number.isNaN(values[combination] - expected[combination]));
  const rest = all.filter(combination => !causes.some(cause => isIn(cause, combination)));
  if (rest.length === 0) return causes.length > 1;
  const relative = (combinations: readonly number[]): number => {
    const { deviation, usual } = sumOf(combinations, event);
    return deviation / usual;
  };
  return relative(rest) / relative(all) > ALIKE;
}

/**
 * The totals that explain what the group tells: those that it tells, or else all of the measure where they hold only a part of its deviation and what
 * lies beside them and the group's series deviates as they do. Of an event of everything the largest series may be told and the one total in
 * which there are few of them: the other totals are no news beside these series, and the event is theirs all the same.
 */
function explainingTotals({ series, totals }: DetectorModel, event: EventSoFar): readonly number[] {
  const { values, expected } = event.sums;
  const all = totals.ofAll(event.measure);
  if (event.totals.includes(all) || !event.isWholeOff) return event.totals;
  const combinations = totals.combinationsOf(all).filter(combination => !Number.isNaN(values[combination] - expected[combination]));
  const inTotals = new Set(event.totals.flatMap(total => totals.combinationsOf(total)));
  const alone = new Set(event.series.map(number => Math.floor(number / series.measures.length)));
  const whole = sumOf(combinations, event);
  const told = sumOf(combinations.filter(combination => inTotals.has(combination)), event);
  const beside = sumOf(combinations.filter(combination => !inTotals.has(combination) && !alone.has(combination)), event);
  const isPart = told.deviation / whole.deviation < LEAST_EXPLAINED;
  const isAlike = beside.deviation / beside.usual / (told.deviation / told.usual) > ALIKE;
  return isPart && isAlike ? [all] : event.totals;
}

function totalsAsCauses(model: DetectorModel, event: EventSoFar, told: readonly number[]): Cause[] {
  const { series, totals } = model;
  const { values, expected } = event.sums;
  return shared(model, event, told.map(total => {
    let summedUp = totals.combinationsOf(total).filter(combination => !Number.isNaN(values[combination] - expected[combination]));
    const { dimensions } = totals.describe(total);
    const codes = series.dimensions.map((name, dimension) => {
      const named = dimensions.find(each => each.name === name);
      if (named !== undefined) return series.codeOf(dimension, named.value);
      const code = valueOfNearlyAll(series, dimension, summedUp, event);
      if (code >= 0) summedUp = summedUp.filter(combination => series.code(combination, dimension) === code);
      return code;
    });
    const whole = sumOf(summedUp, event);
    const relative = whole.deviation / whole.usual;
    const alike = summedUp.filter(combination => (values[combination] / expected[combination] - 1) / relative > ALIKE);
    return { codes, deviation: whole.deviation, consistency: summedUp.length === 0 ? 0 : alike.length / summedUp.length };
  }));
}

/** What combinations are off by together, and what is expected of them. */
interface Sum {
  deviation: number;
  usual: number;
}

function sumOf(combinations: readonly number[], { sums: { values, expected } }: EventSoFar): Sum {
  const sum = { deviation: 0, usual: 0 };
  for (const combination of combinations) {
    sum.deviation += values[combination] - expected[combination];
    sum.usual += expected[combination];
  }
  return sum;
}

/** The value of a dimension with which nearly all that combinations are off by lies, and nothing of the kind beside that; -1 where there is none. */
function valueOfNearlyAll(series: SeriesIndex, dimension: number, combinations: readonly number[], event: EventSoFar): number {
  const { values, expected } = event.sums;
  const whole = sumOf(combinations, event);
  // in one pass: a dimension may have as many values as there are combinations
  const byCode = new Map<number, Sum>();
  for (const combination of combinations) {
    const code = series.code(combination, dimension);
    let sum = byCode.get(code);
    if (sum === undefined) byCode.set(code, sum = { deviation: 0, usual: 0 });
    sum.deviation += values[combination] - expected[combination];
    sum.usual += expected[combination];
  }
  for (const [code, within] of byCode) {
    const beside = (whole.deviation - within.deviation) / (whole.usual - within.usual);
    const isAlike = beside / (whole.deviation / whole.usual) > ALIKE;
    if (byCode.size > 1 && within.deviation / whole.deviation >= NEARLY_ALL && !isAlike) return code;
  }
  return -1;
}

/** The event's series, if they are few. */
function seriesAsCauses(model: DetectorModel, event: EventSoFar): Cause[] {
  const { series } = model;
  if (event.series.length > MOST_COMBINATIONS) return [];
  const { values, expected } = event.sums;
  return shared(model, event, event.series.map(number => {
    const combination = Math.floor(number / series.measures.length);
    return {
      codes: series.dimensions.map((_, dimension) => series.code(combination, dimension)),
      deviation: values[combination] - expected[combination],
      consistency: 1,
    };
  }));
}

/** Gives each cause its share of the deviation: of theirs, and of what the rest of the measure deviates beyond chance; most of it first. */
function shared({ series }: DetectorModel, event: EventSoFar, causes: readonly (Omit<Cause, 'share'> & { readonly deviation: number })[]): Cause[] {
  const { sums: { values, expected, scale }, direction } = event;
  const unit = values.reduce((most, value, leaf) => Math.max(most, Math.abs(value - expected[leaf]) || 0), Number.MIN_VALUE);
  let [rest, error] = [0, 0];
  for (let leaf = 0; leaf < values.length; leaf++) {
    const deviation = direction * (values[leaf] - expected[leaf]) / unit;
    const isTold = causes.some(({ codes }) => codes.every((code, dimension) => code < 0 || series.code(leaf, dimension) === code));
    if (isTold || Number.isNaN(deviation)) continue;
    rest += deviation;
    error = Math.hypot(error, scale[leaf] / unit || 0);
  }
  const ofCauses = causes.reduce((total, { deviation }) => total + Math.abs(deviation) / unit, 0);
  const whole = ofCauses + (rest > NO_CHANCE * error ? rest : 0);
  return causes.map(({ codes, deviation, consistency }) => ({ codes, consistency, share: Math.abs(deviation) / unit / whole }))
    .sort((a, b) => b.share - a.share);
}

function percent(share: number): number {
  return Math.round(10_000 * share) / 100;
}
