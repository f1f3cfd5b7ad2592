// SPDX-License-Identifier: Apache-2.0

import type { AlertRecord, DetectorRecord, GroupRecord, MetricSetRecord } from '../../../handlers/lookout/store';

export const PREFIX = 'arn:aws:lookoutmetrics:eu-central-1:123456789012';
export const HOSTILE = '\'"; drop table x; -- $$ <script>\n\u{1F600} __proto__';

export function detector(name: string, more: Partial<DetectorRecord> = {}): DetectorRecord {
  return {
    arn: `${PREFIX}:AnomalyDetector:${name}`, name, frequency: 'PT1H', status: 'INACTIVE', createdAt: 1700000000.5, modifiedAt: 1700000000.5, ...more,
  };
}

export function metricSet(detectorName: string, name: string): MetricSetRecord {
  return {
    arn: `${PREFIX}:MetricSet/${detectorName}/${name}`,
    detectorArn: `${PREFIX}:AnomalyDetector:${detectorName}`,
    name,
    createdAt: 1,
    modifiedAt: 2,
    definition: {
      MetricSetDescription: HOSTILE,
      MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }],
      TimestampColumn: { ColumnName: 'ts', ColumnFormat: 'yyyy-MM-dd' },
      Offset: 0,
      MetricSetFrequency: 'PT1H',
      Timezone: 'UTC',
      MetricSource: {
        S3SourceConfig: {
          RoleArn: 'arn:aws:iam::123456789012:role/r',
          TemplatedPathList: ['s3://b/live/'],
          HistoricalDataPathList: ['s3://b/history/'],
          FileFormatDescriptor: {
            CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' },
          },
        },
      },
    },
  };
}

export function alert(name: string, detectorName: string): AlertRecord {
  return {
    arn: `${PREFIX}:Alert:${name}`,
    name,
    detectorArn: `${PREFIX}:AnomalyDetector:${detectorName}`,
    threshold: 70,
    action: { LambdaConfiguration: { RoleArn: 'arn:aws:iam::123456789012:role/r', LambdaArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f' } },
    type: 'LAMBDA',
    status: 'ACTIVE',
    createdAt: 1,
    modifiedAt: 1,
  };
}

export function group(detectorName: string, id: string, more: Partial<GroupRecord> = {}): GroupRecord {
  return {
    detectorArn: `${PREFIX}:AnomalyDetector:${detectorName}`,
    id,
    measure: 'views',
    start: 3600,
    end: 7200,
    score: 50,
    contributions: [{ dimension: 'platform', values: [{ value: HOSTILE, contribution: 100 }] }],
    series: [{
      timeSeriesId: 'a'.repeat(128),
      dimensions: [{ name: 'platform', value: HOSTILE }],
      severity: 50,
      observed: 1e18,
      expected: 1e-7,
      lower: -(2 ** 60),
      upper: 1.5e300,
      at: 3600,
    }],
    seriesCount: 1,
    alertsSent: [],
    ...more,
  };
}
