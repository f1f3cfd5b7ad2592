// SPDX-License-Identifier: Apache-2.0

import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { newStack, statements } from './fixture';
import { LookoutService } from '../../src';

let stack: Stack;
let service: LookoutService;
beforeEach(() => {
  stack = newStack();
  service = new LookoutService(stack, 'Lookout');
});

test('there is no address, and no concurrency is reserved, unless they are asked for', () => {
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Url', 0);
  template.resourceCountIs('AWS::Lambda::Permission', 0);
  template.resourceCountIs('AWS::Lambda::Alias', 0);
  template.resourcePropertiesCountIs('AWS::Lambda::Function', { ReservedConcurrentExecutions: Match.anyValue() }, 0);
});

test('the address answers signed requests of identities with the right, and so many at a time', () => {
  const url = service.addFunctionUrl({ maximumConcurrency: 5 });
  const caller = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
  url.grantInvokeUrl(caller);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM', Cors: Match.absent() });
  template.resourcePropertiesCountIs('AWS::Lambda::Function', { ReservedConcurrentExecutions: 5 }, 1);
  template.resourceCountIs('AWS::Lambda::Permission', 0); // nobody is let in by the function's own policy
  expect(statements(template, 'Caller').flatMap(({ actions }) => actions)).toContain('lambda:InvokeFunctionUrl');
});

test('concurrency is reserved only when it is asked for: an account with 10 can reserve none', () => {
  service.addFunctionUrl();
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::Lambda::Function', { ReservedConcurrentExecutions: Match.anyValue() }, 0);
});

/** What a role must have to call a function by its address. */
const byAddress = (called: unknown): object[] => [
  { actions: ['lambda:InvokeFunctionUrl'], resources: [called], condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } } },
  { actions: ['lambda:InvokeFunction'], resources: [called], condition: { Bool: { 'lambda:InvokedViaFunctionUrl': true } } },
];

test('those who may read reach the read alias only, directly and by its address', () => {
  const reader = new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
  service.grantRead(reader);
  service.addFunctionUrl();
  service.addFunctionUrl({ readOnly: true });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Alias', { Name: 'read', FunctionVersion: '$LATEST' });
  template.resourceCountIs('AWS::Lambda::Url', 2);
  template.resourcePropertiesCountIs('AWS::Lambda::Url', { AuthType: 'AWS_IAM', Qualifier: 'read' }, 1);
  template.resourceCountIs('AWS::Lambda::Version', 0);
  const alias = expect.stringMatching(/^<LookoutReadAlias\w+>$/);
  expect(statements(template, 'Reader')).toEqual([{ actions: ['lambda:InvokeFunction'], resources: [alias] }, ...byAddress(alias)]);
});

test('those with full access reach the function and its address', () => {
  const admin = new iam.Role(stack, 'Admin', { assumedBy: new iam.AccountRootPrincipal() });
  service.grantFullAccess(admin);
  const serviceFunction = expect.stringMatching(/^<LookoutServiceFunction\w+\.Arn>$/);
  const all = [serviceFunction, expect.stringMatching(/^<LookoutServiceFunction\w+\.Arn>:\*$/)];
  expect(statements(Template.fromStack(stack), 'Admin')).toEqual([{ actions: ['lambda:InvokeFunction'], resources: all }, ...byAddress(serviceFunction)]);
});

test('there is one address of each kind', () => {
  service.addFunctionUrl({ readOnly: true });
  expect(() => service.addFunctionUrl({ readOnly: true })).toThrow('LookoutService: addFunctionUrl was called before, got "Stack/Lookout/ReadAlias/FunctionUrl"; use the URL that it gave');
});

test('there is one address', () => {
  service.addFunctionUrl();
  expect(() => service.addFunctionUrl()).toThrow('LookoutService: addFunctionUrl was called before, got "Stack/Lookout/ServiceFunction/FunctionUrl"; use the URL that it gave');
});

