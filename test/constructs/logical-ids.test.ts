// SPDX-License-Identifier: Apache-2.0

import { Template } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { connectorIn, newStack } from './fixture';
import { AlertTarget } from '../../src';

/** Another id here loses the user's data, or makes another detector or alert: never change one. */
test('logical ids of what holds state', () => {
  const stack = newStack();
  connectorIn(stack).addAlert('Pager', { target: AlertTarget.topic(new sns.Topic(stack, 'Topic')) });
  const stateful = Object.entries<any>(Template.fromStack(stack).toJSON().Resources)
    .filter(([, { Type }]) => /^(AWS::S3::Bucket|AWS::DynamoDB::Table|AWS::SQS::Queue|Custom::RedshiftLookout\w+|AWS::StepFunctions::StateMachine)$/.test(Type))
    .map(([id, { Type }]) => `${Type} ${id}`);
  expect(stateful.sort()).toMatchInlineSnapshot(`
[
  "AWS::DynamoDB::Table ConnectorLedger31DE4419",
  "AWS::DynamoDB::Table ConnectorServiceTable36F31E1D",
  "AWS::S3::Bucket ConnectorBucket9DD950D4",
  "AWS::S3::Bucket ConnectorServiceStateBucket3929CFFE",
  "AWS::SQS::Queue ConnectorDeadLetterQueue93FD6497",
  "AWS::SQS::Queue ConnectorServiceDeadLetterQueue59F67F01",
  "AWS::StepFunctions::StateMachine ConnectorBootstrap76D2F5DC",
  "AWS::StepFunctions::StateMachine ConnectorCrawl546BEFF0",
  "AWS::StepFunctions::StateMachine ConnectorResourcesProviderwaiterstatemachineAB9219CF",
  "Custom::RedshiftLookoutAlert ConnectorAlertsPager44D48E52",
  "Custom::RedshiftLookoutDetector ConnectorDetector89A57D82",
  "Custom::RedshiftLookoutRoleAttachment ConnectorRoleAttachmentDA5FB2FA",
]
`);
});
