// SPDX-License-Identifier: Apache-2.0

import { wasSent, withSent } from './alert-notice';
import { send } from './alert-target';
import type { DeliverEvent } from '../../../src/private/contract';
import type { Services } from '../services';

/** Answer to `deliver`, for logs and tests: nobody waits for it. */
export interface Delivery {
  readonly delivered: boolean;
  /** Why there was nothing to deliver. */
  readonly reason?: string;
}

/**
 * Delivers an alert that could not be delivered when its interval was detected. It tells of the group as it is by now, under the id that the
 * alert's event had from the beginning.
 * @throws Error when the target does not take it: Lambda invokes the function again, and puts the event into the dead-letter queue at last
 */
export async function deliver(event: DeliverEvent, services: Services): Promise<Delivery> {
  const { store, log } = services;
  const { detectorArn, alertArn, anomalyGroupId, at, timezone, notice, target } = event;
  const [detector, alert, group] = await Promise.all([
    store.getDetector(detectorArn), store.getAlert(alertArn), store.getGroup(detectorArn, anomalyGroupId),
  ]);
  const reason = alert?.detectorArn !== detectorArn || alert.status !== 'ACTIVE' ? 'the alert is there no more'
    : group === undefined ? 'the anomaly group is there no more'
      : wasSent(notice, group) ? 'it was sent meanwhile' : undefined;
  if (detector === undefined || alert === undefined || group === undefined || reason !== undefined) {
    log.info('undelivered alert is not sent', { alert: alertArn, anomalyGroup: anomalyGroupId, reason });
    return { delivered: false, reason };
  }
  try {
    await send(services, alert, group, { at, timezone, notice });
  } catch (error) {
    const { name, message } = error as Error;
    log.error('alert could not be delivered again', { alert: alertArn, anomalyGroup: anomalyGroupId, target, reason: `${name}: ${message}` });
    throw error;
  }
  // another call may have changed the group while the target was waited for
  const current = await store.getGroup(detectorArn, anomalyGroupId) ?? group;
  await store.putGroup({ ...current, alertsSent: withSent(current.alertsSent, alert, notice) });
  services.count(detector, { alertsDelivered: 1 });
  return { delivered: true };
}
