// SPDX-License-Identifier: Apache-2.0

import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { Aggregation, ConnectorSettings, MetricSetConfiguration, PREFIXES } from './contract';
import { ConnectorNumbers, DEFAULTS } from './settings';
import { RedshiftLookoutConnectorProps } from '../connector-props';

/** What the crawl needs to know of the connector. */
export function connectorSettings(
  scope: Construct, props: RedshiftLookoutConnectorProps, numbers: ConnectorNumbers, bucket: s3.IBucket, unloadRole: iam.IRole,
): ConnectorSettings {
  return {
    query: props.query.sql,
    ...(props.historicalQuery ? { historicalQuery: props.historicalQuery.sql } : {}),
    bucketName: bucket.bucketName,
    unloadRoleArn: unloadRole.roleArn,
    region: Stack.of(scope).region,
    ...(props.encryptionKey ? { kmsKeyArn: props.encryptionKey.keyArn } : {}),
    frequency: numbers.frequency,
    timezone: props.timezone?.timezoneName ?? DEFAULTS.timezone,
    delaySeconds: numbers.delaySeconds,
    ...(numbers.settleSeconds === undefined ? {} : { settleSeconds: numbers.settleSeconds }),
    historyIntervals: numbers.historyIntervals,
    historyChunkIntervals: numbers.historyChunkIntervals,
    catchUpLimit: numbers.catchUpLimit,
    maxAttempts: numbers.maxAttempts,
    queryTimeoutSeconds: numbers.queryTimeoutSeconds,
  };
}

/** Input of CreateMetricSet: the unloaded files as the detector finds them. */
export function metricSet(
  props: RedshiftLookoutConnectorProps, numbers: ConnectorNumbers, name: string, bucket: s3.IBucket, dataAccessRole: iam.IRole,
): MetricSetConfiguration {
  return {
    MetricSetName: name,
    MetricList: props.metrics.map(metric => ({ MetricName: metric.name, AggregationFunction: metric.aggregation as Aggregation })),
    // the API takes no empty list
    ...(props.dimensions?.length ? { DimensionList: props.dimensions } : {}),
    TimestampColumn: { ColumnName: props.timestampColumn.name, ColumnFormat: props.timestampColumn.format },
    Offset: numbers.delaySeconds,
    MetricSetFrequency: numbers.frequency,
    Timezone: props.timezone?.timezoneName ?? DEFAULTS.timezone,
    MetricSource: {
      S3SourceConfig: {
        RoleArn: dataAccessRole.roleArn,
        TemplatedPathList: [bucket.s3UrlForObject(PREFIXES.liveTemplate)],
        HistoricalDataPathList: [bucket.s3UrlForObject(PREFIXES.history)],
        FileFormatDescriptor: {
          CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' },
        },
      },
    },
  };
}
