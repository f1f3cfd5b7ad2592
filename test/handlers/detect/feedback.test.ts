// SPDX-License-Identifier: Apache-2.0

import { PutFeedbackCommand } from '@aws-sdk/client-lookoutmetrics';
import { HISTORY_DAYS, HISTORY_START, liveKey, shopFile, shopHour } from './shop';
import { DETECTOR, STATE_BUCKET, World } from './world';
import { DetectorModel } from '../../../handlers/detect/model/detector-model';
import { TestService } from '../lookout/service';

/** Thursday, Friday, Monday and Tuesday after the history; the hours between are left out. */
const DAYS = ['2026-01-22', '2026-01-23', '2026-01-26', '2026-01-27'];
const MORNING = DAYS.map(day => `${day}T09:00:00Z`);

let world: World;
let learned: Buffer;
beforeAll(async () => {
  world = await World.start();
  await world.setUp();
  await world.put('history/000', shopFile(HISTORY_START, 24 * HISTORY_DAYS));
  await world.learn();
  learned = (await world.state()).get('state/shop/model')!;
});
afterAll(() => world.close());

/** A detector that has learned the history and nothing since. */
async function begin(): Promise<TestService> {
  await world.setUp({ status: 'ACTIVE', keepsData: true });
  await world.put('state/shop/model', learned, STATE_BUCKET);
  await world.createAlert();
  return new TestService(world.store);
}

/** Detects an hour in which one combination has some times its usual values. Returns how many alerts were sent. */
async function event(start: string, factor: number, platform = 'web', marketplace = 'de'): Promise<number> {
  await world.put(liveKey(start), shopHour(start, (p, m) => p === platform && m === marketplace ? factor : 1));
  return (await world.detect(start)).alertsDelivered;
}

/** Says of all series of the groups that end in an hour whether they were anomalies. */
async function judge(service: TestService, start: string, isAnomaly: boolean): Promise<void> {
  const groups = (await world.groups()).filter(({ end }) => end === Date.parse(start) / 1000);
  service.now += 60;
  for (const { id, series } of groups) {
    for (const { timeSeriesId } of series) {
      await service.client.send(new PutFeedbackCommand({
        AnomalyDetectorArn: DETECTOR,
        AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: id, TimeSeriesId: timeSeriesId, IsAnomaly: isAnomaly },
      }));
    }
  }
}

/** Times the usual values: alerted three times when nobody says anything. */
let least: number;
/** A little smaller: not alerted the third time, after two of `least`. */
let notAlerted: number;
/** Alerted three times when nobody says anything, and still alerted after a first "no". */
let alerted: number;
beforeAll(async () => {
  const isAlertedThrice = async (factor: number): Promise<boolean> => {
    await begin();
    const sent: number[] = [];
    for (const start of MORNING.slice(0, 3)) sent.push(await event(start, factor));
    return sent.every(alerts => alerts > 0);
  };
  const isAlertedAfterNo = async (factor: number): Promise<boolean> => {
    const service = await begin();
    await event(MORNING[0]!, factor);
    await judge(service, MORNING[0]!, false);
    return await event(MORNING[1]!, factor) > 0;
  };
  const isAlertedAtLast = async (factor: number): Promise<boolean> => {
    await begin();
    for (const start of MORNING.slice(0, 2)) await event(start, least);
    return await event(MORNING[2]!, factor) > 0;
  };
  for (least = 1.02; !await isAlertedThrice(least); least += 0.01) expect(least).toBeLessThan(2);
  for (notAlerted = least - 0.01; await isAlertedAtLast(notAlerted); notAlerted -= 0.01) expect(notAlerted).toBeGreaterThan(1);
  for (alerted = least; !await isAlertedAfterNo(alerted); alerted += 0.01) expect(alerted).toBeLessThan(2);
  expect(await isAlertedThrice(alerted)).toBe(true);
});

