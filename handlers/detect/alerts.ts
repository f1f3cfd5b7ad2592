import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PublishCommand } from '@aws-sdk/client-sns';
import { chatMessage } from './alert-chat';
import { passesFilters } from './alert-filters';
import { alertEventId, alertMessage, longText, shortText, subject } from './alert-message';
import { noticeDue, wasSent, withSent } from './alert-notice';
import type { Services } from './services';
import { ALERT_TAGS } from '../../src/private/contract';
import type { AlertRecord, EpochSeconds, GroupRecord } from '../lookout/store';

/** Alerts of an interval. */
export interface AlertCounts {
  readonly delivered: number;
  readonly undelivered: number;
}

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
 * Sends a group's alerts that were not sent yet, whose threshold its score reaches and whose filters it passes. Each is noted in the group as soon as it is sent,
 * so that a repeated run sends it again only if it broke between the two. What cannot be delivered is logged and not noted: it is sent
 * when the interval is asked for again, or when the group goes on.
 * @param group as it is stored
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
      const { name, message } = error as Error;
      services.log.error('alert could not be delivered', { alert: alert.arn, anomalyGroup: group.id, target: targetOf(alert), reason: `${name}: ${message}` });
      continue;
    }
    delivered += 1;
    current = { ...current, alertsSent: withSent(current.alertsSent, alert, notice) };
    await services.store.putGroup(current);
  }
  return { delivered, undelivered };
}

function targetOf({ action }: AlertRecord): string {
  return action.SNSConfiguration?.SnsTopicArn ?? action.LambdaConfiguration?.LambdaArn ?? 'none';
}

/** What is told of a group: the interval, and which notice of the alert it is. */
interface Occasion {
  readonly at: EpochSeconds;
  readonly timezone: string;
  readonly notice: string;
}

async function send({ roles }: Services, alert: AlertRecord, group: GroupRecord, { at, timezone, notice }: Occasion): Promise<void> {
  const { SNSConfiguration: topic, LambdaConfiguration: lambda } = alert.action;
  const eventId = alertEventId(alert, group, notice);
  const json = (): string => JSON.stringify(alertMessage(alert, group, at, timezone, eventId));
  if (topic) {
    const content = {
      JSON: () => ({ Message: json() }),
      LONG_TEXT: () => ({ Message: longText(alert, group, at, timezone), Subject: subject(group) }),
      SHORT_TEXT: () => ({ Message: shortText(group, at, timezone) }),
      chat: () => ({ Message: JSON.stringify(chatMessage(alert, group, at, timezone, eventId)) }),
    }[alert.tags?.[ALERT_TAGS.message] === 'chat' ? 'chat' : topic.SnsFormat ?? 'JSON']();
    await roles.sns(topic.RoleArn, topic.SnsTopicArn).send(new PublishCommand({ TopicArn: topic.SnsTopicArn, ...content }));
  } else if (lambda) {
    await roles.lambda(lambda.RoleArn, lambda.LambdaArn).send(new InvokeCommand({
      FunctionName: lambda.LambdaArn, InvocationType: 'Event', Payload: Buffer.from(json()),
    }));
  } else {
    throw new Error('the alert has neither SNSConfiguration nor LambdaConfiguration');
  }
}
