/**
 * The contract between the constructs and the Lambda handlers: names, event shapes, paths, limits and metrics.
 * Imported by both sides, so that they cannot drift. Imports nothing of aws-cdk-lib.
 */

/** How often a detector runs: ISO 8601 durations, as the Lookout for Metrics API writes them. */
export type Frequency = 'PT5M' | 'PT10M' | 'PT1H' | 'P1D';

/** Length of each frequency's interval, in seconds. */
export const FREQUENCY_SECONDS: Record<Frequency, number> = { PT5M: 300, PT10M: 600, PT1H: 3600, P1D: 86400 };

/**
 * Intervals that a detector must have learned before it reports anomalies (status ACTIVE instead of LEARNING).
 * Lookout for Metrics: 300 intervals (14 for days), developer guide "quotas", June 2021; 96 for hours in its workshop of late 2021.
 */
export const LEARNING_INTERVALS: Record<Frequency, number> = { PT5M: 300, PT10M: 300, PT1H: 96, P1D: 14 };

/** History read by default, in intervals: two weeks of 5 and 10 minutes' intervals, 60 days of hours, 400 days of days. */
export const DEFAULT_HISTORY_INTERVALS: Record<Frequency, number> = { PT5M: 4032, PT10M: 2016, PT1H: 1440, P1D: 400 };

/** Intervals of history that one statement reads: what it unloads is bounded by this and the number of series, however long the history is. */
export const HISTORY_CHUNK_INTERVALS = 720;

/** Longest history learned, in days: the age that Lookout for Metrics takes (developer guide, "detectors-dataset"). */
export const HISTORY_DAYS: Record<Frequency, number> = { PT5M: 92, PT10M: 184, PT1H: 1096, P1D: 1827 };

/** Share of the intervals that a back test learns before it detects the rest (developer guide, "quotas"). */
export const BACK_TEST_LEARNED_SHARE = 0.7;

/**
 * Limits of Lookout for Metrics (developer guide "quotas" and the API model). A test compares those of the API model with the table that is
 * made of the model (handlers/lookout/model-constraints.ts).
 */
export const LIMITS = {
  nameLength: 63,
  namePattern: /^[a-zA-Z0-9][a-zA-Z0-9\-_]*$/,
  descriptionLength: 256,
  /** Quota: the service answers 402 beyond, and may be given another number. */
  dimensions: 10,
  /** Quota, as well. */
  metrics: 10,
  offsetSeconds: 432_000,
  /** Statement size of the Redshift Data API, in bytes. */
  statementBytes: 100_000,
};

/** Severity from which an alert is sent when no threshold is given: the default of the Lookout for Metrics console. */
export const DEFAULT_ALERT_THRESHOLD = 70;

/** Placeholders in a query, replaced by the interval's bounds as `YYYY-MM-DD HH:MM:SS` in the connector's time zone. */
export const PLACEHOLDERS = { start: '{{start}}', end: '{{end}}' };

/** Prefixes in the data bucket. `live/` is followed by `yyyyMMdd/HHmm/` of the interval's start on the connector's wall clock. */
export const PREFIXES = { history: 'history/', live: 'live/', liveTemplate: 'live/{{yyyyMMdd}}/{{HHmm}}/', state: 'state/' };

/** Tags of a detector that say how the detection service is to detect. */
export const DETECTOR_TAGS = {
  /** Country or part of one whose public holidays a daily detector knows: `DE`, `DE-BY`. */
  holidays: 'cdk-redshift-lookout:holidays',
} as const;

/** Tags by which a detector or alert is known again as made by a resource of a stack, and by which request. */
export const OWNER_TAGS = { stack: 'redshift-lookout:stack', resource: 'redshift-lookout:resource', request: 'redshift-lookout:request' } as const;

/** Tags of an alert that say what the detection service is to send beyond what Lookout for Metrics did. */
export const ALERT_TAGS = {
  /** `chat`: messages to a topic are in the schema of AWS Chatbot, whatever the alert's SnsFormat. */
  message: 'cdk-redshift-lookout:message',
  /** Hours after which an anomaly that goes on is told again, and again. Without it each anomaly is told once. */
  remindAfterHours: 'cdk-redshift-lookout:remind-after-hours',
} as const;

