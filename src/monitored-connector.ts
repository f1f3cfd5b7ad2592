// SPDX-License-Identifier: Apache-2.0

import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { METRICS } from './private/contract';

/**
 * What a connector tells of itself: its metrics, in the namespace `RedshiftLookout`.
 *
 * Each is over periods of five minutes, unless its options say otherwise.
 */
export abstract class MonitoredConnector extends Construct {
  /** Name of the detector, and the value of the `Connector` and `Detector` dimensions of the metrics. */
  public abstract readonly detectorName: string;

  /** Crawls the intervals that are missing. Its input is `{ "scheduledTime": "<ISO 8601>" }`. */
  public abstract readonly crawlStateMachine: sfn.IStateMachine;

  /**
   * Intervals crawled to the end. Statistic: sum.
   *
   * @param options Period, label, and so on
   */
  public metricIntervalsCrawled(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.intervalsCrawled, 'Sum', options);
  }

  /**
   * Intervals given up after `maxAttempts` tries, or that could not be asked for again. Statistic: sum.
   *
   * @param options Period, label, and so on
   */
  public metricIntervalsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.intervalsFailed, 'Sum', options);
  }

  /**
   * Rows unloaded. Statistic: sum.
   *
   * @param options Period, label, and so on
   */
  public metricRowsUnloaded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.rowsUnloaded, 'Sum', options);
  }

  /**
   * Intervals that were read a second time, to the end. Statistic: sum. Only with `settleTime`.
   *
   * @param options Period, label, and so on
   */
  public metricIntervalsReread(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.intervalsReread, 'Sum', options);
  }

  /**
   * Rows that came between the first and the second reading of an interval. Statistic: sum. Only with `settleTime`, which is longer than need be
   * where this stays 0.
   *
   * @param options Period, label, and so on
   */
  public metricLateRows(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.lateRows, 'Sum', options);
  }

  /**
   * Seconds between the end of the newest crawled interval and the scheduled time: grows when the crawl falls behind. Statistic: maximum.
   *
   * @param options Period, label, and so on
   */
  public metricCrawlLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.crawlLag, 'Maximum', options);
  }

  /**
   * Seconds from the time when a crawled interval was due (its end and the delay) until it was detected. Statistic: maximum.
   *
   * @param options Period, label, and so on
   */
  public metricDetectionDelay(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.detectionDelay, 'Maximum', options);
  }

  /**
   * Milliseconds that the UNLOAD of an interval took in the warehouse. Statistic: maximum.
   *
   * @param options Period, label, and so on
   */
  public metricUnloadTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.unloadTime, 'Maximum', options);
  }

  /**
   * Percentage of the history that the newest history run has read. Statistic: maximum.
   *
   * @param options Period, label, and so on
   */
  public metricHistoryProgress(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.connectorDimension, METRICS.historyProgress, 'Maximum', options);
  }

  /**
   * Anomaly groups that began or went on. Statistic: sum. Only with the in-account detector.
   *
   * @param options Period, label, and so on
   */
  public metricAnomalyGroups(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.detectorDimension, METRICS.anomalyGroups, 'Sum', options);
  }

  /**
   * Alerts that reached their targets. Statistic: sum. Only with the in-account detector.
   *
   * @param options Period, label, and so on
   */
  public metricAlertsDelivered(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.detectorDimension, METRICS.alertsDelivered, 'Sum', options);
  }

  /**
   * Alerts that did not reach their targets. Statistic: sum. Only with the in-account detector.
   *
   * @param options Period, label, and so on
   */
  public metricAlertsUndelivered(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.detectorDimension, METRICS.alertsUndelivered, 'Sum', options);
  }

  /**
   * Rows that were unreadable or lay outside their interval. Statistic: sum. Only with the in-account detector.
   *
   * @param options Period, label, and so on
   */
  public metricRowsRejected(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.detectorDimension, METRICS.rowsRejected, 'Sum', options);
  }

  /**
   * Findings of missing data as of the newest interval: no rows at all, or a dimension value that stopped reporting. Statistic: maximum; 0 when nothing
   * is missing. Only with the in-account detector.
   *
   * @param options Period, label, and so on
   */
  public metricDataMissing(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.detectorDimension, METRICS.dataMissing, 'Maximum', options);
  }

  /**
   * Models that could not be read (damaged, gone or of a later version), and were learned again. Statistic: sum. Only with the in-account detector.
   *
   * @param options Period, label, and so on
   */
  public metricModelsRelearned(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.detectorDimension, METRICS.modelsRelearned, 'Sum', options);
  }

  /**
   * Runs of the crawl that failed. Statistic: sum. The interval concerned is tried again by the next run.
   *
   * @param options Period, label, and so on
   */
  public metricCrawlExecutionsFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.crawlStateMachine.metricFailed(options);
  }

  private metric(dimension: string, metricName: string, statistic: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRICS.namespace,
      metricName,
      dimensionsMap: { [dimension]: this.detectorName },
      statistic,
      ...options,
    }).attachTo(this);
  }
}
