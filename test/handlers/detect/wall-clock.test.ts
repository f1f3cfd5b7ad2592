// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { WallClockIntervals } from '../../../handlers/shared/time';
import { WallClock } from '../../../handlers/shared/wall-clock';
import type { Frequency } from '../../../src/private/contract';

const seconds = (text: string): number => Date.parse(text) / 1000;
const ZONES = Intl.supportedValuesOf('timeZone');
const FREQUENCIES: Frequency[] = ['PT5M', 'PT10M', 'PT1H', 'P1D'];
const instants = fc.integer({ min: seconds('1973-01-01T00:00:00Z'), max: seconds('2037-01-01T00:00:00Z') });

/** Instants near changes of the clock, where mistakes would be. */
function nearChange(timezone: string, from: number): number {
  const clock = new WallClock(timezone, 'PT1H');
  for (let day = 0; day < 200; day++) {
    const at = from + day * 86_400;
    if (clock.wallSeconds(at) - at !== clock.wallSeconds(at + 86_400) - at - 86_400) return at;
  }
  return from;
}

describe('WallClock', () => {
  test('agrees with the intervals that are crawled, in every zone, around changes of the clock too', () => {
    fc.assert(fc.property(
      fc.constantFrom(...ZONES), fc.constantFrom(...FREQUENCIES), instants, fc.integer({ min: 0, max: 86_400 }),
      (timezone, frequency, from, further) => {
        const intervals = new WallClockIntervals(frequency, timezone);
        const clock = new WallClock(timezone, frequency);
        const instant = nearChange(timezone, from) + further;
        const interval = intervals.containing(instant * 1000);
        const slot = clock.slotOf(clock.wallSeconds(instant));
        expect(clock.intervalOf(slot)).toEqual(interval);
        expect(clock.slotOfInterval(interval)).toBe(slot);
        expect(new Date(slot * 1000).toISOString()).toBe(`${intervals.wallBounds(interval).start.replace(' ', 'T')}.000Z`);
        expect(clock.previous(clock.next(slot))).toBe(slot);
        expect(clock.intervalOf(clock.next(slot))).toEqual(intervals.next(interval));
        // every time between the bounds on the wall, shown or not, belongs to it
        const end = clock.next(slot);
        for (const wall of [slot, slot + 1, (slot + end) / 2, end - 1]) expect(clock.slotOf(wall)).toBe(slot);
      },
    ), { numRuns: 150 });
  });

  test('what is dated in an hour that the clock jumps over belongs to the hour before', () => {
    const clock = new WallClock('Europe/Berlin', 'PT1H');
    const before = seconds('2026-03-29T01:00:00Z');
    expect(clock.slotOf(seconds('2026-03-29T02:30:00Z'))).toBe(before);
    expect(clock.next(before)).toBe(seconds('2026-03-29T03:00:00Z'));
    expect(clock.intervalOf(before)).toEqual({ start: '2026-03-29T00:00:00Z', end: '2026-03-29T01:00:00Z' });
  });

  test('knows the times that it never shows, in every zone', () => {
    fc.assert(fc.property(fc.constantFrom(...ZONES), instants, fc.integer({ min: -200, max: 200 }), (timezone, from, minutes) => {
      const clock = new WallClock(timezone, 'PT1H');
      const wall = clock.wallSeconds(nearChange(timezone, from)) + minutes * 600;
      // all instants at which a clock of the world may show it: offsets are whole numbers of five minutes (Kiritimati's was -10:40 in 1973)
      const instantsAround = Array.from({ length: 12 * 52 + 1 }, (_, fifth) => wall - 26 * 3600 + fifth * 300);
      const isShown = instantsAround.some(instant => clock.wallSeconds(instant) === wall);
      expect(clock.shows(wall)).toBe(isShown);
    }), { numRuns: 300 });
    const berlin = new WallClock('Europe/Berlin', 'PT1H');
    expect(['01:59:59', '02:00:00', '02:59:59', '03:00:00'].map(time => berlin.shows(seconds(`2026-03-29T${time}Z`)))).toEqual([true, false, false, true]);
  });

  test('the hour that comes twice is one interval', () => {
    const clock = new WallClock('Europe/Berlin', 'PT1H');
    expect(clock.intervalOf(seconds('2026-10-25T02:00:00Z'))).toEqual({ start: '2026-10-25T00:00:00Z', end: '2026-10-25T02:00:00Z' });
  });

  test('a day without midnight starts at what would be midnight', () => {
    const clock = new WallClock('America/Sao_Paulo', 'P1D');
    const slot = seconds('2018-11-04T00:00:00Z');
    expect(clock.slotOf(slot)).toBe(slot);
    expect(clock.startOf(slot)).toBe(seconds('2018-11-04T03:00:00Z'));
  });

  test('bounds that are no interval are refused in words', () => {
    const clock = new WallClock('UTC', 'PT1H');
    expect(() => clock.slotOfInterval({ start: '2026-01-01T10:30:00Z', end: '2026-01-01T11:30:00Z' })).toThrow('no PT1H interval of UTC starts at');
    expect(() => clock.slotOfInterval({ start: '2026-01-01T10:00:00Z', end: '2026-01-01T12:00:00Z' })).toThrow('ends at 2026-01-01T11:00:00Z, not at 2026-01-01T12:00:00Z');
  });
});
