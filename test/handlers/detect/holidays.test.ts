// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { DETECTOR, STATE_BUCKET, World } from './world';
import { holidaysOfDetector, type PublicHolidays, publicHolidays } from '../../../handlers/detect/holidays';
import { decodeModelFile } from '../../../handlers/detect/model/model-file';
import { NumberedHolidays } from '../../../handlers/detect/model/numbered-holidays';
import { UnusableData } from '../../../handlers/input/unusable-data';
import type { DataFinding, DetectionOutcome } from '../../../src/private/contract';

const dayOf = (date: string): number => Date.parse(date) / 864e5;
const nameOf = (holidays: PublicHolidays, date: string): string | undefined => (
  holidays.ofYear(Number(date.slice(0, 4))).find(({ day }) => day === dayOf(date))?.name);

describe('public holidays', () => {
  test.each([
    ['DE', '2026-04-03', 'Good Friday'],
    ['DE', '2026-01-06', undefined],
    ['DE-BY', '2026-01-06', 'Epiphany'],
    ['US', '2026-11-26', 'Thanksgiving Day'],
    ['JP', '2026-02-11', 'Foundation Day'],
    // a substitute day has the name of its holiday, a long holiday has days
    ['GB', '2026-12-28', 'Boxing Day'],
    ['TR', '2026-03-21', 'End of Ramadan (Eid al-Fitr), day 2'],
    ['CK-Rarotonga', '2026-08-04', 'Constitution Day'],
  ])('%s: %s is %s', async (code, date, name) => {
    expect(nameOf(await publicHolidays(code, 'holidays'), date)).toBe(name);
  });

  test.each<[string, readonly number[] | undefined]>([
    ['EG', [5, 6]], ['IL', [5, 6]], ['IR', [5]], ['AE', undefined], ['DE-BY', undefined],
  ])('%s: the weekend is %j', async (code, weekend) => {
    const holidays = await publicHolidays(code, 'holidays');
    expect(holidays.weekend).toEqual(weekend);
    expect(new NumberedHolidays(holidays, []).weekend).toEqual(weekend ?? [6, 0]);
  });

  test('lie in their year, oldest first', async () => {
    const holidays = await publicHolidays('IN', 'holidays');
    fc.assert(fc.property(fc.integer({ min: 2000, max: 2050 }), year => {
      const days = holidays.ofYear(year).map(({ day }) => day);
      expect(days).toEqual([...days].sort((a, b) => a - b));
      expect(new Set(days.map(day => new Date(day * 864e5).getUTCFullYear()))).toEqual(new Set([year]));
    }), { numRuns: 20 });
  });

  test.each([
    ['a country that there is not', 'XX', 'tag "x" is "XX": no holidays are known of this country; give the ISO 3166 code of one, such as "DE", or of a part, such as "DE-BY"; known with X: XK'],
    ['a country by another code', 'UK', 'tag "x" is "UK": no holidays are known of this country; give "GB", by ISO 3166'],
    ['a part of it', 'UK-SCT', 'give "GB-SCT", by ISO 3166'],
    ['small letters', 'de', 'known with D: DE, DJ, DK'],
    ['nothing', '', 'tag "x" is "": no holidays are known of this country'],
    ['a property of objects', '__proto__', 'no holidays are known of this country'],
    ['another property of objects', 'constructor', 'no holidays are known of this country'],
    ['a part that there is not', 'DE-XX', 'tag "x" is "DE-XX": no holidays are known of this part of DE; give "DE" or one of DE-BB, DE-BE'],
    ['a part named like a property', 'DE-constructor', 'no holidays are known of this part of DE'],
    ['a part of a part', 'DE-BY-A', 'no holidays are known of this part of DE'],
    ['a part where there are none', 'FO-X', 'of this part of FO; give "FO"'],
    ['a long text', 'D'.repeat(1000), `is "${'D'.repeat(20)}…": no holidays`],
  ])('%s is refused with what is known', async (_, code, message) => {
    await expect(publicHolidays(code, 'tag "x"')).rejects.toThrow(UnusableData);
    await expect(publicHolidays(code, 'tag "x"')).rejects.toThrow(message);
  });

  test('are known to detectors with the tag only', async () => {
    const tags = { 'cdk-redshift-lookout:holidays': 'DE-BY', 'other': 'DE' };
    expect(await holidaysOfDetector({ tags: { other: 'DE' } })).toBeUndefined();
    expect(await holidaysOfDetector({})).toBeUndefined();
    expect((await holidaysOfDetector({ tags }))!.code).toBe('DE-BY');
    await expect(holidaysOfDetector({ tags: { 'cdk-redshift-lookout:holidays': 'de' } })).rejects.toThrow('tag cdk-redshift-lookout:holidays is "de"');
  });
});