test.each([0, -1, 1.5, NaN])('maximumConcurrency %p is refused', maximumConcurrency => {
  expect(() => service.addFunctionUrl({ maximumConcurrency })).toThrow('LookoutService: maximumConcurrency is not a whole number from 1');
});

test('alerts that are not delivered end in an encrypted queue, reached over TLS only', () => {
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true, MessageRetentionPeriod: 1209600 });
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: { Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })] },
  });
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: stack.resolve(service.detectFunction.functionName),
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: stack.resolve(service.deadLetterQueue.queueArn) } },
  });
});

test('live folders are looked at every five minutes, if that is asked for', () => {
  Template.fromStack(stack).resourceCountIs('AWS::Scheduler::Schedule', 0);
  const other = newStack();
  const { detectFunction } = new LookoutService(other, 'Lookout', { continuousDetection: true });
  const template = Template.fromStack(other);
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(0/5 * * * ? *)',
    ScheduleExpressionTimezone: 'Etc/UTC',
    Target: { Arn: other.resolve(detectFunction.functionArn), Input: '{"action":"watch","time":"<aws.scheduler.scheduled-time>"}', RetryPolicy: { MaximumRetryAttempts: 0 } },
  });
  expect(statements(template, 'LookoutWatchScheduleRole')).toMatchObject([{ actions: ['lambda:InvokeFunction'] }]);
});

test('the most alerts are told to the service function', () => {
  new LookoutService(stack, 'Large', { maximumAlertsPerDetector: 40 });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: Match.objectLike({ MAXIMUM_ALERTS: '40' }) } });
  expect(() => new LookoutService(stack, 'Small', { maximumAlertsPerDetector: 0 })).toThrow('LookoutService: maximumAlertsPerDetector is not a whole number from 1');
});

test.each([['maximumMetricsPerDataSet', 'MAXIMUM_METRICS'], ['maximumDimensionsPerDataSet', 'MAXIMUM_DIMENSIONS']])('%s is told to the service function', (prop, variable) => {
  new LookoutService(stack, 'Large', { [prop]: 25 });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: Match.objectLike({ [variable]: '25' }) } });
  for (const count of [0, 1.5, 101]) {
    expect(() => new LookoutService(stack, `Lookout${count}`, { [prop]: count })).toThrow(`LookoutService: ${prop} is not a whole number from 1 to 100`);
  }
});

test('the most tags are told to the service function, the most time series to the detect function', () => {
  const other = newStack();
  new LookoutService(other, 'Large', { maximumTagsPerResource: 80, maximumTimeSeriesPerDetector: 200_000 });
  const template = Template.fromStack(other);
  const variables = (name: string): Record<string, string> => Object.entries(template.findResources('AWS::Lambda::Function'))
    .find(([id]) => id.includes(name))![1].Properties.Environment.Variables;
  expect(variables('ServiceFunction')).toMatchObject({ MAXIMUM_TAGS: '80' });
  expect(variables('DetectFunction')).toMatchObject({ MAXIMUM_TIME_SERIES: '200000' });
  for (const count of [9, 50.5, 101]) {
    expect(() => new LookoutService(other, `Tags${count}`, { maximumTagsPerResource: count }))
      .toThrow('LookoutService: maximumTagsPerResource is not a whole number from 10 to 100');
  }
  for (const count of [0, 1.5, 1_000_001]) {
    expect(() => new LookoutService(other, `Series${count}`, { maximumTimeSeriesPerDetector: count }))
      .toThrow('LookoutService: maximumTimeSeriesPerDetector is not a whole number from 1 to 1000000');
  }
});

test('the most detectors are told to the service function, and only a whole number from 1', () => {
  new LookoutService(stack, 'Large', { maximumDetectors: 250 });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ MAXIMUM_DETECTORS: '250', DETECT_FUNCTION_NAME: Match.anyValue() }) },
  });
  for (const maximumDetectors of [0, -1, 2.5, NaN]) {
    expect(() => new LookoutService(stack, `Lookout${maximumDetectors}`, { maximumDetectors }))
      .toThrow('LookoutService: maximumDetectors is not a whole number from 1');
  }
});
