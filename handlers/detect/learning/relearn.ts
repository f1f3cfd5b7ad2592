// SPDX-License-Identifier: Apache-2.0

import { DetectorStopped, existingDetector, isDetecting } from '../detector-state';
import { endOfHistory, type History, readHistory } from './history';
import { learnSlots, VALUES_DAYS } from './learned-history';
import type { DetectEvent, DetectionOutcome } from '../../../src/private/contract';
import { IntervalTable } from '../../input/interval-table';
import { SeriesIndex } from '../../input/series-index';
import { UnusableData } from '../../input/unusable-data';
import type { DetectorRecord, GroupRecord, GroupSeriesRecord } from '../../lookout/store';
import { WriteConflict } from '../../shared/state-object';
import { readLiveInterval } from '../data/live-interval';
import { groupsOf, oldestEnd } from '../groups/group-records';
import type { Layout } from '../layout';
import { DetectorModel } from '../model/detector-model';
import { keptTable, slotsOfDay } from '../model/kept-values';
import type { OngoingGroup } from '../model/model-header';
import type { UnreadableModel } from '../model/model-store';
import { failureReason } from '../problem';
import type { Services } from '../services';

const DAY_SECONDS = 86_400;

/** Time that reading, detecting and writing need after the learning, in milliseconds. */
const RESERVED_MILLISECONDS = 60_000;

/** Intervals before the newest of which groups are formed again at most: scoring takes several times as long as learning. */
const MOST_SCORED = 100;

/** Newest groups of each measure that are looked through for those that may go on. */
const LISTED_GROUPS = 8;

/** Executions looked through for the newest interval that was detected. */
const RECENT_EXECUTIONS = 100;

/**
 * Learns a detector's model again when its object cannot be read or is gone, from what the detector has learned before: the history's folder, then
 * the values that were kept of later intervals (of the last `VALUES_DAYS`), up to the newest one that was detected. An interval that was learned and whose detection
 * was not finished is left to be detected again: its groups have the same ids then, and no alert is sent twice. Events that were going on
 * go on.
 *
 * This is done within the call that detects an interval: it has the same time as the call that learns a history has, and the crawl waits
 * for its answer, so that nothing is detected meanwhile.
 *
 * Series that are neither in the history nor in the interval to be detected have no name in the kept values: they begin anew when they
 * come back. The unreadable object is kept beside the new one.
 * @param timeLeft milliseconds until the function is ended
 * @throws Error when there is not enough time, or nothing to learn in place of a model that is gone; nothing has changed then
 */
export async function relearn(
  services: Services, detector: DetectorRecord, layout: Layout, unreadable: UnreadableModel,
  event: Extract<DetectEvent, { action: 'detect' }>, timeLeft: () => number,
): Promise<void> {
  const keptAs = await services.models.keepAside(detector, unreadable);
  services.log.error('the model cannot be read: it is learned again', { detector: detector.name, reason: unreadable.message, keptAs });
  const newest = await newestDetected(services, detector, layout);
  const model = await learnWhatIsKept(services, detector, layout, event, timeLeft, newest);
  if (unreadable.bytes === undefined) {
    if (model.learned === 0) throw new Error(`detector ${detector.name} has no model in the state bucket, and no data to learn it from again: deactivate it and activate it again`);
    // the models of a detector that is deleted go, too: none of it may come back
    const current = await existingDetector(services, detector.arn);
    if (!isDetecting(current)) throw new DetectorStopped(current);
  }
  model.settled = { readOnce: 0 }; // what was kept for second readings still is, or is learned again too
  await resumeGroups(services, detector, layout, model);
  try {
    await services.models.save(detector, model, unreadable.etag);
  } catch (error) {
    if (!(error instanceof WriteConflict)) throw error;
    services.log.warn('another call has learned the model meanwhile', { detector: detector.name });
    return;
  }
  services.log.info('the model is learned again', { detector: detector.name, intervals: model.learned, timeSeries: model.series.size });
  services.count(detector, { modelsRelearned: 1 });
}

/**
 * A model that has learned the history, and the kept values of later intervals.
 * @param newest slot of the last interval; undefined: there is nothing but the history
 */
export async function learnWhatIsKept(
  services: Services, detector: DetectorRecord, layout: Layout, event: Extract<DetectEvent, { action: 'detect' }>, timeLeft: () => number,
  newest: number | undefined,
): Promise<DetectorModel> {
  const { clock } = layout;
  const history = await readUsable(services, detector, layout, timeLeft);
  // a history that was written anew may hold the interval that is to be detected
  const requested = clock.slotOfInterval(event.interval);
  const slots = history?.slots.filter(slot => slot < requested || (newest !== undefined && slot <= newest)) ?? [];
  const read = history ?? { table: new IntervalTable(layout.measures, layout.dimensions) };
  const model = learnSlots(DetectorModel.empty(detector, layout), read, slots, Infinity);
  if (newest === undefined) return model;
  const live = await readLiveInterval(services, layout, event);
  const series = namedSeries(layout, [model.series, live.table.series]);
  const scoredFrom = await firstOfOpenGroups(services, detector, layout, newest);
  const first = Math.max(slots.length > 0 ? clock.next(slots.at(-1)!) : -Infinity, clock.slotOf(newest - VALUES_DAYS * DAY_SECONDS));
  for (let day: number[] = slotsOfDay(layout, first, newest); day.length > 0; day = slotsOfDay(layout, clock.next(day.at(-1)!), newest)) {
    if (timeLeft() < RESERVED_MILLISECONDS) {
      throw new Error(`the model of detector ${detector.name} cannot be read, and the function's time is too short to learn it again: `
        + 'deactivate the detector and activate it again');
    }
    await learnDay(services, detector, layout, model, series, day, scoredFrom);
  }
  return model;
}