describe('numbers of holidays', () => {
  const yearly = (...dates: [string, string][]): PublicHolidays => ({
    code: 'DE', ofYear: year => dates.map(([date, name]) => ({ day: dayOf(`${year}-${date}`), name })).sort((a, b) => a.day - b.day),
  });
  const ofEach = (holidays: NumberedHolidays, ...dates: string[]): (number | undefined)[] => dates.map(date => holidays.identityOf(dayOf(date)));

  test('are the same in every year', async () => {
    const holidays = new NumberedHolidays(await publicHolidays('DE', 'holidays'), []);
    const [easter] = ofEach(holidays, '2024-04-01');
    expect(easter).toBeGreaterThanOrEqual(0);
    expect(ofEach(holidays, '2025-04-21', '2026-04-06', '2023-04-10', '2026-04-01')).toEqual([easter, easter, easter, undefined]);
  });

  test('stay when later data has more holidays', () => {
    const before = new NumberedHolidays(yearly(['05-01', 'Labour Day'], ['12-25', 'Christmas']), []);
    expect(ofEach(before, '2026-05-01', '2026-12-25')).toEqual([0, 1]);
    const after = new NumberedHolidays(yearly(['01-06', 'Epiphany'], ['05-01', 'Labour Day'], ['12-25', 'Christmas']), before.names);
    expect(ofEach(after, '2026-05-01', '2026-12-25', '2026-01-06')).toEqual([0, 1, 2]);
    expect(after.names).toEqual(['Labour Day', 'Christmas', 'Epiphany']);
  });

  test('of two holidays on one day are that of the first', () => {
    const holidays = new NumberedHolidays(yearly(['05-01', 'Labour Day'], ['05-01', 'Ascension']), []);
    expect(ofEach(holidays, '2008-05-01')).toEqual([0]);
    expect(holidays.names).toEqual(['Labour Day']);
  });

  test('reach over the end of the year with a holiday of several days', () => {
    const long: PublicHolidays = {
      code: 'XX', ofYear: year => [31, 32].map((day, index) => ({ day: dayOf(`${year}-12-01`) + day - 1, name: index === 0 ? 'Feast' : 'Feast, day 2' })),
    };
    const holidays = new NumberedHolidays(long, []);
    expect(ofEach(holidays, '2026-12-31', '2027-01-01').map(number => holidays.names[number!])).toEqual(['Feast', 'Feast, day 2']);
  });
});

describe('a daily detector', () => {
  const FIRST = '2023-01-02T00:00:00Z';
  const DAYS = 3 * 365 + 80;
  const TAGS = { 'cdk-redshift-lookout:holidays': 'DE' };
  const SHOPPING = { DimensionList: [], MetricList: [{ MetricName: 'orders', AggregationFunction: 'SUM' as const }], TimestampColumn: { ColumnName: 'day', ColumnFormat: 'yyyy-MM-dd' } };
  let world: World;
  let holidays: Set<number>;
  beforeAll(async () => {
    world = await World.start();
    const germany = await publicHolidays('DE', 'holidays');
    holidays = new Set([2023, 2024, 2025, 2026].flatMap(year => germany.ofYear(year).map(({ day }) => day)));
  });
  afterAll(() => world.close());

  /** Orders of a shop in Germany that hardly sells anything on public holidays. */
  const row = (day: number): string => {
    const usual = 1000 * (new Date(day * 864e5).getUTCDay() === 0 ? 0.6 : 1) * (1 + 0.03 * Math.sin(day * 12.9898));
    return `${new Date(day * 864e5).toISOString().slice(0, 10)},${Math.round(usual * (holidays.has(day) ? 0.25 : 1))}`;
  };
  const learn = async (tags?: Record<string, string>) => {
    await world.setUp({ frequency: 'P1D', definition: SHOPPING, tags });
    const first = dayOf(FIRST);
    await world.put('history/000', ['day,orders', ...Array.from({ length: DAYS }, (_, index) => row(first + index))].join('\n'));
    return world.learn();
  };
  const detect = async (day: number) => {
    const start = new Date(day * 864e5).toISOString().replace('.000', '');
    await world.put(`live/${start.slice(0, 10).replaceAll('-', '')}/0000/000`, `day,orders\n${row(day)}`);
    return world.detect(start, undefined, { seconds: 86_400 });
  };
  const GOOD_FRIDAY = dayOf('2026-04-03');

  test.each<[string, Record<string, string> | undefined, number]>([
    ['finds a holiday usual that it knows', TAGS, 0],
    ['finds it an anomaly when it knows none', undefined, 1],
  ])('%s, also after its model was read anew', async (_, tags, groups) => {
    expect(await learn(tags)).toMatchObject({ detectorStatus: 'ACTIVE' });
    for (let day = dayOf(FIRST) + DAYS; day < GOOD_FRIDAY; day++) expect((await detect(day)).anomalyGroupIds).toEqual([]);
    expect((await detect(GOOD_FRIDAY)).anomalyGroupIds).toHaveLength(groups);
  });

  test('that is told of a country without holidays fails in words that fit', async () => {
    const { detectorStatus, failureReason } = await learn({ 'cdk-redshift-lookout:holidays': 'ZZ' });
    expect(detectorStatus).toBe('FAILED');
    expect(failureReason).toMatch(/^tag cdk-redshift-lookout:holidays is "ZZ": no holidays are known of this country; .* known with Z: ZA, ZM, ZW$/);
  });

  test('detects nothing with a model of other holidays, and learns anew when it is activated again', async () => {
    await learn(TAGS);
    const before = (await world.state()).get('state/shop/model')!;
    const french = { frequency: 'P1D' as const, definition: SHOPPING, tags: { 'cdk-redshift-lookout:holidays': 'FR' }, keepsData: true };
    const withModel = async (status: 'ACTIVE' | 'ACTIVATING') => {
      await world.setUp({ ...french, status });
      await world.put('state/shop/model', before, STATE_BUCKET);
    };
    await withModel('ACTIVE');
    await expect(detect(GOOD_FRIDAY)).rejects.toThrow('was learned with other measures, dimensions, frequency, time zone or holidays than it has now: '
      + 'deactivate it and activate it again');
    await withModel('ACTIVATING');
    expect(await world.learn()).toMatchObject({ detectorStatus: 'ACTIVE', intervals: DAYS });
    const after = (await world.state()).get('state/shop/model')!;
    expect(decodeModelFile(before).header.holidays).toMatchObject({ code: 'DE', names: expect.arrayContaining(['National Holiday']) });
    expect(decodeModelFile(after).header.holidays).toMatchObject({ code: 'FR', names: expect.arrayContaining(['Bastille Day']) });
  });
});

