// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import {
  CreateAnomalyDetectorCommand, CreateMetricSetCommand,
  type CreateAlertCommandInput, type CreateMetricSetCommandInput, type LookoutMetricsClient,
} from '@aws-sdk/client-lookoutmetrics';
import type { GroupRecord, Store } from '../../../handlers/lookout/store';
import type { AccessEntry } from '../../../handlers/service/access';
import { serviceHandler } from '../../../handlers/service/service-handler';
import type { HttpAnswer, HttpEvent } from '../../../handlers/shared/lambda-request-handler';
import { lookoutClient } from '../../../handlers/shared/lookout-client';
import type { SeriesValuesReader } from '../../../handlers/shared/series-values';
import type { DetectEvent, FileSample, SampleEvent } from '../../../src/private/contract';

export const FUNCTION_ARN = 'arn:aws-cn:lambda:cn-north-1:123456789012:function:service';
export const PREFIX = 'arn:aws-cn:lookoutmetrics:cn-north-1:123456789012';
export const HOSTILE = '\'"; drop table x; -- $$ <script>alert(1)</script>\n\u{1F600} __proto__';

/** The service on a store, and a real SDK client that calls it in this process. */
export class TestService {
  public readonly client: LookoutMetricsClient;
  /** What the service asked the detect function for. */
  public readonly learning: DetectEvent[] = [];
  /** What the service asked the detect function to read of a source's file. */
  public readonly asked: SampleEvent[] = [];
  /** Detectors whose state was deleted. */
  public readonly stateDeleted: string[] = [];
  public readonly failures: { message: string; error: unknown }[] = [];
  public startLearning: (event: DetectEvent) => Promise<void>;
  public readSample: (event: SampleEvent) => Promise<FileSample>;
  public deleteState: (detectorName: string) => Promise<void>;
  public seriesValues: SeriesValuesReader['read'];
  public maximumDetectors = 1000;
  public maximumAlerts = 10;
  public maximumMetrics = 10;
  public maximumDimensions = 10;
  public maximumTags = 50;
  /** What was noted of the requests. */
  public readonly access: AccessEntry[] = [];
  /** What the function is invoked as. */
  public functionArn = FUNCTION_ARN;
  public now = 1700000000.25;

  private readonly handler: (event: HttpEvent, context: { invokedFunctionArn: string; awsRequestId: string }) => Promise<HttpAnswer>;

  public constructor(public readonly store: Store) {
    this.startLearning = async event => { this.learning.push(event); };
    this.readSample = async ({ path }) => ({ problem: `${path} is not here` });
    this.deleteState = async name => { this.stateDeleted.push(name); };
    this.seriesValues = async (_arn, ids) => ({ starts: [], values: ids.map(() => new Float64Array(0)) });
    const logFailure = (message: string, error: unknown): void => { this.failures.push({ message, error }); };
    this.handler = serviceHandler(() => ({
      store: this.store,
      seriesValues: { read: (...series) => this.seriesValues(...series) },
      startLearning: event => this.startLearning(event),
      readSample: event => this.readSample(event),
      deleteState: name => this.deleteState(name),
      quotas: {
        detectors: this.maximumDetectors,
        alertsPerDetector: this.maximumAlerts,
        metrics: this.maximumMetrics,
        dimensions: this.maximumDimensions,
        tags: this.maximumTags,
      },
      now: () => this.now,
      logFailure,
    }), logFailure, entry => { this.access.push(entry); });
    this.client = lookoutClient({ type: 'IN_ACCOUNT', functionName: 'service' }, async payload => ({
      payload: JSON.stringify(await this.call(JSON.parse(payload) as HttpEvent)),
    }));
  }

  public async call(event: HttpEvent): Promise<HttpAnswer> {
    return this.handler(event, { invokedFunctionArn: this.functionArn, awsRequestId: 'request-1' });
  }

  /** Sends a body as it is. */
  public async post(operation: string, body: string | Buffer, method = 'POST'): Promise<{ status: number; headers: Record<string, string>; body: Record<string, any> }> {
    const answer = await this.call({
      version: '2.0',
      rawPath: `/${operation}`,
      rawQueryString: '',
      headers: {},
      requestContext: { http: { method, path: `/${operation}` } },
      body: Buffer.isBuffer(body) ? body.toString('base64') : body,
      isBase64Encoded: Buffer.isBuffer(body),
    });
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) as Record<string, any> };
  }

  /** From now on a source has one file with this content, or with this beginning of it. */
  public holds(file: string, content: string | Buffer, isWhole = true): void {
    this.readSample = async event => {
      this.asked.push(event);
      return { file, bytes: Buffer.from(content).toString('base64'), isWhole };
    };
  }

  public async createDetector(name = 'sales'): Promise<string> {
    const { AnomalyDetectorArn } = await this.client.send(new CreateAnomalyDetectorCommand({
      AnomalyDetectorName: name, AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' },
    }));
    return AnomalyDetectorArn!;
  }

  /** A detector with a metric set. */
  public async createReadyDetector(name = 'sales', more: Partial<CreateMetricSetCommandInput> = {}): Promise<{ arn: string; metricSetArn: string }> {
    const arn = await this.createDetector(name);
    const { MetricSetArn } = await this.client.send(new CreateMetricSetCommand({ ...metricSetInput(arn), ...more }));
    return { arn, metricSetArn: MetricSetArn! };
  }
}

export function metricSetInput(AnomalyDetectorArn: string): CreateMetricSetCommandInput & { MetricSource: object } {
  return {
    AnomalyDetectorArn,
    MetricSetName: 'set',
    MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }, { MetricName: 'revenue', AggregationFunction: 'SUM' }],
    DimensionList: ['platform', 'marketplace'],
    TimestampColumn: { ColumnName: 'timestamp', ColumnFormat: 'yyyy-MM-dd HH:mm:ss' },
    MetricSetFrequency: 'PT1H',
    MetricSource: {
      S3SourceConfig: {
        RoleArn: 'arn:aws-cn:iam::123456789012:role/read',
        TemplatedPathList: ['s3://bucket/live/{{yyyyMMdd}}/{{HHmm}}/'],
        HistoricalDataPathList: ['s3://bucket/history/'],
        FileFormatDescriptor: {
          CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'utf-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' },
        },
      },
    },
  };
}

export function alertInput(AnomalyDetectorArn: string, AlertName = 'pager'): CreateAlertCommandInput {
  return {
    AnomalyDetectorArn,
    AlertName,
    Action: { SNSConfiguration: { RoleArn: 'arn:aws-cn:iam::123456789012:role/send', SnsTopicArn: 'arn:aws-cn:sns:cn-north-1:123456789012:topic' } },
  };
}

export function group(detectorArn: string, more: Partial<GroupRecord> = {}): GroupRecord {
  const series = (index: number): GroupRecord['series'][number] => ({
    timeSeriesId: index.toString(16).repeat(128),
    dimensions: [{ name: 'platform', value: index === 0 ? HOSTILE : `platform ${index}` }, { name: 'marketplace', value: 'de' }],
    severity: 90 - index,
    observed: 1,
    expected: 2,
    lower: 1,
    upper: 3,
    at: 1699999200,
  });
  return {
    detectorArn,
    id: randomUUID(),
    measure: 'views',
    start: 1699992000,
    end: 1699999200,
    score: 86.78,
    contributions: [{ dimension: 'platform', values: [{ value: HOSTILE, contribution: 73 }, { value: 'platform 1', contribution: 27 }] }],
    series: [series(0), series(1), series(2)],
    seriesCount: 3,
    alertsSent: [],
    ...more,
  };
}
