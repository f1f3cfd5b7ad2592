// SPDX-License-Identifier: Apache-2.0

import { parseConfig } from '../../cli/backtest/config';
import { InputError } from '../../cli/errors';

const CONFIG = {
  timestampColumn: { name: 'at', format: 'yyyy-MM-dd HH:mm:ss' },
  metrics: [{ name: 'views', aggregation: 'SUM' }],
  frequency: 'PT1H',
};

test('dimensions and time zone may be left out', () => {
  expect(parseConfig(CONFIG, 'c.json')).toEqual({ ...CONFIG, dimensions: [], timezone: 'UTC' });
});

test.each(['PT5M', 'P1D'])('data of %s may have holidays', frequency => {
  expect(parseConfig({ ...CONFIG, frequency, holidays: 'DE-BY' }, 'c.json')).toMatchObject({ holidays: 'DE-BY' });
});

test.each<[string, unknown, string]>([
  ['no country', { ...CONFIG, frequency: 'P1D', holidays: '' }, 'c.json: holidays is "": give a text'],
  ['a list of countries', { ...CONFIG, frequency: 'P1D', holidays: ['DE'] }, 'c.json: holidays is ["DE"]: give a text'],
  ['no object', [], 'c.json: the configuration is []: give an object'],
  ['an unknown key', { ...CONFIG, metric: [] }, 'c.json: metric is not known: the configuration has timestampColumn, metrics'],
  ['an unknown key within', { ...CONFIG, metrics: [{ ...CONFIG.metrics[0], unit: 'EUR' }] }, 'c.json: metrics[0].unit is not known'],
  ['a hostile key', JSON.parse(JSON.stringify(CONFIG).replace('{', '{"__proto__":{},')), 'c.json: __proto__ is not known'],
  ['no metric', { ...CONFIG, metrics: [] }, 'c.json: metrics has 0 entries: give 1 to 10'],
  ['metrics missing', { ...CONFIG, metrics: undefined }, 'c.json: metrics is missing: give a list of 1 to 10 entries'],
  ['a metric without a name', { ...CONFIG, metrics: [{ name: ' ', aggregation: 'SUM' }] }, 'c.json: metrics[0].name is " ": give a text'],
  ['another aggregation', { ...CONFIG, metrics: [{ name: 'a', aggregation: 'MAX' }] }, 'c.json: metrics[0].aggregation is "MAX": give "SUM" or "AVG"'],
  ['another frequency', { ...CONFIG, frequency: 'PT30M' }, 'c.json: frequency is "PT30M": give "PT5M" or'],
  ['a format of strftime', { ...CONFIG, timestampColumn: { name: 'ts', format: '%Y-%m-%d %H:%M' } }, "c.json: timestampColumn.format has '%', as the formats of strftime"],
  ['the day of the year in a month', { ...CONFIG, timestampColumn: { name: 'ts', format: 'yyyy-MM-DD' } }, "c.json: timestampColumn.format has 'D', the day of the year"],
  ['a fraction in place of the second', { ...CONFIG, timestampColumn: { name: 'ts', format: 'yyyy-MM-dd HH:mm:SS' } }, "c.json: timestampColumn.format has 'S', the fraction of a second"],
  ['a format without hour', { ...CONFIG, timestampColumn: { name: 'ts', format: 'yyyy-MM-dd' } }, 'c.json: timestampColumn.format has no hour, though the frequency is PT1H'],
  ['no time zone', { ...CONFIG, timezone: 'Mars/Base' }, 'c.json: timezone is "Mars/Base": give the IANA name'],
  ['a format without year', { ...CONFIG, timestampColumn: { name: 'at', format: 'HH:mm' } }, 'c.json: timestampColumn.format has no year (\'y\'), got "HH:mm"; write it like \'yyyy-MM-dd HH:mm:ss\''],
  ['a column that is two things', { ...CONFIG, dimensions: ['VIEWS'] }, 'c.json: dimensions[0] is "VIEWS": metrics[0].name names this column already'],
  ['no list of dimensions', { ...CONFIG, dimensions: 'shop' }, 'c.json: dimensions is "shop": give a list of at most 10 entries'],
])('%s is refused with its place, what was found and what to do', (_, config, message) => {
  expect(() => parseConfig(config, 'c.json')).toThrow(InputError);
  expect(() => parseConfig(config, 'c.json')).toThrow(message);
});