/** Environment variables of the handlers. */
export const ENVIRONMENT = {
  /** crawl: name of the ledger table. */
  ledgerTable: 'LEDGER_TABLE_NAME',
  /** crawl, detect: value of the `Connector` (crawl) or `Detector` (detect) dimension of the metrics. */
  connectorName: 'CONNECTOR_NAME',
  /** service, detect: name of the service table. */
  serviceTable: 'SERVICE_TABLE_NAME',
  /** service, detect: bucket of models and series values. */
  stateBucket: 'STATE_BUCKET_NAME',
  /** service: function that learns and detects; detect: itself, where it has another name than Lambda tells it. */
  detectFunction: 'DETECT_FUNCTION_NAME',
  /** service: most detectors; absent: DEFAULT_MAXIMUM_DETECTORS. */
  maximumDetectors: 'MAXIMUM_DETECTORS',
  /** service: most alerts of a detector; absent: DEFAULT_MAXIMUM_ALERTS. */
  maximumAlerts: 'MAXIMUM_ALERTS',
  /** service: most metrics of a data set; absent: LIMITS.metrics. */
  maximumMetrics: 'MAXIMUM_METRICS',
  /** service: most dimensions of a data set; absent: LIMITS.dimensions. */
  maximumDimensions: 'MAXIMUM_DIMENSIONS',
} as const;

/**
 * Detectors that an account could have in a region.
 * @see https://docs.aws.amazon.com/lookoutmetrics/latest/dev/quotas.html
 */
export const DEFAULT_MAXIMUM_DETECTORS = 10;

/**
 * Alerts that a detector could have.
 * @see https://docs.aws.amazon.com/lookoutmetrics/latest/dev/quotas.html
 */
export const DEFAULT_MAXIMUM_ALERTS = 10;

/** Alias of the service function through which only reading operations are answered. */
export const READ_ALIAS = 'read';

/** `Source` and `DetailType` of alerts that are put on an event bus. Their `Detail` is the alert's JSON form. */
export const ALERT_EVENT = { source: 'cdk-redshift-lookout', detailType: 'Lookout for Metrics Anomaly Alert' } as const;

/** Keys of the ledger table. */
export const LEDGER_KEYS = { partition: 'kind', sort: 'start' } as const;

/** Keys of the service table. */
export const SERVICE_KEYS = { partition: 'partition', sort: 'sort' } as const;

/** Events that the state machines put on the account's default event bus. */
export const FAILURE_EVENTS = {
  source: 'cdk-redshift-lookout',
  /** An attempt at an interval failed; `detail.givenUp` says whether it was the last. */
  interval: 'Redshift Lookout Interval Failed',
  /** Intervals were given up without an attempt of this execution: `detail.count` of them from `detail.start` to `detail.end`. */
  givenUp: 'Redshift Lookout Intervals Given Up',
  history: 'Redshift Lookout History Failed',
} as const;

/** CloudWatch metrics that the handlers emit (embedded metric format). */
export const METRICS = {
  namespace: 'RedshiftLookout',
  connectorDimension: 'Connector',
  detectorDimension: 'Detector',
  /** crawl, dimension Connector */
  intervalsCrawled: 'IntervalsCrawled',
  intervalsFailed: 'IntervalsFailed',
  rowsUnloaded: 'RowsUnloaded',
  /** Percentage of the history's chunks that have been read, by the newest history run. */
  historyProgress: 'HistoryProgress',
  /** Seconds between the end of the newest finished interval and the scheduled time: grows when the crawl falls behind. */
  crawlLag: 'CrawlLag',
  /** Seconds from the end of an interval and the delay until it was finished. */
  detectionDelay: 'DetectionDelay',
  /** Milliseconds that the UNLOAD of an interval took. */
  unloadTime: 'UnloadTime',
  /** detect, dimension Detector */
  anomalyGroups: 'AnomalyGroups',
  alertsDelivered: 'AlertsDelivered',
  alertsUndelivered: 'AlertsUndelivered',
  rowsRejected: 'RowsRejected',
  /** What is missing as of the interval: 1 when no rows came, else the dimension values that stopped reporting. */
  dataMissing: 'DataMissing',
  /** Models that could not be read and were learned again. */
  modelsRelearned: 'ModelsRelearned',
} as const;

