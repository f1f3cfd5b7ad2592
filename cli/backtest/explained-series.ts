// SPDX-License-Identifier: Apache-2.0

import { csvCell } from './csv-writer';
import type { SeriesIndex } from '../../handlers/input/series-index';
import { InputError } from '../errors';

/** Series shown when the one asked for is not there. */
const SHOWN_SERIES = 5;

/** A time series that `--explain` names, or a total: its dimensions are empty, but for its own. */
export interface ExplainedSeries {
  readonly measure: number;
  readonly dimensionValues: readonly string[];
}

/**
 * Reads the metric that `--explain` names; also before the data is read, which may take long.
 * @param names of metrics and dimensions
 * @returns number of the metric
 * @throws InputError when there is no such metric
 */
export function parseExplainedMetric(text: string, { measures, dimensions }: Pick<SeriesIndex, 'measures' | 'dimensions'>): number {
  const [metric = ''] = cellsOf(text);
  const measure = measures.indexOf(metric);
  if (measure >= 0) return measure;
  throw new InputError(`--explain ${JSON.stringify(text)}: there is no metric ${JSON.stringify(metric)}, but ${measures.map(name => JSON.stringify(name)).join(', ')}; `
    + `write ${['metric', ...dimensions].join(',')}`);
}

/**
 * Reads what `--explain` names: metric and dimension values as cells of CSV. With one dimension value at most, and the others empty, it may be a total.
 * @param index the series of the data
 * @throws InputError when there is no such series, and no such value
 */
export function parseExplainedSeries(text: string, index: SeriesIndex): ExplainedSeries {
  const measure = parseExplainedMetric(text, index);
  const [metric, ...dimensionValues] = cellsOf(text);
  const columns = ['metric', ...index.dimensions].join(',');
  const isSeries = dimensionValues.length === index.dimensions.length && index.find(dimensionValues) >= 0;
  if (!isSeries && !mayBeTotal(dimensionValues, index)) {
    const shown = Math.min(index.count, SHOWN_SERIES);
    const some = Array.from({ length: shown }, (_, combination) => [metric, ...index.combination(combination)].map(csvCell).join(','));
    throw new InputError(`--explain ${JSON.stringify(text)}: there is no such time series; write ${columns}, such as ${some.map(name => `'${name}'`).join(' or ')}`);
  }
  return { measure, dimensionValues };
}

/** Whether a total can have these values. */
function mayBeTotal(dimensionValues: readonly string[], { dimensions, values }: SeriesIndex): boolean {
  const named = [...dimensionValues.keys()].filter(dimension => dimensionValues[dimension] !== '');
  return dimensions.length > 0 && dimensionValues.length === dimensions.length && named.length <= 1
    && named.every(dimension => values[dimension].includes(dimensionValues[dimension]));
}

/** Cells of one line of CSV. */
function cellsOf(line: string): string[] {
  return [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g)].map(([, quoted, plain]) => plain ?? quoted.replaceAll('""', '"'));
}
