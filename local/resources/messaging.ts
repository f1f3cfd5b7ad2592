// SPDX-License-Identifier: Apache-2.0

import { physicalName, uniqueUuid } from './names';
import { arn, type ResourceType } from './resource';

/** AWS::SNS::Topic. Its messages are captured. */
export const topic: ResourceType = {
  put(resource, { topics }) {
    const TopicName = physicalName(resource, 'TopicName', 256);
    const TopicArn = arn(resource, 'sns', TopicName);
    topics.create(TopicArn);
    return { ref: TopicArn, attributes: { TopicArn, TopicName } };
  },
  delete({ identity }, { topics }) {
    topics.remove(identity.ref);
  },
};

/** AWS::SNS::Subscription. Nothing is delivered. */
export const subscription: ResourceType = {
  put(resource) {
    const Arn = `${String(resource.properties.TopicArn)}:${uniqueUuid(resource)}`;
    return { ref: Arn, attributes: { Arn } };
  },
};

/** AWS::Events::EventBus. Its events are captured. */
export const eventBus: ResourceType = {
  put(resource, { eventBuses }) {
    const Name = physicalName(resource, 'Name', 256);
    const Arn = arn(resource, 'events', `event-bus/${Name}`);
    eventBuses.create(Arn);
    return { ref: Name, attributes: { Arn, Name } };
  },
  delete({ identity }, { eventBuses }) {
    eventBuses.remove(String(identity.attributes.Arn));
  },
};

/** AWS::SQS::Queue: a name only. */
export const queue: ResourceType = {
  put(resource) {
    const QueueName = physicalName(resource, 'QueueName', 80);
    const { region, account, urlSuffix } = resource.pseudo;
    const QueueUrl = `https://sqs.${region}.${urlSuffix}/${account}/${QueueName}`;
    return { ref: QueueUrl, attributes: { Arn: arn(resource, 'sqs', QueueName), QueueName, QueueUrl } };
  },
};
