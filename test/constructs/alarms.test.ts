// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { Duration, Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { connectorIn, newStack, resources, text } from './fixture';
import manifest from '../../package.json';
import { AlarmsOptions, Detector, DetectorFrequency, RedshiftLookoutConnectorProps } from '../../src';

function alarmsOf(props: Partial<RedshiftLookoutConnectorProps> = {}, options?: AlarmsOptions) {
  const stack = newStack();
  const topic = new sns.Topic(stack, 'Operations', { enforceSSL: true });
  const connector = connectorIn(stack, { detectorName: 'sales', ...props });
  const alarms = connector.addAlarms(topic, options);
  const template = Template.fromStack(stack);
  const found = Object.fromEntries(Object.entries(resources(template, 'AWS::CloudWatch::Alarm'))
    .map(([id, alarm]) => [/^ConnectorAlarms(\w+)[0-9A-F]{8}$/.exec(id)![1], alarm.Properties]));
  return { alarms, template, found };
}

test('every way in which the connector fails has an alarm, which tells that it began and that it is over', () => {
  const { alarms, found } = alarmsOf();
  expect(Object.keys(found).sort()).toEqual([
    'AlertsUndelivered', 'CrawlFailed', 'CrawlNotStarted', 'DeadLetters', 'DetectionLate', 'HistoryFailed', 'IntervalGivenUp', 'IntervalsBehind', 'NoRows', 'UnloadSlow',
  ]);
  expect(alarms.all).toHaveLength(10);
  for (const alarm of Object.values(found)) {
    expect(alarm.AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Operations/) }]);
    expect(alarm.OKActions).toEqual(alarm.AlarmActions);
  }
});

test('each description leads to a heading of the operations guide', () => {
  const headings = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^### (.+)$/gm)]
    .map(([, heading]) => heading.toLowerCase().replace(/ /g, '-'));
  for (const alarm of Object.values(alarmsOf().found)) {
    const [, repository, heading] = / What to do: (\S+)\/blob\/main\/docs\/operations\.md#([a-z-]+)$/.exec(alarm.AlarmDescription)!;
    expect(repository).toBe(manifest.repository.url.replace('.git', ''));
    expect(headings).toContain(heading);
  }
});

test('thresholds follow interval, delay and time limit', () => {
  const { found } = alarmsOf({ delay: Duration.minutes(10), queryTimeout: Duration.minutes(20) });
  expect(found.IntervalsBehind).toMatchObject({ MetricName: 'CrawlLag', Threshold: 600 + 2 * 3600, Period: 3600, Statistic: 'Maximum' });
  expect(found.DetectionLate).toMatchObject({ MetricName: 'DetectionDelay', Threshold: 3600 });
  expect(found.UnloadSlow).toMatchObject({ MetricName: 'UnloadTime', Threshold: 600_000 });
  expect(found.NoRows).toMatchObject({ MetricName: 'RowsUnloaded', Statistic: 'Minimum', Threshold: 1, ComparisonOperator: 'LessThanThreshold', EvaluationPeriods: 1 });
});

test('times can be fractions of a second, tokens, and as long as a statement may take', () => {
  const seconds = (amount: number) => Duration.seconds(Lazy.number({ produce: () => amount }));
  expect(alarmsOf({}, { detectionDelay: Duration.millis(1500), unloadTime: Duration.hours(1) }).found).toMatchObject({
    DetectionLate: { Threshold: 1.5 }, UnloadSlow: { Threshold: 3_600_000 },
  });
  expect(alarmsOf({}, { detectionDelay: seconds(0) }).found.DetectionLate.Threshold).toBe(0);
});

test('thresholds can be set', () => {
  const options = { intervalsBehind: 5, intervalsWithoutRows: 3, detectionDelay: Duration.minutes(7), unloadTime: Duration.minutes(2) };
  const { found } = alarmsOf({}, options);
  expect(found.IntervalsBehind.Threshold).toBe(300 + 5 * 3600);
  expect(found.NoRows.EvaluationPeriods).toBe(3);
  expect(found.DetectionLate.Threshold).toBe(420);
  expect(found.UnloadSlow.Threshold).toBe(120_000);
});

test.each([
  [DetectorFrequency.FIVE_MINUTES], [DetectorFrequency.TEN_MINUTES], [DetectorFrequency.HOURLY], [DetectorFrequency.DAILY],
])('CloudWatch takes the periods of %p', frequency => {
  for (const alarm of Object.values(alarmsOf({ frequency }, { intervalsWithoutRows: 7 }).found)) {
    const period = alarm.Period ?? alarm.Metrics.find((metric: { MetricStat?: unknown }) => metric.MetricStat).MetricStat.Period;
    expect(period % 60).toBe(0);
    expect(period * alarm.EvaluationPeriods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 7 * 86_400);
  }
});

