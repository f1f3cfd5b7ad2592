// SPDX-License-Identifier: Apache-2.0

import { Duration, Token } from 'aws-cdk-lib';
import type { AlarmsOptions } from '../alarms';
import { textOf } from './duration-text';
import { invalid } from './errors';

const HOUR = 3600;

/** Period of an alarm on what each interval reports once: an interval, and at least five minutes. */
export function periodOf(intervalSeconds: number): Duration {
  return Duration.seconds(Math.max(intervalSeconds, 300));
}

/**
 * Period and number of periods of an alarm on runs that have not started: long enough that a run which starts a little later, in the next period, is not
 * missed. CloudWatch takes a day at most of periods shorter than an hour, and a week of longer ones.
 */
export function missedRunPeriods(intervalSeconds: number): { readonly period: Duration; readonly evaluationPeriods: number } {
  const seconds = Math.max(intervalSeconds, 300);
  return seconds > HOUR
    ? { period: Duration.hours(1), evaluationPeriods: 2 * Math.ceil(seconds / HOUR) }
    : { period: Duration.seconds(seconds), evaluationPeriods: 3 };
}

/** Refuses options with which an alarm could not be. */
export function validateAlarmsOptions(options: AlarmsOptions, queryTimeoutSeconds: number): void {
  const whole = (name: 'intervalsBehind' | 'intervalsWithoutRows', most: number) => {
    const value = options[name];
    if (value === undefined || Token.isUnresolved(value)) return;
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw invalid('addAlarms', name, `is no whole number from 1 to ${most}`, value, 'give a number of intervals, or leave it out');
    }
  };
  whole('intervalsBehind', 1000);
  whole('intervalsWithoutRows', 7); // a week of daily intervals is the longest time that CloudWatch evaluates
  for (const name of ['detectionDelay', 'unloadTime'] as const) {
    const time = options[name];
    if (time !== undefined && !time.isUnresolved() && time.toMilliseconds() === 0) {
      throw invalid('addAlarms', name, 'is 0, so that the alarm would always be on', textOf(time), 'give a longer time, or leave it out');
    }
  }
  const { unloadTime } = options;
  const timeout = Duration.seconds(queryTimeoutSeconds);
  if (unloadTime !== undefined && !unloadTime.isUnresolved() && unloadTime.toMilliseconds() > timeout.toMilliseconds()) {
    throw invalid('addAlarms', 'unloadTime', `is longer than the connector's queryTimeout (${textOf(timeout)}), at which an UNLOAD is cancelled, so that the alarm would never go off`,
      textOf(unloadTime), 'give a shorter time, or leave it out to be told at half of queryTimeout');
  }
}