/** The history, if it can be used: a folder that was changed since the activation is no reason to detect nothing any more. */
async function readUsable(services: Services, detector: DetectorRecord, layout: Layout, timeLeft: () => number): Promise<History | undefined> {
  try {
    return await readHistory(services, layout, timeLeft, endOfHistory(detector, layout));
  } catch (error) {
    if (!(error instanceof UnusableData) || timeLeft() < RESERVED_MILLISECONDS) throw error;
    services.log.error('the history cannot be used: only recent values are learned again', { detector: detector.name, reason: failureReason(error) });
    return undefined;
  }
}

/** Slot of the newest interval whose detection was finished. */
async function newestDetected({ store }: Services, detector: DetectorRecord, layout: Layout): Promise<number | undefined> {
  const { items } = await store.listExecutions(detector.arn, { limit: RECENT_EXECUTIONS });
  const slots = items.flatMap(({ status, outcome }) => (
    status === 'COMPLETED' && outcome !== undefined ? [layout.clock.slotOfInterval((outcome as DetectionOutcome).interval)] : []));
  return slots.length === 0 ? undefined : Math.max(...slots);
}

function namedSeries({ measures, dimensions }: Layout, indexes: readonly SeriesIndex[]): SeriesIndex {
  const all = new SeriesIndex(measures.map(({ name }) => name), dimensions);
  for (const index of indexes) {
    for (const values of index.combinations) all.findOrAdd(values);
  }
  return all;
}

/**
 * Learns a day whose values were kept.
 * @param scoredFrom first slot of which the groups are formed, too
 */
async function learnDay(
  services: Services, detector: DetectorRecord, layout: Layout, model: DetectorModel, series: SeriesIndex, day: readonly number[], scoredFrom: number,
): Promise<void> {
  const table = await keptTable(services, detector, layout, series, day);
  for (const slot of day) {
    if (table.rows(slot) === 0) continue;
    if (slot < scoredFrom) model.learn(slot, table);
    else model.ongoing = groupsOf(detector.arn, model, model.observe(slot, table, 'anomalies'), layout.clock);
  }
}

/** Slot in which the groups began that the newest intervals have; one after the newest where these have none. What explains them is in all their intervals together. */
async function firstOfOpenGroups({ store }: Services, detector: DetectorRecord, { clock, measures }: Layout, newest: number): Promise<number> {
  const { items } = await store.listGroups(detector.arn, { limit: LISTED_GROUPS * measures.length });
  const open = items.filter(({ start, end }) => start <= clock.startOf(newest) && end >= oldestEnd(clock, clock.next(newest)));
  const first = Math.min(Infinity, ...open.map(({ start }) => clock.slotOf(clock.wallSeconds(start))));
  return Math.max(first, clock.slotOf(newest - MOST_SCORED * clock.intervalSeconds));
}

/** Groups of the newest intervals go on, as far as their records tell of them. */
export async function resumeGroups({ store }: Services, detector: DetectorRecord, { clock }: Layout, model: DetectorModel): Promise<void> {
  if (model.newest === undefined) return;
  const { items } = await store.listGroups(detector.arn, { limit: LISTED_GROUPS * model.series.measures.length });
  const newest = clock.startOf(model.newest);
  const oldest = oldestEnd(clock, clock.next(model.newest));
  const formed = [...model.ongoing, ...model.paused];
  const resumed = (records: readonly GroupRecord[]): OngoingGroup[] => records.map(record => ongoingGroup(record, newest, model, formed));
  // one that ends later has the interval in it whose detection was not finished
  model.ongoing = resumed(items.filter(({ start, end }) => start <= newest && end >= newest));
  const paused = items.filter(({ end, measure }) => end >= oldest && end < newest && model.ongoing.every(({ record }) => record.measure !== measure));
  model.paused = resumed(paused.filter(({ measure, end }) => paused.every(other => other.measure !== measure || other.end <= end)));
}

function ongoingGroup(
  record: GroupRecord, newest: number, { series, totals, intervalSeconds }: DetectorModel, formed: readonly OngoingGroup[],
): OngoingGroup {
  const measure = series.measures.indexOf(record.measure);
  const isTotal = ({ timeSeriesId }: GroupSeriesRecord): boolean => totals.find(timeSeriesId) !== undefined;
  const combinations = record.series.filter(each => !isTotal(each)).map(({ dimensions }) => series.find(dimensions.map(({ value }) => value)));
  const event = formed.find(group => group.record.measure === record.measure)?.event;
  return {
    ...event && { event },
    record,
    members: combinations.filter(combination => combination >= 0).map(combination => combination * series.measures.length + measure),
    totals: record.series.filter(isTotal).map(({ timeSeriesId }) => timeSeriesId),
    peak: record.score,
    intervals: Math.round((Math.min(record.end, newest) - record.start) / intervalSeconds) + 1,
  };
}
