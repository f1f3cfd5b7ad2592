// SPDX-License-Identifier: Apache-2.0

import { csvCell } from './csv-writer';
import { divisionsOf } from '../../handlers/detect/model/parts-of-series';
import type { Measure } from '../../handlers/input/row-layout';
import type { SeriesIndex } from '../../handlers/input/series-index';
import { InputError } from '../errors';

/** Series shown when the one asked for is not there. */
const SHOWN_SERIES = 5;

/** What `--explain` names: a time series, totals, or both, as a dimension value may be an empty text, and a total's other dimensions are empty too. */
export interface ExplainedSeries {
  /** As the command line has it. */
  readonly text: string;
  readonly measure: number;
  readonly dimensionValues: readonly string[];
  /** The dimensions with their values of each total that is named so; none for that of all of the metric. */
  readonly totalsOf: readonly (readonly (readonly [dimension: string, value: string])[])[];
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
 * Reads what `--explain` names: metric and dimension values as cells of CSV, as in `scores.csv` and `totals.csv`.
 * @param index the series of the data
 * @param measures metrics of the detector
 * @throws InputError when there is no such series, and can be no such total
 */
export function parseExplainedSeries(text: string, index: SeriesIndex, measures: readonly Measure[]): ExplainedSeries {
  const measure = parseExplainedMetric(text, index);
  const [metric, ...dimensionValues] = cellsOf(text);
  const isWhole = dimensionValues.length === index.dimensions.length;
  const isSeries = isWhole && index.find(dimensionValues) >= 0;
  const totals = isWhole ? totalsNamed(dimensionValues, index) : [];
  const isSum = measures[measure].aggregation === 'SUM';
  if (!isSeries && totals.length > 0 && !isSum) throw new InputError(`--explain ${JSON.stringify(text)}: ${JSON.stringify(metric)} is an average, of which there are no totals`);
  if (!isSeries && totals.length === 0) throw new InputError(notThere(text, metric, index, isSum));
  return { text, measure, dimensionValues, totalsOf: isSum ? totals : [] };
}

/** Totals that may have these cells: all but those of one or two dimensions are empty, and so may be the values of these. */
function totalsNamed(dimensionValues: readonly string[], { dimensions, values }: SeriesIndex): ExplainedSeries['totalsOf'] {
  return divisionsOf(dimensions.length)
    .filter(division => dimensionValues.every((value, dimension) => division.includes(dimension) ? values[dimension].includes(value) : value === ''))
    .map(each => each.map(dimension => [dimensions[dimension], dimensionValues[dimension]] as const));
}

/** Says that what was asked for is not there, and how it is written. */
function notThere(text: string, metric: string, index: SeriesIndex, isSum: boolean): string {
  const line = (cells: readonly string[]): string => `'${[metric, ...cells].map(csvCell).join(',')}'`;
  const some = Array.from({ length: Math.min(index.count, SHOWN_SERIES) }, (_, combination) => line(index.combination(combination)));
  const [dimension] = index.values.map(values => values.find(value => value !== '') ?? '');
  const totals = [[], ...index.dimensions.length > 1 ? [[dimension]] : []].map(cells => line(index.dimensions.map((_, place) => cells[place] ?? '')));
  return `--explain ${JSON.stringify(text)}: there is no such time series; write ${['metric', ...index.dimensions].join(',')}, such as ${some.join(' or ')}`
    + (isSum && index.dimensions.length > 0 ? `, or a total, such as ${totals.join(' or ')}` : '');
}

/** Cells of one line of CSV. */
function cellsOf(line: string): string[] {
  return [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g)].map(([, quoted, plain]) => plain ?? quoted.replaceAll('""', '"'));
}
