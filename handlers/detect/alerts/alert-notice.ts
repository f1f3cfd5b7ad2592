// SPDX-License-Identifier: Apache-2.0

import { ALERT_TAGS } from '../../../src/private/contract';
import type { AlertRecord, EpochSeconds, GroupRecord } from '../../lookout/store';

/**
 * The notice of a group that an alert owes as of an interval: the first when the group begins, then, where the alert's tag asks for
 * reminders, another after each so many hours that the group goes on.
 * @param at start of the interval
 * @returns what stands for the notice in the group's `alertsSent`
 */
export function noticeDue(alert: AlertRecord, group: GroupRecord, at: EpochSeconds): string {
  const hours = Number(alert.tags?.[ALERT_TAGS.remindAfterHours]);
  const reminders = hours > 0 ? Math.floor((at - group.start) / (hours * 3600)) : 0;
  return reminders > 0 ? `${alert.arn}#${reminders}` : alert.arn;
}

/** Whether a notice was sent. A notice is not owed any more when a later one was. */
export function wasSent(notice: string, group: GroupRecord): boolean {
  const { alertArn, number } = parsed(notice);
  return group.alertsSent.map(parsed).some(sent => sent.alertArn === alertArn && sent.number >= number);
}

/** Alert of a notice, and how many reminders came before: an alert's ARN has no `#`. */
function parsed(notice: string): { readonly alertArn: string; readonly number: number } {
  const [alertArn, number = '0'] = notice.split('#');
  return { alertArn, number: Number(number) };
}

/** `alertsSent` of a group after a notice: of each alert the newest only, so that it does not grow with a group that never ends. */
export function withSent(alertsSent: readonly string[], alert: AlertRecord, notice: string): string[] {
  return [...alertsSent.filter(sent => sent !== alert.arn && !sent.startsWith(`${alert.arn}#`)), notice];
}