/** Types of the custom resources that the `detector` handler answers. */
export const RESOURCE_TYPES = {
  detector: 'Custom::RedshiftLookoutDetector',
  alert: 'Custom::RedshiftLookoutAlert',
  roleAttachment: 'Custom::RedshiftLookoutRoleAttachment',
  sampleData: 'Custom::RedshiftLookoutSampleData',
} as const;

/** One interval: start inclusive, end exclusive, ISO 8601 in UTC with seconds (`2026-11-23T10:00:00Z`). */
export interface Interval {
  readonly start: string;
  readonly end: string;
}

// ---------------------------------------------------------------------------------------------------------------- crawl

/** What the crawl needs to know of a connector. Written into the state machines' definitions (an environment variable is too small for SQL). */
export interface ConnectorSettings {
  readonly query: string;
  /** Query of the history run; `query` when absent. */
  readonly historicalQuery?: string;
  readonly bucketName: string;
  readonly unloadRoleArn: string;
  /** Region of the bucket. */
  readonly region: string;
  /** Customer managed key with which UNLOAD encrypts; absent: the bucket's own encryption. */
  readonly kmsKeyArn?: string;
  readonly frequency: Frequency;
  /** IANA name. */
  readonly timezone: string;
  /** Wait after an interval's end before it is read (Lookout's offset). */
  readonly delaySeconds: number;
  readonly historyIntervals: number;
  /** Most intervals of history that one statement reads; absent: the history is read by one. */
  readonly historyChunkIntervals?: number;
  /** Most intervals that one execution crawls. */
  readonly catchUpLimit: number;
  /** Times that an interval is tried, over all executions, before it is listed as failed and the crawl goes on. */
  readonly maxAttempts: number;
  readonly queryTimeoutSeconds: number;
}

/** Input of the Crawl state machine. The schedule passes `<aws.scheduler.scheduled-time>`. */
export interface CrawlInput {
  readonly scheduledTime: string;
}

/** Outcome of a statement as DescribeStatement tells it. */
export interface StatementOutcome {
  readonly Id: string;
  readonly Status: string;
  readonly Error?: string;
  /** -1 when unknown. */
  readonly ResultRows?: number;
  /** Nanoseconds. */
  readonly Duration?: number;
}

/** Error as a state machine's Catch gives it. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause: string;
}

/** Events of the `crawl` function, sent by the two state machines only. */
export type CrawlEvent =
  /**
   * Bootstrap: decides the history's bounds and the chunk to read next; asked again after each. `now` is `$$.Execution.StartTime`.
   * Answer: `HistoryPlan`.
   */
  | {
    readonly action: 'planHistory';
    readonly settings: ConnectorSettings;
    /** Chunks that an earlier run has read from another warehouse are read again. */
    readonly warehouse?: WarehouseConnection;
    readonly now: string;
    readonly execution: string;
  }
  /** Bootstrap: the statement was accepted. */
  | { readonly action: 'historySubmitted'; readonly execution: string; readonly interval: Interval; readonly statementId: string }
  /** Bootstrap: a chunk is unloaded. */
  | { readonly action: 'historyUnloaded'; readonly execution: string; readonly interval: Interval; readonly statement: StatementOutcome }
  /** Bootstrap: the history is unloaded and learned; the crawl may begin at its end. */
  | { readonly action: 'historyFinished'; readonly execution: string }
  | { readonly action: 'historyFailed'; readonly execution: string; readonly error: CaughtError }
  /** Crawl: which intervals are missing. Takes the lease. */
  | { readonly action: 'plan'; readonly settings: ConnectorSettings; readonly scheduledTime: string; readonly execution: string }
  /** Crawl: the exact SQL of one interval; writes the attempt to the ledger. */
  | { readonly action: 'begin'; readonly settings: ConnectorSettings; readonly interval: Interval; readonly execution: string }
  | { readonly action: 'submitted'; readonly interval: Interval; readonly execution: string; readonly statementId: string }
  /** Crawl: the interval is unloaded and (in-account backend) detected. */
  | {
    readonly action: 'finished';
    readonly settings: ConnectorSettings;
    readonly interval: Interval;
    readonly execution: string;
    readonly statement: StatementOutcome;
    readonly detection?: DetectionOutcome;
  }
  /** Crawl: the interval failed; releases the lease. */
  | { readonly action: 'failed'; readonly settings: ConnectorSettings; readonly interval: Interval; readonly execution: string; readonly error: CaughtError };

