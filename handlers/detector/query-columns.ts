// SPDX-License-Identifier: Apache-2.0

import type { ColumnMetadata } from '@aws-sdk/client-redshift-data';
import type { MetricSetConfiguration } from '../../src/private/contract';
import type { QueryProp } from '../crawl/query';

/** Types of numbers, as the Data API and as Redshift's documentation name them. */
const NUMERIC = new Set([
  'int2', 'int4', 'int8', 'smallint', 'integer', 'bigint', 'numeric', 'decimal', 'float4', 'float8', 'real', 'double precision', 'float',
]);

/** Types that have no text of one cell, or none that tells values apart. */
const WITHOUT_TEXT = new Set(['super', 'geometry', 'geography', 'hllsketch', 'varbyte']);

/** Columns named in an error, and characters of each: a query may have 1600, of any length. */
const SHOWN_COLUMNS = 30;
const SHOWN_CHARACTERS = 63;

/** A column that the detector needs. */
interface NeededColumn {
  readonly role: 'timestamp column' | 'metric' | 'dimension';
  readonly name: string;
}

/**
 * Compares the columns of a query's result with those that the detector needs.
 *
 * @throws Error that names the prop, the column and what to do, when one is missing, is there twice, or has a type that cannot be used.
 */
export function checkColumns(prop: QueryProp, found: readonly ColumnMetadata[], metricSet: MetricSetConfiguration): void {
  for (const needed of neededColumns(metricSet)) {
    const [column, ...others] = found.filter(each => nameOf(each) === needed.name);
    if (!column) throw missing(prop, needed, found);
    if (others.length > 0) {
      throw new Error(`${needed.role} \`${needed.name}\` is the name of ${others.length + 1} columns of ${prop}: give each column a name of its own (… as another_name)`);
    }
    checkType(prop, needed, column, metricSet);
  }
}

function neededColumns({ TimestampColumn, MetricList, DimensionList = [] }: MetricSetConfiguration): NeededColumn[] {
  return [
    { role: 'timestamp column', name: TimestampColumn.ColumnName },
    ...MetricList.map(({ MetricName: name }) => ({ role: 'metric' as const, name })),
    ...DimensionList.map(name => ({ role: 'dimension' as const, name })),
  ];
}

/** What stands in the header of the unloaded files, by which the detector finds its columns: without blanks before and after it, as it reads them. */
function nameOf(column: ColumnMetadata): string {
  return (column.label || column.name || '').trim();
}

function missing(prop: QueryProp, { role, name }: NeededColumn, found: readonly ColumnMetadata[]): Error {
  const names = found.map(nameOf);
  const sameButCase = names.find(each => each.toLowerCase() === name.toLowerCase());
  const shown = names.slice(0, SHOWN_COLUMNS).map(each => each.slice(0, SHOWN_CHARACTERS)).join(', ');
  const rest = names.length > SHOWN_COLUMNS ? ` and ${names.length - SHOWN_COLUMNS} more` : '';
  const remedy = sameButCase === undefined
    ? `name one of them, or add the column to ${prop}`
    : `write ${JSON.stringify(sameButCase)}, as it comes out of the warehouse`;
  return new Error(`${role} \`${name}\` is not a column of the ${prop}; columns are ${shown}${rest}: ${remedy}`);
}

function checkType(
  prop: QueryProp, { role, name }: NeededColumn, column: ColumnMetadata, { TimestampColumn, Timezone }: MetricSetConfiguration,
): void {
  const type = (column.typeName ?? '').toLowerCase();
  const has = `${role} \`${name}\` of ${prop} has the type ${type}`;
  if (role === 'metric' && !NUMERIC.has(type)) throw new Error(`${has}, and a metric must be a number: cast it in ${prop}, for example to float, or name another column`);
  if (role === 'dimension' && WITHOUT_TEXT.has(type)) throw new Error(`${has}, whose values are no texts: cast it to varchar in ${prop}, or name another column`);
  if (role !== 'timestamp column') return;
  const format = TimestampColumn.ColumnFormat;
  const letters = format.replaceAll(/'[^']*'/g, '');
  if (type === 'timestamptz' && !/[XxZzO]/.test(letters)) {
    throw new Error(`${has}, which is unloaded with a time zone, and the format ${JSON.stringify(format)} has none: `
      + `write ${identifier(name)} at time zone '${Timezone}' in ${prop}`);
  }
  if (type === 'date' && /[HhKkm]/.test(letters)) {
    throw new Error(`${has}, which is unloaded without a time of day, and the format ${JSON.stringify(format)} has one: `
      + `cast it to timestamp in ${prop}, or give timestampColumn the format yyyy-MM-dd`);
  }
  if (type === 'timestamp' && !/[Hhk]/i.test(letters)) {
    throw new Error(`${has}, which is unloaded with a time of day, and the format ${JSON.stringify(format)} has none: `
      + `cast it to date in ${prop}, or give timestampColumn the format yyyy-MM-dd HH:mm:ss`);
  }
  if (WITHOUT_TEXT.has(type) || type === 'bool' || type === 'boolean') throw new Error(`${has}, which says no time: name a column of type timestamp, date or varchar`);
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
