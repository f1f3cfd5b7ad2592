// SPDX-License-Identifier: Apache-2.0

import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { configuration, connectorIn, newStack, resources, statements, text } from './fixture';
import { AlertOptions, AlertTarget, Detector, LookoutAlert, LookoutService, SnsFormat } from '../../src';

let stack: Stack;
let topic: sns.Topic;
beforeEach(() => {
  stack = newStack();
  topic = new sns.Topic(stack, 'Topic');
});

const alertOf = () => configuration(Template.fromStack(stack), 'Custom::RedshiftLookoutAlert').alert;

test('tells of severities from 70, in JSON', () => {
  const connector = connectorIn(stack);
  const alert = connector.addAlert('Pager', { target: AlertTarget.topic(topic) });
  expect(alertOf()).toEqual({
    AlertName: alert.alertName,
    AnomalyDetectorArn: expect.stringMatching(/^<ConnectorDetector\w+\.DetectorArn>$/),
    AlertSensitivityThreshold: 70,
    Action: {
      SNSConfiguration: { RoleArn: expect.stringMatching(/^<ConnectorAlertRole\w+\.Arn>$/), SnsTopicArn: expect.stringMatching(/^<Topic\w+>$/), SnsFormat: 'JSON' },
    },
  });
  expect(alert.alertName).toMatch(/^Stack-Connector-Alerts-Pager-[0-9A-F]{8}$/);
  expect(stack.resolve(alert.alertArn)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ConnectorAlertsPager/), 'AlertArn'] });
});

test('takes every option', () => {
  connectorIn(stack).addAlert('Pager', { target: AlertTarget.topic(topic, { snsFormat: SnsFormat.LONG_TEXT }), threshold: 0, description: '<b>"all"</b>', alertName: 'pager' });
  expect(alertOf()).toMatchObject({
    AlertName: 'pager', AlertDescription: '<b>"all"</b>', AlertSensitivityThreshold: 0, Action: { SNSConfiguration: { SnsFormat: 'LONG_TEXT' } },
  });
});

test('all alerts of a connector are sent by one role, which may use the topics and their keys', () => {
  const connector = connectorIn(stack);
  const encrypted = new sns.Topic(stack, 'Encrypted', { masterKey: new kms.Key(stack, 'Key') });
  connector.addAlert('Pager', { target: AlertTarget.topic(topic) });
  connector.addAlert('Mail', { target: AlertTarget.topic(encrypted), threshold: 30 });
  const template = Template.fromStack(stack);
  template.resourceCountIs('Custom::RedshiftLookoutAlert', 2);
  expect(statements(template, 'ConnectorAlertRole').map(({ actions, resources: on }) => [actions, on[0].replace(/\w{8}(\.Arn)?>$/, '')])).toEqual([
    [['sns:Publish'], '<Topic'], [['sns:Publish'], '<Encrypted'], [['kms:Decrypt', 'kms:GenerateDataKey*'], '<Key'],
  ]);
  for (const alert of Object.values(resources(template, 'Custom::RedshiftLookoutAlert'))) {
    expect(alert.DependsOn).toContainEqual(expect.stringMatching(/^ConnectorAlertRoleDefaultPolicy/));
  }
});

test('can be made in a scope of one\'s own', () => {
  const connector = connectorIn(stack);
  const alert = new LookoutAlert(stack, 'Mine', { connector, target: AlertTarget.topic(topic) });
  expect(alert.alertName).toMatch(/^Stack-Mine-/);
  Template.fromStack(stack).resourceCountIs('Custom::RedshiftLookoutAlert', 1);
});