/** Answer to `begin`, and part of that to `planHistory`: one UNLOAD to run. */
export interface UnloadPlan {
  readonly interval: Interval;
  readonly sql: string;
  /** At most 64 characters; the same for every retry of the same attempt. */
  readonly clientToken: string;
  readonly statementName: string;
  /** `s3://bucket/live/20261123/1000/` */
  readonly folder: string;
  /** Statement of an earlier attempt that may still run: cancelled first. Empty when there is none. */
  readonly previousStatementId: string;
  /** Whether the query has no placeholders, so that its rows and not the interval say what was read. */
  readonly chosenByQuery: boolean;
}

/** Answer to `planHistory`: the UNLOAD of the oldest chunk that has not been read. */
export interface HistoryPlan extends UnloadPlan {
  /** Chunks to be read, this one included. 0: all are, and there is nothing to unload (the texts are empty). */
  readonly remaining: number;
}

/** Answer to `plan`. */
export interface CrawlPlan {
  /** Oldest first; empty: nothing to do. */
  readonly intervals: Interval[];
  /** Why there is nothing to do, in words. */
  readonly reason: string;
  /** Intervals that were listed as failed for good while planning; absent: none. */
  readonly givenUp?: GivenUpIntervals;
}

/** Intervals that will not be read any more. */
export interface GivenUpIntervals {
  readonly count: number;
  /** Start of the first one and end of the last one; intervals between them may have been read. */
  readonly start: string;
  readonly end: string;
  /** Why the last one was given up. */
  readonly error: string;
}

/** Answer to `failed`. */
export interface FailedAttempt {
  /** Number of the attempt, from 1; 0 when the interval was not begun. */
  readonly attempt: number;
  /** Whether the interval is listed as failed for good: it is tried again otherwise. */
  readonly givenUp: boolean;
  /** Empty: no statement had been submitted. */
  readonly statementId: string;
}

// --------------------------------------------------------------------------------------------------------------- detect

/** Events of the `detect` function. */
export type DetectEvent =
  /** From the service when a detector is activated (`backTest` false) or back-tested. Asynchronous. */
  | { readonly action: 'learn'; readonly detectorArn: string; readonly backTest: boolean }
  /** From the Crawl state machine: the interval's folder is complete. */
  | { readonly action: 'detect'; readonly detectorArn: string; readonly interval: Interval; readonly chosenByQuery: boolean };

/**
 * From the detect function to itself, asynchronously: an alert could not be delivered and is to be tried again. Lambda repeats the event when
 * it fails, and puts it into the service's dead-letter queue after the last attempt.
 */
export interface DeliverEvent {
  readonly action: 'deliver';
  readonly detectorArn: string;
  readonly alertArn: string;
  readonly anomalyGroupId: string;
  /** Id of the alert's event, the same in every attempt. */
  readonly alertEventId: string;
  /** Which notice of the group it is, as the group's record writes it. */
  readonly notice: string;
  /** Start of the interval that is told of, in seconds since 1970. */
  readonly at: number;
  /** Time zone of the metric set. */
  readonly timezone: string;
  /** Topic, function or event bus. */
  readonly target: string;
  /** Why the first attempt failed. */
  readonly reason: string;
}

