// SPDX-License-Identifier: Apache-2.0

/** What all combinations of a shop have in common, hidden in the noise of each: told as the total, and with the total only. */
import { GetAnomalyGroupCommand, ListAnomalyGroupTimeSeriesCommand, PutFeedbackCommand } from '@aws-sdk/client-lookoutmetrics';
import { longText, shortText } from '../../../../handlers/detect/alerts/alert-message';
import { DetectorModel } from '../../../../handlers/detect/model/detector-model';
import type { AlertFilters, GroupRecord } from '../../../../handlers/lookout/store';
import type { DetectionOutcome, PlannedInterval } from '../../../../src/private/contract';
import { TestService } from '../../lookout/service';
import { breakingIn } from '../breaking';
import { type Change, NOISY_SETUP, noisyFile, noisyHour } from '../noisy-shop';
import { hour, liveKey } from '../shop';
import { DETECTOR, STATE_BUCKET, World } from '../world';

const MODEL = 'state/shop/model';
const HISTORY_START = '2025-12-24T00:00:00Z';
const DAYS = 29;

const less: Change = () => 0.65;

let world: World;
let bringBack: () => Promise<void>;
beforeAll(async () => {
  world = await World.start();
  await world.setUp(NOISY_SETUP);
  await world.put('history/000', noisyFile(HISTORY_START, 24 * DAYS));
  await world.learn();
  bringBack = await world.keep();
});
beforeEach(() => bringBack());
afterAll(() => world.close());

/** Detects an interval in a new function, which reads the model. */
async function detect(start: string, change?: Change, handler = world.handler()): Promise<DetectionOutcome> {
  await world.put(liveKey(start), noisyHour(start, change));
  return world.detect(start, handler);
}

const groupsOf = async (measure = 'views'): Promise<GroupRecord[]> => (await world.groups()).filter(group => group.measure === measure);
const namesOf = ({ series }: GroupRecord): string[] => series.map(({ dimensions }) => dimensions.map(({ name, value }) => `${name}=${value}`).join(' '));
const valuesOf = (group: GroupRecord, dimension: string): Record<string, number> => Object.fromEntries(
  group.contributions.find(each => each.dimension === dimension)!.values.map(({ value, contribution }) => [value, contribution]));