test.each<[string, Partial<AlertOptions>, string]>([
  ['the threshold is negative', { threshold: -1 }, 'threshold is not a whole number from 0 to 100, got -1; give the lowest severity to be told of, for example 70'],
  ['the threshold is over 100', { threshold: 101 }, 'threshold is not a whole number from 0 to 100, got 101'],
  ['the threshold is not whole', { threshold: 70.5 }, 'threshold is not a whole number from 0 to 100, got 70.5'],
  ['the threshold is no number', { threshold: NaN }, 'threshold is not a whole number from 0 to 100, got null'],
  ['the name is not a name', { alertName: 'page me' }, 'alertName has characters that the Lookout for Metrics API does not take, got "page me"; give 1 to 63 letters'],
  ['the name is too long', { alertName: 'a'.repeat(64) }, 'alertName is longer than 63 characters (64)'],
  ['the description is blank', { description: '' }, 'description is blank, got ""'],
  ['the description is too long', { description: 'd'.repeat(257) }, 'description is longer than 256 characters (257)'],
  ['the name is taken', { alertName: 'taken' }, 'alertName is the name of the alert Stack/Connector/Alerts/Taken, which the same service sends, got "taken"; give each alert a name of its own'],
])('fails when %s', (_name, options, message) => {
  const connector = connectorIn(stack);
  connector.addAlert('Taken', { target: AlertTarget.topic(topic), alertName: 'taken' });
  expect(() => connector.addAlert('Pager', { target: AlertTarget.topic(topic), ...options })).toThrow(`RedshiftLookoutConnector: ${message}`);
  Template.fromStack(stack).resourceCountIs('Custom::RedshiftLookoutAlert', 1);
});

test('fails at the eleventh alert', () => {
  const connector = connectorIn(stack);
  for (let index = 0; index < 10; index++) connector.addAlert(`Alert${index}`, { target: AlertTarget.topic(topic) });
  expect(() => connector.addAlert('Alert10', { target: AlertTarget.topic(topic) })).toThrow(/addAlert was called more than 10 times, got \["Stack-Connector-Alerts-Alert0-/);
});

test('tokens pass', () => {
  expect(() => connectorIn(stack).addAlert('Pager', {
    target: AlertTarget.topic(topic), threshold: Lazy.number({ produce: () => 500 }), alertName: Lazy.string({ produce: () => 'a b' }), description: Lazy.string({ produce: () => '' }),
  })).not.toThrow();
});

test('go to functions, which the alerts\' role may invoke', () => {
  const handler = lambda.Function.fromFunctionArn(stack, 'Handler', 'arn:aws:lambda:eu-west-1:123456789012:function:pager');
  connectorIn(stack).addAlert('Pager', { target: AlertTarget.function(handler) });
  expect(alertOf().Action).toEqual({ LambdaConfiguration: { RoleArn: expect.stringMatching(/^<ConnectorAlertRole/), LambdaArn: handler.functionArn } });
  expect(statements(Template.fromStack(stack), 'ConnectorAlertRole')).toMatchObject([{ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn, `${handler.functionArn}:*`] }]);
});

test('go to event buses, of other accounts too, on which the alerts\' role may put events', () => {
  const connector = connectorIn(stack);
  connector.addAlert('Own', { target: AlertTarget.eventBus(new events.EventBus(stack, 'Bus')) });
  const elsewhere = 'arn:aws:events:us-east-1:210987654321:event-bus/alerts';
  connector.addAlert('Other', { target: AlertTarget.eventBus(events.EventBus.fromEventBusArn(stack, 'Elsewhere', elsewhere)) });
  expect(alertOf().Action).toEqual({ LambdaConfiguration: { RoleArn: expect.stringMatching(/^<ConnectorAlertRole/), LambdaArn: expect.stringMatching(/^<Bus\w+\.Arn>$/) } });
  expect(statements(Template.fromStack(stack), 'ConnectorAlertRole')).toMatchObject([
    { actions: ['events:PutEvents'], resources: [expect.stringMatching(/^<Bus\w+\.Arn>$/)] }, { actions: ['events:PutEvents'], resources: [elsewhere] },
  ]);
});

test('are as many as the shared service lets a detector have', () => {
  const service = new LookoutService(stack, 'Lookout', { maximumAlertsPerDetector: 11 });
  const connector = connectorIn(stack, { detector: Detector.inAccount({ service }) });
  for (let index = 0; index < 11; index++) connector.addAlert(`Alert${index}`, { target: AlertTarget.topic(topic) });
  expect(() => connector.addAlert('Alert11', { target: AlertTarget.topic(topic) })).toThrow(/addAlert was called more than 11 times/);
});

test('filters, reminders and chats become what the service knows', () => {
  connectorIn(stack, { dimensions: ['platform'] }).addAlert('Pager', {
    target: AlertTarget.topic(topic, { snsFormat: SnsFormat.CHAT }), metrics: ['views'], dimensionValues: { platform: ['web', 'a "b"'] }, remindAfter: Duration.days(1),
  });
  expect(alertOf()).toMatchObject({
    AlertFilters: { MetricList: ['views'], DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['web', 'a "b"'] }] },
    Action: { SNSConfiguration: { SnsFormat: 'JSON' } },
    Tags: { 'cdk-redshift-lookout:message': 'chat', 'cdk-redshift-lookout:remind-after-hours': '24' },
  });
});

