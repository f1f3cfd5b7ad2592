// SPDX-License-Identifier: Apache-2.0

import type { AlertFilters, GroupRecord } from '../../lookout/store';

/**
 * Whether an alert is to tell of a group: its measure is one of those listed, and one of its time series has a listed value in every
 * dimension that is filtered. A group holds its most severe series only; of the others the values are known, but not how they go together.
 * So it is with a total: in the dimensions that it adds up, it has the values that contribute.
 */
export function passesFilters(filters: AlertFilters | undefined, group: GroupRecord): boolean {
  const { MetricList: measures, DimensionFilterList: dimensions = [] } = filters ?? {};
  if (measures !== undefined && !measures.includes(group.measure)) return false;
  const restricting = dimensions.flatMap(({ DimensionName: name, DimensionValueList: values }) => (
    name === undefined || values === undefined ? [] : [{ name, values: new Set(values) }]));
  if (restricting.length === 0) return true;
  const isOfTotal = group.series.some(series => series.dimensions.length < group.contributions.length);
  // series without a share of the deviation are in the group all the same; what a total sums up is so for its share only
  const contributes = ({ name, values }: { readonly name: string; readonly values: ReadonlySet<string> }): boolean => (
    group.contributions.some(({ dimension, values: shares }) => (
      dimension === name && shares.some(({ value, contribution }) => values.has(value) && (contribution > 0 || !isOfTotal)))));
  const inOneSeries = group.series.some(series => restricting.every(filter => {
    const own = series.dimensions.find(dimension => dimension.name === filter.name);
    return own === undefined ? contributes(filter) : filter.values.has(own.value);
  }));
  return inOneSeries || (group.seriesCount > group.series.length && restricting.every(contributes));
}
