// SPDX-License-Identifier: Apache-2.0

import type { SeriesIndex } from '../../input/series-index';

/** A value of a dimension, by code. */
type Value = readonly [dimension: number, code: number];

/** What is summed up: the time series of a measure that have these values, each of another dimension, in their order; without values all of the measure. */
export type Part = readonly Value[];

/** The part that is all of a measure: it comes first. */
export const ALL: Part = [];

/** Most values of a part. */
export const MOST_DIMENSIONS = 2;

/** Totals as a model's header has them. */
export interface WrittenTotals {
  readonly parts: readonly Part[];
  /** What the engine knows of them (`DetectionModel.serialize`), in base64. */
  readonly engine: string;
}

/**
 * Totals that were read, if they are whole and fit the time series.
 * @throws TypeError when they are damaged
 */
export function checkedTotals(written: unknown, series: SeriesIndex): WrittenTotals {
  const { parts, engine } = (written ?? {}) as Partial<WrittenTotals>;
  if (!Array.isArray(parts) || typeof engine !== 'string') throw damaged('its totals lack what all totals have');
  const seen = new Set<string>();
  for (const [number, part] of (parts as readonly unknown[]).entries()) {
    const text = JSON.stringify(part);
    if (!isPart(part, series) || (number === 0) !== (part.length === 0) || seen.has(text)) {
      throw damaged(`total ${number} is ${text}, which no dimension has, or comes twice`);
    }
    seen.add(text);
  }
  return { parts: parts as readonly Part[], engine };
}

function isPart(part: unknown, series: SeriesIndex): part is Part {
  return Array.isArray(part) && part.length <= MOST_DIMENSIONS && part.every((value: unknown, index) => {
    if (!Array.isArray(value)) return false;
    const [dimension, code] = value as unknown[];
    const isInOrder = index === 0 || (part as Part)[index - 1][0] < (dimension as number);
    return isInOrder && Number.isInteger(code) && series.values[dimension as number]?.[code as number] !== undefined;
  });
}

function damaged(what: string): TypeError {
  return new TypeError(`the detector model is damaged: ${what}`);
}
