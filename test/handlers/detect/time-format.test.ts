// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { fillTemplate, TimestampFormat } from '../../../handlers/shared/time-format';
import { zoneOffsetSeconds } from '../../../handlers/shared/wall-clock';

const seconds = (text: string): number => Date.parse(text) / 1000;
const parse = (format: string, text: string, timezone = 'UTC'): number => new TimestampFormat(format, timezone).parse(text);
const ZONES = Intl.supportedValuesOf('timeZone');

describe('TimestampFormat', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss', '2026-11-23 10:05:07', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss', '2026-11-23 10:05:07.5', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss', '2026-11-23 10:05:07.999999', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2026-11-23 10:05:07', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2026-11-23 10:05:07.123456', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss.s', '2026-11-23 10:05:07.1', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss,SSS', '2026-11-23 10:05:07,123', '2026-11-23T10:05:07Z'],
    ['YYYY-MM-dd', '2026-11-23', '2026-11-23T00:00:00Z'],
    ['yyyy-MM-dd', ' 2026-11-23 ', '2026-11-23T00:00:00Z'],
    ['yyyyMMddHHmmss', '20261123100507', '2026-11-23T10:05:07Z'],
    ['yyyyMMddHHmmssSSS', '20261123100507', '2026-11-23T10:05:07Z'],
    ['yyyyMMddHHmmssSSS', '20261123100507123', '2026-11-23T10:05:07Z'],
    ['yyyyMMdd HH:mm:ssSSS', '20261123 10:05:07123', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss:SSS', '2026-11-23 10:05:07:123', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss:SSS', '2026-11-23 10:05:07', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ss SSS', '2026-11-23 10:05:07 123', '2026-11-23T10:05:07Z'],
    ['dd/MM/yyyy hh:mm:ss a.SSS', '23/11/2026 01:05:07 PM.123', '2026-11-23T13:05:07Z'],
    ['yyyyMMddHHmmssSSSX', '20261123100507123Z', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd\'T\'HH:mm:ss', '2026-11-23T10:05:07', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd\'T\'HH:mm:ss\'Z\'', '2026-11-23T10:05:07Z', '2026-11-23T10:05:07Z'],
    ['dd.MM.yyyy HH.mm.ss', '23.11.2026 10.05.07', '2026-11-23T10:05:07Z'],
    ['dd.MM.yyyy HH:mm', '3.1.2026 7:05', '2026-01-03T07:05:00Z'],
    ['MM/dd/yy hh:mm:ss a', '11/23/26 12:05:07 AM', '2026-11-23T00:05:07Z'],
    ['MM/dd/yy hh:mm:ss a', '11/23/99 12:05:07 pm', '1999-11-23T12:05:07Z'],
    ['MM/dd/yyyy hh:mm:ss.SSS a', '11/23/2026 01:05:07.25 PM', '2026-11-23T13:05:07Z'],
    ['MM/dd/yyyy K a', '11/23/2026 0 PM', '2026-11-23T12:00:00Z'],
    ['yyyy-MM-dd kk', '2026-11-23 24', '2026-11-23T00:00:00Z'],
    ['d MMM yyyy', '23 nov 2026', '2026-11-23T00:00:00Z'],
    ['EEE, d MMMM yyyy', 'Mon, 23 November 2026', '2026-11-23T00:00:00Z'],
    ['yyyy-DDD', '2026-327', '2026-11-23T00:00:00Z'],
    ['yyyy \'o\'\'clock\' HH', '2026 o\'clock 10', '2026-01-01T10:00:00Z'],
    ['yyyy-MM-dd HH:mm:ssX', '2026-11-23 10:05:07.25+00', '2026-11-23T10:05:07Z'],
    ['yyyy-MM-dd HH:mm:ssXXX', '2026-11-23 10:05:07-02:30', '2026-11-23T12:35:07Z'],
    ['yyyy-MM-dd HH:mm:ss z', '2026-11-23 10:05:07 UTC', '2026-11-23T10:05:07Z'],
  ])('%s reads %j', (format, text, expected) => {
    expect(parse(format, text)).toBe(seconds(expected));
  });

  test('an offset in the text is moved onto the wall clock of the zone', () => {
    expect(parse('yyyy-MM-dd HH:mm:ssX', '2026-07-01 10:00:00+00', 'Europe/Berlin')).toBe(seconds('2026-07-01T12:00:00Z'));
  });

  test.each([
    ['yyyy-MM-dd HH:mm:ss', '2026-11-23'], ['yyyy-MM-dd HH:mm:ss', '23/11/2026 10:00:00'], ['yyyy-MM-dd HH:mm:ss', ''],
    ['yyyy-MM-dd', '2026-02-30'], ['yyyy-MM-dd', '2026-13-01'], ['yyyy-MM-dd HH:mm:ss', '2026-11-23 24:00:00'],
    ['yyyy-MM-dd HH:mm:ss', '2026-11-23 10:61:00'], ['yyyy-DDD', '2026-366'], ['yyyy-MM-dd', '2026-11-23\n<script>'], ['yyyy-MM-dd', '__proto__'],
    ['yyyy-MM-dd HH:mm:ss', '2026-11-23 10:00:00.'], ['yyyy-MM-dd HH:mm:ss.SSS', '2026-11-23 10:00:00.123.456'], ['yyyy-MM-dd HH:mm:ss.SSS', '2026-11-23 10:00:00:123'],
    ['yyyyMMddHHmmssSSS', '2026112310050'], ['yyyy.MM.dd', '2026x11x23'],
  ])('%s does not read %j', (format, text) => {
    expect(parse(format, text)).toBeNaN();
  });

  test.each([
    ['yyyy-MM-ddTHH:mm:ss', 'put literal text in single quotes'], ['HH:mm', 'has no year'], ['yyyy-MM-dd hh:mm:ss', 'use HH'],
    ['yyyy-MM-dd \'T', 'quote that is not closed'], ['yyyy-MM-dd ww', '"w"'], ['', 'has no year'],
  ])('the format %j is refused: %s', (format, words) => {
    expect(() => new TimestampFormat(format, 'UTC')).toThrow(words);
  });

  test('what a zone\'s clock shows is read back, in every zone', () => {
    fc.assert(fc.property(
      fc.constantFrom(...ZONES), fc.integer({ min: seconds('1973-01-01T00:00:00Z'), max: seconds('2037-01-01T00:00:00Z') }), (timezone, instant) => {
        const parts = Object.fromEntries(new Intl.DateTimeFormat('en-US', {
          timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
        }).formatToParts(instant * 1000).map(part => [part.type, part.value]));
        const shown = `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
        const wall = parse('yyyy-MM-dd HH:mm:ss', shown, timezone);
        expect(wall).toBe(instant + zoneOffsetSeconds(timezone, instant));
        expect(fillTemplate('{{yyyy-MM-dd HH:mm:ss}}', wall)).toBe(shown);
        expect(parse('yyyy-MM-dd\'T\'HH:mm:ssX', new Date(instant * 1000).toISOString(), timezone)).toBe(wall);
      },
    ), { numRuns: 300 });
  });

  test('no text makes it fail or run long', () => {
    const formats = ['yyyy-MM-dd HH:mm:ss.SSS', 'EEE, d MMMM yyyy hh:mm:ss a z', 'yyyyMMddHHmmss', 'yyyyMMddHHmmssSSS'].map(format => new TimestampFormat(format, 'UTC'));
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
      for (const format of formats) expect(typeof format.parse(text)).toBe('number');
    }));
  });
});

describe('fillTemplate', () => {
  const wall = seconds('2026-11-03T15:04:05Z');

  test.each([
    ['s3://b/live/{{yyyyMMdd}}/{{HHmm}}/', 's3://b/live/20261103/1504/'],
    ['s3://b/{{yyyy}}/{{MM}}/{{dd}}', 's3://b/2026/11/03'],
    ['s3://b/intvl_date={{yyyy-MM-dd}}/intvl_hhmm={{HHmm}}/', 's3://b/intvl_date=2026-11-03/intvl_hhmm=1504/'],
    ['s3://b/{{yy-M-d}}/{{hh-mm-ss a}}/{{kk}}{{K}}', 's3://b/26-11-3/03-04-05 PM/153'],
    ['s3://b/fixed/', 's3://b/fixed/'],
  ])('%s', (path, expected) => {
    expect(fillTemplate(path, wall)).toBe(expected);
  });

  test('an unknown key is named', () => {
    expect(() => fillTemplate('s3://b/{{qq}}/', wall)).toThrow('"s3://b/{{qq}}/" has the date key {{qq}}');
  });
});
