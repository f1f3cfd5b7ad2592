// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import fc from 'fast-check';
import { configuration, newStack } from './fixture';
import { AlertTarget, ConnectorQuery, HolidayCalendar, PublishedParams, RedshiftCluster } from '../../src';
import { RESOURCE_TYPES } from '../../src/private/contract';

/** The shape of the published connector's file. */
const PARAMS = {
  database_type: 'redshift',
  detector_name: 'l4m-custom-redshift-connector-detector',
  detector_description: 'A quick sample',
  detector_frequency: 'PT1H',
  timestamp_column: { ColumnFormat: 'yyyy-MM-dd HH:mm:ss', ColumnName: 'timestamp' },
  dimension_list: ['platform', 'marketplace'],
  metrics_set: [{ AggregationFunction: 'SUM', MetricName: 'views' }, { AggregationFunction: 'AVG', MetricName: 'revenue' }],
  metric_source: {
    S3SourceConfig: {
      FileFormatDescriptor: { CsvFormatDescriptor: { Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', FileCompression: 'NONE', QuoteSymbol: '"' } },
      HistoricalDataPathList: ['s3://input/ecommerce/backtest/'],
      RoleArn: 'arn:aws:iam::111122223333:role/lookout',
      TemplatedPathList: [''],
    },
  },
  s3_bucket: '',
  alert_name: 'alerter',
  alert_threshold: 1,
  alert_description: 'Exports anomalies',
  alert_lambda_arn: '',
  offset: 300,
  secret_name: 'redshift-l4mintegration',
};

const QUERY = ConnectorQuery.fromString("select timestamp, views, revenue, platform, marketplace from e where ts >= '{{start}}' and ts < '{{end}}'");
const read = (changes: object = {}): PublishedParams => PublishedParams.fromJson(JSON.stringify({ ...PARAMS, ...changes }));

test('a published file becomes a connector with the same detector', () => {
  const stack = newStack();
  const params = read();
  const connector = params.createConnector(stack, 'Connector', { query: QUERY });
  connector.addAlert('Alert', { threshold: params.alertThreshold, target: AlertTarget.topic(new Topic(stack, 'Topic')) });
  const detector = configuration(Template.fromStack(stack), RESOURCE_TYPES.detector);
  expect(JSON.stringify(detector)).toContain('"AnomalyDetectorName":"l4m-custom-redshift-connector-detector"');
  expect(detector).toMatchObject({
    metricSet: {
      MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }, { MetricName: 'revenue', AggregationFunction: 'AVG' }],
      DimensionList: ['platform', 'marketplace'],
      MetricSetFrequency: 'PT1H',
      Offset: 300,
      TimestampColumn: { ColumnName: 'timestamp', ColumnFormat: 'yyyy-MM-dd HH:mm:ss' },
    },
  });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('resolve:secretsmanager:');
});

test('what is not taken over is listed, and warned of at the connector', () => {
  const stack = newStack();
  const params = read();
  expect(params.findings).toEqual([expect.stringMatching(/^metric_source: .*bucket of its own/), expect.stringMatching(/^alert_\*: .*never made this alert/)]);
  params.createConnector(stack, 'Connector', { query: QUERY });
  for (const finding of params.findings) {
    Annotations.fromStack(stack).hasWarning('/Stack/Connector', Match.stringLikeRegexp(`params.json: ${finding.slice(0, 5)}`));
  }
});

test('options go before the file', () => {
  const stack = newStack();
  read({ secret_name: '', detector_name: '' }).createConnector(stack, 'Connector', {
    query: QUERY, cluster: RedshiftCluster.serverlessByName('shop'), database: 'sales', detectorName: 'other',
  });
  expect(JSON.stringify(configuration(Template.fromStack(stack), RESOURCE_TYPES.detector))).toContain('"AnomalyDetectorName":"other"');
});

test('what the file does not know can be given: how the connector reads, and what detects', () => {
  const stack = newStack();
  const unloadRole = 'arn:aws:iam::111122223333:role/unload';
  read({ detector_frequency: 'P1D', timestamp_column: { ColumnFormat: 'yyyy-MM-dd', ColumnName: 'day' } }).createConnector(stack, 'Connector', {
    query: QUERY, holidays: HolidayCalendar.country('DE', 'BY'), unloadRole: Role.fromRoleArn(stack, 'Unload', unloadRole),
  });
  const template = Template.fromStack(stack);
  expect(configuration(template, RESOURCE_TYPES.detector)).toMatchObject({ detector: { Tags: { 'cdk-redshift-lookout:holidays': 'DE-BY' } } });
  template.hasResourceProperties('AWS::IAM::Policy', { Roles: ['unload'] });
  expect(JSON.stringify(template.findResources('AWS::StepFunctions::StateMachine')).includes(unloadRole)).toBe(true);
});

