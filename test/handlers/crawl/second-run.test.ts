// SPDX-License-Identifier: Apache-2.0

/** Daily intervals where clocks go forward: the second run of a day. */
import * as fc from 'fast-check';
import { CrawlSteps } from './crawl-steps';
import { SETTINGS } from './ledger-table';
import { isSecondRun } from '../../../handlers/crawl/second-run';
import { WallClockIntervals } from '../../../handlers/shared/time';
import { parseScheduleExpression } from '../../../local/schedule/expression';
import { cronFields } from '../../../src/private/crawl-schedule';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const settings = { ...SETTINGS, frequency: 'P1D' as const, historyIntervals: 10 };
/** In Berlin, clocks went forward on 29 March 2026 at 02:00. */
const DAYS = [
  { start: '2026-03-27T23:00:00Z', end: '2026-03-28T23:00:00Z' }, { start: '2026-03-28T23:00:00Z', end: '2026-03-29T22:00:00Z' },
  { start: '2026-03-29T22:00:00Z', end: '2026-03-30T22:00:00Z' },
];
/** The runs of 30 March, with a delay of 23 hours: the first comes an hour early, at 23:00 of the 29th. */
const DELAYED = { ...settings, delaySeconds: 23 * 3600 };

describe('the second run of a day', () => {
  const steps = new CrawlSteps(settings);
  const { handle, crawl, metrics } = { handle: (event: any) => steps.handle(event) as Promise<any>, crawl: steps.crawl, metrics: steps.metrics };
  const plan = (scheduledTime: string, execution: string, given = DELAYED) => handle({ action: 'plan', settings: given, scheduledTime, execution });
  const readUpTo = async (now: string, given = DELAYED) => {
    const { interval } = await handle({ action: 'planHistory', settings: given, now, execution: 'history' });
    await handle({ action: 'historyUnloaded', execution: 'history', interval, statement: { Id: 's', Status: 'FINISHED', ResultRows: 1 } });
    await handle({ action: 'planHistory', settings: given, now, execution: 'history' });
    await handle({ action: 'historyFinished', execution: 'history' });
    return interval.end as string;
  };
  const lag = () => metrics().filter(line => 'CrawlLag' in line).length;

  beforeEach(async () => {
    steps.handle = await steps.ledger.fresh();
    expect(await readUpTo('2026-03-28T22:30:00Z')).toBe(DAYS[0].start);
  });

  test('reads what the first one came too early for', async () => {
    expect(await plan('2026-03-29T21:00:00Z', 'first')).toMatchObject({ intervals: [], reason: expect.stringContaining('nothing is missing up to') });
    expect(await plan('2026-03-29T23:00:00Z', 'second')).toMatchObject({ intervals: [DAYS[0]] });
    await crawl(DAYS[0], 'second', DELAYED);
    expect(await plan('2026-03-29T23:00:00Z', 'second')).toMatchObject({ intervals: [], reason: expect.stringContaining('nothing is missing up to') });
    expect(await steps.ledger.items('control')).not.toHaveProperty('lease');
    expect(await plan('2026-03-30T21:00:00Z', 'next')).toMatchObject({ intervals: [DAYS[1]] });
  });

  test('on any other day ends at once, says nothing of how far the crawl is, and takes no lease', async () => {
    await plan('2026-03-29T23:00:00Z', 'first');
    await crawl(DAYS[0], 'first', DELAYED);
    await plan('2026-03-29T23:00:00Z', 'first');
    const before = metrics().length;
    expect(await plan('2026-03-29T23:00:00Z', 'second')).toMatchObject({ intervals: [], reason: expect.stringContaining('second run of the day') });
    expect(metrics()).toHaveLength(before);
    expect(lag()).toBeGreaterThan(0);
    expect(await steps.ledger.items('control')).not.toHaveProperty('lease');
  });

  test.each(['failed', 'fell silent'])('tries nothing again that %s in the first one; the next day does, and whoever asks', async ended => {
    // the first run comes late, as after a pause
    expect(await plan('2026-03-29T22:10:00Z', 'first')).toMatchObject({ intervals: [DAYS[0]] });
    await steps.begin(DAYS[0], 'first', DELAYED);
    if (ended === 'failed') await steps.failed(DAYS[0], 'first', { settings: DELAYED });
    else steps.ledger.now += DAY;
    expect(await plan('2026-03-29T23:00:00Z', 'second')).toMatchObject({
      intervals: [], reason: `the interval ${DAYS[0].start} was tried by execution first: the first run of the next day tries it again`,
    });
    expect(await plan('2026-03-29T23:00:01Z', 'by hand')).toMatchObject({ intervals: [DAYS[0]] });
    await steps.failed(DAYS[0], 'by hand', { settings: DELAYED });
    expect((await plan('2026-03-30T21:00:00Z', 'next')).intervals).toEqual(DAYS.slice(0, 2));
  });

  test('reads again what the first one came too early for, but nothing that a run has tried', async () => {
    const settling = { ...settings, settleSeconds: 86_400 };
    const [reading] = DAYS.map(day => ({ ...day, reading: 'FIRST_OF_TWO' as const }));
    const again = { ...DAYS[0], reading: 'AGAIN' as const };
    await plan('2026-03-28T23:05:00Z', 'first', settling);
    await crawl(reading, 'first', settling);
    await plan('2026-03-28T23:05:00Z', 'first', settling);
    // the day after has 23 hours: at its end the settle time is not over
    await plan('2026-03-29T22:05:00Z', 'next', settling);
    await crawl({ ...DAYS[1], reading: 'FIRST_OF_TWO' }, 'next', settling);
    expect((await plan('2026-03-29T22:05:00Z', 'next', settling)).intervals).toEqual([]);
    expect((await plan('2026-03-30T00:05:00Z', 'second', settling)).intervals).toEqual([again]);
    await steps.begin(again, 'second', settling);
    await steps.failed(again, 'second', { settings: settling });
    expect(await plan('2026-03-30T00:05:00Z', 'second once more', settling)).toMatchObject({ intervals: [], reason: expect.stringContaining('second run of the day') });
    await plan('2026-03-30T22:05:00Z', 'day after', settling);
    await crawl({ ...DAYS[2], reading: 'FIRST_OF_TWO' }, 'day after', settling);
    expect((await plan('2026-03-30T22:05:00Z', 'day after', settling)).intervals).toEqual([again, { ...DAYS[1], reading: 'AGAIN' }]);
  });

  test('tells of what is untold', async () => {
    await plan('2026-03-29T22:10:00Z', 'first');
    await steps.begin(DAYS[0], 'first', DELAYED);
    await steps.failed(DAYS[0], 'first', { settings: DELAYED });
    expect(await plan('2026-03-29T23:00:00Z', 'second')).toMatchObject({ untold: { detail: { execution: 'first', attempt: 1 } } });
  });

  test('leaves its time to a run that is under way', async () => {
    await plan('2026-03-29T21:00:00Z', 'early');
    expect(await plan('2026-03-29T22:10:00Z', 'first')).toMatchObject({ intervals: [DAYS[0]] });
    await steps.begin(DAYS[0], 'first', DELAYED);
    expect(await plan('2026-03-29T23:00:00Z', 'second')).toMatchObject({ reason: 'execution first is crawling, and will crawl up to 2026-03-29T23:00:00Z too' });
  });
});

