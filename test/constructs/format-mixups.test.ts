// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { connectorIn, newStack } from './fixture';
import { DetectorFrequency, TimestampColumn } from '../../src';
import { mixUpOf } from '../../src/private/contract/format-mixups';
import { validateTimestampFormat } from '../../src/private/validation-timestamp';

const validate = (format: string, frequency = DetectorFrequency.DAILY) => () => validateTimestampFormat(format, frequency);
const write = (format: string) => format.includes("'") ? `; write "${format}"` : `; write '${format}'`;

test.each([
  ['%Y-%m-%d %H:%M:%S', 'yyyy-MM-dd HH:mm:ss'],
  ['%Y-%m-%dT%H:%M:%S.%f', "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"],
  ["%d.%m.%y '%' %I:%M %p", "dd.MM.yy '%' hh:mm a"],
  ['%F %T', 'yyyy-MM-dd HH:mm:ss'],
  ['%Y-%m-%dT%H:%M:%SZ', "yyyy-MM-dd'T'HH:mm:ssX"],
  ['%Y-%m-%d %H:%M:%S UTC', 'yyyy-MM-dd HH:mm:ss z'],
  ['%-d/%-m/%Y', 'dd/MM/yyyy'],
  ['%s', 'yyyy-MM-dd HH:mm:ss'],
])('%s is a format of strftime', (format, meant) => {
  expect(validate(format)).toThrow(`timestampColumn has a format that has '%', as the formats of strftime, got ${JSON.stringify(format)}${write(meant)}`);
  expect(validate(meant)).not.toThrow();
});

test.each([
  ['YYYY-MM-dd HH', 'yyyy-MM-dd HH'],
  ['YYYY-MM-DD HH:mm:ss', 'yyyy-MM-dd HH:mm:ss'],
  ['YYYY-MM-DD HH24:MI:SS', 'yyyy-MM-dd HH:mm:ss'],
  ["YYYY-MM-DD'T'HH:mm:ss.SSS", "yyyy-MM-dd'T'HH:mm:ss.SSS"],
  ['YYYY-MM-DD"T"HH24:MI:SS', "yyyy-MM-dd'T'HH:mm:ss"],
  ['YYYY-MM-DDTHH:mm:ss', "yyyy-MM-dd'T'HH:mm:ss"],
  ['YYYY-MM-DD HH:MM:SS', 'yyyy-MM-dd HH:mm:ss'],
  ['DD/MM/YYYY HH:MM', 'dd/MM/yyyy HH:mm'],
  ['MM/DD/YYYY HH:MI:SS AM', 'MM/dd/yyyy hh:mm:ss a'],
  ['MM/DD/YYYY HH12:MI PM', 'MM/dd/yyyy hh:mm a'],
  ['YYYYMMDDHHMMSS', 'yyyyMMddHHmmss'],
  ['YYYY-MM-DD HH24:MI:SS.MS', 'yyyy-MM-dd HH:mm:ss.SSS'],
  ['YYYY-MM-DD[T]HH:mm:ss[Z]', "yyyy-MM-dd'T'HH:mm:ssX"],
  ['YYYY-MM-DD"T"HH24:MI:SS"Z"', "yyyy-MM-dd'T'HH:mm:ssX"],
  ['YYYY Q', 'yyyy-MM-dd HH:mm:ss'],
])('%s has the year of the week', (format, meant) => {
  expect(validate(format)).toThrow(`has 'Y', the year of the week, which is another year around New Year, got ${JSON.stringify(format)}${write(meant)}`);
  expect(validate(meant)).not.toThrow();
});

test.each([
  ['yyyy-mm-dd HH:MM:ss', "has 'm', the minute, in the date, and 'M', the month, in the time", 'yyyy-MM-dd HH:mm:ss'],
  ['HH:MM dd/mm/yyyy', "has 'm', the minute, in the date, and 'M', the month, in the time", 'HH:mm dd/MM/yyyy'],
  ["yyyymmdd'T'HHMM", "has 'm', the minute, in the date, and 'M', the month, in the time", "yyyyMMdd'T'HHmm"],
  ['yyyy-mm-dd HH:mm:ss', "has 'm', the minute, where a month is meant", 'yyyy-MM-dd HH:mm:ss'],
  ['yyyy-mm-dd', "has 'm', the minute, where a month is meant", 'yyyy-MM-dd'],
  ['yyyy-MM-dd HH:MM:ss', "has 'M', the month, where a minute is meant", 'yyyy-MM-dd HH:mm:ss'],
  ['hh:MM a, dd.MM.yyyy', "has 'M', the month, where a minute is meant", 'hh:mm a, dd.MM.yyyy'],
])('%s mixes month and minute up', (format, problem, meant) => {
  expect(validate(format)).toThrow(`timestampColumn has a format that ${problem}, got ${JSON.stringify(format)}${write(meant)}`);
  expect(validate(meant)).not.toThrow();
});

