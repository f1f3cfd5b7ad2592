// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { parseScheduleExpression } from '../../local/schedule/expression';

const CREATED = new Date('2026-11-23T10:07:00Z');

function fires(expression: string, timezone: string, after: string, count: number): (string | undefined)[] {
  const next = parseScheduleExpression(expression, timezone, CREATED);
  const times: (string | undefined)[] = [];
  let time: Date | undefined = new Date(after);
  for (let index = 0; index < count; index++) {
    time = next(time!);
    times.push(time?.toISOString().replace(':00.000Z', 'Z'));
    if (!time) break;
  }
  return times;
}

test.each<[string, string, string, string[]]>([
  ['cron(5 * * * ? *)', 'UTC', '2026-11-23T10:05:00Z', ['2026-11-23T11:05Z', '2026-11-23T12:05Z']],
  ['cron(0/10 * * * ? *)', 'UTC', '2026-11-23T10:49:59Z', ['2026-11-23T10:50Z', '2026-11-23T11:00Z']],
  ['cron(1-7/3,30 0 * * ? *)', 'UTC', '2026-11-23T23:59:00Z', ['2026-11-24T00:01Z', '2026-11-24T00:04Z', '2026-11-24T00:07Z', '2026-11-24T00:30Z']],
  ['cron(15 10 ? * MON-FRI *)', 'UTC', '2026-11-27T11:00:00Z', ['2026-11-30T10:15Z']],
  ['cron(15 10 ? * 1 *)', 'UTC', '2026-11-27T11:00:00Z', ['2026-11-29T10:15Z']],
  ['cron(0 0 29 FEB ? *)', 'UTC', '2026-11-27T11:00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
  ['cron(0 8 1 1,7 ? 2027)', 'Asia/Tokyo', '2026-11-27T11:00:00Z', ['2026-12-31T23:00Z', '2027-06-30T23:00Z']],
  ['cron(30 * * * ? *)', 'Asia/Kolkata', '2026-11-23T10:00:00Z', ['2026-11-23T11:00Z', '2026-11-23T12:00Z']],
  ['cron(0 23 * * ? *)', 'America/Los_Angeles', '2026-11-23T06:00:00Z', ['2026-11-23T07:00Z']],
  // 02:30 does not exist on 2026-03-29 in Berlin
  ['cron(30 2 * * ? *)', 'Europe/Berlin', '2026-03-28T12:00:00Z', ['2026-03-30T00:30Z']],
  // 02:30 comes twice on 2026-10-25 in Berlin, the first time at 00:30 UTC
  ['cron(30 2 * * ? *)', 'Europe/Berlin', '2026-10-24T12:00:00Z', ['2026-10-25T00:30Z', '2026-10-26T01:30Z']],
  ['cron(0 * * * ? *)', 'Europe/Berlin', '2026-10-24T23:30:00Z', ['2026-10-25T00:00Z', '2026-10-25T02:00Z']],
  ['cron(0 * * * ? *)', 'Australia/Lord_Howe', '2026-04-04T13:30:00Z', ['2026-04-04T14:00Z', '2026-04-04T15:30Z']],
  ['rate(1 hour)', 'UTC', '2026-11-23T10:07:00Z', ['2026-11-23T11:07Z', '2026-11-23T12:07Z']],
  ['rate(5 minutes)', 'UTC', '2026-11-23T10:08:00Z', ['2026-11-23T10:12Z']],
  ['at(2026-12-01T09:30:00)', 'Europe/Berlin', '2026-11-23T10:08:00Z', ['2026-12-01T08:30Z']],
])('%s in %s', (expression, timezone, after, expected) => {
  expect(fires(expression, timezone, after, expected.length)).toEqual(expected);
});

test('a schedule may never fire again', () => {
  expect(fires('cron(0 0 1 1 ? 2026)', 'UTC', '2026-11-23T00:00:00Z', 1)).toEqual([undefined]);
  expect(fires('at(2026-01-01T00:00:00)', 'UTC', '2026-11-23T00:00:00Z', 1)).toEqual([undefined]);
});

test.each([
  ['cron(60 * * * ? *)', 'field 1 (60): values lie between 0 and 59'],
  ['cron(0 5-3 * * ? *)', 'field 2 (5-3): values lie between 0 and 23'],
  ['cron(0 0 L * ? *)', 'field 3 (L): only *, ?, values, names, ranges, lists and steps are known to the embedded cloud'],
  ['cron(0 0 ? * 2#1 *)', 'field 5 (2#1): only *'],
  ['cron(* * * * *)', 'expected cron(minutes hours day-of-month month day-of-week year)'],
  ['every hour', 'expected cron('],
  ['rate(0 hours)', 'the rate must be positive'],
])('%s is refused', (expression, message) => {
  expect(() => parseScheduleExpression(expression, 'UTC', CREATED)).toThrow(message);
  expect(() => parseScheduleExpression(expression, 'UTC', CREATED)).toThrow(JSON.stringify(expression));
});

test('an unknown time zone is refused', () => {
  expect(() => parseScheduleExpression('cron(0 * * * ? *)', 'Mars/Olympus', CREATED)).toThrow('unknown time zone "Mars/Olympus"');
});

test('times of a step in minutes are those whose minute it hits, in order, none left out', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 1_000_000 }), (step, offset) => {
    const after = new Date(CREATED.getTime() + offset * 60_000);
    const next = parseScheduleExpression(`cron(0/${step} * * * ? *)`, 'UTC', CREATED)(after)!;
    let expected = new Date(Math.floor(after.getTime() / 60_000 + 1) * 60_000);
    while (expected.getUTCMinutes() % step !== 0) expected = new Date(expected.getTime() + 60_000);
    expect(next).toEqual(expected);
  }), { numRuns: 200 });
});
