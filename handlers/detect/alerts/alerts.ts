// SPDX-License-Identifier: Apache-2.0

import { passesFilters } from './alert-filters';
import { alertEventId } from './alert-message';
import { noticeDue, wasSent, withSent } from './alert-notice';
import { send, targetOf, type Occasion } from './alert-target';
import type { AlertRecord, EpochSeconds, GroupRecord } from '../../lookout/store';
import type { Services } from '../services';

/** Alerts of an interval. */
export interface AlertCounts {
  readonly delivered: number;
  readonly undelivered: number;
}

/** Characters of the reason that an event carries. */
const REASON_CHARACTERS = 1000;

/** Alerts read at once. */
const PAGE = 100;

/** A detector's alerts that are switched on. */
export async function activeAlerts({ store }: Pick<Services, 'store'>, detectorArn: string): Promise<AlertRecord[]> {
  const alerts: AlertRecord[] = [];
  let from: string | undefined;
  do {
    const page = await store.listAlerts(detectorArn, { limit: PAGE, from });
    alerts.push(...page.items.filter(alert => alert.status === 'ACTIVE'));
    from = page.next;
  } while (from !== undefined);
  return alerts;
}

/**
 * Sends a group's alerts that were not sent yet, whose threshold its score reaches and whose filters it passes. Each is noted in the group
 * as soon as it is sent, so that a repeated run sends it again only if it broke between the two, and with the same id. What cannot be
 * delivered is logged, not noted, and handed to `deliver`; it is sent, too, when the interval is asked for again or the group goes on.
 * @param group as it is stored: it can be read through the API before anybody is told of it
 * @param at start of the interval
 */
export async function sendAlerts(
  services: Services, alerts: readonly AlertRecord[], group: GroupRecord, at: EpochSeconds, timezone: string,
): Promise<AlertCounts> {
  let current = group;
  let [delivered, undelivered] = [0, 0];
  for (const alert of alerts) {
    const notice = noticeDue(alert, group, at);
    if (group.score < alert.threshold || wasSent(notice, group) || !passesFilters(alert.filters, group)) continue;
    try {
      await send(services, alert, group, { at, timezone, notice });
    } catch (error) {
      undelivered += 1;
      await handOver(services, alert, group, { at, timezone, notice }, error as Error);
      continue;
    }
    delivered += 1;
    current = { ...current, alertsSent: withSent(current.alertsSent, alert, notice) };
    await services.store.putGroup(current);
  }
  return { delivered, undelivered };
}

/** Logs an alert that could not be delivered and has it tried again, by an invocation that Lambda repeats. */
async function handOver(services: Services, alert: AlertRecord, group: GroupRecord, occasion: Occasion, { name, message }: Error): Promise<void> {
  const reason = `${name}: ${message}`;
  const target = targetOf(alert);
  services.log.error('alert could not be delivered', { alert: alert.arn, anomalyGroup: group.id, target, reason });
  try {
    await services.invokeLater({
      action: 'deliver',
      detectorArn: group.detectorArn,
      alertArn: alert.arn,
      anomalyGroupId: group.id,
      alertEventId: alertEventId(alert, group, occasion.notice),
      ...occasion,
      target,
      reason: reason.slice(0, REASON_CHARACTERS),
    });
  } catch (error) {
    // the alert is not noted as sent: what asks for the interval again sends it
    services.log.error('the delivery of an alert could not be handed over', { alert: alert.arn, anomalyGroup: group.id, reason: (error as Error).message });
  }
}