test.each([
  ['yyyy-MM-DD HH:mm:ss', 'yyyy-MM-dd HH:mm:ss'],
  ["DD.MM.yyyy 'Day' HH", "dd.MM.yyyy 'Day' HH"],
  ['yyyyMMDD', 'yyyyMMdd'],
])('%s counts all days from January on', (format, meant) => {
  expect(validate(format)).toThrow(`has 'D', the day of the year, beside 'M', the month, got ${JSON.stringify(format)}${write(meant)}`);
  expect(validate(meant)).not.toThrow();
});

test.each([
  ['yyyy-MM-dd HH:mm:SS', 'yyyy-MM-dd HH:mm:ss'],
  ['yyyy-MM-dd HH:mm:SS.SSS', 'yyyy-MM-dd HH:mm:ss.SSS'],
  ['yyyyMMddHHmmSS', 'yyyyMMddHHmmss'],
])('%s has a fraction of a second without the second', (format, meant) => {
  expect(validate(format)).toThrow(`has 'S', the fraction of a second, without 's', the second, got ${JSON.stringify(format)}${write(meant)}`);
  expect(validate(meant)).not.toThrow();
});

test('what is advised has no other mistake left', () => {
  expect(mixUpOf('yyyy-mm-DD HH:MM:SS')?.meant).toBe('yyyy-MM-dd HH:mm:ss');
});

test('the connector refuses them at synthesis', () => {
  expect(() => connectorIn(newStack(), { timestampColumn: TimestampColumn.of('ts', 'yyyy-mm-dd HH:MM:ss') })).toThrow(/^RedshiftLookoutConnector: timestampColumn has .*; write 'yyyy-MM-dd HH:mm:ss'$/);
});

test.each([
  'yyyy-MM-dd', 'yyyyMMdd', 'yyyy-MM-dd HH:mm:ss', "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "yyyy-MM-dd'T'HH:mm:ssX", 'yyyy-MM-dd HH', 'yyyyMMddHHmm', 'yyyyMMddHHmmss',
  'dd/MM/yyyy HH:mm', 'MM/dd/yyyy hh:mm a', 'MM/dd/yyyy hh:mm:ss a', 'HH:mm dd.MM.yyyy', 'HH:mm:ss MM-dd-yyyy', 'E MMM dd HH:mm:ss z yyyy', 'EEE, dd MMM yyyy HH:mm:ss Z',
  'yyyyMMddHHmmssSSS', 'yyyy-MM-dd HH:mm:ss:SSS', 'SSS ss:mm:HH dd.MM.yyyy', "yyyy-MM-dd 'Start' HH", 'dd-MMM-yy hh.mm.ss.SSS a', 'yyyyDDD HHmm', 'yyyy-DDD', 'yyyy-MM-dd D', 'd.M.yyyy H:m', 'a hh:mm dd MM yyyy', "dd 'days of' MM yyyy HH 'hours' mm", "yyyy-MM-dd '100%' HH:mm", 'mm:HH dd/MM/yyyy',
])('%s passes', format => {
  expect(validate(format)).not.toThrow();
});

const SEPARATORS = fc.constantFrom('', '-', '/', '.', ' ', ':', "'T'", "' at '");
const shuffled = (parts: string[]) => fc
  .tuple(fc.shuffledSubarray(parts, { minLength: parts.length }), SEPARATORS).map(([order, separator]) => order.join(separator));
const TIMES = fc.constantFrom('HH:mm:ss', 'HHmm', 'H.m', 'hh:mm a', 'hh:mm:ss.SSS a', 'a hh:mm', 'ss:mm:HH', 'kk:mm', 'HH', '');

test('no order of date and time is taken for a mix-up, and each mix-up of both is found', () => {
  fc.assert(fc.property(shuffled(['yyyy', 'MM', 'dd']), TIMES, SEPARATORS.filter(separator => separator !== ''), fc.boolean(), (date, time, separator, isTimeFirst) => {
    const formatOf = (day: string, clock: string) => clock === '' ? day : (isTimeFirst ? [clock, day] : [day, clock]).join(separator);
    expect(mixUpOf(formatOf(date, time))).toBeUndefined();
    if (!time.includes('m')) return;
    // between the year and the day, or beside them, as long as the time is not next to it
    if (/^MM|MM$/.test(date)) return;
    expect(mixUpOf(formatOf(date.replace('MM', 'mm'), time.replace(/m/g, 'M')))?.meant).toBe(formatOf(date, time));
  }));
});