describe('missing data of an hourly detector', () => {
  const TAGS = { 'cdk-redshift-lookout:holidays': 'DE' };
  const HEADER = 'at,orders';
  const DEFINITION = {
    DimensionList: [],
    MetricList: [{ MetricName: 'orders', AggregationFunction: 'SUM' as const }],
    TimestampColumn: { ColumnName: 'at', ColumnFormat: 'yyyy-MM-dd HH:mm:ss' },
  };
  const GOOD_FRIDAY = Date.parse('2026-04-03T00:00:00Z') / 36e5;
  let world: World;
  beforeAll(async () => { world = await World.start(); });
  afterAll(() => world.close());

  const textOf = (hour: number): string => new Date(hour * 36e5).toISOString().replace('.000', '');
  /** A shop from 9 to 19, closed on Sundays and on Good Friday; the Saturday after that its data come at noon only. */
  const rows = (hour: number): string[] => {
    const [day, ofDay] = [Math.floor(hour / 24), hour % 24];
    const isOpen = ofDay >= 9 && ofDay < 19 && new Date(day * 864e5).getUTCDay() !== 0 && (hour < GOOD_FRIDAY || hour >= GOOD_FRIDAY + 36);
    return isOpen ? [`${textOf(hour).slice(0, 19).replace('T', ' ')},${1000 + hour % 17}`] : [];
  };
  const history = (to: number): string => [HEADER, ...Array.from({ length: 70 * 24 }, (_, index) => rows(to - 70 * 24 + index)).flat()].join('\n');
  const told = (findings: readonly DataFinding[] = []): string[] => findings.map(({ since, text }) => `${since} ${text}`);
  const SATURDAY = ['2026-04-02T19:00:00Z no rows for 39 intervals', '2026-04-02T19:00:00Z rows again after 41 intervals without any'];

  test.each([['with', TAGS, SATURDAY], ['without', undefined, [
    '2026-04-02T19:00:00Z no rows for 15 intervals', SATURDAY[1],
  ]]] as const)('%s holidays: a closed one is known, and a day after it that stays silent is found', async (_, tags, expected) => {
    await world.setUp({ frequency: 'PT1H', definition: DEFINITION, tags });
    await world.put('history/000', history(GOOD_FRIDAY));
    expect(await world.learn()).toMatchObject({ detectorStatus: 'ACTIVE' });
    const found: string[] = [];
    for (let hour = GOOD_FRIDAY; hour < GOOD_FRIDAY + 38; hour++) {
      const start = textOf(hour);
      await world.put(`live/${start.slice(0, 10).replaceAll('-', '')}/${start.slice(11, 13)}00/000`, [HEADER, ...rows(hour)].join('\n'));
      found.push(...told((await world.detect(start)).dataFindings));
    }
    expect(found).toEqual(expected);
    // a back test of the same tells the same
    await world.setUp({ status: 'BACK_TEST_ACTIVATING', frequency: 'PT1H', definition: DEFINITION, tags });
    await world.put('history/000', history(GOOD_FRIDAY + 38));
    await world.learn(world.handler(), true);
    const { items } = await world.store.listExecutions(DETECTOR, { limit: 1000 });
    const executions = [...items].sort((a, b) => a.start - b.start).filter(({ start }) => start >= GOOD_FRIDAY * 3600);
    expect(executions.flatMap(({ outcome }) => told((outcome as DetectionOutcome).dataFindings))).toEqual(expected);
  });
});