describe('an event that was called no anomaly twice', () => {
  let service: TestService;
  beforeEach(async () => {
    service = await begin();
    for (const start of MORNING.slice(0, 2)) {
      expect(await event(start, alerted)).toBeGreaterThan(0);
      await judge(service, start, false);
    }
  });

  test('is not alerted the third time', async () => {
    expect(await event(MORNING[2]!, alerted)).toBe(0);
  });

  test('is alerted when it is much larger', async () => {
    expect(await event(MORNING[2]!, 1 + 3 * (alerted - 1))).toBeGreaterThan(0);
  });

  test.each<[string, string, (factor: number) => number, string, string]>([
    ['at another hour', '2026-01-26T15:00:00Z', factor => factor, 'web', 'de'],
    ['at the weekend', '2026-01-24T09:00:00Z', factor => factor, 'web', 'de'],
    ['in the other direction', MORNING[2]!, factor => 2 - factor, 'web', 'de'],
    ['in another series', MORNING[2]!, factor => factor, 'mobile', 'fr'],
  ])('%s has the score that it has without feedback', async (_name, start, factor, platform, marketplace) => {
    const large = factor(1 + 3 * (alerted - 1));
    expect(await event(start, large, platform, marketplace)).toBeGreaterThan(0);
    const groups = async (): ReturnType<World['groups']> => (await world.groups()).filter(({ end }) => end === Date.parse(start) / 1000);
    const judged = await groups();
    await begin();
    for (const morning of MORNING.slice(0, 2)) await event(morning, alerted);
    await event(start, large, platform, marketplace);
    expect(judged).toEqual(await groups());
  });

  test('and then an anomaly after all is alerted', async () => {
    for (const start of MORNING.slice(0, 2)) await judge(service, start, true);
    expect(await event(MORNING[2]!, alerted)).toBeGreaterThan(0);
  });

  test('is known by the model, which takes it in once', async () => {
    await event(MORNING[2]!, alerted);
    const known = DetectorModel.decode((await world.state()).get('state/shop/model')!);
    expect(known.judged.every(({ isAnomaly, score }) => !isAnomaly && score > 3.5)).toBe(true);
    expect([...new Set(known.judged.map(({ wallSeconds }) => wallSeconds))]).toEqual(MORNING.slice(0, 2).map(start => Date.parse(start) / 1000));
    await event(MORNING[3]!, 1);
    const later = DetectorModel.decode((await world.state()).get('state/shop/model')!);
    expect([later.judged, later.feedbackSeen]).toEqual([known.judged, known.feedbackSeen]);
  });

  test('is still known when the model had to be learned again', async () => {
    await world.put('state/shop/model', 'no model', STATE_BUCKET);
    expect(await event(MORNING[2]!, alerted)).toBe(0);
    expect(world.counts).toContainEqual({ modelsRelearned: 1 });
  });
});

test('an event that was called an anomaly is alerted when it comes again a little smaller', async () => {
  await begin();
  for (const start of MORNING.slice(0, 2)) await event(start, least);
  expect(await event(MORNING[2]!, notAlerted)).toBe(0);

  const service = await begin();
  for (const start of MORNING.slice(0, 2)) {
    await event(start, least);
    await judge(service, start, true);
  }
  expect(await event(MORNING[2]!, notAlerted)).toBeGreaterThan(0);
});

test('feedback on several series of a group, put at once, counts for each, also where a detection comes in between', async () => {
  await begin();
  await world.put(liveKey(MORNING[0]!), shopHour(MORNING[0]!, platform => platform === 'web' ? 0.1 : 1));
  await world.detect(MORNING[0]!);
  const group = (await world.groups()).find(({ series }) => series.length > 1);
  const put = (number: number): Promise<void> => world.store.putFeedback({
    detectorArn: DETECTOR, groupId: group!.id, timeSeriesId: group!.series[number]!.timeSeriesId, isAnomaly: false, at: 1,
  });
  for (const [number, start] of MORNING.slice(1, 3).entries()) {
    await put(number);
    await event(start, 1);
  }
  const model = DetectorModel.decode((await world.state()).get('state/shop/model')!);
  expect(model.judged).toHaveLength(2);
});

test('feedback on a group or series that is gone changes nothing', async () => {
  await begin();
  await world.store.putFeedback({ detectorArn: DETECTOR, groupId: 'gone', timeSeriesId: 'f', isAnomaly: true, at: 1 });
  await event(MORNING[0]!, alerted);
  const [group] = await world.groups();
  await world.store.putFeedback({ detectorArn: DETECTOR, groupId: group!.id, timeSeriesId: '__proto__', isAnomaly: true, at: 2 });
  await event(MORNING[1]!, 1);
  const model = DetectorModel.decode((await world.state()).get('state/shop/model')!);
  expect([model.judged, model.feedbackSeen]).toEqual([[], 2]);
});
