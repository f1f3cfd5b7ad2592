// SPDX-License-Identifier: Apache-2.0

/** CloudWatch metrics that the handlers emit (embedded metric format). */
export const METRICS = {
  namespace: 'RedshiftLookout',
  connectorDimension: 'Connector',
  detectorDimension: 'Detector',
  /** crawl, dimension Connector */
  intervalsCrawled: 'IntervalsCrawled',
  intervalsFailed: 'IntervalsFailed',
  rowsUnloaded: 'RowsUnloaded',
  /** Intervals read again after the settle time, and the rows that they have more than at their first reading. */
  intervalsReread: 'IntervalsReread',
  lateRows: 'LateRows',
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
