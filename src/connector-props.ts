// SPDX-License-Identifier: Apache-2.0

import { Duration, TimeZone } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ConnectorOptions } from './connector-options';
import { ConnectorQuery } from './connector-query';
import { DetectorFrequency } from './detector-frequency';
import { Metric } from './metric';
import { RedshiftCluster } from './redshift-cluster';
import { TimestampColumn } from './timestamp-column';

/**
 * Props of `RedshiftLookoutConnector`.
 */
export interface RedshiftLookoutConnectorProps extends ConnectorOptions {
  /**
   * The warehouse to read. `RedshiftCluster.provisioned` and `RedshiftCluster.serverless` make it of a construct, `provisionedByName`,
   * `provisionedFromSecret` and `serverlessByName` of what is there already, and a `SampleWarehouse` has one.
   */
  readonly cluster: RedshiftCluster;

  /**
   * Database in which the query runs.
   *
   * @default - the one that the secret names, with RedshiftCluster.provisionedFromSecret, or that of a SampleWarehouse; otherwise it has to be given
   */
  readonly database?: string;

  /**
   * Secret with the user name and password of a database user who may run the query: JSON with `username` and `password`.
   *
   * Without it, the state machines get temporary credentials from IAM. The database users are then named after their roles
   * (`IAMR:` and the role's name), and need the right to read the tables.
   *
   * @default - the secret of RedshiftCluster.provisionedFromSecret or of a SampleWarehouse, or temporary credentials from IAM
   */
  readonly secret?: secretsmanager.ISecret;

  /** Query whose result is watched, run for every interval. */
  readonly query: ConnectorQuery;

  /**
   * Query of the one run that reads the history.
   *
   * @default - the query of every interval, with the history's bounds
   */
  readonly historicalQuery?: ConnectorQuery;

  /** Column that says when a row happened. */
  readonly timestampColumn: TimestampColumn;

  /** Numeric columns to watch: 1 to 10, or to what `maximumMetricsPerDataSet` of a shared `LookoutService` allows. */
  readonly metrics: Metric[];

  /**
   * Columns that divide the metrics into series: at most 10, or what `maximumDimensionsPerDataSet` of a shared `LookoutService` allows. Each
   * combination of their values is watched by itself, and so are totals of many of them.
   *
   * @default - no dimensions: one series for each metric
   */
  readonly dimensions?: string[];

  /** How often the query runs, and the length of an interval. */
  readonly frequency: DetectorFrequency;

  /**
   * How long after the end of an interval it is read, so that late rows are in the warehouse: whole seconds, 0 to 5 days.
   * Lookout for Metrics calls it offset. A schedule knows minutes only: seconds are rounded up.
   *
   * @default Duration.minutes(5)
   */
  readonly delay?: Duration;

  /**
   * Time zone of the placeholders' bounds, of the timestamps in the result, and of the day.
   *
   * @default TimeZone.ETC_UTC
   */
  readonly timezone?: TimeZone;

  /**
   * How much history is read and learned once: a whole number of intervals, at least as many as the detector must learn
   * (300 of 5 or 10 minutes, 96 hours, 14 days), and no more than it learns (92 days of 5 minutes, 184 of 10 minutes, 1096 of hours, 1827 of days).
   * It is read by one statement for each 720 intervals, more or less; a query without placeholders is run once.
   *
   * @default - 14 days for intervals of 5 and 10 minutes, 60 days for hours, 400 days for days; with
   *   Detector.lookoutForMetrics() at most 2500 intervals
   */
  readonly history?: Duration;

  /**
   * Name of the detector: 1 to 63 letters, digits, `-` and `_`, beginning with a letter or digit. Unique in account and region: metrics and
   * alarms go by it, also where each connector has a service of its own. One that another connector of the app has there is refused.
   * Another name makes another detector, which learns anew.
   *
   * @default - a name made of stack, path and a hash
   */
  readonly detectorName?: string;

  /**
   * Description of the detector, 1 to 256 characters.
   *
   * @default - no description
   */
  readonly description?: string;
}