describe('all combinations are a third down for some hours', () => {
  test('each measure has one group: its total, which all of them explain', async () => {
    expect(await detect(hour(0))).toMatchObject({ anomalyGroupIds: [] });
    for (const number of [1, 2, 3]) expect((await detect(hour(number), less)).anomalyGroupIds).toHaveLength(2);
    await detect(hour(4));
    const groups = await world.groups();
    expect(groups.map(({ measure }) => measure).sort()).toEqual(['revenue', 'views']);
    for (const group of groups) {
      expect(group).toMatchObject({ start: Date.parse(hour(1)) / 1000, end: Date.parse(hour(3)) / 1000, seriesCount: 1 });
      expect(namesOf(group)).toEqual(['']);
      expect(group.rootCauses).toMatchObject([{ dimensions: [], share: 100 }]);
      expect(group.series[0]!.observed / group.series[0]!.expected).toBeCloseTo(0.65, 1);
      for (const share of Object.values(valuesOf(group, 'platform'))) expect(Math.abs(share - 100 / 3)).toBeLessThan(15);
    }
  });

  test('no part of them is picked from their noise to explain it, at whichever hour', async () => {
    for (let number = 0; number < 12; number++) {
      await bringBack();
      expect((await detect(hour(number), () => 1.4)).anomalyGroupIds).toHaveLength(2);
      for (const { rootCauses } of await world.groups()) expect([number, rootCauses]).toMatchObject([number, [{ dimensions: [], share: 100 }]]);
    }
  });

  test('the service shows the total without dimensions, with its values of 28 days', async () => {
    await detect(hour(0), less);
    const service = new TestService(world.store);
    service.seriesValues = (...series) => world.values().read(...series);
    const [{ id, series: [{ timeSeriesId }] }] = await groupsOf();
    const { AnomalyGroup } = await service.client.send(new GetAnomalyGroupCommand({ AnomalyDetectorArn: DETECTOR, AnomalyGroupId: id }));
    expect(AnomalyGroup!.MetricLevelImpactList).toMatchObject([{ MetricName: 'views', NumTimeSeries: 1 }]);
    const list = await service.client.send(new ListAnomalyGroupTimeSeriesCommand({ AnomalyDetectorArn: DETECTOR, AnomalyGroupId: id, MetricName: 'views' }));
    expect(list.TimeSeriesList).toMatchObject([{ TimeSeriesId: timeSeriesId, DimensionList: [] }]);
    const values = list.TimeSeriesList![0]!.MetricValueList!;
    expect(values).toHaveLength(28 * 24 + 1);
    const sumOf = (start: string, change?: Change): number => (
      noisyHour(start, change).split('\n').slice(1).reduce((sum, row) => sum + Number(row.split(',')[1]), 0));
    expect(values).toEqual(Array.from(values, (_, index) => sumOf(hour(index - values.length + 1), index === values.length - 1 ? less : undefined)));
  });

  test('an alert tells of it, in words that do not point at single values', async () => {
    await world.createAlert();
    expect(await detect(hour(0), less)).toMatchObject({ alertsDelivered: 2 });
    const message = JSON.parse(world.published.map(({ Message }) => Message).find(text => JSON.parse(text).impactedMetric.metricName === 'views')!);
    const [group] = await groupsOf();
    expect(message.impactedMetric).toMatchObject({ rootCauses: [{ dimensions: [], share: 100 }], relevantTimeSeries: [{ dimensions: [] }] });
    const text = longText(await world.createAlert({ name: 'mail' }), group!, group!.start, 'UTC');
    expect(text).toContain('What explains it:\n  all of the measure: 100 % of the deviation\n');
    expect(shortText(group!, group!.start, 'UTC')).toContain(', 2026-01-22T00:00Z[UTC], all of the measure https');
    expect(text).toMatch(/Time series \(1 of 1, most severe first\):\n {2}all rows: [\d,]+ observed, [\d,.]+ expected/);
  });

  test.each<[string, AlertFilters, number]>([
    ['a platform', { DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['web'] }] }, 2],
    ['a platform and a country', { DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['web'] }, { DimensionName: 'country', DimensionValueList: ['ch', 'de', 'fr'] }] }, 2],
    ['a platform and a measure', { MetricList: ['views'], DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['web'] }] }, 1],
    ['a platform that there is not', { DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['tv'] }] }, 0],
  ])('an alert of %s tells of it where its values take part', async (_name, filters, sent) => {
    await world.createAlert({ filters });
    expect(await detect(hour(0), less)).toMatchObject({ alertsDelivered: sent });
  });
});

test('one platform is down by half: its total is told, not that of the whole', async () => {
  await detect(hour(0), platform => platform === 'web' ? 0.5 : 1);
  const [group] = await groupsOf();
  expect(namesOf(group!)).toContain('platform=web');
  expect(namesOf(group!)).not.toContain('');
  expect(group!.rootCauses).toMatchObject([{ dimensions: [{ name: 'platform', value: 'web' }] }]);
  expect(valuesOf(group!, 'platform').web).toBeGreaterThan(90);
});

test.each<[string[], number, number, number]>([
  [['be', 'es', 'it'], 4, 1.6, 3],
  [['be', 'es', 'it'], 6, 1.4, 2.5],
  [['ch', 'de', 'nl', 'pl'], 2, 1.4, 2.5],
])('all is up, %j of two platforms further, at hour %i: the third platform, whose total these do not explain, is not the cause', async (countries, number, up, further) => {
  await detect(hour(number), (platform, country) => platform !== 'web' && countries.includes(country) ? further : up);
  const [group] = await groupsOf();
  expect(namesOf(group!)).toContain('platform=web');
  expect(namesOf(group!)).not.toContain('');
  expect(valuesOf(group!, 'platform').web).toBeLessThan(40);
  expect(group!.rootCauses).toMatchObject([{ dimensions: [], share: 100 }]);
});

