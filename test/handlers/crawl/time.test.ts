// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { formatInstant, parseInstant, WallClockIntervals } from '../../../handlers/shared/time';
import { FREQUENCY_SECONDS, type Frequency, type Interval } from '../../../src/private/contract';

const HOUR = 3_600_000;

function walls(intervals: WallClockIntervals, from: string, count: number): string[] {
  let interval: Interval = intervals.containing(parseInstant(from, 'from'));
  const bounds: string[] = [];
  for (let index = 0; index < count; index++) {
    const wall = intervals.wallBounds(interval);
    bounds.push(`${interval.start} ${wall.start} - ${wall.end}`);
    interval = intervals.next(interval);
  }
  return bounds;
}

describe('hours', () => {
  it('in Berlin: the hour that is skipped belongs to the interval before it', () => {
    expect(walls(new WallClockIntervals('PT1H', 'Europe/Berlin'), '2026-03-28T23:30:00Z', 4)).toEqual([
      '2026-03-28T23:00:00Z 2026-03-29 00:00:00 - 2026-03-29 01:00:00',
      '2026-03-29T00:00:00Z 2026-03-29 01:00:00 - 2026-03-29 03:00:00',
      '2026-03-29T01:00:00Z 2026-03-29 03:00:00 - 2026-03-29 04:00:00',
      '2026-03-29T02:00:00Z 2026-03-29 04:00:00 - 2026-03-29 05:00:00',
    ]);
  });

  it('in Berlin: the hour that comes twice is one interval of two hours', () => {
    const intervals = new WallClockIntervals('PT1H', 'Europe/Berlin');
    expect(walls(intervals, '2026-10-24T23:00:00Z', 3)).toEqual([
      '2026-10-24T23:00:00Z 2026-10-25 01:00:00 - 2026-10-25 02:00:00',
      '2026-10-25T00:00:00Z 2026-10-25 02:00:00 - 2026-10-25 03:00:00',
      '2026-10-25T02:00:00Z 2026-10-25 03:00:00 - 2026-10-25 04:00:00',
    ]);
    expect(intervals.containing(parseInstant('2026-10-25T01:59:59Z', 'now'))).toEqual({ start: '2026-10-25T00:00:00Z', end: '2026-10-25T02:00:00Z' });
  });

  it('in Kathmandu and Kolkata start at the wall clock\'s hours, not at UTC\'s', () => {
    expect(walls(new WallClockIntervals('PT1H', 'Asia/Kathmandu'), '2026-11-23T10:00:00Z', 1))
      .toEqual(['2026-11-23T09:15:00Z 2026-11-23 15:00:00 - 2026-11-23 16:00:00']);
    expect(walls(new WallClockIntervals('PT1H', 'Asia/Kolkata'), '2026-11-23T10:00:00Z', 1))
      .toEqual(['2026-11-23T09:30:00Z 2026-11-23 15:00:00 - 2026-11-23 16:00:00']);
  });

  it('on Lord Howe Island: the clock changes by half an hour', () => {
    const intervals = new WallClockIntervals('PT1H', 'Australia/Lord_Howe');
    expect(walls(intervals, '2026-04-04T14:00:00Z', 3)).toEqual([
      '2026-04-04T14:00:00Z 2026-04-05 01:00:00 - 2026-04-05 02:00:00', // an hour and a half
      '2026-04-04T15:30:00Z 2026-04-05 02:00:00 - 2026-04-05 03:00:00',
      '2026-04-04T16:30:00Z 2026-04-05 03:00:00 - 2026-04-05 04:00:00',
    ]);
    expect(walls(intervals, '2026-10-03T14:30:00Z', 3)).toEqual([
      '2026-10-03T14:30:00Z 2026-10-04 01:00:00 - 2026-10-04 02:00:00',
      '2026-10-03T15:30:00Z 2026-10-04 02:00:00 - 2026-10-04 03:00:00', // half an hour
      '2026-10-03T16:00:00Z 2026-10-04 03:00:00 - 2026-10-04 04:00:00',
    ]);
  });
});

