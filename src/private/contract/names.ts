// SPDX-License-Identifier: Apache-2.0

/** Placeholders in a query, replaced by the interval's bounds as `YYYY-MM-DD HH:MM:SS` in the connector's time zone. */
export const PLACEHOLDERS = { start: '{{start}}', end: '{{end}}' };

/**
 * Prefixes in the data bucket. `live/` is followed by `yyyyMMdd/HHmm/` of the interval's start on the connector's wall clock, and so is
 * `again/`, where second readings lie until they take the place of the first ones.
 */
export const PREFIXES = { history: 'history/', live: 'live/', liveTemplate: 'live/{{yyyyMMdd}}/{{HHmm}}/', again: 'again/', state: 'state/' };

/** Tags of a detector that say how the detection service is to detect. */
export const DETECTOR_TAGS = {
  /** Country or part of one whose public holidays a detector knows: `DE`, `DE-BY`. */
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
  /** service: most tags of a resource; absent: DEFAULT_MAXIMUM_TAGS. */
  maximumTags: 'MAXIMUM_TAGS',
  /** detect: most time series of a detector; absent: DEFAULT_MAXIMUM_TIME_SERIES. */
  maximumTimeSeries: 'MAXIMUM_TIME_SERIES',
} as const;

/** Alias of the service function through which only reading operations are answered. */
export const READ_ALIAS = 'read';

/** Keys of the ledger table. */
export const LEDGER_KEYS = { partition: 'kind', sort: 'start' } as const;

/** Keys of the service table. */
export const SERVICE_KEYS = { partition: 'partition', sort: 'sort' } as const;

/** Types of the custom resources that the `detector` handler answers. */
export const RESOURCE_TYPES = {
  detector: 'Custom::RedshiftLookoutDetector',
  alert: 'Custom::RedshiftLookoutAlert',
  roleAttachment: 'Custom::RedshiftLookoutRoleAttachment',
  sampleData: 'Custom::RedshiftLookoutSampleData',
} as const;