test('a platform stops reporting: the total falls at once, by what the platform has had, and is found to be missing then', async () => {
  const withoutWeb: Change = platform => platform === 'web' ? undefined : 1;
  const outcomes: DetectionOutcome[] = [];
  for (const number of [0, 1, 2, 3]) outcomes.push(await detect(hour(number), withoutWeb));
  expect(outcomes[0]!.anomalyGroupIds).toHaveLength(2);
  expect(outcomes.map(({ dataFindings = [] }) => dataFindings.map(({ type, value }) => [type, value]))).toEqual([[], [], [['VALUE_STOPPED', 'web']], []]);
  const [group, ...others] = await groupsOf();
  expect(others).toEqual([]);
  expect(namesOf(group!)).toEqual(['']);
  expect(group!.rootCauses).toMatchObject([{ dimensions: [{ name: 'platform', value: 'web' }], consistency: 100 }]);
  expect(group!.rootCauses![0]!.share).toBeGreaterThan(85);
  expect(valuesOf(group!, 'platform').web).toBeGreaterThan(90);
});

describe('feedback on a total', () => {
  /** A Thursday, a Friday and a Monday after the history. */
  const MORNINGS = ['2026-01-22', '2026-01-23', '2026-01-26'].map(day => `${day}T09:00:00Z`);

  /** Detects the first two mornings, each of which is a third down, and says of their totals that they were none. Then detects a third one. */
  async function severity(isJudged: boolean, start: string, change: Change): Promise<Record<string, number>> {
    await bringBack();
    const service = new TestService(world.store);
    for (const morning of MORNINGS.slice(0, 2)) {
      await detect(morning, less);
      const judged = (await groupsOf()).filter(({ end }) => isJudged && end === Date.parse(morning) / 1000);
      for (const { id, series } of judged) {
        expect(series[0]!.dimensions).toEqual([]);
        await service.client.send(new PutFeedbackCommand({
          AnomalyDetectorArn: DETECTOR,
          AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: id, TimeSeriesId: series[0]!.timeSeriesId, IsAnomaly: false },
        }));
        service.now += 60;
      }
    }
    await detect(start, change);
    const found = (await world.groups()).filter(({ end }) => end === Date.parse(start) / 1000);
    return Object.fromEntries(found.flatMap(group => group.series.map((series, index) => [`${group.measure} ${namesOf(group)[index]}`, series.severity])));
  }

  test('lowers what is like it, of other measures by less', async () => {
    const without = await severity(false, MORNINGS[2]!, () => 0.62);
    const judged = await severity(true, MORNINGS[2]!, () => 0.62);
    expect(without['views ']).toBeGreaterThan(80);
    expect(judged['views '] ?? 0).toBeLessThan(without['views ']! - 10);
    expect(judged['revenue '] ?? 0).toBeLessThan(without['revenue ']!);
    const known = DetectorModel.decode((await world.state()).get(MODEL)!);
    expect(known.judged.map(({ series, total }) => [series, known.totals.find(total!)])).toEqual([[-1, 0], [-1, 0]]);
  });

  test.each<[string, string, Change]>([
    ['at another hour', '2026-01-26T15:00:00Z', () => 0.62],
    ['at the weekend', '2026-01-24T09:00:00Z', () => 0.62],
    ['much larger', MORNINGS[2]!, () => 0.3],
    ['in the other direction', MORNINGS[2]!, () => 1.4],
    ['of a platform', MORNINGS[2]!, platform => platform === 'web' ? 0.4 : 1],
    ['of a series', MORNINGS[2]!, (platform, country) => platform === 'web' && country === 'de' ? 6 : 1],
  ])('changes nothing %s', async (_name, start, change) => {
    const without = await severity(false, start, change);
    expect(Object.keys(without).length).toBeGreaterThan(0);
    expect(await severity(true, start, change)).toEqual(without);
  });

  test('is known of each total of a group', async () => {
    const service = new TestService(world.store);
    await detect(MORNINGS[0]!, platform => ({ web: 0.3, app: 1.7 })[platform] ?? 1);
    const { id, series } = (await groupsOf())[0]!;
    const totals = series.filter(({ dimensions }) => dimensions.length === 1);
    expect(totals.map(({ dimensions: [{ value }] }) => value).sort()).toEqual(['app', 'web']);
    for (const { timeSeriesId } of totals) {
      await service.client.send(new PutFeedbackCommand({
        AnomalyDetectorArn: DETECTOR, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: id, TimeSeriesId: timeSeriesId, IsAnomaly: true },
      }));
    }
    await detect(MORNINGS[1]!);
    const { judged } = DetectorModel.decode((await world.state()).get(MODEL)!);
    expect(judged.map(({ total }) => total).sort()).toEqual(totals.map(({ timeSeriesId }) => timeSeriesId).sort());
  });

  test('is known when the model had to be learned again', async () => {
    const relearned = async (isJudged: boolean): Promise<number> => {
      await severity(isJudged, '2026-01-26T08:00:00Z', () => 1);
      await world.put(MODEL, 'no model', STATE_BUCKET);
      await detect(MORNINGS[2]!, () => 0.62);
      expect(world.counts).toContainEqual({ modelsRelearned: 1 });
      return (await groupsOf()).find(({ end }) => end === Date.parse(MORNINGS[2]!) / 1000)!.series[0]!.severity;
    };
    expect(await relearned(true)).toBeLessThan(await relearned(false) - 5);
  });
});