describe('days', () => {
  it('start at local midnight and last 23 and 25 hours where the clock changes', () => {
    const intervals = new WallClockIntervals('P1D', 'Europe/Berlin');
    expect(walls(intervals, '2026-03-28T23:00:00Z', 2)).toEqual([
      '2026-03-28T23:00:00Z 2026-03-29 00:00:00 - 2026-03-30 00:00:00',
      '2026-03-29T22:00:00Z 2026-03-30 00:00:00 - 2026-03-31 00:00:00',
    ]);
    expect(intervals.starting('2026-10-24T22:00:00Z').end).toBe('2026-10-25T23:00:00Z');
  });

  it('start at the first minute of the day where midnight does not exist, and still read from 00:00', () => {
    const intervals = new WallClockIntervals('P1D', 'America/Sao_Paulo');
    expect(walls(intervals, '2018-11-03T12:00:00Z', 2)).toEqual([
      '2018-11-03T03:00:00Z 2018-11-03 00:00:00 - 2018-11-04 00:00:00',
      '2018-11-04T03:00:00Z 2018-11-04 00:00:00 - 2018-11-05 00:00:00',
    ]);
    expect(intervals.folder(intervals.starting('2018-11-04T03:00:00Z'))).toBe('20181104/0000');
  });

  it('leave out the day that Samoa left out', () => {
    expect(walls(new WallClockIntervals('P1D', 'Pacific/Apia'), '2011-12-29T12:00:00Z', 2)).toEqual([
      '2011-12-29T10:00:00Z 2011-12-29 00:00:00 - 2011-12-31 00:00:00',
      '2011-12-30T10:00:00Z 2011-12-31 00:00:00 - 2012-01-01 00:00:00',
    ]);
  });
});

it('five minutes: what the clock shows twice is one interval', () => {
  expect(walls(new WallClockIntervals('PT5M', 'America/New_York'), '2026-11-01T04:55:00Z', 3)).toEqual([
    '2026-11-01T04:55:00Z 2026-11-01 00:55:00 - 2026-11-01 01:00:00',
    '2026-11-01T05:00:00Z 2026-11-01 01:00:00 - 2026-11-01 02:00:00',
    '2026-11-01T07:00:00Z 2026-11-01 02:00:00 - 2026-11-01 02:05:00',
  ]);
});

it('finds the newest interval that has ended, on its end and just before', () => {
  const intervals = new WallClockIntervals('PT1H', 'UTC');
  expect(intervals.newestEndedBy(parseInstant('2026-11-23T10:00:00Z', 'now')).start).toBe('2026-11-23T09:00:00Z');
  expect(intervals.newestEndedBy(parseInstant('2026-11-23T09:59:59.999Z', 'now')).start).toBe('2026-11-23T08:00:00Z');
});

it('goes back by the wall clock', () => {
  expect(new WallClockIntervals('P1D', 'Europe/Berlin').startBefore('2026-10-31T23:00:00Z', 31)).toBe('2026-09-30T22:00:00Z');
  expect(new WallClockIntervals('PT1H', 'Europe/Berlin').startBefore('2026-10-25T11:00:00Z', 24)).toBe('2026-10-24T10:00:00Z');
});

describe('refuses', () => {
  it.each(['2026-11-23', '2026-11-23T10:00:00', 'now', '2026-13-23T10:00:00Z', ''])('the instant %j', text => {
    expect(() => parseInstant(text, 'scheduledTime')).toThrow(`scheduledTime must be an instant such as 2026-11-23T10:00:00Z, found ${JSON.stringify(text)}`);
  });
  it('unknown time zones and frequencies', () => {
    expect(() => new WallClockIntervals('PT1H', 'Mars/Olympus')).toThrow('timezone must be an IANA name such as Europe/Berlin, found "Mars/Olympus"');
    expect(() => new WallClockIntervals('PT7M' as Frequency, 'UTC')).toThrow('found "PT7M"');
  });
  it('an instant between two bounds', () => {
    expect(() => new WallClockIntervals('PT1H', 'UTC').starting('2026-11-23T10:30:00Z'))
      .toThrow('no PT1H interval of UTC starts at 2026-11-23T10:30:00Z: it lies in 2026-11-23T10:00:00Z to 2026-11-23T11:00:00Z');
  });
});

