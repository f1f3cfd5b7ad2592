// SPDX-License-Identifier: Apache-2.0

import { eventInvokeConfig, functionAlias, functionUrl, lambdaFunction, schedule, stateMachine } from './compute';
import { managedPolicy, role } from './identity';
import { eventBus, queue, subscription, topic } from './messaging';
import { namesOnly } from './names-only';
import type { ResourceType } from './resource';
import { bucket, key, table } from './storage';
import { customResource } from '../deployment/custom-resources';

const TYPES: Readonly<Record<string, ResourceType>> = {
  ...namesOnly,
  'AWS::CloudFormation::CustomResource': customResource,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::EventBus': eventBus,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Role': role,
  'AWS::KMS::Key': key,
  'AWS::Lambda::Alias': functionAlias,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Url': functionUrl,
  'AWS::S3::Bucket': bucket,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::SNS::Subscription': subscription,
  'AWS::SNS::Topic': topic,
  'AWS::SQS::Queue': queue,
  'AWS::StepFunctions::StateMachine': stateMachine,
};

/** How resources of this type are made; undefined: the embedded cloud does not know the type. */
export function resourceType(name: string): ResourceType | undefined {
  if (name.startsWith('Custom::')) return customResource;
  return Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
}
