// SPDX-License-Identifier: Apache-2.0

import { readLiveInterval } from './data/live-interval';
import { detectSlot, timeSeriesOf } from './detect-slot';
import { DetectorStopped, existingDetector, isDetecting, layoutOfDetector } from './detector-state';
import { complete, finish, type Request, sendGroups } from './finish';
import { missingDataOf } from './groups/data-findings';
import { takeFeedback } from './groups/judged-events';
import type { Layout } from './layout';
import { relearn } from './learning/relearn';
import { isOvertaken, OvertakenAttempt, withFence } from './model/fences';
import { writtenValues } from './model/kept-values';
import type { OngoingGroup } from './model/model-header';
import { type StoredModel, UnreadableModel } from './model/model-store';
import { failureReason } from './problem';
import { finishReplacement, isReplaced, replaceInterval } from './replace';
import type { Services } from './services';
import { keepSettledModel } from './settled-model';
import type { DetectEvent, DetectionOutcome, KnownDetection } from '../../src/private/contract';
import type { DetectorRecord, ExecutionRecord } from '../lookout/store';
import { WriteConflict } from '../shared/state-object';
import { parseInstant } from '../shared/time';

/** How long another call that detected the same interval is waited for before its work is finished here. */
const RIVAL_POLLS = 10;
const RIVAL_POLL_MILLISECONDS = 500;

/** Times that a fence is written when others write the model at the same time. */
const FENCE_ATTEMPTS = 5;

/**
 * Detects one interval.
 *
 * The model object is the one place that says whether an interval was learned: it is written once an interval, in place of the version
 * that was read, together with the groups and figures of the interval. What follows (groups, status, alerts, execution) can be done again
 * from it. So a run that breaks before that write has changed nothing that counts, and one that breaks after it is finished by the next
 * call, for whichever interval that is.
 * A model that cannot be read, or is gone, is learned again first (see `relearn`). The second reading of an interval takes the place of the first (see
 * `replaceInterval`).
 * @param timeLeft milliseconds until the function is ended
 * @throws DetectorStopped while the detector detects nothing; Error when the interval cannot be detected now: the execution is noted as FAILED,
 * unless an earlier reading was detected
 */
export async function detect(
  event: Extract<DetectEvent, { action: 'detect' }>, services: Services, timeLeft: () => number,
): Promise<DetectionOutcome> {
  const { store } = services;
  const detector = await existingDetector(services, event.detectorArn);
  const requested = parseInstant(event.interval.start, 'start of the interval') / 1000;
  const known = await store.getExecution(detector.arn, requested);
  const isAgain = event.interval.reading === 'AGAIN' && event.files !== undefined;
  const isDone = (execution: ExecutionRecord | undefined): execution is CompletedExecution => (
    isCompleted(execution) && (!isAgain || execution.outcome.files === event.files));
  if (isDone(known)) return isDetecting(detector) ? sendRest(services, detector, known) : known.outcome;
  if (!isDetecting(detector)) throw new DetectorStopped(detector);
  try {
    const layout = await layoutOfDetector(services, detector);
    const stored = await takeOrRelearn(services, detector, layout, event, timeLeft);
    expectCurrent(detector, stored, event);
    const request = { detector, layout, requested };
    const done = await finishBroken(services, request, stored);
    const hasLearned = stored.model.newest !== undefined && layout.clock.slotOfInterval(event.interval) <= stored.model.newest;
    if (isAgain && hasLearned) return await replaceInterval(services, request, event, stored, timeLeft);
    return await detectInterval(services, request, event, stored, done);
  } catch (caught) {
    let error = caught;
    if (caught instanceof WriteConflict) {
      try {
        return await afterRival(services, detector, event, requested, isDone);
      } catch (further) {
        error = further;
      }
    }
    if (isAgain || error instanceof OvertakenAttempt) throw error;
    const failed: ExecutionRecord = { detectorArn: detector.arn, start: requested, status: 'FAILED', failureReason: failureReason(error) };
    await store.putExecution(failed).catch((further: Error) => {
      services.log.error('the failure could not be noted', { detector: detector.name, reason: further.message });
    });
    throw error;
  }
}

/** An execution whose interval was detected. */
type CompletedExecution = ExecutionRecord & { readonly outcome: DetectionOutcome };

function isCompleted(execution: ExecutionRecord | undefined): execution is CompletedExecution {
  return execution?.status === 'COMPLETED' && execution.outcome !== undefined;
}

