import { activeAlerts, type AlertCounts, sendAlerts } from './alerts';
import { missingDataOf } from './data-findings';
import { detectSlot } from './detect-slot';
import type { DetectorModel, NewestDetection, OngoingGroup } from './detector-model';
import { existingDetector, layoutOfDetector, now } from './detector-state';
import { takeFeedback } from './judged-events';
import type { Layout } from './layout';
import { readLiveInterval } from './live-interval';
import { type StoredModel, UnreadableModel } from './model-store';
import { failureReason } from './problem';
import { relearn } from './relearn';
import type { Services } from './services';
import { type DetectEvent, type DetectionOutcome, LEARNING_INTERVALS } from '../../src/private/contract';
import { type DetectorRecord, type DetectorStatus, type ExecutionRecord, type GroupRecord, StoreConflict } from '../lookout/store';
import { WriteConflict } from '../shared/state-object';
import { parseInstant } from '../shared/time';

/** States in which intervals are detected. */
const DETECTING: readonly DetectorStatus[] = ['LEARNING', 'ACTIVE'];

/** How long another call that detected the same interval is waited for before its work is finished here. */
const RIVAL_POLLS = 10;
const RIVAL_POLL_MILLISECONDS = 500;

/** One call's subject. */
interface Request {
  readonly detector: DetectorRecord;
  readonly layout: Layout;
  /** Start of the interval asked for, in seconds since 1970. */
  readonly requested: number;
}

/** What came of an interval. */
interface Result {
  readonly anomalyGroupIds: string[];
  readonly alerts: AlertCounts;
  readonly detectorStatus: DetectorStatus;
}

/**
 * Detects one interval.
 *
 * The model object is the one place that says whether an interval was learned: it is written once an interval, in place of the version
 * that was read, together with the groups and figures of the interval. What follows (groups, status, alerts, execution) can be done again
 * from it. So a run that breaks before that write has changed nothing that counts, and one that breaks after it is finished by the next
 * call, for whichever interval that is.
 * A model that cannot be read is learned again first (see `relearn`).
 * @param timeLeft milliseconds until the function is ended
 * @throws Error when the interval cannot be detected now; the execution is noted as FAILED
 */
export async function detect(
  event: Extract<DetectEvent, { action: 'detect' }>, services: Services, timeLeft: () => number,
): Promise<DetectionOutcome> {
  const { store } = services;
  const detector = await existingDetector(services, event.detectorArn);
  const requested = parseInstant(event.interval.start, 'start of the interval') / 1000;
  const known = await store.getExecution(detector.arn, requested);
  const isDetecting = DETECTING.includes(detector.status);
  if (known?.status === 'COMPLETED' && known.outcome !== undefined) return isDetecting ? sendRest(services, detector, known) : known.outcome as DetectionOutcome;
  if (!isDetecting) {
    throw new Error(`detector ${detector.name} is ${detector.status}: intervals are detected only while it is ${DETECTING.join(' or ')}, so activate it first`);
  }
  try {
    const layout = await layoutOfDetector(services, detector);
    const stored = await takeOrRelearn(services, detector, layout, event, timeLeft);
    return await detectInterval(services, { detector, layout, requested }, event, stored);
  } catch (error) {
    const failed: ExecutionRecord = { detectorArn: detector.arn, start: requested, status: 'FAILED', failureReason: failureReason(error) };
    await store.putExecution(failed).catch((further: Error) => {
      services.log.error('the failure could not be noted', { detector: detector.name, reason: further.message });
    });
    throw error;
  }
}

