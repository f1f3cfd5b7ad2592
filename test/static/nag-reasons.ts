// SPDX-License-Identifier: Apache-2.0

/** What AwsSolutions finds in the library, and why it is as it is. `rule` is the whole text of a finding. */
export const NAG_REASONS: { readonly rule: RegExp; readonly reason: string; readonly onlyAt?: 'floor' }[] = [
  { rule: /^AwsSolutions-S1$/, reason: 'access to the buckets is logged by CloudTrail data events where wanted; a log bucket is the user\'s choice' },
  { rule: /^AwsSolutions-SQS3$/, reason: 'the queue is a dead-letter queue itself, of a schedule or of alerts' },
  { rule: /^AwsSolutions-L1$/, reason: 'functions of the CDK\'s custom resource framework have the runtime that aws-cdk-lib gives them', onlyAt: 'floor' },
  { rule: /^AwsSolutions-SF2$/, reason: 'the waiter of the CDK\'s custom resource framework has no setting for tracing' },
  { rule: /^AwsSolutions-IAM5\[/, reason: 'each * has its reason in permission-reasons.ts, which permissions.test.ts holds to every template' },
];
