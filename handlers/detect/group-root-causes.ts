// SPDX-License-Identifier: Apache-2.0

import type { DetectorModel } from './detector-model';
import type { Observation } from './observation';
import { ANOMALOUS_SEVERITY, expectedInTotal, findRootCauses, type Leaves, type MeasureGroup } from '../engine';
import type { RootCauseRecord } from '../lookout/store';

/** Combinations kept of a group, and the share of the deviation that each must hold. */
const MOST_COMBINATIONS = 5;
const LEAST_SHARE = 0.05;

/** Share of the deviation that the combinations found must hold together; of less they are no explanation. */
const LEAST_EXPLAINED = 0.7;

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
 * The combinations of dimension values that explain a group in an interval. None without dimensions.
 *
 * They are searched among all series of the measure. What is found and has none of the group's series in it is chance. And where it holds only a
 * part of the deviation, as each series has a large noise of its own, the group's totals are told instead, or its series if they are few.
 */
export function rootCausesOf(model: DetectorModel, observation: Observation, group: MeasureGroup): RootCauseRecord[] {
  const { series } = model;
  if (series.dimensions.length === 0) return [];
  const ofTotals = group.totals.length > 0;
  const leaves = (ofTotals ? leavesOfTotals : leavesOfMeasure)(model, observation, group.measure);
  const found = searchedCauses(model, observation, group, leaves);
  const isExplained = found.reduce((sum, { share }) => sum + share, 0) >= LEAST_EXPLAINED && !leavesMuch(model, group, leaves, found);
  const instead = (): Cause[] => ofTotals
    ? totalsAsCauses(model, observation, explainingTotals(model, observation, group, leaves), leaves) : seriesAsCauses(model, observation, group);
  const told = isExplained ? [] : instead();
  return (told.length > 0 ? told : found).slice(0, MOST_COMBINATIONS).map(({ codes, share, consistency }) => ({
    dimensions: series.dimensions.flatMap((name, dimension) => (
      codes[dimension] < 0 ? [] : [{ name, value: series.values[dimension][codes[dimension]] }])),
    share: percent(share),
    consistency: percent(consistency),
  }));
}

/** The series of a measure, by combination of dimension values. */
function leavesOfMeasure({ series }: DetectorModel, { scores, values }: Observation, measure: number): MeasureLeaves {
  const measures = series.measures.length;
  const count = Math.floor(values.length / measures);
  const column = (of: Float64Array): Float64Array => {
    const entries = new Float64Array(count);
    for (let combination = 0; combination < count; combination++) entries[combination] = of[combination * measures + measure];
    return entries;
  };
  return {
    values: column(values),
    expected: column(scores.expected),
    scale: column(scores.scale),
    codes: series.codes.map(codes => codes.subarray(0, count)),
    cardinalities: series.values.map(known => known.length),
  };
}

/** The same as totals are made of them: a series without a value adds nothing, and is expected to add as much as it has values at all. */
function leavesOfTotals(model: DetectorModel, observation: Observation, measure: number): MeasureLeaves {
  const { scale, ...leaves } = leavesOfMeasure(model, observation, measure);
  const shares = leaves.values.map((_, combination) => model.shareOf(combination));
  const scored = observation.totals!;
  const expected = expectedInTotal(leaves.expected, shares, leaves.values, scored.scores.expected[model.totals.ofAll(measure)]);
  // what comes now and then errs by that too
  const byAbsence = (combination: number): number => {
    const [ifPresent, usual] = [leaves.expected[combination], expected[combination]];
    return Math.sqrt(Math.max(0, usual * (ifPresent - usual)));
  };
  return {
    ...leaves,
    values: leaves.values.map(value => Number.isNaN(value) ? 0 : value),
    expected,
    scale: scale.map((error, combination) => Math.hypot(error, byAbsence(combination))),
  };
}

/** The combinations that stand out among all series of the measure and are about what is told. */
function searchedCauses({ series }: DetectorModel, { scores, values, totals }: Observation, group: MeasureGroup, leaves: MeasureLeaves): Cause[] {
  const [[worst], [furthest]] = [group.series, group.totals];
  const isBelow = furthest === undefined ? values[worst] < scores.expected[worst] : totals!.values[furthest] < totals!.scores.expected[furthest];
  const direction = group.direction || (isBelow ? -1 : 1);
  const combinations = group.series.map(number => Math.floor(number / series.measures.length));
  const isTold = ({ codes }: Cause): boolean => combinations.some(combination => (
    codes.every((code, dimension) => code < 0 || series.code(combination, dimension) === code)));
  return findRootCauses(leaves, direction).filter(cause => cause.share >= LEAST_SHARE && (group.totals.length > 0 || isTold(cause)));
}

/**
 * Whether the rest of what the group's totals sum up deviates as all of it does, or nothing is left beside several causes: then they were picked
 * from the noise of what all of it has in common.
 */