test.each<[string, Partial<AlertOptions>, string]>([
  ['a metric is not the connector\'s', { metrics: ['veiws'] }, 'metrics names what the connector does not have, got "veiws"; give some of views'],
  ['there are no metrics', { metrics: [] }, 'metrics does not have 1 to 5 entries, got 0'],
  ['a dimension is not the connector\'s', { dimensionValues: { browser: ['x'] } }, 'dimensionValues names what the connector does not have, got "browser"; give some of platform'],
  ['a dimension has too many values', { dimensionValues: { platform: Array.from('abcdefghijk') } }, 'dimensionValues["platform"] does not have 1 to 10 entries, got 11'],
  ['reminders are not by the hour', { remindAfter: Duration.minutes(90) }, 'remindAfter is not a whole number of hours, got "1 hour 30 minutes"; give Duration.hours(24), for example'],
])('fails when %s', (_name, options, message) => {
  expect(() => connectorIn(stack, { dimensions: ['platform'] }).addAlert('Pager', { target: AlertTarget.topic(topic), ...options })).toThrow(`RedshiftLookoutConnector: ${message}`);
});

test.each<[string, AlertOptions]>([
  ['remindAfter', { target: AlertTarget.topic(sns.Topic.fromTopicArn(new Stack(), 'T', 'arn:aws:sns:eu-west-1:123456789012:t')), remindAfter: Duration.days(1) }],
  ['snsFormat', { target: AlertTarget.topic(sns.Topic.fromTopicArn(new Stack(), 'T', 'arn:aws:sns:eu-west-1:123456789012:t'), { snsFormat: SnsFormat.CHAT }) }],
  ['target', { target: AlertTarget.eventBus(events.EventBus.fromEventBusArn(new Stack(), 'B', 'arn:aws:events:eu-west-1:123456789012:event-bus/b')) }],
])('Lookout for Metrics itself has no %s', (prop, options) => {
  expect(() => connectorIn(stack, { detector: Detector.lookoutForMetrics() }).addAlert('Pager', options)).toThrow(new RegExp(`${prop} is nothing that [^,]*, got "[^(]*"; use Detector.inAccount\\(\\)`));
});

test('in another stack, with a topic of that stack, is sent by a role there', () => {
  const app = new App();
  const [home, other] = ['Home', 'Other'].map(id => new Stack(app, id));
  const connector = connectorIn(home);
  const alerts = ['First', 'Second'].map(id => new LookoutAlert(other, id, { connector, target: AlertTarget.topic(new sns.Topic(other, `${id}Topic`)) }));
  const template = Template.fromStack(other);
  for (const id of ['First', 'Second']) {
    expect(statements(template, `${id}AlertRole`)).toMatchObject([{ actions: ['sns:Publish'], resources: [expect.stringMatching(new RegExp(`^<${id}Topic`))] }]);
  }
  const made = Object.values(resources(template, 'Custom::RedshiftLookoutAlert')).map(({ Properties }) => JSON.parse(text(Properties.Configuration)).alert);
  expect(made).toMatchObject(alerts.map(({ node, alertName }) => ({
    AlertName: alertName, Action: { SNSConfiguration: { RoleArn: expect.stringMatching(new RegExp(`^<${node.id}AlertRole\\w+\\.Arn>$`)) } },
  })));
  expect(app.synth().getStackByName('Home').dependencies.map(({ id }) => id)).not.toContain('Other');
});

test.each([
  ['region', { account: '111111111111', region: 'us-east-1' }, 'us-east-1', 'eu-west-1'],
  ['account', { account: '222222222222', region: 'eu-west-1' }, '222222222222', '111111111111'],
])('in a stack of another %s is refused', (what, env, got, expected) => {
  const app = new App();
  const connector = connectorIn(new Stack(app, 'Home', { env: { account: '111111111111', region: 'eu-west-1' } }));
  const other = new Stack(app, 'Other', { env });
  expect(() => new LookoutAlert(other, 'Mine', { connector, target: AlertTarget.topic(new sns.Topic(other, 'Topic')) })).toThrow(
    `LookoutAlert: scope is in another ${what} than the connector's stack (${expected}), got "${got}"; make the alert in a stack of ${expected}, as the connector is`);
});
