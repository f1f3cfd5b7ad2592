// SPDX-License-Identifier: Apache-2.0

import { Duration, RemovalPolicy, TimeZone } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { configuration, connectorIn, newStack, resource, resources, synthesize, text } from './fixture';
import { DetectorFrequency, Metric } from '../../src';
import { DEFAULT_HISTORY_INTERVALS, ENVIRONMENT } from '../../src/private/contract';

let template: Template;
beforeAll(() => {
  template = synthesize().template;
});

describe('data', () => {
  test('buckets are encrypted, private, reached over TLS only, kept, and not versioned', () => {
    const buckets = Object.values(resources(template, 'AWS::S3::Bucket'));
    expect(buckets).toHaveLength(2);
    for (const bucket of buckets) {
      expect(bucket).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
          PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
        },
      });
      expect(bucket.Properties).not.toHaveProperty('VersioningConfiguration');
      expect(bucket.Properties).not.toHaveProperty('BucketName');
    }
    const policies = Object.values(resources(template, 'AWS::S3::BucketPolicy'));
    expect(policies).toHaveLength(2);
    for (const policy of policies) {
      expect(policy.Properties.PolicyDocument.Statement).toContainEqual(expect.objectContaining({
        Effect: 'Deny', Action: 's3:*', Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }));
    }
  });

  test('live data expire, the history does not', () => {
    expect(resource(template, 'AWS::S3::Bucket', 'ConnectorBucket').Properties.LifecycleConfiguration.Rules).toEqual([
      { Id: 'live', Prefix: 'live/', ExpirationInDays: 90, Status: 'Enabled' },
      { Id: 'again', Prefix: 'again/', ExpirationInDays: 7, Status: 'Enabled' },
      { Id: 'broken-uploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' },
    ]);
  });

  test.each([['ConnectorLedger', 'kind', 'start'], ['ConnectorServiceTable', 'partition', 'sort']])('%s is paid by request and can be restored', (id, hash, range) => {
    expect(resource(template, 'AWS::DynamoDB::Table', id)).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: hash, KeyType: 'HASH' }, { AttributeName: range, KeyType: 'RANGE' }],
        AttributeDefinitions: [{ AttributeName: hash, AttributeType: 'S' }, { AttributeName: range, AttributeType: 'S' }],
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    });
  });

  test('with DESTROY everything goes, and the buckets are emptied first', () => {
    const gone = synthesize({ removalPolicy: RemovalPolicy.DESTROY }).template;
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table']) {
      expect(Object.values(resources(gone, type)).map(each => each.DeletionPolicy)).toEqual(['Delete', 'Delete']);
    }
    gone.resourceCountIs('Custom::S3AutoDeleteObjects', 2);
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });
});