function leavesMuch(
  { totals }: DetectorModel, group: MeasureGroup, { codes, values, expected }: MeasureLeaves, causes: readonly Cause[],
): boolean {
  const isIn = (cause: Cause, combination: number): boolean => (
    cause.codes.every((code, dimension) => code < 0 || codes[dimension][combination] === code));
  const summedUp = new Set(group.totals.flatMap(total => totals.combinationsOf(total)));
  const all = [...summedUp].filter(combination => !Number.isNaN(values[combination] - expected[combination]));
  const rest = all.filter(combination => !causes.some(cause => isIn(cause, combination)));
  if (rest.length === 0) return causes.length > 1;
  const relative = (combinations: readonly number[]): number => {
    const usual = combinations.reduce((sum, combination) => sum + expected[combination], 0);
    return combinations.reduce((sum, combination) => sum + values[combination] - expected[combination], 0) / usual;
  };
  return relative(rest) / relative(all) > ALIKE;
}

/**
 * The totals that explain what the group tells: those that it tells, or else all of the measure where they hold only a part of its deviation and what
 * lies beside them and the group's series deviates as they do. Of an event of everything the largest series may be told and the one total in
 * which there are few of them: the other totals are no news beside these series, and the event is theirs all the same.
 */
function explainingTotals(
  { series, totals }: DetectorModel, { totals: observed }: Observation, group: MeasureGroup, { values, expected }: MeasureLeaves,
): readonly number[] {
  const all = totals.ofAll(group.measure);
  const scores = observed!.scores;
  if (group.totals.includes(all) || !(scores.severity[all] >= ANOMALOUS_SEVERITY)) return group.totals;
  const combinations = totals.combinationsOf(all).filter(combination => !Number.isNaN(values[combination] - expected[combination]));
  const sums = (of: readonly number[]): { readonly deviation: number; readonly usual: number } => ({
    deviation: of.reduce((sum, combination) => sum + values[combination] - expected[combination], 0),
    usual: of.reduce((sum, combination) => sum + expected[combination], 0),
  });
  const inTotals = new Set(group.totals.flatMap(total => totals.combinationsOf(total)));
  const alone = new Set(group.series.map(number => Math.floor(number / series.measures.length)));
  const whole = sums(combinations);
  const told = sums(combinations.filter(combination => inTotals.has(combination)));
  const beside = sums(combinations.filter(combination => !inTotals.has(combination) && !alone.has(combination)));
  const isPart = told.deviation / whole.deviation < LEAST_EXPLAINED;
  const isAlike = beside.deviation / beside.usual / (told.deviation / told.usual) > ALIKE;
  return isPart && isAlike ? [all] : group.totals;
}

function totalsAsCauses(
  { series, totals }: DetectorModel, { totals: observed }: Observation, told: readonly number[], { values, expected }: MeasureLeaves,
): Cause[] {
  return shared(told.map(total => {
    const deviation = observed!.values[total] - observed!.scores.expected[total];
    const relative = deviation / observed!.scores.expected[total];
    const summedUp = totals.combinationsOf(total).filter(combination => !Number.isNaN(values[combination] - expected[combination]));
    const alike = summedUp.filter(combination => (values[combination] / expected[combination] - 1) / relative > ALIKE);
    const { dimensions } = totals.describe(total);
    return {
      codes: series.dimensions.map((name, dimension) => {
        const named = dimensions.find(each => each.name === name);
        return named === undefined ? -1 : series.codeOf(dimension, named.value);
      }),
      deviation,
      consistency: summedUp.length === 0 ? 0 : alike.length / summedUp.length,
    };
  }));
}

/** The group's series, if they are few. */
function seriesAsCauses({ series }: DetectorModel, { scores, values }: Observation, group: MeasureGroup): Cause[] {
  if (group.series.length > MOST_COMBINATIONS) return [];
  return shared(group.series.map(number => ({
    codes: series.dimensions.map((_, dimension) => series.code(Math.floor(number / series.measures.length), dimension)),
    deviation: values[number] - scores.expected[number],
    consistency: 1,
  })));
}

/** Gives each cause its share of all their deviation; most of it first. */
function shared(causes: readonly (Omit<Cause, 'share'> & { readonly deviation: number })[]): Cause[] {
  const unit = causes.reduce((most, { deviation }) => Math.max(most, Math.abs(deviation)), Number.MIN_VALUE);
  const sum = causes.reduce((total, { deviation }) => total + Math.abs(deviation) / unit, 0);
  return causes.map(({ codes, deviation, consistency }) => ({ codes, consistency, share: Math.abs(deviation) / unit / sum }))
    .sort((a, b) => b.share - a.share);
}

function percent(share: number): number {
  return Math.round(10_000 * share) / 100;
}
