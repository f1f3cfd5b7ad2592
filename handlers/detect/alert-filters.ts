// SPDX-License-Identifier: Apache-2.0

import type { AlertFilters, GroupRecord } from '../lookout/store';

/**
 * Whether an alert is to tell of a group: its measure is one of those listed, and one of its time series has a listed value in every
 * dimension that is filtered. A group holds its most severe series only; of the others the values are known, but not how they go together.
 */
export function passesFilters(filters: AlertFilters | undefined, group: GroupRecord): boolean {
  const { MetricList: measures, DimensionFilterList: dimensions = [] } = filters ?? {};
  if (measures !== undefined && !measures.includes(group.measure)) return false;
  const restricting = dimensions.flatMap(({ DimensionName: name, DimensionValueList: values }) => (
    name === undefined || values === undefined ? [] : [{ name, values: new Set(values) }]));
  if (restricting.length === 0) return true;
  const inOneSeries = group.series.some(series => restricting.every(({ name, values }) => (
    series.dimensions.some(dimension => dimension.name === name && values.has(dimension.value)))));
  return inOneSeries || (group.seriesCount > group.series.length && restricting.every(({ name, values }) => (
    group.contributions.some(({ dimension, values: shares }) => dimension === name && shares.some(({ value }) => values.has(value))))));
}
