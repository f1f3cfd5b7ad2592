// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import type { SimulatedClock } from '../clock';
import { queryService } from './query-service';
import { ServiceError, type Service } from './service';

/** Length limit of a message in bytes (SNS API reference, Publish). */
const MESSAGE_BYTES = 262_144;

/** A message that was published to a topic. */
export interface Notification {
  readonly topicArn: string;
  readonly message: string;
  readonly subject?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
  /** Simulated time. */
  readonly publishedAt: Date;
}

/** SNS: takes messages to topics that exist, and delivers them nowhere. */
export class Topics {
  public readonly notifications: Notification[] = [];
  private readonly topics = new Set<string>();

  public constructor(private readonly clock: SimulatedClock) {}

  public create(arn: string): void {
    this.topics.add(arn);
  }

  public remove(arn: string): void {
    this.topics.delete(arn);
  }

  /** SNS's API: Publish. */
  public service(): Service {
    return queryService('SNS', { Publish: (input) => this.publish(input) });
  }

  private publish(input: URLSearchParams): { MessageId: string } {
    const topicArn = input.get('TopicArn') ?? input.get('TargetArn') ?? '';
    const message = input.get('Message') ?? '';
    const subject = input.get('Subject') ?? undefined;
    if (!this.topics.has(topicArn)) throw new ServiceError('NotFound', 404, `Topic does not exist: ${JSON.stringify(topicArn)}`);
    if (message === '') throw new ServiceError('InvalidParameter', 400, 'Invalid parameter: Empty message');
    if (Buffer.byteLength(message) > MESSAGE_BYTES) throw new ServiceError('InvalidParameter', 400, 'Invalid parameter: Message too long');
    if (subject !== undefined && !/^[\x21-\x7e][\x20-\x7e]{0,99}$/.test(subject)) {
      throw new ServiceError('InvalidParameter', 400, 'Invalid parameter: Subject');
    }
    const attributes: Record<string, string> = {};
    for (let index = 1; input.has(`MessageAttributes.entry.${index}.Name`); index++) {
      attributes[input.get(`MessageAttributes.entry.${index}.Name`)!] = input.get(`MessageAttributes.entry.${index}.Value.StringValue`) ?? '';
    }
    const messageId = randomUUID();
    this.notifications.push({ topicArn, message, ...(subject !== undefined && { subject }), attributes, messageId, publishedAt: this.clock.now() });
    return { MessageId: messageId };
  }
}