test.each<[string, object, RegExp]>([
  ['frequency', { detector_frequency: 'P7D' }, /^detector_frequency: is "P7D" and none of PT5M, PT10M, PT1H, P1D/],
  ['an inherited name as frequency', { detector_frequency: 'constructor' }, /^detector_frequency: is "constructor"/],
  ['timestamp', { timestamp_column: { ColumnName: 7 } }, /^timestamp_column: .*lacks/],
  ['metrics', { metrics_set: [{ MetricName: 'x', AggregationFunction: 'MAX' }] }, /^metrics_set\[0\]: .*"MAX".*SUM or AVG/],
  ['namespace', { metrics_set: [{ MetricName: 'x', AggregationFunction: 'SUM', Namespace: 'n' }] }, /^metrics_set\[0\]\.Namespace: is "n"/],
  ['dimensions', { dimension_list: ['a', null] }, /^dimension_list\[1\]: is null/],
  ['no list', { dimension_list: 'platform' }, /^dimension_list: is "platform" and no list/],
  ['offset', { offset: -1 }, /^offset: is -1 and no whole number from 0 to 432000/],
  ['database', { database_type: 'rds' }, /^database_type: is "rds"; only Amazon Redshift/],
  ['a source of another kind', { metric_source: { RDSSourceConfig: {} } }, /^metric_source: is \{"RDSSourceConfig":\{\}\}/],
  ['bucket', { s3_bucket: 'old' }, /^s3_bucket: is "old"/],
  ['a field that is not known', { 'x\ny<b>': 1 }, /^x y<b>: is no field/],
  ['text', { detector_name: ['a'] }, /^detector_name: is \["a"\] and no text/],
])('%s that cannot be used is a finding', (_name, changes, finding) => {
  expect(read(changes).findings).toContainEqual(expect.stringMatching(finding));
});

test.each(['detector_frequency', 'timestamp_column', 'metrics_set', 'secret_name'])('no connector without %s; the error says so', field => {
  const params = read({ [field]: undefined });
  expect(() => params.createConnector(newStack(), 'C', { query: QUERY })).toThrow(new RegExp(`params.json cannot be used without ${field}.*is.*missing`));
});

test.each([
  ['whole', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:redshift/lookout-AbCdEf', ''],
  ['without its last characters', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:redshift/lookout', '-??????'],
])('a secret named by its ARN, %s', (_name, arn, others) => {
  const stack = newStack();
  read({ secret_name: arn }).createConnector(stack, 'Connector', { query: QUERY });
  const template = JSON.stringify(Template.fromStack(stack).toJSON());
  expect(template).toContain(`{{resolve:secretsmanager:${arn}:SecretString:db::}}`);
  expect(template).toContain(`"Resource":"${arn}${others}"`);
  expect(template).not.toContain(':secret:arn:');
});

test('without a secret a cluster is asked for', () => {
  expect(() => read({ secret_name: '' }).createConnector(newStack(), 'C', { query: QUERY })).toThrow('; correct the file, or give cluster to createConnector');
});

test('another database is refused unless a cluster is given', () => {
  expect(() => read({ database_type: 'rds' }).createConnector(newStack(), 'C', { query: QUERY })).toThrow(/cannot be used without database_type.*; give cluster to createConnector/);
});

test.each([['', 'Unexpected end'], ['[]', 'it holds [] and no object'], ['null', 'it holds null'], ['{"a":', 'JSON']])('text %j is refused', (json, message) => {
  expect(() => PublishedParams.fromJson(json)).toThrow(message);
});

test('a field called __proto__ is one like any other', () => {
  const params = PublishedParams.fromJson('{"__proto__": {"detector_frequency": "PT1H"}, "metrics_set": [{"__proto__": {"MetricName": "x"}}]}');
  expect(params.frequency).toBeUndefined();
  expect(params.findings).toContainEqual(expect.stringMatching(/^__proto__: is no field/));
});

test('whatever the values are, the file is read, and each finding is one short line', () => {
  const values = Object.fromEntries(Object.keys(PARAMS).map(name => [name, fc.anything({ maxDepth: 2 })]));
  fc.assert(fc.property(fc.record(values, { requiredKeys: [] }), changes => {
    const json = JSON.stringify(changes, (_key, value) => typeof value === 'bigint' ? String(value) : value);
    for (const finding of PublishedParams.fromJson(json).findings) {
      expect(finding).not.toMatch(/[\n\r]/);
      expect(finding.length).toBeLessThan(300);
    }
  }));
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'params-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a byte order mark is no part of the file', () => {
    writeFileSync(join(folder, 'params.json'), `\uFEFF${JSON.stringify(PARAMS)}`);
    expect(PublishedParams.fromFile(join(folder, 'params.json')).detectorName).toBe(PARAMS.detector_name);
  });

  test('a file that is not there is named', () => {
    expect(() => PublishedParams.fromFile(join(folder, 'none.json'))).toThrow(/path cannot be read.*none\.json.*working directory/);
  });
});
