// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import { Frequency, FREQUENCY_SECONDS } from './private/contract';

/**
 * How often the connector reads the warehouse and the detector looks for anomalies. Also the length of one interval.
 *
 * These four are the frequencies that Lookout for Metrics knows: `FIVE_MINUTES` and `TEN_MINUTES`, every five or ten minutes; `HOURLY`, every
 * hour; `DAILY`, every day, from midnight to midnight in the connector's time zone.
 */
export class DetectorFrequency {
  /** Every five minutes. */
  public static readonly FIVE_MINUTES = new DetectorFrequency('PT5M');

  /** Every ten minutes. */
  public static readonly TEN_MINUTES = new DetectorFrequency('PT10M');

  /** Every hour. */
  public static readonly HOURLY = new DetectorFrequency('PT1H');

  /** Every day, from midnight to midnight in the connector's time zone. */
  public static readonly DAILY = new DetectorFrequency('P1D');

  /** Length of one interval. */
  public readonly interval: Duration;

  private constructor(
    /** ISO 8601 duration, as the Lookout for Metrics API writes it: `PT5M`, `PT10M`, `PT1H` or `P1D`. */
    public readonly value: string,
  ) {
    this.interval = Duration.seconds(FREQUENCY_SECONDS[value as Frequency]);
  }
}