/**
 * From the schedule of a service with `continuousDetection`: intervals of detectors that no crawl drives may have ended. From the detect function
 * to itself, asynchronously: the same for one detector.
 */
export interface WatchEvent {
  readonly action: 'watch';
  /** ISO 8601: intervals that have ended by then, and whose offset has passed, are detected. */
  readonly time: string;
  /** Absent: all detectors are looked at. */
  readonly detectorArn?: string;
}

/** From the service: the first bytes of a file at a path are wanted. Answered at once, with a FileSample. */
export interface SampleEvent {
  readonly action: 'sample';
  /** Role that reads; absent: the function's own. */
  readonly roleArn?: string;
  /** `s3://bucket/folder/`, which may have date keys in double braces. */
  readonly path: string;
}

/** The beginning of a file, or why there is none. */
export type FileSample =
  /** `bytes` are in base64; `isWhole`: they are all of the file. */
  | { readonly file: string; readonly bytes: string; readonly isWhole: boolean }
  | { readonly problem: string };

/** Data that is missing, or is so no more. Told once when it is found and once when it ends. */
export interface DataFinding {
  /** `NO_ROWS`: nothing came at all; `VALUE_STOPPED`: nothing came of a dimension value that regularly had values. */
  readonly type: 'NO_ROWS' | 'VALUE_STOPPED';
  /** `GIVEN_UP`: the value has no rows, and they are not expected any more. */
  readonly status: 'BEGAN' | 'RETURNED' | 'GIVEN_UP';
  /** Only of `VALUE_STOPPED`. */
  readonly dimension?: string;
  readonly value?: string;
  /** Start of the first interval without data, ISO 8601 in UTC. */
  readonly since: string;
  /** Intervals without data so far. */
  readonly intervals: number;
  /** The finding in words, on one line. */
  readonly text: string;
}

/** Answer to `detect`. Asking again for an interval that was detected gives the same answer and changes nothing. */
export interface DetectionOutcome {
  /** The interval detected: the one asked for, or with `chosenByQuery` the one that holds most rows. */
  readonly interval: Interval;
  readonly rows: number;
  readonly bytes: number;
  /** Rows outside the interval or unreadable. */
  readonly rowsRejected: number;
  readonly timeSeries: number;
  /** What began or ended to be missing in this interval, the largest first, 20 at most; absent when nothing did. */
  readonly dataFindings?: DataFinding[];
  /** What is missing as of this interval, whenever it was found: see `METRICS.dataMissing`. Absent when nothing is. */
  readonly dataMissing?: number;
  /** Ids of the groups that began or went on in this interval. */
  readonly anomalyGroupIds: string[];
  readonly alertsDelivered: number;
  readonly alertsUndelivered: number;
  /** Status of the detector after the interval. */
  readonly detectorStatus: string;
}

// ------------------------------------------------------------------------------------------------------ custom resources
// CloudFormation turns every scalar of a custom resource's properties into a string, so all of them travel as one JSON text,
// in the property `Configuration`.

/** Which endpoint answers the Lookout for Metrics API. */
export type Backend =
  | { readonly type: 'IN_ACCOUNT'; readonly functionName: string }
  | { readonly type: 'LOOKOUT_FOR_METRICS' };

/** Where and as whom statements run: arguments of the Redshift Data API. */
export interface WarehouseConnection {
  readonly ClusterIdentifier?: string;
  readonly WorkgroupName?: string;
  readonly Database: string;
  readonly SecretArn?: string;
  readonly DbUser?: string;
}

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
  readonly MetricList: { readonly MetricName: string; readonly AggregationFunction: 'SUM' | 'AVG' }[];
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
export type DetectorEvent =
  | { readonly action: 'activate'; readonly backend: Backend; readonly detectorArn: string }
  /** Answer: `{ status, failureReason }` of the detector. */
  | { readonly action: 'describe'; readonly backend: Backend; readonly detectorArn: string };

/** Input of the Bootstrap state machine, which the custom resource starts. */
export interface BootstrapInput {
  readonly detectorArn: string;
  readonly backend: Backend;
}
