// SPDX-License-Identifier: Apache-2.0

import type { SeriesIndex } from '../input/series-index';

/** What is summed up: all of a measure, or its time series with one value of a dimension. */
export type Part = readonly [dimension: number, code: number];

/** The part that is all of a measure: it comes first. */
export const ALL: Part = [-1, -1];

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
    const [dimension, code] = Array.isArray(part) ? part as unknown[] : [];
    const isAll = dimension === ALL[0] && code === ALL[1];
    const isKnown = number === 0 ? isAll : Number.isInteger(code) && series.values[dimension as number]?.[code as number] !== undefined;
    if (!isKnown || seen.has(String(part))) throw damaged(`total ${number} is ${JSON.stringify(part)}, which no dimension has, or comes twice`);
    seen.add(String(part));
  }
  return { parts: parts as readonly Part[], engine };
}

function damaged(what: string): TypeError {
  return new TypeError(`the detector model is damaged: ${what}`);
}