describe('a group of a total', () => {
  async function reading(number: number, kind: PlannedInterval['reading'], change: Change | undefined, attempt = 'a1'): Promise<DetectionOutcome> {
    const interval: PlannedInterval = { start: hour(number), end: hour(number + 1), reading: kind };
    const key = kind === 'AGAIN' ? liveKey(hour(number)).replace(/^live(.*)000$/, `again$1${attempt}-`) : liveKey(hour(number)).replace(/000$/, '');
    await world.put(`${key}000`, noisyHour(hour(number), change));
    const files = kind === 'AGAIN' ? { files: `s3://data/${key}` } : {};
    return await world.handler()({ action: 'detect', detectorArn: DETECTOR, interval, chosenByQuery: false, ...files }) as DetectionOutcome;
  }
  const brief = async (): Promise<unknown[]> => (
    (await groupsOf()).map(group => [group.id, (group.end - group.start) / 3600, group.seriesCount, namesOf(group)]));

  test('keeps its id, its count and its total when its intervals are read again, and goes when nothing of it is left', async () => {
    await world.createAlert();
    for (const number of [0, 1, 2]) await reading(number, 'FIRST_OF_TWO', number === 0 ? undefined : less);
    const before = await world.groups();
    const [{ id }] = await groupsOf();
    expect(await brief()).toEqual([[id, 1, 1, ['']]]);
    for (const number of [0, 1, 2]) await reading(number, 'AGAIN', number === 0 ? undefined : less);
    const byMeasure = (groups: GroupRecord[]): GroupRecord[] => [...groups].sort((a, b) => (a.measure < b.measure ? -1 : 1));
    expect(byMeasure(await world.groups())).toEqual(byMeasure(before));
    expect(world.published).toHaveLength(2);
    await reading(2, 'AGAIN', undefined, 'a2');
    expect(await brief()).toEqual([[id, 0, 1, ['']]]);
    const [{ observed, timeSeriesId }] = (await groupsOf())[0]!.series;
    const { values: [[kept]] } = await world.values().read(DETECTOR, [timeSeriesId], Date.parse(hour(2)) / 1000, 1);
    expect(kept).toBeGreaterThan(1.2 * observed); // what was read again
  });

  test('of a platform that only the second reading has: its total is learned as if it had been there at once', async () => {
    const withTv = (start: string): string => {
      const [header, ...rows] = noisyHour(start).split('\n');
      return [header, ...rows, ...rows.slice(0, 12).map(row => row.replace(',app,', ',tv,'))].join('\n');
    };
    for (const number of [0, 1]) await reading(number, 'FIRST_OF_TWO', undefined);
    const files = liveKey(hour(0)).replace(/^live(.*)000$/, 'again$1a1-');
    await world.put(`${files}000`, withTv(hour(0)));
    const interval = { start: hour(0), end: hour(1), reading: 'AGAIN' as const };
    await world.handler()({ action: 'detect', detectorArn: DETECTOR, interval, chosenByQuery: false, files: `s3://data/${files}` });
    await world.put(liveKey(hour(2)), withTv(hour(2)));
    await world.detect(hour(2));
    const { totals } = DetectorModel.decode((await world.state()).get(MODEL)!);
    const [tv] = Array.from({ length: totals.size }, (_, total) => total).filter(total => totals.describe(total).dimensions[0]?.value === 'tv');
    const ids = [tv!, totals.ofAll(0)].map(total => totals.timeSeriesId(total));
    const { values: [ofTv, ofAll] } = await world.values().read(DETECTOR, ids, Date.parse(hour(2)) / 1000, 3);
    expect(Array.from(ofTv!, value => value > 0)).toEqual([true, false, true]);
    const rowsOf = (text: string): number => text.split('\n').slice(1).reduce((sum, row) => sum + Number(row.split(',')[1]), 0);
    expect([...ofAll!]).toEqual([rowsOf(withTv(hour(0))), rowsOf(noisyHour(hour(1))), rowsOf(withTv(hour(2)))]);
    expect(await world.groups()).toEqual([]); // what is new explains the totals that it is in
  });

  test('goes on, with its id, when the model is gone and learned again', async () => {
    for (const number of [0, 1]) await detect(hour(number), number === 0 ? undefined : less);
    const [{ id }] = await groupsOf();
    await world.remove(MODEL);
    await detect(hour(2), less);
    expect(world.counts).toContainEqual({ modelsRelearned: 1 });
    expect(await brief()).toEqual([[id, 1, 1, ['']]]);
    const open = async (): Promise<unknown[]> => {
      const { ongoing, paused } = DetectorModel.decode((await world.state()).get(MODEL)!);
      return [...ongoing, ...paused].map(({ members, totals, intervals }) => [members, totals?.length, intervals]);
    };
    expect(await open()).toEqual([[[], 1, 2], [[], 1, 2]]);
    await world.remove(MODEL);
    await detect(hour(3)); // nothing is off: what there was pauses as it was
    expect(await open()).toEqual([[[], 1, 2], [[], 1, 2]]);
  });

  test('is the same after a run that broke anywhere', async () => {
    await detect(hour(0), less);
    const again = await world.keep();
    const { handler, calls } = breakingIn(world, Infinity, 'before', true);
    await detect(hour(1), less, handler);
    const everything = async (): Promise<unknown> => ({ groups: await world.groups(), state: [...await world.state()] });
    const expected = await everything();
    expect((await groupsOf())[0]!.seriesCount).toBe(1);
    for (let at = 1; at <= calls.length; at++) {
      await again();
      await detect(hour(1), less, breakingIn(world, at, 'after', true).handler).catch(() => undefined);
      await detect(hour(1), less);
      expect([at, await everything()]).toEqual([at, expected]);
    }
  });
});
