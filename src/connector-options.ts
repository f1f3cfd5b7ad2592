// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Detector } from './detector';
import { HolidayCalendar } from './holiday-calendar';
import { InfrastructureOptions } from './infrastructure-options';

/**
 * What a connector may be told, whether it is made of props or of a published `params.json`.
 */
export interface ConnectorOptions extends InfrastructureOptions {
  /**
   * Database user of a provisioned cluster as whom the statements run, with temporary credentials from IAM. The user has to exist.
   *
   * @default - the user whom the secret names, or without one the users that stand for the roles of the state machines
   */
  readonly databaseUser?: string;

  /**
   * Whether the deployment tries the queries in the warehouse, for no rows, and compares their columns with `timestampColumn`, `metrics` and
   * `dimensions`. It fails with the reason where they do not fit. Switch it off where the tables come only after the connector.
   *
   * @default true
   */
  readonly checkQuery?: boolean;

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
   * Public holidays that the business follows. With `DetectorFrequency.DAILY`, what one does to each series is learned, and no anomaly any
   * more. With shorter frequencies a series may be anywhere between its weekday and the country's weekend on one, at each time of the day:
   * that is no anomaly, and what is beyond is. With any frequency, what is closed on holidays is not missing then. Only with the in-account detector,
   * which keeps them: others need another `detectorName`.
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