test('the alarm on runs that do not start waits for two intervals at least, and takes silence for a failure', () => {
  for (const frequency of [DetectorFrequency.FIVE_MINUTES, DetectorFrequency.HOURLY, DetectorFrequency.DAILY]) {
    const { CrawlNotStarted: alarm } = alarmsOf({ frequency }).found;
    expect(alarm.TreatMissingData).toBe('breaching');
    expect(alarm.Period * alarm.EvaluationPeriods).toBeGreaterThanOrEqual(2 * frequency.interval.toSeconds());
  }
});

test('CloudWatch may publish for this account only, and use the key of an encrypted topic', () => {
  const stack = newStack();
  const topic = new sns.Topic(stack, 'Operations', { masterKey: new kms.Key(stack, 'Key') });
  connectorIn(stack).addAlarms(topic);
  const template = Template.fromStack(stack);
  const cloudwatch = { Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } };
  expect(Object.values(resources(template, 'AWS::SNS::TopicPolicy'))[0].Properties.PolicyDocument.Statement)
    .toContainEqual(expect.objectContaining({ ...cloudwatch, Action: 'sns:Publish' }));
  expect(Object.values(resources(template, 'AWS::KMS::Key'))[0].Properties.KeyPolicy.Statement)
    .toContainEqual(expect.objectContaining({ ...cloudwatch, Action: expect.arrayContaining(['kms:Decrypt']) }));
});

test('Lookout for Metrics tells nothing of its deliveries', () => {
  const { alarms, found } = alarmsOf({ detector: Detector.lookoutForMetrics() });
  expect(alarms.alertsUndelivered).toBeUndefined();
  expect(Object.keys(found)).toHaveLength(9);
});

test.each<[string, AlarmsOptions, RegExp]>([
  ['half an interval', { intervalsBehind: 0.5 }, /intervalsBehind.*0\.5/s],
  ['no interval', { intervalsBehind: 0 }, /intervalsBehind.*0/s],
  ['more than CloudWatch evaluates', { intervalsWithoutRows: 8 }, /intervalsWithoutRows.*1 to 7.*8/s],
  ['no delay', { detectionDelay: Duration.seconds(0) }, /^addAlarms: detectionDelay is 0, so that the alarm would always be on, got "0 seconds"; /],
  ['no time', { unloadTime: Duration.millis(0) }, /^addAlarms: unloadTime is 0, so that the alarm would always be on, got "0 seconds"; /],
  ['a time that an UNLOAD is not given', { unloadTime: Duration.millis(3_600_500) },
    /^addAlarms: unloadTime is longer than the connector's queryTimeout \(1 hour\), .* would never go off, got "1 hour 500 milliseconds"; /],
])('refuses %s', (_name, options, message) => {
  expect(() => alarmsOf({}, options)).toThrow(message);
});

describe('createLogsInsightsQueries', () => {
  const queriesOf = (props: Partial<RedshiftLookoutConnectorProps> = {}) => {
    const stack = newStack();
    const returned = connectorIn(stack, { detectorName: 'sales', ...props }).createLogsInsightsQueries();
    const template = Template.fromStack(stack);
    return { returned, template, queries: Object.values(resources(template, 'AWS::Logs::QueryDefinition')).map(({ Properties }) => Properties) };
  };

  test('saves queries in a folder of the connector, on log groups that are there', () => {
    const { returned, template, queries } = queriesOf();
    expect(queries).toHaveLength(5);
    expect(returned).toHaveLength(5);
    const groups = Object.keys(resources(template, 'AWS::Logs::LogGroup'));
    for (const { Name, LogGroupNames } of queries) {
      expect(Name).toMatch(/^sales\//);
      for (const group of LogGroupNames) expect(groups).toContain(text(group).slice(1, -1));
    }
  });

  test('without the in-account detector there is nothing of it', () => {
    expect(queriesOf({ detector: Detector.lookoutForMetrics() }).queries.map(({ Name }) => Name)).toEqual(expect.not.arrayContaining([expect.stringMatching(/detected|rejected/)]));
  });

  test('the figures asked for are those that the crawl function writes', () => {
    const written = readFileSync('src/private/contract/metrics.ts', 'utf8');
    const stats = queriesOf().queries.find(({ Name }) => Name.includes('given up'))!.QueryString as string;
    for (const [, metric] of stats.matchAll(/(?:sum|max)\((\w+)\)/g)) expect(written).toContain(`'${metric}'`);
  });
});