/**
 * Whether an interval was detected, of a second reading with whichever files. Finishes what runs that broke have left: an interval that the
 * model has learned is detected. Asked before anything is unloaded or given up that an earlier attempt may have brought so far. The answer
 * stays true: an interval that was not detected is not detected by attempts before `attempt` any more (see `Fences`).
 * @throws DetectorStopped while the detector detects nothing: an interval is not to be given up because of that
 */
export async function knownDetection(event: Extract<DetectEvent, { action: 'known' }>, services: Services): Promise<KnownDetection> {
  const detector = await existingDetector(services, event.detectorArn);
  const requested = parseInstant(event.interval.start, 'start of the interval') / 1000;
  const known = async (): Promise<KnownDetection | undefined> => {
    const execution = await services.store.getExecution(detector.arn, requested);
    const isKnown = isCompleted(execution) && (event.interval.reading !== 'AGAIN' || execution.outcome.files !== undefined);
    return isKnown ? { found: true, outcome: execution.outcome } : undefined;
  };
  const found = await known();
  if (found) return found;
  if (!isDetecting(detector)) throw new DetectorStopped(detector);
  const layout = await layoutOfDetector(services, detector);
  for (let attempt = 1; ; attempt++) {
    const stored = await services.models.take(detector, layout.holidays).catch((error: Error) => {
      if (!(error instanceof UnreadableModel)) throw error;
      return undefined; // what cannot be read says nothing: the next detection learns it again
    });
    if (!stored?.model.belongsTo(detector, layout)) return { found: false };
    const { model, etag } = stored;
    await finishBroken(services, { detector, layout, requested }, stored);
    const answer = await known();
    const fences = withFence(model.fences, event);
    if (answer || fences === model.fences) {
      services.models.giveBack(detector, stored);
      return answer ?? { found: false };
    }
    model.fences = fences;
    try {
      await services.models.save(detector, model, etag);
      return { found: false };
    } catch (error) {
      // somebody has written meanwhile: the very detection that is asked for, perhaps
      if (!(error instanceof WriteConflict) || attempt === FENCE_ATTEMPTS) throw error;
    }
  }
}

async function detectInterval(
  services: Services, request: Request, event: Extract<DetectEvent, { action: 'detect' }>, stored: StoredModel, done?: DetectionOutcome,
): Promise<DetectionOutcome> {
  const { detector, layout, requested } = request;
  const { model } = stored;
  if (model.detection?.requested === requested) {
    const outcome = done ?? await finish(services, request, stored, model.detection);
    services.models.giveBack(detector, stored);
    return outcome;
  }
  await services.store.putExecution({ detectorArn: detector.arn, start: requested, status: 'IN_PROGRESS' });
  const read = await readLiveInterval(services, layout, event);
  if (read.reason !== '') services.log.warn('rows could not be read', { detector: detector.name, interval: event.interval, reason: read.reason, quality: read.quality });
  const detection = { requested, slot: read.slot, rows: read.rows, bytes: read.bytes, rowsRejected: read.rejected };
  if (model.newest !== undefined && read.slot <= model.newest) {
    services.log.warn('interval is not newer than what the detector has learned: not detected', { detector: detector.name, interval: layout.clock.intervalOf(read.slot) });
    services.models.giveBack(detector, stored);
    return complete(services, request, { ...detection, timeSeries: 0 }, {
      anomalyGroupIds: [], alerts: { delivered: 0, undelivered: 0 }, detectorStatus: detector.status,
    });
  }

  await keepSettledModel(services, detector, model, event.interval.reading === 'FIRST_OF_TWO');
  for (const open of ['ongoing', 'paused'] as const) model[open] = await withAlertsSent(services, model[open]);
  await takeFeedback(services, detector, layout, model);
  const { observation, findings } = detectSlot(detector.arn, model, read.table, read.slot, layout.clock, detector.status === 'LEARNING');
  const { combinationsLeftOut } = observation;
  if (combinationsLeftOut > 0) {
    services.log.warn('combinations of dimension values were left out: the detector has its full number of time series (maximumTimeSeriesPerDetector)',
      { detector: detector.name, leftOut: combinationsLeftOut, timeSeries: model.series.size, maximum: model.maximumTimeSeries });
  }
  model.detection = { ...detection, ...timeSeriesOf(observation), ...missingDataOf(model, findings), values: writtenValues(observation.values) };
  return finish(services, request, await services.models.save(detector, model, stored.etag), model.detection);
}

/**
 * Finishes what runs that broke have left, after they had written the model.
 * @returns outcome of the model's newest interval, if that was not finished
 */