describe('functions', () => {
  const ENVIRONMENTS: Record<string, string[]> = {
    ConnectorCrawlFunction: [ENVIRONMENT.ledgerTable, ENVIRONMENT.connectorName],
    ConnectorServiceServiceFunction: [ENVIRONMENT.serviceTable, ENVIRONMENT.stateBucket, ENVIRONMENT.detectFunction],
    ConnectorServiceDetectFunction: [ENVIRONMENT.serviceTable, ENVIRONMENT.stateBucket],
    ConnectorResourcesOnEvent: [],
    ConnectorResourcesIsComplete: [],
    ConnectorResourcesDetectorFunction: [],
  };

  test.each(Object.entries(ENVIRONMENTS))('%s has its environment', (id, keys) => {
    const { Properties } = resource(template, 'AWS::Lambda::Function', id);
    expect(Object.keys(Properties.Environment?.Variables ?? {})).toEqual(keys);
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(Properties.Handler).toBe({ ConnectorResourcesOnEvent: 'index.onEvent', ConnectorResourcesIsComplete: 'index.isComplete' }[id] ?? 'index.handler');
  });

  test('there are six, and three of the custom resource framework', () => {
    template.resourceCountIs('AWS::Lambda::Function', Object.keys(ENVIRONMENTS).length + 3);
  });

  test('every function and state machine writes to a log group with retention', () => {
    const groups = resources(template, 'AWS::Logs::LogGroup');
    for (const [id, { Properties, DeletionPolicy }] of Object.entries(groups)) {
      expect([id, Properties.RetentionInDays, DeletionPolicy]).toEqual([id, 90, 'Delete']);
    }
    for (const [id, { Properties }] of Object.entries(resources(template, 'AWS::Lambda::Function'))) {
      expect([id, groups[Properties.LoggingConfig?.LogGroup?.Ref]]).toEqual([id, expect.anything()]);
    }
    const machines = Object.values(resources(template, 'AWS::StepFunctions::StateMachine'));
    expect(machines).toHaveLength(3); // Bootstrap, Crawl, and the framework's waiter
    for (const { Properties: { LoggingConfiguration } } of machines) {
      expect(LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ALL' });
      const group = groups[LoggingConfiguration.Destinations[0].CloudWatchLogsLogGroup.LogGroupArn['Fn::GetAtt'][0]];
      expect(group.Properties.LogGroupName).toMatch(/^\/aws\/vendedlogs\/states\/Stack-Connector-/);
    }
  });

  test('state machines are traced', () => {
    for (const id of ['ConnectorBootstrap', 'ConnectorCrawl']) {
      expect(resource(template, 'AWS::StepFunctions::StateMachine', id).Properties).toMatchObject({ TracingConfiguration: { Enabled: true } });
    }
  });

  test('runtime and retention can be chosen', () => {
    const chosen = synthesize({ runtime: lambda.Runtime.NODEJS_22_X, logRetention: logs.RetentionDays.ONE_WEEK }).template;
    expect(resource(chosen, 'AWS::Lambda::Function', 'ConnectorServiceDetectFunction').Properties.Runtime).toBe('nodejs22.x');
    expect(new Set(Object.values(resources(chosen, 'AWS::Logs::LogGroup')).map(group => group.Properties.RetentionInDays))).toEqual(new Set([7]));
  });
});

describe('schedule', () => {
  test('starts the crawl with the scheduled time, and keeps what did not get through', () => {
    const { Properties } = resource(template, 'AWS::Scheduler::Schedule', 'ConnectorSchedule');
    expect(Properties).toMatchObject({ FlexibleTimeWindow: { Mode: 'OFF' }, ScheduleExpression: 'cron(5 * * * ? *)', ScheduleExpressionTimezone: 'Etc/UTC', State: 'ENABLED' });
    expect(text(Properties.Target.Arn)).toMatch(/^<ConnectorCrawl/);
    expect(text(Properties.Target.Input)).toBe('{"scheduledTime":"<aws.scheduler.scheduled-time>"}');
    expect(text(Properties.Target.DeadLetterConfig.Arn)).toMatch(/^<ConnectorDeadLetterQueue/);
    expect(text(Properties.Target.RoleArn)).toMatch(/^<ConnectorScheduleRole/);
    expect(resource(template, 'AWS::SQS::Queue', 'ConnectorDeadLetterQueue').Properties).toEqual({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
  });

  test.each<[string, DetectorFrequency, Duration, string]>([
    ['five minutes, without delay', DetectorFrequency.FIVE_MINUTES, Duration.seconds(0), 'cron(0/5 * * * ? *)'],
    ['five minutes, delay of one interval', DetectorFrequency.FIVE_MINUTES, Duration.minutes(5), 'cron(0/5 * * * ? *)'],
    ['five minutes, seconds are rounded up', DetectorFrequency.FIVE_MINUTES, Duration.seconds(61), 'cron(2/5 * * * ? *)'],
    ['five minutes, rounded up to the next interval', DetectorFrequency.FIVE_MINUTES, Duration.seconds(299), 'cron(0/5 * * * ? *)'],
    ['ten minutes', DetectorFrequency.TEN_MINUTES, Duration.minutes(17), 'cron(7/10 * * * ? *)'],
    ['hours, delay of more than an hour', DetectorFrequency.HOURLY, Duration.minutes(90), 'cron(30 * * * ? *)'],
    ['days', DetectorFrequency.DAILY, Duration.minutes(0), 'cron(0 0,2 * * ? *)'],
    ['days, delay of hours', DetectorFrequency.DAILY, Duration.minutes(150), 'cron(30 2,4 * * ? *)'],
    ['days, delay of two days and nine hours', DetectorFrequency.DAILY, Duration.hours(57), 'cron(0 9,11 * * ? *)'],
    ['days, at their end', DetectorFrequency.DAILY, Duration.minutes(1350), 'cron(30 22,0 * * ? *)'],
  ])('%s', (_name, frequency, delay, expression) => {
    const stack = newStack();
    connectorIn(stack, { frequency, delay, timezone: TimeZone.EUROPE_BERLIN });
    Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: expression, ScheduleExpressionTimezone: 'Europe/Berlin' });
  });
});

describe('custom resources', () => {
  test('the unload role is attached to the cluster', () => {
    expect(configuration(template, 'Custom::RedshiftLookoutRoleAttachment')).toEqual({
      clusterIdentifier: 'shop', roleArn: expect.stringMatching(/^<ConnectorUnloadRole\w+\.Arn>$/),
    });
  });

  test('the detector is described in the API\'s words', () => {
    const detector = configuration(synthesize({
      dimensions: ['platform', 'marketplace'],
      metrics: [Metric.sum('views'), Metric.average('latency')],
      detectorName: 'sales',
      description: 'Sales: "all"',
      delay: Duration.minutes(10),
      timezone: TimeZone.ASIA_TOKYO,
      history: Duration.days(30),
      maxAttempts: 5,
    }).template, 'Custom::RedshiftLookoutDetector');
    expect(detector).toEqual({
      backend: { type: 'IN_ACCOUNT', functionName: expect.stringMatching(/^<ConnectorServiceServiceFunction\w+>$/) },
      detector: { AnomalyDetectorName: 'sales', AnomalyDetectorDescription: 'Sales: "all"', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' } },
      metricSet: {
        MetricSetName: 'sales',
        MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }, { MetricName: 'latency', AggregationFunction: 'AVG' }],
        DimensionList: ['platform', 'marketplace'],
        TimestampColumn: { ColumnName: 'ts', ColumnFormat: 'yyyy-MM-dd HH:mm:ss' },
        Offset: 600,
        MetricSetFrequency: 'PT1H',
        Timezone: 'Asia/Tokyo',
        MetricSource: {
          S3SourceConfig: {
            RoleArn: expect.stringMatching(/^<ConnectorDataAccessRole\w+\.Arn>$/),
            TemplatedPathList: [expect.stringMatching(/^s3:\/\/<ConnectorBucket\w+>\/live\/\{\{yyyyMMdd\}\}\/\{\{HHmm\}\}\/$/)],
            HistoricalDataPathList: [expect.stringMatching(/^s3:\/\/<ConnectorBucket\w+>\/history\/$/)],
            FileFormatDescriptor: { CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' } },
          },
        },
      },
      warehouse: { ClusterIdentifier: 'shop', Database: 'sales', SecretArn: 'shop/reader' },
      settings: expect.objectContaining({ delaySeconds: 600, timezone: 'Asia/Tokyo', historyIntervals: 720, maxAttempts: 5, catchUpLimit: 48 }),
      bootstrapStateMachineArn: expect.stringMatching(/^<ConnectorBootstrap\w+>$/),
    });
  });

  test('without dimensions there is no empty list, and the name is made of stack, path and hash', () => {
    const { metricSet, detector } = configuration(template, 'Custom::RedshiftLookoutDetector');
    expect(metricSet).not.toHaveProperty('DimensionList');
    expect(detector.AnomalyDetectorName).toMatch(/^Stack-Connector-[0-9A-F]{8}$/);
  });

  test.each([DetectorFrequency.FIVE_MINUTES, DetectorFrequency.TEN_MINUTES, DetectorFrequency.HOURLY, DetectorFrequency.DAILY])('history of $value by default', frequency => {
    const { settings } = configuration(synthesize({ frequency }).template, 'Custom::RedshiftLookoutDetector');
    expect(settings).toMatchObject({ frequency: frequency.value, historyIntervals: DEFAULT_HISTORY_INTERVALS[frequency.value as 'PT1H'] });
  });

  test('the more time statements may take, the fewer intervals one run crawls by default', () => {
    const limit = (queryTimeout: Duration) => configuration(synthesize({ queryTimeout }).template, 'Custom::RedshiftLookoutDetector').settings.catchUpLimit;
    expect([Duration.minutes(1), Duration.hours(1), Duration.hours(2), Duration.hours(24)].map(limit)).toEqual([48, 48, 35, 10]);
  });

  test('they come in order: roles and rights, attachment, detector, schedule', () => {
    const detector = resource(template, 'Custom::RedshiftLookoutDetector', 'ConnectorDetector');
    const after = (each: { DependsOn?: string[] }, begins: string) => each.DependsOn?.some(id => id.startsWith(begins));
    for (const part of ['ConnectorRoleAttachment', 'ConnectorDataAccessRoleDefaultPolicy', 'ConnectorBootstrap', 'ConnectorResourcesOnEventRoleDefaultPolicy', 'ConnectorResourcesIsComplete']) {
      expect([part, after(detector, part)]).toEqual([part, true]);
    }
    expect(after(resource(template, 'Custom::RedshiftLookoutRoleAttachment', 'ConnectorRoleAttachment'), 'ConnectorUnloadRoleDefaultPolicy')).toBe(true);
    expect(after(resource(template, 'AWS::Scheduler::Schedule', 'ConnectorSchedule'), 'ConnectorDetector')).toBe(true);
    expect(after(resource(template, 'AWS::Scheduler::Schedule', 'ConnectorSchedule'), 'ConnectorScheduleRoleDefaultPolicy')).toBe(true);
  });

  test('one provider serves them all', () => {
    const tokens = ['Custom::RedshiftLookoutDetector', 'Custom::RedshiftLookoutRoleAttachment'].map(type => Object.values(resources(template, type))[0].Properties.ServiceToken);
    expect(tokens[0]).toEqual(tokens[1]);
    template.hasResourceProperties('Custom::RedshiftLookoutDetector', { Configuration: Match.anyValue(), ServiceToken: Match.anyValue() });
  });
});
