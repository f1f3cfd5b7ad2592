// SPDX-License-Identifier: Apache-2.0

import { Duration, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ConnectorQuery } from './connector-query';
import { Detector } from './detector';
import { DetectorFrequency } from './detector-frequency';
import { HolidayCalendar } from './holiday-calendar';
import { InfrastructureOptions } from './infrastructure-options';
import { Metric } from './metric';
import { RedshiftCluster } from './redshift-cluster';
import { TimestampColumn } from './timestamp-column';

/**
 * Props of `RedshiftLookoutConnector`.
 */
export interface RedshiftLookoutConnectorProps extends InfrastructureOptions {
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

  /**
   * Database user of a provisioned cluster as whom the statements run, with temporary credentials from IAM. The user has to exist.
   *
   * @default - the user whom the secret names, or without one the users that stand for the roles of the state machines
   */
  readonly databaseUser?: string;

  /** Query whose result is watched, run for every interval. */
  readonly query: ConnectorQuery;

  /**
   * Query of the one run that reads the history.
   *
   * @default - the query of every interval, with the history's bounds
   */
  readonly historicalQuery?: ConnectorQuery;

  /**
   * Whether the deployment tries the queries in the warehouse, for no rows, and compares their columns with `timestampColumn`, `metrics` and
   * `dimensions`. It fails with the reason where they do not fit. Switch it off where the tables come only after the connector.
   *
   * @default true
   */
  readonly checkQuery?: boolean;

  /** Column that says when a row happened. */
  readonly timestampColumn: TimestampColumn;

  /** Numeric columns to watch: 1 to 10, or to what `maximumMetricsPerDataSet` of a shared `LookoutService` allows. */
  readonly metrics: Metric[];

  /**
   * Columns that divide the metrics into series: at most 10, or what `maximumDimensionsPerDataSet` of a shared `LookoutService` allows. Each
   * combination of their values is watched by itself.
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
   * How long after its first reading an interval is read a second time, so that rows which came late are not lost: whole seconds, 1 to 96
   * intervals and at most 5 days. Rows and figures of the second reading replace those of the first in bucket, ledger and detector: what
   * looked too low and is complete by then is no anomaly any more, and the reverse. An anomaly group that was told is not told again.
   *
   * It costs a second UNLOAD for each interval, a second model in the state bucket, and the detection of all intervals that lie between the
   * two readings; `delay` costs nothing, and suits where most rows are late. Needs a query with placeholders and the in-account detector.
   * Rows that come after the settle time are not read, nor late ones of intervals that the history held.
   *
   * Others who read the interval's folder in the bucket see the rows of one reading and never of both (docs/operations.md of the repository, "Late rows").
   *
   * @default - no settle time: each interval is read once
   */
  readonly settleTime?: Duration;

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
   * Public holidays that the business follows: what one does to each series is learned, and no anomaly any more. Only with
   * `DetectorFrequency.DAILY` and the in-account detector. The detector keeps them: others need another `detectorName`.
   *
   * @default - no holidays
   */
  readonly holidays?: HolidayCalendar;

  /**
   * What finds the anomalies.
   *
   * @default Detector.inAccount()
   */
  readonly detector?: Detector;

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

  /**
   * Role with which Redshift unloads. Bring one that is attached to the cluster already and that Redshift may assume; it is allowed to
   * write the data prefixes of the bucket, as far as it can be changed from here.
   *
   * @default - a role of its own, attached to the cluster by the deployment and detached when it is deleted
   */
  readonly unloadRole?: iam.IRole;

  /**
   * Most intervals that one run crawls when it has fallen behind. The next run goes on. One execution of a state machine can
   * record 25,000 events, so the longer statements may take, the fewer intervals fit into it. An interval that is read again counts twice.
   *
   * @default - 48, or as many as fit with queryTimeout
   */
  readonly catchUpLimit?: number;

  /**
   * Time that a statement may take before it is cancelled, for each interval and each part of the history: 1 minute to 24 hours.
   *
   * @default Duration.hours(1)
   */
  readonly queryTimeout?: Duration;

  /**
   * How often an interval is tried, one try a run, before it is listed as failed and the crawl goes on: at least 1.
   *
   * @default 3
   */
  readonly maxAttempts?: number;
}