async function finishBroken(services: Services, request: Request, stored: StoredModel): Promise<DetectionOutcome | undefined> {
  const { model } = stored;
  const { detection, replacement } = model;
  const isFinished = detection === undefined || (await services.store.getExecution(request.detector.arn, detection.requested))?.status === 'COMPLETED';
  const outcome = isFinished ? undefined : await finish(services, request, stored, detection);
  if (replacement !== undefined && !await isReplaced(services, request, replacement)) await finishReplacement(services, request, stored, replacement);
  model.replacement = undefined;
  return outcome;
}

async function takeOrRelearn(
  services: Services, detector: DetectorRecord, layout: Layout, event: Extract<DetectEvent, { action: 'detect' }>, timeLeft: () => number,
): Promise<StoredModel> {
  try {
    return await takeModel(services, detector, layout);
  } catch (error) {
    if (!(error instanceof UnreadableModel)) throw error;
    await relearn(services, detector, layout, error, event, timeLeft);
    return takeModel(services, detector, layout);
  }
}

async function takeModel(services: Services, detector: DetectorRecord, layout: Layout): Promise<StoredModel> {
  const stored = await services.models.take(detector, layout.holidays);
  if (stored === undefined) throw services.models.lost(detector);
  if (!stored.model.belongsTo(detector, layout)) {
    throw new Error(`the model of detector ${detector.name} was learned with other measures, dimensions, frequency, time zone or holidays than it has now: `
      + 'deactivate it and activate it again');
  }
  return stored;
}

/** @throws OvertakenAttempt when the detection is of an attempt whose rows the model does not take any more */
function expectCurrent(detector: DetectorRecord, { model }: StoredModel, event: Extract<DetectEvent, { action: 'detect' }>): void {
  if (isOvertaken(model.fences, event)) throw new OvertakenAttempt(detector.name, event);
}

/** Groups that may go on, with the alerts that were sent since they were learned. */
async function withAlertsSent({ store }: Services, groups: readonly OngoingGroup[]): Promise<OngoingGroup[]> {
  return Promise.all(groups.map(async group => {
    const stored = await store.getGroup(group.record.detectorArn, group.record.id);
    return { ...group, record: { ...group.record, alertsSent: stored?.alertsSent ?? group.record.alertsSent } };
  }));
}

/** Another call has changed the model meanwhile: its outcome is this call's if it did what was asked here. */
async function afterRival(
  services: Services, detector: DetectorRecord, event: Extract<DetectEvent, { action: 'detect' }>, requested: number, isDone: (execution: ExecutionRecord | undefined) => boolean,
): Promise<DetectionOutcome> {
  for (let poll = 0; poll < RIVAL_POLLS; poll++) {
    const execution = await services.store.getExecution(detector.arn, requested);
    if (isDone(execution)) return execution!.outcome as DetectionOutcome;
    await services.wait(RIVAL_POLL_MILLISECONDS);
  }
  // a rival that broke before its end
  const layout = await layoutOfDetector(services, detector);
  const stored = await takeModel(services, detector, layout);
  expectCurrent(detector, stored, event);
  await finishBroken(services, { detector, layout, requested }, stored);
  services.models.giveBack(detector, stored);
  const execution = await services.store.getExecution(detector.arn, requested);
  if (isDone(execution)) return execution!.outcome as DetectionOutcome;
  throw new Error(`another call changed the model of detector ${detector.name} while this interval was detected: ask for the interval again`);
}

/** An interval that was detected is asked for again: sends the alerts that could not be delivered then. */
async function sendRest(services: Services, detector: DetectorRecord, execution: ExecutionRecord): Promise<DetectionOutcome> {
  const outcome = execution.outcome as DetectionOutcome;
  if (outcome.alertsUndelivered === 0) return outcome;
  const layout = await layoutOfDetector(services, detector);
  const groups = await Promise.all(outcome.anomalyGroupIds.map(id => services.store.getGroup(detector.arn, id)));
  const slot = layout.clock.slotOfInterval(outcome.interval);
  const sent = await sendGroups(services, groups.filter(group => group !== undefined), layout, () => layout.clock.startOf(slot));
  const changed = { ...outcome, alertsDelivered: outcome.alertsDelivered + sent.delivered, alertsUndelivered: sent.undelivered };
  await services.store.putExecution({ ...execution, outcome: changed });
  services.count(detector, { alertsDelivered: sent.delivered, alertsUndelivered: sent.undelivered });
  return changed;
}
