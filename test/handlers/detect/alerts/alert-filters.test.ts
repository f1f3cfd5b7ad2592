// SPDX-License-Identifier: Apache-2.0

import { passesFilters } from '../../../../handlers/detect/alerts/alert-filters';
import type { AlertFilters, GroupRecord } from '../../../../handlers/lookout/store';

const series = (platform: string, marketplace: string) => ({
  timeSeriesId: `${platform} ${marketplace}`,
  dimensions: [{ name: 'platform', value: platform }, { name: 'marketplace', value: marketplace }],
  severity: 90,
  observed: 1,
  expected: 2,
  lower: 1.5,
  upper: 2.5,
  at: 0,
});

const group: GroupRecord = {
  detectorArn: 'arn',
  id: 'id',
  measure: 'views',
  start: 0,
  end: 0,
  score: 90,
  contributions: [
    { dimension: 'platform', values: [{ value: 'web', contribution: 60 }, { value: 'ios', contribution: 40 }] },
    { dimension: 'marketplace', values: [{ value: 'de', contribution: 60 }, { value: '__proto__', contribution: 30 }, { value: 'fr', contribution: 10 }] },
  ],
  series: [series('web', 'de'), series('ios', '__proto__')],
  seriesCount: 2,
  alertsSent: [],
};

const dimension = (DimensionName: string, ...DimensionValueList: string[]) => ({ DimensionName, DimensionValueList });

test.each<[string, AlertFilters | undefined, boolean]>([
  ['no filters', undefined, true],
  ['its measure', { MetricList: ['revenue', 'views'] }, true],
  ['another measure', { MetricList: ['revenue'] }, false],
  ['a value of a series', { DimensionFilterList: [dimension('platform', 'android', 'web')] }, true],
  ['a value of none', { DimensionFilterList: [dimension('platform', 'android')] }, false],
  ['a value of another dimension', { DimensionFilterList: [dimension('marketplace', 'web')] }, false],
  ['a dimension that is not there', { DimensionFilterList: [dimension('browser', 'web')] }, false],
  ['values of one series', { DimensionFilterList: [dimension('platform', 'web'), dimension('marketplace', 'de', 'fr')] }, true],
  ['values that no series has together', { DimensionFilterList: [dimension('platform', 'ios'), dimension('marketplace', 'de')] }, false],
  ['a hostile value', { DimensionFilterList: [dimension('marketplace', '__proto__')] }, true],
  ['its measure, a value of none', { MetricList: ['views'], DimensionFilterList: [dimension('platform', 'android')] }, false],
  ['a dimension without values', { DimensionFilterList: [{ DimensionName: 'platform' }] }, true],
])('%s', (_name, filters, passes) => {
  expect(passesFilters(filters, group)).toBe(passes);
});

test('of a group with more series than it holds, the values of all count', () => {
  const filters = { DimensionFilterList: [dimension('marketplace', 'fr')] };
  expect(passesFilters(filters, group)).toBe(false);
  expect(passesFilters(filters, { ...group, seriesCount: 300 })).toBe(true);
  const contributions = [{ dimension: 'marketplace', values: [{ value: 'de', contribution: 100 }, { value: 'fr', contribution: 0 }] }];
  expect(passesFilters(filters, { ...group, contributions, seriesCount: 300 })).toBe(true);
});

describe('a total', () => {
  const total = (...dimensions: { readonly name: string; readonly value: string }[]): GroupRecord => ({
    ...group,
    contributions: [
      { dimension: 'platform', values: [{ value: 'web', contribution: 60 }, { value: 'ios', contribution: 40 }, { value: 'tv', contribution: 0 }] },
      { dimension: 'marketplace', values: [{ value: 'de', contribution: 100 }, { value: 'fr', contribution: 0 }] },
    ],
    series: [{ ...series('', ''), dimensions }],
    seriesCount: 1,
  });
  const ofWeb = total({ name: 'platform', value: 'web' });

  test.each<[string, GroupRecord, AlertFilters, boolean]>([
    ['of all, a value that contributes', total(), { DimensionFilterList: [dimension('platform', 'ios')] }, true],
    ['of all, a value that does not', total(), { DimensionFilterList: [dimension('platform', 'tv')] }, false],
    ['of all, values of two dimensions', total(), { DimensionFilterList: [dimension('platform', 'ios'), dimension('marketplace', 'de', 'fr')] }, true],
    ['of all, one of two that does not contribute', total(), { DimensionFilterList: [dimension('platform', 'ios'), dimension('marketplace', 'fr')] }, false],
    ['of all, a dimension that is not there', total(), { DimensionFilterList: [dimension('browser', 'web')] }, false],
    ['of all, another measure', total(), { MetricList: ['revenue'] }, false],
    ['of a value, that value', ofWeb, { DimensionFilterList: [dimension('platform', 'web')] }, true],
    ['of a value, another one that contributes beside it', ofWeb, { DimensionFilterList: [dimension('platform', 'ios')] }, false],
    ['of a value, one of another dimension', ofWeb, { DimensionFilterList: [dimension('platform', 'web'), dimension('marketplace', 'de')] }, true],
  ])('%s', (_name, of, filters, passes) => {
    expect(passesFilters(filters, of)).toBe(passes);
  });

  test('of more series than the group holds: what does not contribute does not count', () => {
    expect(passesFilters({ DimensionFilterList: [dimension('platform', 'tv')] }, { ...total(), seriesCount: 300 })).toBe(false);
  });
});
