// SPDX-License-Identifier: Apache-2.0

import type { Answer, Client } from './clients';
import type { ConformanceService } from './service';
import type { StoreWithValues } from './service-parts';

export const SCOPE = 'arn:aws:lookoutmetrics:eu-central-1:123456789012';
export const ROLE = 'arn:aws:iam::123456789012:role/lookout';

/** One client at work on one service. */
export class Work {
  public constructor(public readonly client: Client, private readonly service: ConformanceService) {}

  public get store(): StoreWithValues {
    return this.service.store;
  }

  /** Calls an operation, which must succeed. */
  public async call(operation: string, input: object = {}): Promise<Record<string, any>> {
    const answer = await this.client.call(this.service.endpoint, operation, input);
    if (!answer.output) {
      throw new Error(`${operation} of ${JSON.stringify(input)} by ${this.client.name} failed: ${JSON.stringify(answer)}`);
    }
    return answer.output;
  }

  /**
   * Calls an operation, which must fail: the exception's class, and its status and members where the client shows them.
   *
   * @param expected the exception's class, HTTP status and members
   */
  public async fails(operation: string, input: object, expected: ExpectedError): Promise<void> {
    const answer = await this.client.call(this.service.endpoint, operation, input, false);
    expect({ operation, ...seenOf(answer) }).toMatchObject({
      operation, ...this.client.showsErrorMembers ? expected : { code: expected.code },
    });
  }

  /** An hourly detector. */
  public async createDetector(name: string, more: object = {}): Promise<string> {
    const input = { AnomalyDetectorName: name, AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' }, ...more };
    return (await this.call('CreateAnomalyDetector', input)).AnomalyDetectorArn as string;
  }

  /** A detector with a metric set. */
  public async createReadyDetector(name: string): Promise<string> {
    const arn = await this.createDetector(name);
    await this.call('CreateMetricSet', metricSetInput(arn));
    return arn;
  }

  public async status(arn: string): Promise<string> {
    return (await this.call('DescribeAnomalyDetector', { AnomalyDetectorArn: arn })).Status as string;
  }

  /** Pages through a list until the key NextToken is missing, as clients do. */
  public async pages(operation: string, input: object, list: string): Promise<any[][]> {
    const pages: any[][] = [];
    let token: { NextToken?: string } = {};
    do {
      const output = await this.call(operation, { ...input, ...token });
      pages.push(output[list] as any[]);
      token = 'NextToken' in output ? { NextToken: output.NextToken as string } : {};
    } while (token.NextToken !== undefined && pages.length < 100);
    return pages;
  }
}

/** An exception as a client sees it. */
export interface ExpectedError {
  readonly code: string;
  readonly status: number;
  readonly [member: string]: unknown;
}

function seenOf({ status, error, refused, output }: Answer): object {
  return error ? { ...status !== undefined && { status }, ...error } : { refused, output };
}

export const notFound = (ResourceType: string, ResourceId: string): ExpectedError => ({
  code: 'ResourceNotFoundException', status: 400, ResourceType, ResourceId,
});
export const conflict = (ResourceType: string, ResourceId: string): ExpectedError => ({ code: 'ConflictException', status: 409, ResourceType, ResourceId });
export const invalid = (Reason = 'OTHER'): ExpectedError => ({ code: 'ValidationException', status: 400, Reason });

/** Input of CreateMetricSet as the published connector has it: CSV on S3, history and live. */
export function metricSetInput(AnomalyDetectorArn: string, more: object = {}): Record<string, any> {
  return {
    AnomalyDetectorArn,
    MetricSetName: 'set',
    MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }, { MetricName: 'revenue', AggregationFunction: 'AVG' }],
    DimensionList: ['platform', 'marketplace'],
    TimestampColumn: { ColumnName: 'timestamp', ColumnFormat: 'yyyy-MM-dd HH:mm:ss' },
    MetricSetFrequency: 'PT1H',
    MetricSource: {
      S3SourceConfig: {
        RoleArn: ROLE,
        TemplatedPathList: ['s3://bucket/live/{{yyyyMMdd}}/{{HHmm}}/'],
        HistoricalDataPathList: ['s3://bucket/history/'],
        FileFormatDescriptor: {
          CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' },
        },
      },
    },
    ...more,
  };
}

/** Input of CreateAlert to a topic. */
export function alertInput(AnomalyDetectorArn: string, AlertName: string, more: object = {}): Record<string, any> {
  return {
    AlertName,
    AnomalyDetectorArn,
    AlertSensitivityThreshold: 50,
    Action: { SNSConfiguration: { RoleArn: ROLE, SnsTopicArn: 'arn:aws:sns:eu-central-1:123456789012:topic' } },
    ...more,
  };
}