/** Around clock changes, and anywhere. */
const zones = fc.oneof(
  fc.constantFrom(
    'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Beirut', 'Africa/Cairo', 'America/Havana', 'Asia/Tehran',
    'Antarctica/Troll', 'America/St_Johns', 'Pacific/Apia', 'America/Nuuk', 'Atlantic/Azores', 'Africa/Casablanca', 'Pacific/Chatham', 'Antarctica/Casey',
  ),
  fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
);
const instants = fc.integer({ min: Date.parse('1975-01-01') / 1000, max: Date.parse('2099-01-01') / 1000 }).map(seconds => seconds * 1000);
const frequencies = fc.constantFrom<Frequency>('PT5M', 'PT10M', 'PT1H', 'P1D');

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions, locale: string, at: number): string {
  const key = `${zone} ${locale}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
  return formats.get(key)!.format(at);
}
const shownAt = (zone: string, at: number) => format(zone, { dateStyle: 'short', timeStyle: 'medium' }, 'sv', at);

/** Some intervals before the next change of the zone's offset, where the interesting things happen; the instant itself when none is near. */
function beforeNextChange(zone: string, from: number, back: number): number {
  const offset = (at: number) => format(zone, { timeZoneName: 'longOffset' }, 'en', at).split('GMT')[1];
  for (let at = from; at < from + 220 * 24 * HOUR; at += 72 * HOUR) {
    if (offset(at) === offset(at + 72 * HOUR)) continue;
    let [same, other] = [at, at + 72 * HOUR];
    while (other - same > 60_000) {
      const middle = (same + other) / 2;
      if (offset(middle) === offset(at)) same = middle; else other = middle;
    }
    return Math.floor(same / 1000) * 1000 - back;
  }
  return from;
}

it('intervals partition time and the wall clock, in every zone, also around clock changes', () => {
  fc.assert(fc.property(zones, instants, frequencies, fc.integer({ min: 1, max: 40 }), fc.boolean(), (zone, at, frequency, count, atChange) => {
    const intervals = new WallClockIntervals(frequency, zone);
    const from = atChange ? beforeNextChange(zone, at, FREQUENCY_SECONDS[frequency] * 1000 * Math.floor(count / 2)) : at;
    let interval = intervals.containing(from);
    expect(Date.parse(interval.start) <= from && from < Date.parse(interval.end)).toBe(true);
    const folders = new Set<string>();
    let wallEnd = intervals.wallBounds(interval).start;
    for (let index = 0; index < count; index++) {
      const wall = intervals.wallBounds(interval);
      expect(wall.start).toBe(wallEnd); // bounds meet on the wall
      expect(wall.start < wall.end).toBe(true);
      wallEnd = wall.end;
      folders.add(intervals.folder(interval));
      // what the wall clock shows inside the interval lies within its bounds on the wall
      for (const share of [0, 0.25, 0.5, 0.75, 0.999]) {
        const inside = Date.parse(interval.start) + Math.floor((Date.parse(interval.end) - Date.parse(interval.start)) * share / 1000) * 1000;
        expect(intervals.containing(inside)).toEqual(interval);
        const shown = shownAt(zone, inside);
        expect(shown >= wall.start && shown < wall.end).toBe(true);
      }
      const next = intervals.next(interval);
      expect(next.start).toBe(interval.end); // instants meet
      interval = next;
    }
    expect(folders.size).toBe(count);
  }), { numRuns: 150 });
});

it('a leap day is a day like any other, and its hours are read', () => {
  const days = new WallClockIntervals('P1D', 'Europe/Berlin');
  expect(walls(days, '2028-02-28T12:00:00Z', 3)).toEqual([
    '2028-02-27T23:00:00Z 2028-02-28 00:00:00 - 2028-02-29 00:00:00',
    '2028-02-28T23:00:00Z 2028-02-29 00:00:00 - 2028-03-01 00:00:00',
    '2028-02-29T23:00:00Z 2028-03-01 00:00:00 - 2028-03-02 00:00:00',
  ]);
  expect(days.startBefore('2028-02-29T23:00:00Z', 366)).toBe('2027-02-28T23:00:00Z');
});

it('a span is divided without gap and overlap, into parts that are no longer than asked, and every span that overlaps it is cut alike', () => {
  fc.assert(fc.property(
    zones, instants, frequencies, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 30 }), fc.boolean(),
    (zone, at, frequency, length, count, later, atChange) => {
      const intervals = new WallClockIntervals(frequency, zone);
      const back = -FREQUENCY_SECONDS[frequency] * 1000 * Math.floor(length / 2);
      const end = intervals.containing(atChange ? beforeNextChange(zone, at, back) : at).start;
      const span = { start: intervals.startBefore(end, length), end };
      fc.pre(span.start < span.end); // the clock jumped over all of it
      const parts = intervals.divide(span, count);
      expect([parts[0].start, parts[parts.length - 1].end]).toEqual([span.start, span.end]);
      parts.forEach((part, index) => {
        if (index > 0) expect(part.start).toBe(parts[index - 1].end);
        expect(part.start < part.end).toBe(true);
        intervals.starting(part.start);
        const wall = intervals.wallBounds(part);
        const shown = Date.parse(`${wall.end.replace(' ', 'T')}Z`) - Date.parse(`${wall.start.replace(' ', 'T')}Z`);
        // where the clock is changed, a cut can be one change farther
        expect(shown).toBeLessThanOrEqual(count * FREQUENCY_SECONDS[frequency] * 1000 + 24 * HOUR);
      });
      let newer = intervals.starting(end);
      for (let step = 0; step < later; step++) newer = intervals.next(newer);
      const cuts = (from: string, to: string) => intervals.divide({ start: from, end: to }, count).slice(1).map(({ start }) => start);
      const shared = cuts(span.start, newer.end).filter(cut => cut < end);
      expect(parts.slice(1).map(({ start }) => start)).toEqual(shared);
    },
  ), { numRuns: 100 });
});

it('whatever the delay up to five days, runs that come an interval apart find intervals that meet', () => {
  const delays = fc.integer({ min: 0, max: 432_000 });
  fc.assert(fc.property(zones, instants, frequencies, delays, fc.boolean(), (zone, at, frequency, delaySeconds, atChange) => {
    const intervals = new WallClockIntervals(frequency, zone);
    const from = atChange ? beforeNextChange(zone, at, FREQUENCY_SECONDS[frequency] * 3000) : at;
    const newest = (now: number) => intervals.newestEndedBy(now - delaySeconds * 1000);
    let known = newest(from);
    for (let run = 1; run <= 12; run++) {
      const now = from + run * FREQUENCY_SECONDS[frequency] * 1000;
      const found = newest(now);
      expect(Date.parse(found.end)).toBeLessThanOrEqual(now - delaySeconds * 1000);
      expect(Date.parse(intervals.next(found).end)).toBeGreaterThan(now - delaySeconds * 1000);
      // none is passed over: from the one known, each next one leads to the one found
      while (known.start < found.start) known = intervals.next(known);
      expect(known).toEqual(found);
    }
  }), { numRuns: 100 });
});

it('an instant is written as it was read', () => {
  fc.assert(fc.property(instants, instant => expect(parseInstant(formatInstant(instant), 'instant')).toBe(instant)));
});