async function detectInterval(
  services: Services, request: Request, event: Extract<DetectEvent, { action: 'detect' }>, stored: StoredModel,
): Promise<DetectionOutcome> {
  const { detector, layout, requested } = request;
  const { model } = stored;
  if (model.detection !== undefined) {
    const isSame = model.detection.requested === requested;
    // a run that broke after it had learned its interval
    if (isSame || !await isCompleted(services, detector, model.detection.requested)) {
      const outcome = await finish(services, request, model, model.detection);
      if (isSame) {
        services.models.giveBack(detector, stored);
        return outcome;
      }
    }
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

  model.ongoing = await withAlertsSent(services, model.ongoing);
  await takeFeedback(services, detector, layout, model);
  const { observation, findings } = detectSlot(detector.arn, model, read.table, read.slot, layout.clock, detector.status === 'LEARNING');
  if (observation.combinationsLeftOut > 0) {
    services.log.warn('combinations of dimension values were left out: the detector has its full number of time series',
      { detector: detector.name, leftOut: observation.combinationsLeftOut, timeSeries: model.series.size });
  }
  model.detection = { ...detection, timeSeries: observation.timeSeries, ...missingDataOf(model, findings) };
  await services.values.put(detector.arn, layout.clock, model.series.allTimeSeriesIds(), read.slot, observation.values);
  try {
    await services.models.save(detector, model, stored.etag);
  } catch (error) {
    if (error instanceof WriteConflict) return afterRival(services, request);
    throw error;
  }
  return finish(services, request, model, model.detection);
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
  if (stored === undefined) throw new Error(`detector ${detector.name} has no model in the state bucket: deactivate it and activate it again`);
  if (!stored.model.belongsTo(detector, layout)) {
    throw new Error(`the model of detector ${detector.name} was learned with other measures, dimensions, frequency, time zone or holidays than it has now: `
      + 'deactivate it and activate it again');
  }
  return stored;
}

/** The ongoing groups with the alerts that were sent since they were learned. */
async function withAlertsSent({ store }: Services, groups: readonly OngoingGroup[]): Promise<OngoingGroup[]> {
  return Promise.all(groups.map(async group => {
    const stored = await store.getGroup(group.record.detectorArn, group.record.id);
    return { ...group, record: { ...group.record, alertsSent: stored?.alertsSent ?? group.record.alertsSent } };
  }));
}

async function isCompleted({ store }: Services, detector: DetectorRecord, requested: number): Promise<boolean> {
  return (await store.getExecution(detector.arn, requested))?.status === 'COMPLETED';
}

/** Another call has learned an interval meanwhile: its outcome is this call's outcome if it was the same interval. */
async function afterRival(services: Services, request: Request): Promise<DetectionOutcome> {
  const { detector, layout, requested } = request;
  for (let poll = 0; poll < RIVAL_POLLS; poll++) {
    const execution = await services.store.getExecution(detector.arn, requested);
    if (execution?.status === 'COMPLETED' && execution.outcome !== undefined) return execution.outcome as DetectionOutcome;
    await services.wait(RIVAL_POLL_MILLISECONDS);
  }
  const stored = await takeModel(services, detector, layout);
  const { detection } = stored.model;
  if (detection?.requested !== requested) {
    throw new Error(`another call changed the model of detector ${detector.name} while this interval was detected: ask for the interval again`);
  }
  services.models.giveBack(detector, stored);
  return finish(services, request, stored.model, detection);
}

/** Does what follows the learning of an interval. May be done any number of times. */
async function finish(
  services: Services, { detector, layout }: Request, model: DetectorModel, detection: NewestDetection,
): Promise<DetectionOutcome> {
  const { store } = services;
  const groups = await Promise.all(model.ongoing.map(async ({ record }) => {
    const alertsSent = (await store.getGroup(detector.arn, record.id))?.alertsSent ?? [];
    const group: GroupRecord = { ...record, alertsSent: [...new Set([...record.alertsSent, ...alertsSent])] };
    await store.putGroup(group);
    return group;
  }));
  const status = model.learned >= LEARNING_INTERVALS[layout.frequency] ? await becomeActive(services, detector) : detector.status;
  const sent = await sendGroups(services, groups, layout, detection.slot);
  // counts what an earlier, broken run has sent for the interval too
  const sentBefore = groups.reduce((sum, group, index) => sum + group.alertsSent.length - model.ongoing[index].record.alertsSent.length, 0);
  const request = { detector, layout, requested: detection.requested };
  return complete(services, request, detection, {
    anomalyGroupIds: groups.map(group => group.id), alerts: { ...sent, delivered: sent.delivered + sentBefore }, detectorStatus: status,
  });
}

async function becomeActive({ store, log }: Services, detector: DetectorRecord): Promise<DetectorStatus> {
  if (detector.status !== 'LEARNING') return detector.status;
  try {
    const { status } = await store.changeStatus(detector.arn, ['LEARNING'], 'ACTIVE', now());
    log.info('detector has learned enough', { detector: detector.name });
    return status;
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error;
    return (await store.getDetector(detector.arn))?.status ?? 'DELETING';
  }
}

async function sendGroups(services: Services, groups: readonly GroupRecord[], layout: Layout, slot: number): Promise<AlertCounts> {
  let [delivered, undelivered] = [0, 0];
  const alerts = groups.length > 0 ? await activeAlerts(services, groups[0].detectorArn) : [];
  for (const group of groups) {
    const counts = await sendAlerts(services, alerts, group, layout.clock.startOf(slot), layout.clock.timezone);
    delivered += counts.delivered;
    undelivered += counts.undelivered;
  }
  return { delivered, undelivered };
}

async function complete(
  { store, log, count }: Services, { detector, layout, requested }: Request, detection: NewestDetection, result: Result,
): Promise<DetectionOutcome> {
  const { anomalyGroupIds, alerts, detectorStatus } = result;
  const { dataFindings, dataMissing } = detection;
  const outcome: DetectionOutcome = {
    interval: layout.clock.intervalOf(detection.slot),
    rows: detection.rows,
    bytes: detection.bytes,
    rowsRejected: detection.rowsRejected,
    timeSeries: detection.timeSeries,
    ...dataFindings && { dataFindings },
    ...dataMissing && { dataMissing },
    anomalyGroupIds,
    alertsDelivered: alerts.delivered,
    alertsUndelivered: alerts.undelivered,
    detectorStatus,
  };
  await store.putExecution({ detectorArn: detector.arn, start: requested, status: 'COMPLETED', outcome });
  log.info('interval detected', { detector: detector.name, ...outcome });
  for (const { text, ...finding } of dataFindings ?? []) {
    log[finding.status === 'BEGAN' ? 'warn' : 'info'](`missing data: ${text}`, { detector: detector.name, ...finding });
  }
  count(detector, {
    anomalyGroups: anomalyGroupIds.length,
    alertsDelivered: alerts.delivered,
    alertsUndelivered: alerts.undelivered,
    rowsRejected: detection.rowsRejected,
    dataMissing: dataMissing ?? 0,
  });
  return outcome;
}

/** An interval that was detected is asked for again: sends the alerts that could not be delivered then. */
async function sendRest(services: Services, detector: DetectorRecord, execution: ExecutionRecord): Promise<DetectionOutcome> {
  const outcome = execution.outcome as DetectionOutcome;
  if (outcome.alertsUndelivered === 0) return outcome;
  const layout = await layoutOfDetector(services, detector);
  const groups = await Promise.all(outcome.anomalyGroupIds.map(id => services.store.getGroup(detector.arn, id)));
  const slot = layout.clock.slotOfInterval(outcome.interval);
  const sent = await sendGroups(services, groups.filter(group => group !== undefined), layout, slot);
  const changed = { ...outcome, alertsDelivered: outcome.alertsDelivered + sent.delivered, alertsUndelivered: sent.undelivered };
  await services.store.putExecution({ ...execution, outcome: changed });
  services.count(detector, { alertsDelivered: sent.delivered, alertsUndelivered: sent.undelivered });
  return changed;
}
