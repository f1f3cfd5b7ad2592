// SPDX-License-Identifier: Apache-2.0

import type { ConnectorSettings, WarehouseConnection } from './connector-settings';
import type { Frequency } from './intervals';
import type { Aggregation } from './limits';

// CloudFormation turns every scalar of a custom resource's properties into a string, so all of them travel as one JSON text,
// in the property `Configuration`.

/** Which endpoint answers the Lookout for Metrics API. */
export type Backend =
  | { readonly type: 'IN_ACCOUNT'; readonly functionName: string }
  | { readonly type: 'LOOKOUT_FOR_METRICS' };

/** `Configuration` of `Custom::RedshiftLookoutDetector`. Attributes: `DetectorArn`, `DetectorName`, `MetricSetArn`. */
export interface DetectorConfiguration {
  readonly backend: Backend;
  /** Input of CreateAnomalyDetector. */
  readonly detector: {
    readonly AnomalyDetectorName: string;
    readonly AnomalyDetectorDescription?: string;
    readonly AnomalyDetectorConfig: { readonly AnomalyDetectorFrequency: Frequency };
    readonly KmsKeyArn?: string;
    /** Besides those that say whose the detector is. */
    readonly Tags?: Record<string, string>;
  };
  /** Input of CreateMetricSet without the detector's ARN. */
  readonly metricSet: MetricSetConfiguration;
  /** Where the query is tried. */
  readonly warehouse: WarehouseConnection;
  /** Whether the query is tried there before anything is created; absent: it is. */
  readonly checkQuery?: boolean;
  readonly settings: ConnectorSettings;
  readonly bootstrapStateMachineArn: string;
}

/** Input of CreateMetricSet, as far as the connector uses it. */
export interface MetricSetConfiguration {
  readonly MetricSetName: string;
  readonly MetricSetDescription?: string;
  readonly MetricList: { readonly MetricName: string; readonly AggregationFunction: Aggregation }[];
  readonly DimensionList?: string[];
  readonly TimestampColumn: { readonly ColumnName: string; readonly ColumnFormat: string };
  readonly Offset: number;
  readonly MetricSetFrequency: Frequency;
  readonly Timezone: string;
  readonly MetricSource: {
    readonly S3SourceConfig: {
      readonly RoleArn: string;
      readonly TemplatedPathList: string[];
      readonly HistoricalDataPathList: string[];
      readonly FileFormatDescriptor: {
        /** Either this or JsonFormatDescriptor. */
        readonly CsvFormatDescriptor?: {
          readonly FileCompression: 'NONE' | 'GZIP';
          readonly Charset: string;
          readonly ContainsHeader: boolean;
          readonly Delimiter: string;
          readonly QuoteSymbol: string;
          /** Names of the columns of files without a header. */
          readonly HeaderList?: string[];
        };
        readonly JsonFormatDescriptor?: { readonly FileCompression: 'NONE' | 'GZIP'; readonly Charset: string };
      };
    };
  };
}

/** Where an alert goes. */
export interface AlertActionConfiguration {
  readonly SNSConfiguration?: { readonly RoleArn: string; readonly SnsTopicArn: string; readonly SnsFormat: 'JSON' | 'LONG_TEXT' | 'SHORT_TEXT' };
  readonly LambdaConfiguration?: { readonly RoleArn: string; readonly LambdaArn: string };
}

/** `Configuration` of `Custom::RedshiftLookoutAlert`. Attribute: `AlertArn`. */
export interface AlertConfiguration {
  readonly backend: Backend;
  /** Input of CreateAlert. */
  readonly alert: {
    readonly AlertName: string;
    readonly AnomalyDetectorArn: string;
    readonly AlertDescription?: string;
    readonly AlertSensitivityThreshold: number;
    readonly Action: AlertActionConfiguration;
    readonly AlertFilters?: {
      readonly MetricList?: string[];
      readonly DimensionFilterList?: { readonly DimensionName: string; readonly DimensionValueList: string[] }[];
    };
    /** Besides those that say whose the alert is: see `ALERT_TAGS`. */
    readonly Tags?: Record<string, string>;
  };
}

/** `Configuration` of `Custom::RedshiftLookoutRoleAttachment`. */
export interface RoleAttachmentConfiguration {
  /** A provisioned cluster. */
  readonly clusterIdentifier?: string;
  /** A workgroup of Redshift Serverless: the role is attached to its namespace. */
  readonly workgroupName?: string;
  readonly roleArn: string;
}

/** `Configuration` of `Custom::RedshiftLookoutSampleData`. */
export interface SampleDataConfiguration {
  readonly warehouse: WarehouseConnection;
  /** Run one after the other in one transaction, for which the Data API takes at most 40. */
  readonly statements: string[];
}

/** Events of the `detector` function that come from the Bootstrap state machine and not from CloudFormation. */
export interface DetectorEvent {
  /**
   * `deactivate`: stops a detector that detects, and leaves one that cannot be stopped now as it is. `activate`: has it learn the history.
   * `describe`: nothing. Answer to each: `{ status, failureReason }` of the detector.
   */
  readonly action: 'deactivate' | 'activate' | 'describe';
  readonly backend: Backend;
  readonly detectorArn: string;
}

/** Input of the Bootstrap state machine, which the custom resource starts. */
export interface BootstrapInput {
  readonly detectorArn: string;
  readonly backend: Backend;
  /** Digest of what is learned, by which a deployment knows whether it was. */
  readonly learned?: string;
}
