// SPDX-License-Identifier: Apache-2.0

import { activeAlerts, type AlertCounts, sendAlerts } from './alerts/alerts';
import { now } from './detector-state';
import type { Layout } from './layout';
import { keepDetected } from './model/kept-values';
import type { NewestDetection } from './model/model-header';
import type { StoredModel } from './model/model-store';
import type { Services } from './services';
import { type DetectionOutcome, LEARNING_INTERVALS } from '../../src/private/contract';
import { type DetectorRecord, type DetectorStatus, type EpochSeconds, type GroupRecord, StoreConflict } from '../lookout/store';

/** One call's subject. */
export interface Request {
  readonly detector: DetectorRecord;
  readonly layout: Layout;
  /** Start of the interval asked for, in seconds since 1970. */
  readonly requested: number;
}

/** What came of an interval. */
export interface Result {
  readonly anomalyGroupIds: string[];
  readonly alerts: AlertCounts;
  readonly detectorStatus: DetectorStatus;
  /** Of a second reading. */
  readonly files?: string;
  readonly withdrawnGroupIds?: string[];
}

/** Does what follows the learning of an interval. May be done any number of times. */
export async function finish(
  services: Services, { detector, layout }: Request, stored: StoredModel, detection: NewestDetection,
): Promise<DetectionOutcome> {
  const { store } = services;
  const { model } = stored;
  await keepDetected(services, detector, layout, stored, detection);
  const groups = await Promise.all(model.ongoing.map(async ({ record }) => {
    const alertsSent = (await store.getGroup(detector.arn, record.id))?.alertsSent ?? [];
    const group: GroupRecord = { ...record, alertsSent: [...new Set([...record.alertsSent, ...alertsSent])] };
    await store.putGroup(group);
    return group;
  }));
  const status = model.learned >= LEARNING_INTERVALS[layout.frequency] ? await becomeActive(services, detector) : detector.status;
  const sent = await sendGroups(services, groups, layout, () => layout.clock.startOf(detection.slot));
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

/** @param atOf start of the interval that is told of */
export async function sendGroups(
  services: Services, groups: readonly GroupRecord[], { clock }: Layout, atOf: (group: GroupRecord) => EpochSeconds,
): Promise<AlertCounts> {
  let [delivered, undelivered] = [0, 0];
  const alerts = groups.length > 0 ? await activeAlerts(services, groups[0].detectorArn) : [];
  for (const group of groups) {
    const counts = await sendAlerts(services, alerts, group, atOf(group), clock.timezone);
    delivered += counts.delivered;
    undelivered += counts.undelivered;
  }
  return { delivered, undelivered };
}

/** Notes what came of an interval, and answers with it. */
export async function complete(
  { store, log, count }: Services, { detector, layout, requested }: Request, detection: NewestDetection, result: Result,
): Promise<DetectionOutcome> {
  const { anomalyGroupIds, alerts, detectorStatus, files, withdrawnGroupIds } = result;
  const { combinationsLeftOut, dataFindings, dataMissing } = detection;
  const outcome: DetectionOutcome = {
    interval: layout.clock.intervalOf(detection.slot),
    rows: detection.rows,
    bytes: detection.bytes,
    rowsRejected: detection.rowsRejected,
    timeSeries: detection.timeSeries,
    ...combinationsLeftOut && { combinationsLeftOut },
    ...dataFindings && { dataFindings },
    ...dataMissing && { dataMissing },
    anomalyGroupIds,
    alertsDelivered: alerts.delivered,
    alertsUndelivered: alerts.undelivered,
    detectorStatus,
    ...files !== undefined && { files },
    ...withdrawnGroupIds && { withdrawnGroupIds },
  };
  await store.putExecution({ detectorArn: detector.arn, start: requested, status: 'COMPLETED', outcome });
  log.info(files === undefined ? 'interval detected' : 'interval detected again', { detector: detector.name, ...outcome });
  for (const { text, ...finding } of dataFindings ?? []) {
    log[finding.status === 'BEGAN' ? 'warn' : 'info'](`missing data: ${text}`, { detector: detector.name, ...finding });
  }
  count(detector, {
    anomalyGroups: anomalyGroupIds.length,
    alertsDelivered: alerts.delivered,
    alertsUndelivered: alerts.undelivered,
    rowsRejected: detection.rowsRejected,
    // what is missing as of now is not what was missing then
    ...files === undefined && { dataMissing: dataMissing ?? 0 },
  });
  return outcome;
}

