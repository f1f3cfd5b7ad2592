// SPDX-License-Identifier: Apache-2.0

import type { DetectorModel } from './detector-model';
import type { Observation } from './observation';
import { findRootCauses, type MeasureGroup } from '../engine';
import type { RootCauseRecord } from '../lookout/store';

/** Combinations kept of a group, and the share of the deviation that each must hold. */
const MOST_COMBINATIONS = 5;
const LEAST_SHARE = 0.05;

/** Share of the deviation that the combinations found must hold together; of less they are no explanation. */
const LEAST_EXPLAINED = 0.7;

/** Share of its intervals with a value from which on a series without one has fallen to nothing, as far as a total is concerned. */
const REGULAR = 0.75;

/** A series deviates as its total does from so much of the total's share on. */
const ALIKE = 0.5;

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
  const found = searchedCauses(model, observation, group);
  const isExplained = found.reduce((sum, { share }) => sum + share, 0) >= LEAST_EXPLAINED;
  const told = isExplained ? [] : group.totals.length > 0 ? totalsAsCauses(model, observation, group) : seriesAsCauses(model, observation, group);
  return (told.length > 0 ? told : found).slice(0, MOST_COMBINATIONS).map(({ codes, share, consistency }) => ({
    dimensions: series.dimensions.flatMap((name, dimension) => (
      codes[dimension] < 0 ? [] : [{ name, value: series.values[dimension][codes[dimension]] }])),
    share: percent(share),
    consistency: percent(consistency),
  }));
}

/** The combinations that stand out among all series of the measure and are about what is told. */
function searchedCauses(model: DetectorModel, { scores, values, totals }: Observation, group: MeasureGroup): Cause[] {
  const { series } = model;
  const measures = series.measures.length;
  const count = Math.floor(values.length / measures);
  const column = (pick: (index: number) => number): Float64Array => {
    const entries = new Float64Array(count);
    for (let combination = 0; combination < count; combination++) entries[combination] = pick(combination * measures + group.measure);
    return entries;
  };
  const leaves = {
    values: column(index => group.totals.length > 0 ? summedValue(model, values, index) : values[index]),
    expected: column(index => scores.expected[index]),
    scale: column(index => scores.scale[index]),
    codes: series.codes.map(codes => codes.subarray(0, count)),
    cardinalities: series.values.map(known => known.length),
  };
  const [[worst], [furthest]] = [group.series, group.totals];
  const isBelow = furthest === undefined ? values[worst] < scores.expected[worst] : totals!.values[furthest] < totals!.scores.expected[furthest];
  const direction = group.direction || (isBelow ? -1 : 1);
  const combinations = group.series.map(number => Math.floor(number / measures));
  const isTold = ({ codes }: Cause): boolean => combinations.some(combination => (
    codes.every((code, dimension) => code < 0 || series.code(combination, dimension) === code)));
  return findRootCauses(leaves, direction).filter(cause => cause.share >= LEAST_SHARE && (group.totals.length > 0 || isTold(cause)));
}

/** What a series adds to its totals; NaN when it is none that always has a value, and has none. */
function summedValue(model: DetectorModel, values: Float64Array, number: number): number {
  if (!Number.isNaN(values[number])) return values[number];
  return model.shareOf(Math.floor(number / model.series.measures.length)) >= REGULAR ? 0 : NaN;
}

function totalsAsCauses(model: DetectorModel, { scores, values, totals: observed }: Observation, group: MeasureGroup): Cause[] {
  const { series, totals } = model;
  const all: number[] = [];
  for (let number = group.measure; number < values.length; number += series.measures.length) {
    if (!Number.isNaN(summedValue(model, values, number) - scores.expected[number])) all.push(number);
  }
  return shared(group.totals.map(total => {
    const deviation = observed!.values[total] - observed!.scores.expected[total];
    const relative = deviation / observed!.scores.expected[total];
    const summedUp = all.filter(number => totals.includes(total, Math.floor(number / series.measures.length)));
    const alike = summedUp.filter(number => (summedValue(model, values, number) / scores.expected[number] - 1) / relative > ALIKE);
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