const zones = fc.oneof(
  fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
  fc.constantFrom(
    'Asia/Beirut', 'America/Havana', 'Australia/Lord_Howe', 'Antarctica/Troll', 'Pacific/Apia', 'America/Nuuk', 'Africa/Casablanca', 'Europe/Dublin',
    'Africa/Cairo', 'Asia/Gaza', 'America/Asuncion', 'America/Santiago', 'Atlantic/Azores', 'Pacific/Chatham', 'Asia/Tehran', 'America/Scoresbysund',
  ),
);

/** Changes of a zone's offset in a year, as instants. */
function changes(zone: string, year: number): number[] {
  const intervals = new WallClockIntervals('P1D', zone);
  const found: number[] = [];
  let { start, end } = intervals.containing(Date.UTC(year, 0, 1));
  for (; Date.parse(start) < Date.UTC(year + 1, 0, 1); { start, end } = intervals.next({ start, end })) {
    if (Date.parse(end) - Date.parse(start) !== DAY) found.push(Date.parse(start));
  }
  return found;
}

test('every daily interval is read within two hours of being due, within a day where clocks jump by more: in any zone and year, with any delay', () => {
  fc.assert(fc.property(
    zones, fc.integer({ min: 1990, max: 2037 }), fc.integer({ min: 0, max: 5 * 1440 }), fc.nat(), (zone, year, delayMinutes, which) => {
      const found = changes(zone, year);
      fc.pre(found.length > 0 || which % 10 === 0); // most zones change nothing: some of these are enough
      const around = found[which % found.length] ?? Date.UTC(year, 0, 1);
      const delaySeconds = delayMinutes * 60;
      const { minute, hour } = cronFields(86_400, delaySeconds);
      const next = parseScheduleExpression(`cron(${minute} ${hour} * * ? *)`, zone, new Date(0));
      const intervals = new WallClockIntervals('P1D', zone);
      let interval = intervals.containing(around - 7 * DAY);
      let fired = new Date(Date.parse(interval.end));
      // stations in Antarctica put their clocks forward by three hours and more
      let day = interval;
      const steps = Array.from({ length: 20 }, () => Math.abs(Date.parse(day.end) - Date.parse((day = intervals.next(day)).end)) - DAY);
      const limit = steps.some(step => Math.abs(step) > 2 * HOUR) ? DAY : 2 * HOUR;
      for (let count = 0; count < 9; count++, interval = intervals.next(interval)) {
        const due = Date.parse(interval.end) + delaySeconds * 1000;
        while (fired.getTime() < due) fired = next(fired)!;
        expect([interval.start, fired.getTime() - due <= limit]).toEqual([interval.start, true]);
      }
    },
  ), { numRuns: 300 });
});

test('a run is the second of its day by the clock on the wall', () => {
  const second = (timezone: string, delaySeconds: number, time: string) => isSecondRun({ ...settings, timezone, delaySeconds }, time);
  expect(second('Europe/Berlin', 300, '2026-03-30T00:05:00Z')).toBe(true);
  expect(second('Europe/Berlin', 300, '2026-03-29T22:05:00Z')).toBe(false);
  expect(second('Europe/Berlin', 61, '2026-01-29T01:02:00Z')).toBe(true);
  expect(second('Australia/Lord_Howe', 0, '2026-01-28T15:00:00Z')).toBe(true);
  expect(second('Etc/UTC', 23 * 3600, '2026-01-28T01:00:00Z')).toBe(true);
  expect(second('Etc/UTC', 23 * 3600, '2026-01-28T01:00:01Z')).toBe(false);
  expect(isSecondRun({ ...SETTINGS, timezone: 'Etc/UTC', delaySeconds: 0 }, '2026-01-28T02:00:00Z')).toBe(false);
});
