// SPDX-License-Identifier: Apache-2.0

import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PublishCommand, type PublishCommandInput } from '@aws-sdk/client-sns';
import { chatMessage } from './alert-chat';
import { alertEventId, alertMessage, longText, shortText, subject } from './alert-message';
import { ALERT_EVENT, ALERT_TAGS } from '../../../src/private/contract';
import type { AlertAction, AlertRecord, EpochSeconds, GroupRecord } from '../../lookout/store';
import type { Services } from '../services';

/** What is told of a group: the interval, and which notice of the alert it is. */
export interface Occasion {
  /** Start of the interval. */
  readonly at: EpochSeconds;
  /** Of the metric set. */
  readonly timezone: string;
  /** See `noticeDue`. */
  readonly notice: string;
}

/** ARN of an alert's topic, function or event bus. */
export function targetOf({ action }: AlertRecord): string {
  return action.SNSConfiguration?.SnsTopicArn ?? action.LambdaConfiguration?.LambdaArn ?? 'none';
}

/**
 * Hands an alert to its target, with the alert's role.
 * @throws Error when the target did not take it
 */
export async function send({ roles }: Pick<Services, 'roles'>, alert: AlertRecord, group: GroupRecord, occasion: Occasion): Promise<void> {
  const { SNSConfiguration: topic, LambdaConfiguration: lambda } = alert.action;
  if (topic) {
    await roles.sns(topic.RoleArn, topic.SnsTopicArn).send(new PublishCommand(publication(alert, topic, group, occasion)));
  } else if (lambda && isEventBus(lambda.LambdaArn)) {
    await putEvent(roles, alert, lambda, group, occasion);
  } else if (lambda) {
    await roles.lambda(lambda.RoleArn, lambda.LambdaArn).send(new InvokeCommand({
      FunctionName: lambda.LambdaArn, InvocationType: 'Event', Payload: Buffer.from(json(alert, group, occasion)),
    }));
  } else {
    throw new Error('the alert has neither SNSConfiguration nor LambdaConfiguration');
  }
}

/** The API's alerts know topics and functions only, so a bus is named where a function would be. */
function isEventBus(arn: string): boolean {
  return arn.split(':')[2] === 'events';
}

async function putEvent(
  roles: Services['roles'], alert: AlertRecord, { RoleArn, LambdaArn: busArn }: NonNullable<AlertAction['LambdaConfiguration']>, group: GroupRecord, occasion: Occasion,
): Promise<void> {
  const { Entries: [entry] = [] } = await roles.events(RoleArn, busArn).send(new PutEventsCommand({
    Entries: [{
      EventBusName: busArn,
      Source: ALERT_EVENT.source,
      DetailType: ALERT_EVENT.detailType,
      Resources: [alert.arn, group.detectorArn],
      Detail: json(alert, group, occasion),
    }],
  }));
  // PutEvents succeeds as a call even where the bus refuses the event
  if (entry?.ErrorCode !== undefined) throw Object.assign(new Error(entry.ErrorMessage), { name: entry.ErrorCode });
}

function publication(
  alert: AlertRecord, { SnsTopicArn: TopicArn, SnsFormat }: NonNullable<AlertAction['SNSConfiguration']>, group: GroupRecord, occasion: Occasion,
): PublishCommandInput {
  const { at, timezone, notice } = occasion;
  const eventId = alertEventId(alert, group, notice);
  const content = {
    JSON: () => ({ Message: json(alert, group, occasion) }),
    LONG_TEXT: () => ({ Message: longText(alert, group, at, timezone), Subject: subject(group) }),
    SHORT_TEXT: () => ({ Message: shortText(group, at, timezone) }),
    chat: () => ({ Message: JSON.stringify(chatMessage(alert, group, at, timezone, eventId)) }),
  }[alert.tags?.[ALERT_TAGS.message] === 'chat' ? 'chat' : SnsFormat ?? 'JSON']();
  // a FIFO topic asks for both, and drops what comes again with the same id within five minutes
  const inOrder = TopicArn.endsWith('.fifo') && { MessageGroupId: group.id, MessageDeduplicationId: eventId.split('/').at(-1) };
  return { TopicArn, ...content, ...inOrder };
}

function json(alert: AlertRecord, group: GroupRecord, { at, timezone, notice }: Occasion): string {
  return JSON.stringify(alertMessage(alert, group, at, timezone, alertEventId(alert, group, notice)));
}
