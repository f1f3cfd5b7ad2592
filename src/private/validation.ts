// SPDX-License-Identifier: Apache-2.0

import { Duration, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { FREQUENCY_SECONDS, Frequency, hasPlaceholders, HISTORY_DAYS, LEARNING_INTERVALS, LIMITS, PLACEHOLDERS, SETTLE_INTERVALS } from './contract';
import { human } from './duration-text';
import { validateNetwork, validateRemovalPolicy } from './infrastructure';
import { DEFAULTS, largestCatchUp, LOOKOUT_HISTORY_INTERVALS } from './settings';
import { takeDetectorName } from './taken-names';
import { uniqueName } from './unique-name';
import { refuse, SUBJECT, validateDescription, validateName } from './validation-base';
import { validateColumns } from './validation-columns';
import { requireSame, requireSecretHere, validateInfrastructurePlaces } from './validation-places';
import { validateQueries } from './validation-query';
import { validateRuntime } from './validation-runtime';
import { validateTypes } from './validation-types';
import { RedshiftLookoutConnectorProps } from '../connector-props';

/**
 * Refuses props that cannot work. Texts and numbers that are tokens pass unchecked.
 *
 * @throws the first problem found
 */
export function validateConnector(scope: IConstruct, props: RedshiftLookoutConnectorProps): void {
  validateTypes(props);
  if (props.database?.trim() === '') throw refuse('database', 'is empty', props.database, 'give the name of the database in which the query runs');
  validateDatabaseUser(props);
  validateQueries(props);
  validateColumns(props);
  if (props.detectorName !== undefined) validateName('detectorName', props.detectorName);
  if (props.description !== undefined) validateDescription('description', props.description);
  validateTimes(props);
  validateHolidays(props);
  validateCounts(props);
  validateNetwork(SUBJECT, props);
  validateRemovalPolicy(SUBJECT, props.removalPolicy);
  validateRuntime(SUBJECT, props.runtime);
  validatePlaces(scope, props);
  takeDetectorName(scope, props.detectorName ?? uniqueName(scope, 63));
}

function validatePlaces(scope: IConstruct, props: RedshiftLookoutConnectorProps): void {
  const { secret, unloadRole, detector } = props;
  validateInfrastructurePlaces(scope, SUBJECT, props);
  if (secret) requireSecretHere(scope, 'secret', secret);
  if (unloadRole) {
    requireSame(scope, SUBJECT, 'unloadRole', { env: unloadRole.env, arn: unloadRole.roleArn }, 'account',
      account => `give a role of ${account}: Redshift takes roles of its own account only`);
  }
  if (detector?.service) {
    const { account, region } = Stack.of(detector.service);
    for (const what of ['region', 'account'] as const) {
      requireSame(scope, SUBJECT, 'detector.service', { env: { account, region } }, what, expected => `give a LookoutService of ${expected}, or leave it out`);
    }
  }
}

function validateDatabaseUser({ databaseUser, secret }: RedshiftLookoutConnectorProps): void {
  if (databaseUser === undefined) return;
  if (secret) throw refuse('databaseUser', 'is given together with secret, which names the user itself', databaseUser, 'leave one of them out');
  if (!Token.isUnresolved(databaseUser) && !/^[a-z_][\w+.@-]{0,126}$/i.test(databaseUser)) {
    throw refuse('databaseUser', 'is not the name of a database user', databaseUser,
      'give 1 to 127 letters, digits and any of _ + . @ -, beginning with a letter or _');
  }
}

function validateTimes(props: RedshiftLookoutConnectorProps): void {
  const frequency = props.frequency.value as Frequency;
  if (props.delay !== undefined) {
    const seconds = wholeSeconds('delay', props.delay);
    if (seconds > LIMITS.offsetSeconds) {
      throw refuse('delay', 'is longer than 5 days', human(seconds), 'give at most Duration.days(5)');
    }
  }
  if (props.settleTime !== undefined) validateSettleTime(props, props.settleTime, frequency);
  if (props.timezone !== undefined && !isTimeZone(props.timezone.timezoneName)) {
    throw refuse('timezone', 'is not known here', props.timezone.timezoneName, 'give the IANA name of a time zone, such as TimeZone.EUROPE_BERLIN');
  }
  if (props.history !== undefined) validateHistory(props, props.history, frequency);
  if (props.queryTimeout !== undefined) {
    const seconds = wholeSeconds('queryTimeout', props.queryTimeout);
    if (seconds < 60 || seconds > 86_400) {
      throw refuse('queryTimeout', 'is not between 1 minute and 24 hours', human(seconds),
        'give a time within these bounds: the Redshift Data API ends a statement after 24 hours');
    }
  }
}

function validateSettleTime({ detector, query }: RedshiftLookoutConnectorProps, settleTime: Duration, frequency: Frequency): void {
  const seconds = wholeSeconds('settleTime', settleTime);
  const interval = FREQUENCY_SECONDS[frequency];
  const most = Math.min(SETTLE_INTERVALS * interval, LIMITS.offsetSeconds);
  if (seconds < interval || seconds > most) {
    throw refuse('settleTime', `is not between one interval and ${human(most)}`, human(seconds), `give ${human(interval)} to ${human(most)}`);
  }
  if (detector?.isInAccount === false) {
    throw refuse('settleTime', 'is given, and Lookout for Metrics reads each interval once', human(seconds), 'leave it out, or use Detector.inAccount()');
  }
  if (!Token.isUnresolved(query.sql) && !hasPlaceholders(query.sql)) {
    throw refuse('settleTime', 'is given, and query has no placeholders: it cannot be asked for an interval again', human(seconds),
      `bound the rows of the query: ts >= '${PLACEHOLDERS.start}' and ts < '${PLACEHOLDERS.end}'`);
  }
}

function validateHistory(props: RedshiftLookoutConnectorProps, history: Duration, frequency: Frequency): void {
  const seconds = wholeSeconds('history', history);
  const interval = FREQUENCY_SECONDS[frequency];
  const shown = human(seconds);
  if (seconds % interval !== 0) {
    throw refuse('history', 'is not a whole number of intervals', shown, `give a multiple of ${human(interval)}`);
  }
  const intervals = seconds / interval;
  if (intervals < LEARNING_INTERVALS[frequency]) {
    throw refuse('history', `is shorter than the detector must learn (${LEARNING_INTERVALS[frequency]} intervals)`, shown,
      `give at least ${human(LEARNING_INTERVALS[frequency] * interval)}`);
  }
  const most = HISTORY_DAYS[frequency] * 86_400;
  if (props.detector?.isInAccount !== false && seconds > most) {
    throw refuse('history', `is longer than the detector learns of such intervals (${human(most)})`, shown, `give at most ${human(most)}`);
  }
  if (props.detector?.isInAccount === false && intervals > LOOKOUT_HISTORY_INTERVALS) {
    throw refuse('history', `is longer than Lookout for Metrics reads (${LOOKOUT_HISTORY_INTERVALS} intervals)`, shown,
      `give at most ${human(LOOKOUT_HISTORY_INTERVALS * interval)}, or use Detector.inAccount()`);
  }
}

function validateHolidays({ holidays, detector }: RedshiftLookoutConnectorProps): void {
  if (holidays !== undefined && detector?.isInAccount === false) {
    throw refuse('holidays', 'are not known to Lookout for Metrics', holidays.code, 'leave them out, or use Detector.inAccount()');
  }
}

function validateCounts(props: RedshiftLookoutConnectorProps): void {
  for (const name of ['catchUpLimit', 'maxAttempts'] as const) {
    const value = props[name];
    if (value !== undefined && !Token.isUnresolved(value) && (!Number.isInteger(value) || value < 1)) {
      throw refuse(name, 'is not a positive whole number', value, 'give 1 or more, or leave it out');
    }
  }
  if (props.catchUpLimit !== undefined && !Token.isUnresolved(props.catchUpLimit)) {
    if (props.settleTime !== undefined && props.catchUpLimit < 2) {
      throw refuse('catchUpLimit', 'leaves a run no room to read an interval again, as settleTime asks', props.catchUpLimit, 'give 2 or more, or leave it out');
    }
    const timeout = props.queryTimeout ?? DEFAULTS.queryTimeout;
    const most = largestCatchUp(timeout.toSeconds());
    if (props.catchUpLimit > most) {
      throw refuse('catchUpLimit', `is more than one run can record with a queryTimeout of ${human(timeout.toSeconds())}`, props.catchUpLimit,
        `give at most ${most}, or a shorter queryTimeout; the next run goes on where one ends`);
    }
  }
}

/** Seconds of a duration that the schedule or the limits need to know at synthesis. */
function wholeSeconds(prop: string, duration: Duration): number {
  if (duration.isUnresolved()) {
    throw refuse(prop, 'is not known at synthesis', '<token>', 'give a duration made of plain numbers');
  }
  const milliseconds = duration.toMilliseconds();
  if (milliseconds % 1000 !== 0) {
    throw refuse(prop, 'is not a whole number of seconds', `${milliseconds} milliseconds`, 'give whole seconds');
  }
  return milliseconds / 1000;
}

function isTimeZone(name: string): boolean {
  if (Token.isUnresolved(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

